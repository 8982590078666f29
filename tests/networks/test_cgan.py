import keras
import numpy as np
import pytest

from keras_gans import networks
from keras_gans.layers import Maxout
from tests.networks.checks import (
    check_half_precision,
    check_images,
    check_network,
    check_uniform,
    layers_of,
    samples,
    trainable,
)


class TestCGAN:
    def test_parameters_of_the_paper(self):
        assert trainable(networks.build_cgan_generator()) == 2_413_984
        assert trainable(networks.build_cgan_discriminator()) == 1_224_351

    @pytest.mark.parametrize("data_shape", [(28, 28, 1), (8, 8, 3), (2,)])
    def test_shapes_and_saving(self, data_shape, tmp_path):
        check_images(networks.build_cgan_generator(5, 3, data_shape), data_shape, tmp_path)
        logits = check_network(networks.build_cgan_discriminator(data_shape, 3), tmp_path)
        assert logits.shape == (2, 1)

    def test_float32_outputs_in_half_precision(self):
        check_half_precision(networks.build_cgan_generator)
        check_half_precision(networks.build_cgan_discriminator)

    def test_every_hidden_layer_drops_half_while_training(self):
        for build in (networks.build_cgan_generator, networks.build_cgan_discriminator):
            network = build()
            assert [x.rate for x in layers_of(network, keras.layers.Dropout)] == [0.5] * 3
            inputs = samples(network)
            assert not np.array_equal(network(inputs, training=True), network(inputs))
            np.testing.assert_array_equal(network(inputs), network(inputs))

    def test_the_generator_drops_when_it_samples_unless_told_otherwise(self):
        """Weights of 0 but for biases: without masks every sample would be the same."""
        for drops in (True, False):
            generator = networks.build_cgan_generator(5, 3, (2,), drops_when_sampling=drops)
            for layer in layers_of(generator, keras.layers.Dense)[:-1]:
                layer.set_weights([0 * layer.kernel, 1 + layer.bias])
            z = np.random.default_rng(0).uniform(size=(6, 5)).astype("float32")
            labels = np.tile(np.eye(3, dtype="float32")[:1], (6, 1))
            differences = np.ptp(generator([z, labels]), axis=0)
            assert np.all(differences > 0.01) if drops else np.all(differences < 1e-6)
            alone = generator([z[2:4], labels[2:4]])
            np.testing.assert_allclose(generator([z, labels])[2:4], alone, atol=1e-6)

    def test_the_condition_changes_the_output(self):
        for build in (networks.build_cgan_generator, networks.build_cgan_discriminator):
            network = build()
            first, condition = samples(network)
            assert not np.array_equal(network([first, condition]), network([first, -condition]))

    def test_black_pixels_reach_the_first_layer_as_zeros(self):
        discriminator = networks.build_cgan_discriminator((2,), 1)
        first = layers_of(discriminator, Maxout)[0]
        seen = keras.Model(discriminator.inputs, first.input)
        np.testing.assert_array_equal(seen([np.array([[-1.0, 1.0]]), np.zeros((1, 1))]), [[0, 1]])

    def test_weights_start_uniform(self):
        check_uniform(networks.build_cgan_generator(), 0.05)
        check_uniform(networks.build_cgan_discriminator(), 0.005)
