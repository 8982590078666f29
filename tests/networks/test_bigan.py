import keras
import numpy as np
import pytest

from keras_gans import networks
from tests.networks.checks import (
    check_half_precision,
    check_images,
    check_network,
    kernels,
    layers_of,
    samples,
    trainable,
)

BUILDERS = (
    networks.build_bigan_generator,
    networks.build_bigan_encoder,
    networks.build_bigan_discriminator,
)


class TestBiGAN:
    def test_weights_of_the_official_code(self):
        assert trainable(networks.build_bigan_generator()) == 1_953_792
        assert trainable(networks.build_bigan_encoder()) == 1_902_592
        assert trainable(networks.build_bigan_discriminator()) == 1_903_616

    @pytest.mark.parametrize("data_shape", [(28, 28, 1), (8, 8, 3), (2,)])
    def test_shapes_and_saving(self, data_shape, tmp_path):
        check_images(networks.build_bigan_generator(5, data_shape, 16), data_shape, tmp_path)
        latents = check_network(networks.build_bigan_encoder(data_shape, 5, 16), tmp_path)
        assert latents.shape == (2, 5)
        assert np.abs(latents).max() <= 1
        logits = check_network(networks.build_bigan_discriminator(data_shape, 5, 16), tmp_path)
        assert logits.shape == (2, 1)

    def test_the_discriminator_starts_undecided(self):
        discriminator = networks.build_bigan_discriminator()
        np.testing.assert_array_equal(discriminator(samples(discriminator)), np.zeros((2, 1)))

    def test_latents_do_not_enter_the_discriminator_beside_the_pixels(self):
        """The first layer sees the 784 pixels alone; the weights' number would not tell."""
        discriminator = networks.build_bigan_discriminator()
        shapes = [tuple(kernel.shape) for kernel in kernels(discriminator)]
        assert shapes.count((784, 1024)) == 1 and not any(rows == 834 for rows, _ in shapes)

    def test_features_feed_the_last_dense_layer(self):
        encoder = networks.build_bigan_encoder()
        features = keras.Model(encoder.input, encoder.get_layer("features").output)
        images = samples(encoder)
        activations = features(images) @ kernels(encoder)[-1]
        np.testing.assert_allclose(encoder(images), np.tanh(activations / 2), atol=1e-6)
        assert features.output_shape == (None, 1024)

    def test_latents_enter_the_generator_twice(self):
        """Without the path through the first hidden layer, the latents still reach the output."""
        generator = networks.build_bigan_generator(latent_dim=4, width=8)
        dense = layers_of(generator, keras.layers.Dense)
        first, second = [layer for layer in dense if layer.input is generator.input]
        latents = samples(generator)
        for silenced in (first, second):
            kept = silenced.kernel.numpy()
            silenced.kernel.assign(np.zeros_like(kept))
            images = np.asarray(generator(latents))
            assert not np.array_equal(images[0], images[1])
            silenced.kernel.assign(kept)

    @pytest.mark.parametrize("build", BUILDERS)
    def test_only_kernels_with_decay_and_normal_values(self, build):
        network = build()
        assert {variable.name for variable in network.trainable_variables} == {"kernel"}
        norms = layers_of(network, keras.layers.BatchNormalization)
        assert len(norms) == (2 if network.name == "generator" else 1)
        hidden = kernels(network)[:3]
        for kernel in hidden[: 2 if network.name == "discriminator" else 3]:
            np.testing.assert_allclose(kernel.std(), 0.02, rtol=0.02)
        network(samples(network))
        squares = sum((kernel**2).sum() for kernel in kernels(network))
        np.testing.assert_allclose(sum(network.losses), 1.25e-5 * squares, rtol=1e-4)

    @pytest.mark.parametrize("build", BUILDERS)
    def test_float32_outputs_in_half_precision(self, build):
        check_half_precision(build)

    def test_pixels_are_seen_from_0_to_1(self):
        encoder = networks.build_bigan_encoder((2,))
        seen = keras.Model(encoder.input, layers_of(encoder, keras.layers.Flatten)[0].output)
        np.testing.assert_array_equal(seen(np.array([[-1.0, 1.0]])), [[0, 1]])
