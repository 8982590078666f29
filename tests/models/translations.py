"""pix2pix and CycleGAN with networks that are small enough to train within a test."""

import keras
import numpy as np
from keras import layers

import keras_gans as kg
from keras_gans.layers import InstanceNormalization
from tests.models.games import check_gradient

SHAPE = (8, 8, 3)


def build_translator(channels=3, to_channels=3, norm=None, dropout=0.0, sides=(None, None)):
    """Two 3x3 convolutions; `norm` is a layer class between them."""
    inputs = keras.Input((*sides, channels))
    x = layers.Conv2D(4, 3, padding="same")(inputs)
    if norm is not None:
        x = norm()(x)
    x = layers.Activation("tanh")(x)
    if dropout:
        x = layers.Dropout(dropout)(x)
    x = layers.Conv2D(to_channels, 3, padding="same")(x)
    return keras.Model(inputs, layers.Activation("tanh", dtype="float32")(x))


def build_strided_translator(channels=3, norm=None):
    """Halves and doubles the sides, which hence have to be even."""
    inputs = keras.Input((None, None, channels))
    x = layers.Conv2D(4, 4, strides=2, padding="same")(inputs)
    if norm is not None:
        x = norm()(x)
    x = layers.LeakyReLU(0.2)(x)
    x = layers.Conv2DTranspose(4, 4, strides=2, padding="same")(x)
    x = layers.Concatenate()([inputs, x])
    x = layers.Conv2D(channels, 1)(x)
    return keras.Model(inputs, layers.Activation("tanh", dtype="float32")(x))


def build_judge(*shapes, dropout=0.0):
    """A discriminator with a map of logits."""
    inputs = [keras.Input(shape) for shape in shapes]
    x = layers.Concatenate()(inputs) if len(inputs) > 1 else inputs[0]
    x = layers.Conv2D(4, 3, strides=2, activation="tanh")(x)
    if dropout:
        x = layers.Dropout(dropout)(x)
    x = layers.Conv2D(1, 2, dtype="float32")(x)
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], x)


def pixelwise(channels, to_channels, seed=0):
    """A linear 1x1 convolution, whose numbers can be told by hand."""
    inputs = keras.Input((None, None, channels))
    network = keras.Model(inputs, layers.Conv2D(to_channels, 1)(inputs))
    rng = np.random.default_rng(seed)
    network.set_weights([rng.normal(size=weight.shape) for weight in network.get_weights()])
    return network


def apply_pixelwise(network, images):
    kernel, bias = network.get_weights()
    return images @ kernel[0, 0] + bias


def build_pix2pix(norm=layers.BatchNormalization, dropout=0.3, shape=SHAPE, **kwargs):
    judged = [shape, shape] if kwargs.get("conditional", True) else [shape]
    networks = {
        "generator": build_translator(shape[-1], shape[-1], norm, dropout),
        "discriminator": build_judge(*judged, dropout=dropout),
    }
    return kg.Pix2Pix(**({"image_shape": shape} | networks | kwargs))


def build_cyclegan(norm=InstanceNormalization, dropout=0.0, shape=SHAPE, **kwargs):
    networks = {
        "generator_ab": build_translator(shape[-1], shape[-1], norm, dropout),
        "generator_ba": build_translator(shape[-1], shape[-1], norm, dropout),
        "discriminator_a": build_judge(shape, dropout=dropout),
        "discriminator_b": build_judge(shape, dropout=dropout),
    }
    arguments = {"image_shape": shape, "buffer_size": 5}
    return kg.CycleGAN(**(arguments | networks | kwargs))


def images(num, shape=SHAPE, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (num, *shape)).astype("float32")


def pair(num=4, shape=SHAPE, seed=0):
    """Two different batches."""
    return images(num, shape, seed), images(num, shape, seed + 100)


class Negative(layers.Layer):
    """An augmentation that shows in the numbers: negatives of the images."""

    def call(self, images, training=False):
        if not training:
            return images
        if isinstance(images, list):
            return [-image for image in images]
        return -images


def check_gradients(model, data):
    """`check_gradient` of every player."""
    for player in model.players:
        check_gradient(model, player, data, size=2e-3, atol=0, along=partly_downhill)


def partly_downhill(rng, gradient):
    """A unit vector at random and that of the gradient, for a clear slope."""
    random = [rng.normal(size=value.shape) for value in gradient]
    parts = [[v / norm_of(vs) for v in vs] for vs in (random, gradient)]
    return [a + b for a, b in zip(*parts, strict=True)]


def norm_of(values):
    return np.sqrt(sum((value**2).sum() for value in values))


def state_of(model):
    return {name: np.array(variable) for name, variable in model.training_state().items()}


def assert_same_state(first, second, but=()):
    assert set(first) == set(second)
    for name, value in first.items():
        if not name.startswith(but or "\0"):
            np.testing.assert_array_equal(value, second[name], err_msg=name)
