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


class TestInfoGAN:
    def test_parameters_of_the_official_code(self):
        assert trainable(networks.build_infogan_generator()) == 6_652_481
        assert trainable(networks.build_infogan_trunk()) == 6_558_144
        assert trainable(networks.build_infogan_discriminator()) == 1_025
        assert trainable(networks.build_infogan_recognition()) == 133_262

    @pytest.mark.parametrize(
        ("image_shape", "maps"),
        [((28, 28, 1), (7, 7, 128)), ((32, 32, 3), (8, 8, 128)), ((64, 64, 3), (8, 8, 256))],
    )
    def test_image_shapes(self, image_shape, maps):
        generator = networks.build_infogan_generator(74, image_shape)
        (start,) = layers_of(generator, keras.layers.Reshape)
        assert start.target_shape == maps
        assert generator.output_shape == (None, *image_shape)
        trunk = networks.build_infogan_trunk(image_shape)
        (end,) = layers_of(trunk, keras.layers.Flatten)
        assert end.input.shape[1:] == maps
        assert trunk.output_shape == (None, 1024)

    def test_outputs_and_saving(self, tmp_path):
        check_images(networks.build_infogan_generator(), (28, 28, 1), tmp_path)
        check_network(networks.build_infogan_discriminator(8), tmp_path)
        assert check_network(networks.build_infogan_recognition(8, 5), tmp_path).shape == (2, 5)

    def test_float32_outputs_in_half_precision(self):
        check_half_precision(networks.build_infogan_generator)
        check_half_precision(lambda: networks.build_infogan_recognition(8))

    def test_normalization_everywhere_but_at_the_ends(self):
        generator, trunk = networks.build_infogan_generator(), networks.build_infogan_trunk()
        assert "batch_normalization" not in generator.layers[-2].name
        assert "batch_normalization" not in trunk.layers[2].name
        assert len(layers_of(generator, keras.layers.BatchNormalization)) == 3
        assert len(layers_of(trunk, keras.layers.BatchNormalization)) == 2

    def test_slope_of_paper_and_code(self):
        for slope in (0.1, 0.01):
            for network in (
                networks.build_infogan_trunk(slope=slope),
                networks.build_infogan_recognition(slope=slope),
            ):
                activations = layers_of(network, keras.layers.LeakyReLU)
                assert {layer.negative_slope for layer in activations} == {slope}

    def test_initial_values(self):
        generator, trunk = networks.build_infogan_generator(), networks.build_infogan_trunk()
        for kernel in kernels(generator):
            np.testing.assert_allclose(kernel.std(), 0.02, rtol=0.05)
        *convolutions, dense = kernels(trunk)
        assert max(np.abs(kernel).max() for kernel in convolutions) < 0.04  # truncated
        np.testing.assert_allclose(dense.std(), 0.02, rtol=0.01)
        gains = [x.gamma.numpy() for x in layers_of(generator, keras.layers.BatchNormalization)]
        gains = np.concatenate(gains)
        np.testing.assert_allclose([gains.mean(), gains.std()], [1, 0.02], atol=2e-3)

    @pytest.mark.parametrize("image_shape", [(48, 48, 3), (32, 28, 3), (32, 32, 2)])
    def test_other_shapes_are_refused(self, image_shape):
        check_refuses(image_shape, networks.build_infogan_generator, networks.build_infogan_trunk)
