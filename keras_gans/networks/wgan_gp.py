"""The networks of WGAN-GP for MNIST, without normalization or, for WGAN, with it."""

import math

import keras
from keras import layers

from keras_gans.networks import _common
from keras_gans.networks._common import halvings, uniform

SIZES = (28,)


def _deconvolution(x, filters):
    """With a stride of 2 each output sees a quarter of the kernel, which divides its fan-in."""
    limit = math.sqrt(12 / (25 * x.shape[-1] / 4 + 25 * filters))
    return layers.Conv2DTranspose(
        filters, 5, strides=2, padding="same", kernel_initializer=uniform(limit)
    )(x)


def _convolution(x, filters):
    """With a stride of 2 each input meets a quarter of the kernel, which divides its fan-out."""
    limit = math.sqrt(12 / (25 * x.shape[-1] + 25 * filters / 4))
    return layers.Conv2D(filters, 5, strides=2, padding="same", kernel_initializer=uniform(limit))(
        x
    )


def _normalized(x, batch_norm):
    return _common.batch_norm()(x) if batch_norm else x


def build_wgan_gp_generator(latent_dim=128, image_shape=(28, 28, 1), width=64, batch_norm=False):
    """Generator of transposed 5x5 convolutions with stride 2, from 4x4 maps cropped to 7x7.

    Args:
        latent_dim: Integer, size of the latent vector.
        image_shape: Tuple `(28, 28, channels)` with 1 or 3 channels.
        width: Integer, channels at the highest hidden resolution.
        batch_norm: Boolean, normalises every hidden layer, as for WGAN in the same script.

    Returns:
        `keras.Model` from `(batch_size, latent_dim)` to `(batch_size, *image_shape)` in `[-1, 1]`
        (tanh). 1,554,177 parameters with the defaults.

    Raises:
        ValueError: For other image shapes.

    Reference:
        Gulrajani et al., 2017, "Improved Training of Wasserstein GANs" (arXiv:1704.00028), official
        code for MNIST. There a sigmoid makes pixels in `[0, 1]`; tanh to `[-1, 1]` doubles
        distances between images, and with them those that the critic estimates. Convolutions start
        uniform with variance `4 / (fan_in + fan_out)`, the dense layer by Glorot's rule.
    """
    halvings(image_shape, SIZES)
    latents = keras.Input((latent_dim,), name="latents")
    x = layers.Dense(4 * 4 * 4 * width)(latents)
    x = layers.ReLU()(_normalized(x, batch_norm))
    x = layers.Reshape((4, 4, 4 * width))(x)
    x = layers.ReLU()(_normalized(_deconvolution(x, 2 * width), batch_norm))
    x = layers.Cropping2D(((0, 1), (0, 1)))(x)  # 8x8 to 7x7
    x = layers.ReLU()(_normalized(_deconvolution(x, width), batch_norm))
    x = _deconvolution(x, image_shape[-1])
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return keras.Model(latents, images, name="generator")


def build_wgan_gp_critic(image_shape=(28, 28, 1), width=64, batch_norm=False):
    """Critic of 5x5 convolutions with stride 2 and LeakyReLU of slope 0.2.

    Args:
        image_shape: Tuple `(28, 28, channels)` with 1 or 3 channels.
        width: Integer, channels of the first convolution.
        batch_norm: Boolean, normalises the second and third convolution, as for WGAN in the same
            script. With a gradient penalty it must be off: the penalty is one of each sample, and
            batch statistics tie samples together.

    Returns:
        `keras.Model` from `(batch_size, *image_shape)` to scores `(batch_size, 1)`. 1,030,145
        parameters with the defaults.

    Raises:
        ValueError: For other image shapes.

    Reference:
        Gulrajani et al., 2017 (arXiv:1704.00028), section 4 and official code for MNIST; initial
        weights as in `build_wgan_gp_generator`.
    """
    halvings(image_shape, SIZES)
    images = keras.Input(image_shape, name="images")
    x = layers.LeakyReLU(0.2)(_convolution(images, width))
    for filters in (2 * width, 4 * width):
        x = layers.LeakyReLU(0.2)(_normalized(_convolution(x, filters), batch_norm))
    scores = layers.Dense(1, dtype="float32", name="scores")(layers.Flatten()(x))
    return keras.Model(images, scores, name="critic")
