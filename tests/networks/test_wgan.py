import keras
import numpy as np
import pytest

from keras_gans import networks
from tests.networks.checks import (
    check_half_precision,
    check_images,
    check_network,
    check_refuses,
    kernels,
    layers_of,
    trainable,
)


class TestWGAN:
    def test_parameters_of_the_official_code(self):
        assert trainable(networks.build_wgan_generator()) == 3_576_704
        assert trainable(networks.build_wgan_critic()) == 2_765_568

    @pytest.mark.parametrize("channels", [1, 3])
    @pytest.mark.parametrize("size", [28, 32, 64])
    def test_shapes_and_saving(self, size, channels, tmp_path):
        shape = (size, size, channels)
        check_images(networks.build_wgan_generator(5, shape, 2), shape, tmp_path)
        assert check_network(networks.build_wgan_critic(shape, 2), tmp_path).shape == (2, 1)

    def test_float32_outputs_in_half_precision(self):
        check_half_precision(lambda: networks.build_wgan_generator(width=2))
        check_half_precision(lambda: networks.build_wgan_critic(width=2))

    def test_32_pixels_take_one_stage_fewer(self):
        larger, smaller = [
            len(kernels(networks.build_wgan_critic((size, size, 3), 2))) for size in (64, 32)
        ]
        assert larger - smaller == 1

    def test_28_pixels_are_the_normalized_networks_of_wgan_gp(self):
        generator = networks.build_wgan_generator(128, (28, 28, 1))
        assert len(layers_of(generator, keras.layers.BatchNormalization)) == 3
        assert trainable(generator) == 1_554_177 + 2 * (4096 + 128 + 64)
        assert trainable(networks.build_wgan_critic((28, 28, 1))) == 1_030_145 + 2 * (128 + 256)

    def test_no_normalization_at_the_ends_and_no_bias_anywhere(self):
        generator, critic = networks.build_wgan_generator(), networks.build_wgan_critic()
        assert "batch_normalization" not in generator.layers[-2].name
        assert "batch_normalization" not in critic.layers[2].name
        for network, count in ((generator, 4), (critic, 3)):
            assert len(layers_of(network, keras.layers.BatchNormalization)) == count
            assert not any(x.use_bias for x in network.layers if hasattr(x, "use_bias"))

    def test_weights_start_normal_with_deviation_002(self):
        for network in (networks.build_wgan_generator(), networks.build_wgan_critic()):
            values = np.concatenate([kernel.ravel() for kernel in kernels(network)])
            np.testing.assert_allclose(values.std(), 0.02, rtol=0.01)

    @pytest.mark.parametrize("size", [8, 64])
    def test_same_is_the_official_padding_of_1(self, size):
        images = np.random.default_rng(0).normal(size=(1, size, size, 2)).astype("float32")
        same = keras.layers.Conv2D(3, 4, strides=2, padding="same")
        valid = keras.layers.Conv2D(3, 4, strides=2)
        padded = keras.layers.ZeroPadding2D(1)(images)
        same.build(images.shape)
        valid.build(padded.shape)
        valid.set_weights(same.get_weights())
        np.testing.assert_allclose(same(images), valid(padded), atol=1e-5)

    @pytest.mark.parametrize("image_shape", [(48, 48, 3), (32, 28, 3), (32, 32, 2)])
    def test_other_shapes_are_refused(self, image_shape):
        check_refuses(image_shape, networks.build_wgan_generator, networks.build_wgan_critic)


class TestWGANOfPerceptrons:
    def test_parameters(self):
        hidden = 2 * (512 * 512 + 512)
        pixels = 64 * 64 * 3
        generator, critic = networks.build_wgan_mlp_generator(), networks.build_wgan_mlp_critic()
        assert trainable(generator) == 101 * 512 + hidden + 513 * pixels == 6_880_768
        assert trainable(critic) == (pixels + 1) * 512 + hidden + 513 == 6_817_793

    def test_shapes_and_saving(self, tmp_path):
        images = check_network(networks.build_wgan_mlp_generator(5, (8, 8, 3), 4), tmp_path)
        assert images.shape == (2, 8, 8, 3)
        assert check_network(networks.build_wgan_mlp_critic((8, 8, 3), 4), tmp_path).shape == (2, 1)

    def test_weights_start_uniform_in_one_over_the_root_of_fan_in(self):
        for kernel in kernels(networks.build_wgan_mlp_critic((2,))):
            limit = 1 / np.sqrt(kernel.shape[0])
            assert np.abs(kernel).max() <= limit
            np.testing.assert_allclose(kernel.std(), limit / np.sqrt(3), rtol=0.06)
