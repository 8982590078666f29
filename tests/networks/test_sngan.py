import keras
import numpy as np
import pytest

from keras_gans import networks
from keras_gans.layers import SpectralNormalization
from tests.networks.checks import (
    check_half_precision,
    check_images,
    check_network,
    check_refuses,
    kernels,
    layers_of,
    trainable,
)

DISCRIMINATORS = (networks.build_sngan_discriminator, networks.build_sngan_resnet_discriminator)


def wrapped_kernels(discriminator):
    return [x.layer.kernel.numpy() for x in layers_of(discriminator, SpectralNormalization)]


class TestSNGAN:
    def test_parameters_of_the_paper(self):
        assert trainable(networks.build_sngan_generator()) == 3_812_355
        assert trainable(networks.build_sngan_discriminator()) == 2_935_873

    @pytest.mark.parametrize("channels", [1, 3])
    @pytest.mark.parametrize(("size", "smallest"), [(28, 7), (32, 4), (64, 4)])
    def test_shapes_and_saving(self, size, smallest, channels, tmp_path):
        shape = (size, size, channels)
        generator = networks.build_sngan_generator(5, shape, 2)
        (start,) = layers_of(generator, keras.layers.Reshape)
        assert start.target_shape == (smallest, smallest, 2 * size // smallest)
        check_images(generator, shape, tmp_path)
        discriminator = networks.build_sngan_discriminator(shape, 2)
        (end,) = layers_of(discriminator, keras.layers.Flatten)
        assert end.input.shape[1:] == start.target_shape
        assert check_network(discriminator, tmp_path).shape == (2, 1)

    def test_28_pixels_have_two_stages_and_64_one_more(self):
        counts = [
            len(wrapped_kernels(networks.build_sngan_discriminator((size, size, 1), 2)))
            for size in (28, 32, 64)
        ]
        assert counts == [6, 8, 10]

    def test_weights_start_normal_with_deviation_002(self):
        for found in (
            kernels(networks.build_sngan_generator()),
            wrapped_kernels(networks.build_sngan_discriminator()),
        ):
            values = np.concatenate([kernel.ravel() for kernel in found])
            np.testing.assert_allclose(values.std(), 0.02, rtol=0.01)


class TestSNGANOfResidualNetworks:
    def test_parameters_of_the_paper(self):
        assert trainable(networks.build_sngan_resnet_generator()) == 4_276_739
        assert trainable(networks.build_sngan_resnet_discriminator()) == 1_053_824

    @pytest.mark.parametrize("channels", [1, 3])
    def test_shapes_and_saving(self, channels, tmp_path):
        shape = (32, 32, channels)
        check_images(networks.build_sngan_resnet_generator(5, shape, 2), shape, tmp_path)
        discriminator = networks.build_sngan_resnet_discriminator(shape, 2)
        assert check_network(discriminator, tmp_path).shape == (2, 1)

    def test_last_map_is_summed(self):
        """64 pixels of one constant give 64 times the constant, before the last layer."""
        discriminator = networks.build_sngan_resnet_discriminator((32, 32, 1), 2)
        last_map = layers_of(discriminator, keras.layers.ReLU)[-1].output
        pooled = keras.Model(last_map, discriminator.get_layer("logits").input)
        assert last_map.shape == (None, 8, 8, 2)
        np.testing.assert_array_equal(pooled(np.full((1, 8, 8, 2), 0.5)), [[32, 32]])

    def test_initial_variances(self):
        for kernel in wrapped_kernels(networks.build_sngan_resnet_discriminator())[2:-1]:
            fans = np.prod(kernel.shape[:2]) * (kernel.shape[2] + kernel.shape[3])
            gain = 4 if kernel.shape[0] == 3 else 2
            np.testing.assert_allclose(kernel.var(), gain / fans, rtol=0.15)


class TestBothSNGANs:
    @pytest.mark.parametrize("build", DISCRIMINATORS)
    def test_every_layer_with_a_kernel_is_normalised(self, build):
        discriminator = build(width=4)
        assert not kernels(discriminator)
        assert not layers_of(discriminator, keras.layers.BatchNormalization)
        for layer in layers_of(discriminator, SpectralNormalization):
            layer.follow_kernel(50)
            kernel = layer.layer.kernel.numpy()
            largest = np.linalg.norm(kernel.reshape(-1, kernel.shape[-1]), 2)
            np.testing.assert_allclose(layer.sigma(), largest, rtol=0.05)

    @pytest.mark.parametrize("build", DISCRIMINATORS)
    def test_scaling_a_kernel_changes_nothing(self, build):
        discriminator = build((32, 32, 1), width=4)
        images = np.random.default_rng(0).uniform(-1, 1, (2, 32, 32, 1)).astype("float32")
        logits = discriminator(images)
        for layer in layers_of(discriminator, SpectralNormalization):
            layer.layer.kernel.assign(3.0 * layer.layer.kernel)
        np.testing.assert_allclose(discriminator(images), logits, rtol=1e-4)

    @pytest.mark.parametrize("build", DISCRIMINATORS)
    def test_float32_outputs_in_half_precision(self, build):
        check_half_precision(lambda: build(width=2))

    @pytest.mark.parametrize("image_shape", [(48, 48, 3), (32, 28, 3), (32, 32, 2)])
    def test_other_shapes_are_refused(self, image_shape):
        check_refuses(
            image_shape,
            networks.build_sngan_generator,
            networks.build_sngan_resnet_generator,
            *DISCRIMINATORS,
        )
