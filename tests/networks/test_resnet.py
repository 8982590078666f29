import keras
import numpy as np
import pytest

from keras_gans import networks
from keras_gans.networks._residual import down_block, up_block
from tests.networks.checks import (
    check_half_precision,
    check_images,
    check_network,
    check_refuses,
    kernels,
    layers_of,
    trainable,
)


def silence(network):
    """Zeroes the last kernel of every 3x3 pair, so that each block is its shortcut."""
    for layer in layers_of(network, keras.layers.Conv2D):
        if layer.kernel_size == (3, 3):
            layer.kernel.assign(np.zeros(layer.kernel.shape))


class TestResNet:
    def test_parameters_at_32_pixels(self):
        """Worked by hand: a block of 128 channels has 2 * 147,584 and a shortcut 16,512."""
        pair, shortcut, norms = 2 * (9 * 128 * 128 + 128), 128 * 128 + 128, 4 * 128
        generator = 129 * 2048 + 3 * (pair + shortcut + norms) + 256 + 9 * 128 * 3 + 3
        assert trainable(networks.build_resnet_generator()) == generator == 1_204_483
        first = 9 * 3 * 128 + 128 + pair // 2 + 3 * 128 + 128
        critic = first + pair + shortcut + 2 * pair + 129
        assert trainable(networks.build_resnet_critic()) == critic == 1_053_825

    def test_parameters_at_64_pixels(self):
        def convolution(size, channels, filters, bias=1):
            return (size * size * channels + bias) * filters

        generator = 129 * 8192 + 2 * 64 + convolution(3, 64, 3)
        for channels, filters in ((512, 512), (512, 256), (256, 128), (128, 64)):
            generator += 2 * channels + convolution(3, channels, filters, bias=0) + 2 * filters
            generator += convolution(3, filters, filters) + convolution(1, channels, filters)
        assert (
            trainable(networks.build_resnet_generator(128, (64, 64, 3))) == generator == 8_540_483
        )
        critic = convolution(3, 3, 64) + 4 * 4 * 512 + 1
        for channels, filters in ((64, 128), (128, 256), (256, 512), (512, 512)):
            critic += 4 * channels + convolution(3, channels, channels, bias=0)
            critic += convolution(3, channels, filters) + convolution(1, channels, filters)
        assert trainable(networks.build_resnet_critic((64, 64, 3))) == critic == 7_491_841

    @pytest.mark.parametrize("channels", [1, 3])
    @pytest.mark.parametrize("size", [32, 64])
    def test_shapes_and_saving(self, size, channels, tmp_path):
        shape = (size, size, channels)
        check_images(networks.build_resnet_generator(5, shape, 2), shape, tmp_path)
        assert check_network(networks.build_resnet_critic(shape, 2), tmp_path).shape == (2, 1)

    def test_float32_outputs_in_half_precision(self):
        check_half_precision(lambda: networks.build_resnet_generator(width=2))
        check_half_precision(lambda: networks.build_resnet_critic(width=2))

    def test_normalization(self):
        batch, group = keras.layers.BatchNormalization, keras.layers.GroupNormalization
        for size, of_generator, of_critic in ((32, 7, 0), (64, 9, 8)):
            shape = (size, size, 3)
            generator = networks.build_resnet_generator(5, shape, width=2)
            critic = networks.build_resnet_critic(shape, width=2)
            assert len(layers_of(generator, batch)) == of_generator
            assert len(layers_of(critic, batch)) == 0
            assert len(layers_of(critic, group)) == of_critic

    def test_layer_norm_is_over_the_whole_sample_with_gains_of_channels(self):
        """Against its formula, where the gain and offset of channel c are 1 + c and c."""
        critic = networks.build_resnet_critic((64, 64, 3), width=2)
        norm = layers_of(critic, keras.layers.GroupNormalization)[0]
        assert norm.gamma.shape == norm.beta.shape == (2,)
        norm.gamma.assign([1.0, 2.0])
        norm.beta.assign([0.0, 1.0])
        x = np.random.default_rng(0).normal(1, 3, (2, 5, 5, 2)).astype("float32")
        mean, variance = x.mean((1, 2, 3), keepdims=True), x.var((1, 2, 3), keepdims=True)
        expected = (x - mean) / np.sqrt(variance + 1e-5) * [1.0, 2.0] + [0.0, 1.0]
        np.testing.assert_allclose(norm(x), expected, atol=1e-4)

    def test_scores_do_not_depend_on_the_other_samples(self):
        for size in (32, 64):
            critic = networks.build_resnet_critic((size, size, 1), width=4)
            images = np.random.default_rng(0).uniform(-1, 1, (3, size, size, 1)).astype("float32")
            together = critic(images, training=True)
            np.testing.assert_allclose(together[:1], critic(images[:1], training=True), atol=1e-4)

    def test_initial_variances(self):
        for kernel in kernels(networks.build_resnet_critic())[2:-1]:
            fans = np.prod(kernel.shape[:2]) * (kernel.shape[2] + kernel.shape[3])
            gain = 4 if kernel.shape[0] == 3 else 2
            np.testing.assert_allclose(kernel.var(), gain / fans, rtol=0.15)

    @pytest.mark.parametrize("image_shape", [(28, 28, 1), (64, 32, 3), (32, 32, 2)])
    def test_other_shapes_are_refused(self, image_shape):
        check_refuses(image_shape, networks.build_resnet_generator, networks.build_resnet_critic)


class TestBlocks:
    x = np.arange(2 * 4 * 4 * 3, dtype="float32").reshape(2, 4, 4, 3)

    def block_as_shortcut(self, build):
        inputs = keras.Input((4, 4, 3))
        block = keras.Model(inputs, build(inputs))
        silence(block)
        for layer in layers_of(block, keras.layers.Conv2D):
            if layer.kernel_size == (1, 1):
                layer.kernel.assign(np.eye(3).reshape(1, 1, 3, 3))
        return np.asarray(block(self.x))

    def test_up_block_repeats_pixels_when_its_convolutions_are_silent(self):
        expected = self.x.repeat(2, axis=1).repeat(2, axis=2)
        np.testing.assert_allclose(self.block_as_shortcut(lambda x: up_block(x, 3)), expected)

    def test_down_block_averages_pixels_when_its_convolutions_are_silent(self):
        expected = self.x.reshape(2, 2, 2, 2, 2, 3).mean((2, 4))
        np.testing.assert_allclose(self.block_as_shortcut(lambda x: down_block(x, 3)), expected)

    def test_block_of_full_size_adds_its_input_itself(self):
        same = self.block_as_shortcut(lambda x: down_block(x, 3, halve=False))
        np.testing.assert_array_equal(same, self.x)
