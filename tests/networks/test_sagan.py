import keras
import numpy as np
import pytest

from keras_gans import networks
from keras_gans.layers import SpectralNormalization
from tests.networks import by_hand
from tests.networks.checks import trainable


def made_in_order(network, kind):
    """The layers of a kind whose names Keras numbered, the first made first."""

    def number(layer):
        last = layer.name.rpartition("_")[2]
        return int(last) if last.isdigit() else 0

    found = [each for each in network.layers if type(each) is kind and each.name != "logits"]
    return iter(sorted(found, key=number))


def normalised(layer):
    return np.asarray(layer.layer.kernel / layer.sigma()), np.asarray(layer.layer.bias)


def convolved(x, layer):
    kernel, bias = normalised(layer)
    return by_hand.convolve(x, kernel, gain=np.sqrt(np.prod(kernel.shape[:-1]))) + bias


def batch_normalised(x, layer):
    gamma, beta, mean, variance = layer.get_weights()
    return (x - mean) / np.sqrt(variance + 1e-5) * gamma + beta


def relu(x):
    return np.maximum(x, 0.0)


def attended(x, network):
    return np.asarray(network.get_layer("attention")(x.astype("float32"))).astype("float64")


def generator_by_hand(network, latents):
    """An unconditional generator of 32 pixels, with its moving averages."""
    kernels = made_in_order(network, SpectralNormalization)
    norms = made_in_order(network, keras.layers.BatchNormalization)
    kernel, bias = normalised(next(kernels))
    x = (latents.astype("float64") @ kernel + bias).reshape(len(latents), 4, 4, -1)
    for size in (8, 16, 32):
        shortcut = convolved(by_hand.upsample(x), next(kernels))
        x = by_hand.upsample(relu(batch_normalised(x, next(norms))))
        x = relu(batch_normalised(convolved(x, next(kernels)), next(norms)))
        x = convolved(x, next(kernels)) + shortcut
        x = attended(x, network) if size == 8 else x
    return np.tanh(convolved(relu(batch_normalised(x, next(norms))), next(kernels)))


def features_by_hand(network, images):
    """What the head of an unconditional discriminator of 32 pixels sees."""
    kernels = made_in_order(network, SpectralNormalization)
    x = images.astype("float64")
    for size in (16, 8, 4):
        shortcut = by_hand.pool(convolved(x, next(kernels)))
        x = x if size == 16 else relu(x)  # the first block begins with pixels
        x = convolved(relu(convolved(x, next(kernels))), next(kernels))
        x = by_hand.pool(x) + shortcut
        x = attended(x, network) if size == 8 else x
    x = x + convolved(relu(convolved(relu(x), next(kernels))), next(kernels))
    return relu(x).sum(axis=(1, 2))


def randomise(network):
    """Weights, moving averages and the share of attention that show what they do."""
    rng = np.random.default_rng(0)
    for variable in network.variables:
        if variable.name in ("bias", "beta", "moving_mean"):
            variable.assign(rng.normal(size=variable.shape))
        if variable.name in ("gamma", "moving_variance"):
            variable.assign(rng.uniform(0.5, 1.5, size=variable.shape))


