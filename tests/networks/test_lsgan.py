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


class TestLSGAN:
    def test_parameters_by_the_table(self):
        """Every convolution has a bias, and all but the ends a gain and an offset a channel."""
        units = 7 * 7 * 256
        dense = 1024 * units + units + 2 * 256
        pairs = 4 * (9 * 256 * 256 + 3 * 256)
        ends = 9 * 256 * 128 + 3 * 128 + 9 * 128 * 64 + 3 * 64 + 9 * 64 * 3 + 3
        assert trainable(networks.build_lsgan_generator()) == dense + pairs + ends == 15_591_427
        first = 25 * 3 * 64 + 64
        rest = 25 * (64 * 128 + 128 * 256 + 256 * 512) + 3 * (128 + 256 + 512)
        expected = first + rest + 7 * 7 * 512 + 1
        assert trainable(networks.build_lsgan_discriminator()) == expected == 4_333_441

    @pytest.mark.parametrize("channels", [1, 3])
    def test_shapes_and_saving(self, channels, tmp_path):
        shape = (112, 112, channels)
        check_images(networks.build_lsgan_generator(5, shape), shape, tmp_path)
        assert check_network(networks.build_lsgan_discriminator(shape), tmp_path).shape == (2, 1)

    def test_float32_outputs_in_half_precision(self):
        check_half_precision(lambda: networks.build_lsgan_generator(5))
        check_half_precision(networks.build_lsgan_discriminator)

    def test_normalization_everywhere_but_at_the_ends(self):
        generator = networks.build_lsgan_generator(5)
        discriminator = networks.build_lsgan_discriminator()
        assert len(layers_of(generator, keras.layers.BatchNormalization)) == 7
        assert len(layers_of(discriminator, keras.layers.BatchNormalization)) == 3
        assert "batch_normalization" not in generator.layers[-2].name
        assert "batch_normalization" not in discriminator.layers[2].name

    def test_initial_deviations(self):
        for kernel in kernels(networks.build_lsgan_generator(64)):
            np.testing.assert_allclose(kernel.std(), 0.02, rtol=0.05)
        *convolutions, dense = kernels(networks.build_lsgan_discriminator())
        assert max(np.abs(kernel).max() for kernel in convolutions) < 0.04
        np.testing.assert_allclose(dense.std(), 0.02, rtol=0.02)

    @pytest.mark.parametrize("image_shape", [(64, 64, 3), (112, 64, 3), (112, 112, 2)])
    def test_other_shapes_are_refused(self, image_shape):
        check_refuses(
            image_shape, networks.build_lsgan_generator, networks.build_lsgan_discriminator
        )
