import math

import keras
import numpy as np
import pytest

from keras_gans import networks
from tests.networks.checks import check_refuses, check_uniform, layers_of, samples, trainable


class TestMLP:
    def test_parameters_of_the_official_configuration(self):
        assert trainable(networks.build_mlp_generator()) == 2_503_984
        assert trainable(networks.build_maxout_discriminator()) == 1_231_441

    def test_output_bias_is_the_mean_image(self):
        """With a generator that ignores its input, the bias logit(p) must come out as 2p - 1."""
        generator = networks.build_mlp_generator(data_shape=(2,), output_bias_initializer="ones")
        generator.layers[-4].kernel.assign(np.zeros((1200, 2)))
        images = generator(np.ones((1, 100), "float32"))
        np.testing.assert_allclose(images, [[2 / (1 + math.exp(-1)) - 1] * 2], rtol=1e-6)

    def test_the_discriminator_drops_a_fifth_of_its_inputs_and_half_of_the_rest(self):
        dropouts = layers_of(networks.build_maxout_discriminator(), keras.layers.Dropout)
        assert [layer.rate for layer in dropouts] == [0.2, 0.5, 0.5]

    def test_weights_start_uniform(self):
        check_uniform(networks.build_mlp_generator(), 0.05)
        check_uniform(networks.build_maxout_discriminator(), 0.005)

    def test_layers_start_from_different_weights(self):
        first, second = [
            layer.kernel.numpy()
            for layer in networks.build_mlp_generator(latent_dim=1200).layers
            if hasattr(layer, "kernel")
        ][:2]
        assert not np.array_equal(first, second)


@pytest.mark.parametrize(
    "build, factor",
    [
        (networks.build_mlp_generator, 0.5),
        (networks.build_cgan_generator, 0.5),
        (networks.build_bigan_generator, 0.5),
        (networks.build_dcgan_generator, 1.0),
        (networks.build_conditional_dcgan_generator, 1.0),
        (networks.build_infogan_generator, 1.0),
    ],
)
def test_pixels_come_from_a_sigmoid_or_from_tanh_as_in_the_papers(build, factor):
    """A sigmoid mapped to [-1, 1] is tanh(x / 2)."""
    generator = build()
    last = [layer for layer in generator.layers if hasattr(layer, "kernel")][-1]
    logits, images = keras.Model(generator.input, [last.output, generator.output])(
        samples(generator), training=True
    )
    assert np.abs(logits).max() > 0.2
    expected = np.tanh(factor * np.array(logits))
    np.testing.assert_allclose(np.reshape(images, expected.shape), expected, atol=1e-6)


class TestDCGAN:
    def test_parameters_at_64_pixels(self):
        assert trainable(networks.build_dcgan_generator(100, (64, 64, 3))) == 18_885_760
        assert trainable(networks.build_dcgan_discriminator((64, 64, 3))) == 17_232_768

    @pytest.mark.parametrize("channels", [1, 3])
    @pytest.mark.parametrize("size", [28, 32, 64, 128])
    def test_shapes(self, size, channels):
        generator = networks.build_dcgan_generator(7, (size, size, channels), width=8)
        discriminator = networks.build_dcgan_discriminator((size, size, channels), width=8)
        images = generator(np.zeros((2, 7), "float32"))
        assert images.shape == (2, size, size, channels)
        assert discriminator(images).shape == (2, 1)

    def test_no_normalization_at_the_ends_and_no_bias_anywhere(self):
        generator = networks.build_dcgan_generator(100, (32, 32, 1))
        discriminator = networks.build_dcgan_discriminator((32, 32, 1))
        assert "batch_normalization" not in generator.layers[-2].name
        assert "batch_normalization" not in discriminator.layers[2].name
        weighted = [x for x in generator.layers + discriminator.layers if hasattr(x, "use_bias")]
        assert len(weighted) == 8
        assert not any(layer.use_bias for layer in weighted)

    @pytest.mark.parametrize("size, hidden", [(28, 3), (64, 4)])
    def test_slopes_of_the_discriminator(self, size, hidden):
        discriminator = networks.build_dcgan_discriminator((size, size, 1), width=8)
        slopes = [x.negative_slope for x in layers_of(discriminator, keras.layers.LeakyReLU)]
        assert slopes == pytest.approx([0.2] * hidden)

    @pytest.mark.parametrize("size, learned", [(28, False), (64, True)])
    def test_gain_and_bias_of_batch_normalization(self, size, learned):
        """The official code for MNIST has neither, its others have both."""
        layers = [
            layer
            for network in (
                networks.build_dcgan_generator(7, (size, size, 1), width=8),
                networks.build_dcgan_discriminator((size, size, 1), width=8),
            )
            for layer in network.layers
            if isinstance(layer, keras.layers.BatchNormalization)
        ]
        assert layers and all((x.center, x.scale) == (learned, learned) for x in layers)

    def test_weights_start_normal_with_deviation_002(self):
        kernels = [
            layer.kernel.numpy().ravel()
            for layer in networks.build_dcgan_discriminator((64, 64, 3), width=32).layers
            if hasattr(layer, "kernel")
        ]
        values = np.concatenate(kernels)
        assert abs(values.mean()) < 1e-4
        assert abs(values.std() - 0.02) < 1e-4

    @pytest.mark.parametrize("image_shape", [(48, 48, 3), (64, 32, 3), (64, 64, 2)])
    def test_other_shapes_are_refused(self, image_shape):
        check_refuses(
            image_shape, networks.build_dcgan_generator, networks.build_dcgan_discriminator
        )
