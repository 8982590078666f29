"""The multilayer perceptrons of the conditional GAN, for MNIST."""

import math

import keras
from keras import layers

from keras_gans.layers import LatentDropout, Maxout
from keras_gans.networks._common import sigmoid_images, uniform, unit_pixels


def _hidden(x, units):
    return layers.Dense(units, activation="relu", kernel_initializer=uniform(0.05))(x)


def _maxout(x, units, pieces):
    return layers.Dropout(0.5)(Maxout(units, pieces, kernel_initializer=uniform(0.005))(x))


def build_cgan_generator(
    latent_dim=100, condition_dim=10, data_shape=(28, 28, 1), drops_when_sampling=True
):
    """Generator that gives latents and condition a hidden layer each, then joins them.

    Args:
        latent_dim: Integer, size of the latent vector.
        condition_dim: Integer, size of the condition, such as the number of classes.
        data_shape: Tuple, shape of one generated sample; 784 pixels in the paper.
        drops_when_sampling: Boolean, whether dropout stays on outside training, see
            `layers.LatentDropout`. The paper does not say.

    Returns:
        `keras.Model` from the list of latents `(batch_size, latent_dim)` and conditions
        `(batch_size, condition_dim)`, one-hot or dense, to `(batch_size, *data_shape)` in
        `[-1, 1]`. 2,413,984 parameters with the defaults.

    Reference:
        Mirza and Osindero, 2014, "Conditional Generative Adversarial Nets" (arXiv:1411.1784),
        section 4.1. Dropout of 0.5 in both networks is the paper's, that it follows every hidden
        layer is our reading. That it stays on is ours, too: after 30 epochs of MNIST samples
        without it are one image a class, recall 0.00 instead of 0.52. The paper does not state the
        initial weights; these are the uniform ranges of the official configuration of the first
        GAN, by the same group. The sigmoid is mapped to the library's `[-1, 1]`.
    """

    def drop(x, place):
        if drops_when_sampling:
            return LatentDropout(0.5, place)(x, latents)
        return layers.Dropout(0.5)(x)

    latents = keras.Input((latent_dim,), name="latents")
    condition = keras.Input((condition_dim,), name="condition")
    parts = [_hidden(latents, 200), _hidden(condition, 1000)]
    x = layers.Concatenate()([drop(part, place) for place, part in enumerate(parts)])
    x = drop(_hidden(x, 1200), 2)
    x = layers.Dense(math.prod(data_shape), kernel_initializer=uniform(0.05))(x)
    images = sigmoid_images(x, data_shape)
    return keras.Model([latents, condition], images, name="generator")


def build_cgan_discriminator(data_shape=(28, 28, 1), condition_dim=10):
    """Discriminator that gives sample and condition a maxout layer each, then joins them.

    Args:
        data_shape: Tuple, shape of one sample with values in `[-1, 1]`.
        condition_dim: Integer, size of the condition, such as the number of classes.

    Returns:
        `keras.Model` from the list of samples `(batch_size, *data_shape)` and conditions
        `(batch_size, condition_dim)` to logits `(batch_size, 1)`. 1,224,351 parameters with the
        defaults.

    Reference:
        Mirza and Osindero, 2014 (arXiv:1411.1784), section 4.1; dropout and initial weights as in
        `build_cgan_generator`. No pixels are dropped.
    """
    images = keras.Input(data_shape, name="images")
    condition = keras.Input((condition_dim,), name="condition")
    x = layers.Concatenate()(
        [_maxout(unit_pixels(images), 240, pieces=5), _maxout(condition, 50, pieces=5)]
    )
    x = _maxout(x, 240, pieces=4)
    logits = layers.Dense(1, kernel_initializer=uniform(0.005), dtype="float32", name="logits")(x)
    return keras.Model([images, condition], logits, name="discriminator")
