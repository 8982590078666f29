"""LSGAN's networks for scenes of 112 pixels."""

import keras
from keras import layers

from keras_gans.networks._common import batch_norm, halvings, normal, truncated_normal

SIZES = (112,)


def _deconvolution(filters, strides):
    return layers.Conv2DTranspose(
        filters, 3, strides=strides, padding="same", kernel_initializer=normal()
    )


def _convolution(filters):
    return layers.Conv2D(
        filters, 5, strides=2, padding="same", kernel_initializer=truncated_normal()
    )


def build_lsgan_generator(latent_dim=1024, image_shape=(112, 112, 3)):
    """Generator of transposed 3x3 convolutions, of which the first two stages have two each.

    Args:
        latent_dim: Integer, size of the latent vector.
        image_shape: Tuple `(112, 112, channels)` with 1 or 3 channels.

    Returns:
        `keras.Model` from `(batch_size, latent_dim)` to `(batch_size, *image_shape)` in `[-1, 1]`
        (tanh). 15,591,427 parameters with the defaults.

    Raises:
        ValueError: For other image shapes; the networks of DCGAN serve 28 to 128 pixels.

    Reference:
        Mao et al., 2016, "Least Squares Generative Adversarial Networks" (arXiv:1611.04076), the
        networks for LSUN, as in its official code. Weights N(0, 0.02), and convolutions keep their
        biases beside batch normalization.
    """
    smallest, _ = halvings(image_shape, SIZES, smallest=7)
    latents = keras.Input((latent_dim,), name="latents")
    x = layers.Dense(smallest * smallest * 256, kernel_initializer=normal())(latents)
    x = layers.Reshape((smallest, smallest, 256))(x)
    x = layers.ReLU()(batch_norm()(x))
    for filters, strides in ((256, 2), (256, 1), (256, 2), (256, 1), (128, 2), (64, 2)):
        x = layers.ReLU()(batch_norm()(_deconvolution(filters, strides)(x)))
    x = _deconvolution(image_shape[-1], strides=1)(x)
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return keras.Model(latents, images, name="generator")


def build_lsgan_discriminator(image_shape=(112, 112, 3)):
    """Discriminator of 5x5 convolutions with stride 2 and LeakyReLU of slope 0.2.

    Args:
        image_shape: Tuple `(112, 112, channels)` with 1 or 3 channels.

    Returns:
        `keras.Model` from `(batch_size, *image_shape)` to a linear output `(batch_size, 1)`, which
        least squares compare with their targets. 4,333,441 parameters with the default.

    Raises:
        ValueError: For other image shapes.

    Reference:
        Mao et al., 2016 (arXiv:1611.04076), and its official code for LSUN: convolutions start from
        a truncated N(0, 0.02), the dense layer from N(0, 0.02).
    """
    halvings(image_shape, SIZES, smallest=7)
    images = keras.Input(image_shape, name="images")
    x = layers.LeakyReLU(0.2)(_convolution(64)(images))
    for filters in (128, 256, 512):
        x = layers.LeakyReLU(0.2)(batch_norm()(_convolution(filters)(x)))
    x = layers.Flatten()(x)
    logits = layers.Dense(1, kernel_initializer=normal(), dtype="float32", name="logits")(x)
    return keras.Model(images, logits, name="discriminator")
