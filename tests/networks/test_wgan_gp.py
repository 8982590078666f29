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


class TestWGANGP:
    def test_parameters_of_the_official_code(self):
        assert trainable(networks.build_wgan_gp_generator()) == 1_554_177
        assert trainable(networks.build_wgan_gp_critic()) == 1_030_145

    @pytest.mark.parametrize("batch_norm", [False, True])
    @pytest.mark.parametrize("channels", [1, 3])
    def test_shapes_and_saving(self, channels, batch_norm, tmp_path):
        shape = (28, 28, channels)
        generator = networks.build_wgan_gp_generator(5, shape, 2, batch_norm)
        check_images(generator, shape, tmp_path)
        critic = networks.build_wgan_gp_critic(shape, 2, batch_norm)
        assert check_network(critic, tmp_path).shape == (2, 1)

    def test_float32_outputs_in_half_precision(self):
        check_half_precision(lambda: networks.build_wgan_gp_generator(width=2))
        check_half_precision(lambda: networks.build_wgan_gp_critic(width=2))

    def test_normalization_only_when_asked(self):
        for batch_norm, of_generator, of_critic in ((False, 0, 0), (True, 3, 2)):
            generator = networks.build_wgan_gp_generator(width=2, batch_norm=batch_norm)
            critic = networks.build_wgan_gp_critic(width=2, batch_norm=batch_norm)
            normalization = keras.layers.BatchNormalization
            assert len(layers_of(generator, normalization)) == of_generator
            assert len(layers_of(critic, normalization)) == of_critic
            assert "batch_normalization" not in critic.layers[2].name

    def test_initial_variances(self):
        """Worked by hand for 128 to 64 channels and width 64: fans 3200 / 4 + 1600 and so on."""
        dense, first, second, _ = kernels(networks.build_wgan_gp_generator())
        np.testing.assert_allclose(dense.var(), 2 / (128 + 4096), rtol=0.02)
        np.testing.assert_allclose(first.var(), 4 / (25 * 256 / 4 + 25 * 128), rtol=0.02)
        np.testing.assert_allclose(second.var(), 4 / (25 * 128 / 4 + 25 * 64), rtol=0.02)
        assert np.abs(second).max() <= np.sqrt(12 / 2400)
        _, second, third, dense = kernels(networks.build_wgan_gp_critic())
        np.testing.assert_allclose(second.var(), 4 / (25 * 64 + 25 * 128 / 4), rtol=0.02)
        np.testing.assert_allclose(third.var(), 4 / (25 * 128 + 25 * 256 / 4), rtol=0.02)
        np.testing.assert_allclose(dense.var(), 2 / 4097, rtol=0.05)

    @pytest.mark.parametrize("image_shape", [(32, 32, 3), (28, 32, 1), (28, 28, 2)])
    def test_other_shapes_are_refused(self, image_shape):
        check_refuses(image_shape, networks.build_wgan_gp_generator, networks.build_wgan_gp_critic)
