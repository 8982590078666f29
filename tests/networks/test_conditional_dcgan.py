import keras
import numpy as np
import pytest

from keras_gans import networks
from keras_gans.networks._common import condition_maps
from tests.networks.checks import (
    check_half_precision,
    check_images,
    check_network,
    check_refuses,
    kernels,
    layers_of,
    samples,
    trainable,
)


class TestConditionalDCGAN:
    def test_parameters_of_the_official_code(self):
        assert trainable(networks.build_conditional_dcgan_generator()) == 6_820_538
        assert trainable(networks.build_conditional_dcgan_discriminator()) == 6_688_202

    @pytest.mark.parametrize("channels", [1, 3])
    @pytest.mark.parametrize("size", [28, 32, 64])
    def test_shapes_and_saving(self, size, channels, tmp_path):
        shape = (size, size, channels)
        generator = networks.build_conditional_dcgan_generator(5, 3, shape, width=2)
        check_images(generator, shape, tmp_path)
        discriminator = networks.build_conditional_dcgan_discriminator(shape, 3, width=2)
        assert check_network(discriminator, tmp_path).shape == (2, 1)

    def test_float32_outputs_in_half_precision(self):
        check_half_precision(lambda: networks.build_conditional_dcgan_generator(width=2))
        check_half_precision(lambda: networks.build_conditional_dcgan_discriminator(width=2))

    def test_the_condition_enters_every_layer(self):
        """Each kernel takes as many inputs more as the condition has entries."""
        for build in (
            lambda size: networks.build_conditional_dcgan_generator(5, size, width=2),
            lambda size: networks.build_conditional_dcgan_discriminator((28, 28, 1), size, width=2),
        ):
            for less, more in zip(kernels(build(1)), kernels(build(4)), strict=True):
                inputs = -1 if less.ndim == 4 and less.shape[-1] != more.shape[-1] else -2
                assert more.shape[inputs] - less.shape[inputs] == 3

    def test_maps_repeat_the_condition_at_every_pixel(self):
        image, condition = keras.Input((2, 3, 1)), keras.Input((2,))
        model = keras.Model([image, condition], condition_maps(condition, image))
        joined = np.asarray(model([np.zeros((1, 2, 3, 1)), np.array([[5.0, 7.0]])]))
        np.testing.assert_array_equal(joined, np.tile([0.0, 5.0, 7.0], (1, 2, 3, 1)))

    def test_no_bias_anywhere_and_no_gain(self):
        generator = networks.build_conditional_dcgan_generator(width=2)
        discriminator = networks.build_conditional_dcgan_discriminator(width=2)
        for network, count in ((generator, 3), (discriminator, 2)):
            assert all(variable.name == "kernel" for variable in network.trainable_variables)
            assert len(layers_of(network, keras.layers.BatchNormalization)) == count

    def test_decay_adds_its_rate_times_the_weight_to_the_gradient(self):
        """The added loss is `1/2 * 2.5e-5 * w^2`, whose slope is `2.5e-5 * w`."""
        network = networks.build_conditional_dcgan_discriminator(width=2)
        network(samples(network))
        squares = sum((kernel**2).sum() for kernel in kernels(network))
        np.testing.assert_allclose(sum(network.losses), 1.25e-5 * squares, rtol=1e-4)

    def test_weights_start_normal_with_deviation_002(self):
        for network in (
            networks.build_conditional_dcgan_generator(width=8),
            networks.build_conditional_dcgan_discriminator(width=8),
        ):
            values = np.concatenate([kernel.ravel() for kernel in kernels(network)])
            np.testing.assert_allclose(values.std(), 0.02, rtol=0.02)

    @pytest.mark.parametrize("image_shape", [(48, 48, 3), (32, 28, 3), (32, 32, 2)])
    def test_other_shapes_are_refused(self, image_shape):
        check_refuses(
            image_shape,
            networks.build_conditional_dcgan_generator,
            networks.build_conditional_dcgan_discriminator,
        )