class TestSAGAN:
    def test_generator_by_hand(self):
        network = networks.build_sagan_generator(7, (32, 32, 1), width=4)
        randomise(network)
        latents = np.random.default_rng(1).normal(size=(3, 7)).astype("float32")
        expected = generator_by_hand(network, latents)
        assert expected.std() > 0.1
        np.testing.assert_allclose(network(latents), expected, atol=1e-5)

    def test_features_of_the_discriminator_by_hand(self):
        network = networks.build_sagan_discriminator((32, 32, 1), width=4)
        randomise(network)
        images = np.random.default_rng(1).normal(size=(3, 32, 32, 1)).astype("float32")
        found = keras.Model(network.input, network.get_layer("logits").input)(images)
        expected = features_by_hand(network, images)
        assert expected.std() > 0.1
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)

    @pytest.mark.parametrize(
        "num_classes, attention_size, generator, discriminator",
        [
            (1000, None, 42_078_852, 39_463_618),
            (1000, 0, 41_996_931, 39_443_137),
            (1000, 64, 42_017_412, 39_448_258),
            (10, 32, 32_321_412, 38_449_858),
            (10, 0, 32_239_491, 38_429_377),
            (10, 64, 32_259_972, 38_434_498),
        ],
    )
    def test_parameters_at_128_pixels(self, num_classes, attention_size, generator, discriminator):
        arguments = {"num_classes": num_classes, "attention_size": attention_size}
        assert trainable(networks.build_sagan_generator(**arguments)) == generator
        assert trainable(networks.build_sagan_discriminator(**arguments)) == discriminator

    @pytest.mark.parametrize("num_classes", [None, 5])
    @pytest.mark.parametrize("size", [32, 64, 128])
    def test_shapes(self, size, num_classes):
        arguments = {
            "image_shape": (size, size, 1),
            "num_classes": num_classes,
            "width": 8,
            "attention_size": 8,
        }
        generator = networks.build_sagan_generator(7, **arguments)
        discriminator = networks.build_sagan_discriminator(**arguments)
        latents = np.zeros((2, 7), "float32")
        labels = np.eye(5, dtype="float32")[[0, 3]]
        images = np.array(generator(latents if num_classes is None else [latents, labels]))
        assert images.shape == (2, size, size, 1) and np.abs(images).max() <= 1
        logits = discriminator(images if num_classes is None else [images, labels])
        assert logits.shape == (2, 1)

    def test_logits_are_the_head_of_summed_features(self):
        """The official code sums the last maps, of 8x8 positions here, and does not average."""
        network = networks.build_sagan_discriminator((32, 32, 1), width=8)
        head = network.get_layer("logits")
        relu = [layer for layer in network.layers if isinstance(layer, keras.layers.ReLU)][-1]
        x = np.random.default_rng(0).normal(size=(3, 32, 32, 1)).astype("float32")
        maps = np.asarray(keras.Model(network.input, relu.output)(x))
        features = maps.sum(axis=(1, 2))
        expected = features @ (head.layer.kernel / head.sigma()) + head.layer.bias
        np.testing.assert_allclose(network(x), expected, rtol=1e-4, atol=1e-5)

    @pytest.mark.parametrize("build", ["generator", "discriminator"])
    def test_every_kernel_is_normalised(self, build):
        """No Conv2D or Dense stands outside a SpectralNormalization, in either network."""
        make = {
            "generator": lambda: networks.build_sagan_generator(7, (32, 32, 1), 3, width=8),
            "discriminator": lambda: networks.build_sagan_discriminator((32, 32, 1), 3, width=8),
        }[build]
        every = list(make()._flatten_layers())
        wrapped = {id(each.layer) for each in every if isinstance(each, SpectralNormalization)}
        kinds = (keras.layers.Conv2D, keras.layers.Dense)
        plain = [each for each in every if isinstance(each, kinds)]
        assert plain and all(id(layer) in wrapped for layer in plain)

    def test_attention_starts_without_an_effect(self):
        arguments = {"image_shape": (32, 32, 1), "width": 8, "attention_size": 16}
        discriminator = networks.build_sagan_discriminator(**arguments)
        images = np.random.default_rng(0).normal(size=(2, 32, 32, 1)).astype("float32")
        before = discriminator(images)
        for variable in discriminator.get_layer("attention").trainable_variables:
            if variable.name != "gamma":
                variable.assign(2.0 * variable + 0.1)
        np.testing.assert_allclose(discriminator(images), before, rtol=1e-6)

    def test_maps_of_where_the_generator_looks(self):
        generator = networks.build_sagan_generator(7, (32, 32, 1), width=8, attention_size=16)
        layer = generator.get_layer("attention")
        looks = keras.Model(generator.inputs, layer.attention_map(layer.input))
        maps = looks(np.random.default_rng(0).normal(size=(2, 7)).astype("float32"))
        assert maps.shape == (2, 16, 16, 8, 8)
        np.testing.assert_allclose(np.sum(maps, axis=(3, 4)), 1.0, rtol=1e-5)

    @pytest.mark.parametrize("attention_size", [4, 128, 24])
    def test_other_attention_sizes_are_refused(self, attention_size):
        for build in (networks.build_sagan_generator, networks.build_sagan_discriminator):
            with pytest.raises(ValueError, match=f"attention_size={attention_size}"):
                build(attention_size=attention_size)

    def test_other_sizes_are_refused(self):
        for build in (networks.build_sagan_generator, networks.build_sagan_discriminator):
            with pytest.raises(ValueError, match="`image_shape`.*Received"):
                build(image_shape=(28, 28, 1))
