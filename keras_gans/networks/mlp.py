"""The multilayer perceptrons of the first GAN paper, for MNIST."""

import math

import keras
from keras import layers

from keras_gans.layers import Maxout
from keras_gans.networks._common import sigmoid_images, uniform, unit_pixels


def build_mlp_generator(
    latent_dim=100, data_shape=(28, 28, 1), width=1200, output_bias_initializer="zeros"
):
    """Generator with two hidden layers of rectifiers and a sigmoid that is scaled to `[-1, 1]`.

    Args:
        latent_dim: Integer, size of the latent vector.
        data_shape: Tuple, shape of one generated sample; 784 pixels in the paper.
        width: Integer, units of each hidden layer.
        output_bias_initializer: Initializer of the output's bias. The official code starts it at
            the logit of every pixel's mean over the training images (its value for pixels in
            `[0, 1]`); without data it starts at 0.

    Returns:
        `keras.Model` from `(batch_size, latent_dim)` to `(batch_size, *data_shape)` in `[-1, 1]`.
        2,503,984 parameters with the defaults.

    Reference:
        Goodfellow et al., 2014, "Generative Adversarial Nets" (arXiv:1406.2661), and its official
        configuration for MNIST. There pixels lie in `[0, 1]`; here the sigmoid is mapped to the
        library's `[-1, 1]` by `2 s - 1`.
    """
    latents = keras.Input((latent_dim,), name="latents")
    x = layers.Dense(width, activation="relu", kernel_initializer=uniform(0.05))(latents)
    x = layers.Dense(width, activation="relu", kernel_initializer=uniform(0.05))(x)
    x = layers.Dense(
        math.prod(data_shape),
        kernel_initializer=uniform(0.05),
        bias_initializer=output_bias_initializer,
    )(x)
    images = sigmoid_images(x, data_shape)
    return keras.Model(latents, images, name="generator")


def build_maxout_discriminator(data_shape=(28, 28, 1), units=240, pieces=5):
    """Discriminator with two maxout layers and dropout before every layer.

    Args:
        data_shape: Tuple, shape of one sample with values in `[-1, 1]`.
        units: Integer, maxout units of each hidden layer.
        pieces: Integer, affine pieces a unit.

    Returns:
        `keras.Model` from `(batch_size, *data_shape)` to logits `(batch_size, 1)`. 1,231,441
        parameters with the defaults.

    Reference:
        Goodfellow et al., 2014, "Generative Adversarial Nets" (arXiv:1406.2661), and its official
        configuration for MNIST: 20 % of the pixels and 50 % of the hidden units are dropped.
    """
    images = keras.Input(data_shape, name="images")
    x = layers.Dropout(0.2)(unit_pixels(images))  # what is dropped is 0, black
    x = Maxout(units, pieces, kernel_initializer=uniform(0.005))(x)
    x = layers.Dropout(0.5)(x)
    x = Maxout(units, pieces, kernel_initializer=uniform(0.005))(x)
    x = layers.Dropout(0.5)(x)
    logits = layers.Dense(1, kernel_initializer=uniform(0.005), dtype="float32", name="logits")(x)
    return keras.Model(images, logits, name="discriminator")
