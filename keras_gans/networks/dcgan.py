"""The convolutional networks of DCGAN, for 28, 32, 64 and 128 pixels."""

import keras
from keras import layers

from keras_gans.networks._common import batch_norm, decayed, halvings, normal

SIZES = (28, 32, 64, 128)


def _batch_norm(affine):
    return batch_norm(center=affine, scale=affine, gamma_initializer=normal(mean=1.0))


def _dense(units, decay, **kwargs):
    return decayed(layers.Dense, units, rate=decay, **kwargs)


def _convolution(layer, filters, decay):
    return decayed(layer, filters, 5, strides=2, padding="same", rate=decay)


def _pyramid(image_shape, width):
    """Smallest height, and channels at each resolution from the image inwards, doubling."""
    smallest, stages = halvings(image_shape, SIZES)
    if width is None:
        width = 128 if image_shape[0] == 64 else 64
    return smallest, [width * 2**stage for stage in range(stages)]


def build_dcgan_generator(latent_dim=100, image_shape=(64, 64, 3), width=None, decay=1e-5):
    """Generator of transposed 5x5 convolutions with stride 2 and batch normalization.

    Args:
        latent_dim: Integer, size of the latent vector.
        image_shape: Tuple `(size, size, channels)`; size 28, 32, 64 or 128, channels 1 or 3.
        width: Integer, channels at the highest hidden resolution. Defaults to the paper's: 128 for
            64 pixels, and 64 for 28; the paper has no 32 and 128 pixels, where 64 is taken, which
            makes 256 and 1024 channels at 4x4.
        decay: Float >= 0, what part of a weight is added to its gradient: the official code's rate
            for images with 64 pixels. Its conditional MNIST model has 2.5e-5, and games of other
            papers that take these networks have none.

    Returns:
        `keras.Model` from `(batch_size, latent_dim)` to `(batch_size, *image_shape)` in `[-1, 1]`
        (tanh). For 64x64x3 it has 18,885,760 parameters.

    Raises:
        ValueError: For other image shapes.

    Reference:
        Radford et al., 2015, "Unsupervised Representation Learning with Deep Convolutional
        Generative Adversarial Networks" (arXiv:1511.06434), section 3 and figure 1; the 28-pixel
        net is the official MNIST model without its labels (two dense layers, batch normalization
        without gain and bias), and with the paper's tanh for that code's sigmoid. Its Theano code
        pads 2 pixels on every side; TensorFlow's "same", here, 1 at the top and left and 2 at the
        bottom and right.
    """
    smallest, widths = _pyramid(image_shape, width)
    size, _, channels = image_shape
    affine = size != 28
    latents = keras.Input((latent_dim,), name="latents")
    x = latents
    if size == 28:
        x = layers.ReLU()(_batch_norm(affine)(_dense(1024, decay)(x)))
    x = layers.ReLU()(_batch_norm(affine)(_dense(smallest * smallest * widths[-1], decay)(x)))
    x = layers.Reshape((smallest, smallest, widths[-1]))(x)
    for filters in reversed(widths[:-1]):
        x = _convolution(layers.Conv2DTranspose, filters, decay)(x)
        x = layers.ReLU()(_batch_norm(affine)(x))
    x = _convolution(layers.Conv2DTranspose, channels, decay)(x)
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return keras.Model(latents, images, name="generator")


def build_dcgan_discriminator(image_shape=(64, 64, 3), width=None, decay=1e-5):
    """Discriminator of 5x5 convolutions with stride 2, the mirror of the generator.

    Args:
        image_shape: Tuple `(size, size, channels)`; size 28, 32, 64 or 128, channels 1 or 3.
        width: Integer, channels of the first convolution; defaults as in the generator.
        decay: As in the generator.

    Returns:
        `keras.Model` from `(batch_size, *image_shape)` to logits `(batch_size, 1)`. For 64x64x3 it
        has 17,232,768 parameters.

    Raises:
        ValueError: For other image shapes.

    Reference:
        Radford et al., 2015 (arXiv:1511.06434), section 3: batch normalization everywhere but in
        the first layer, LeakyReLU with slope 0.2.
    """
    _, widths = _pyramid(image_shape, width)
    affine = image_shape[0] != 28
    images = keras.Input(image_shape, name="images")
    x = layers.LeakyReLU(0.2)(_convolution(layers.Conv2D, widths[0], decay)(images))
    for filters in widths[1:]:
        x = _convolution(layers.Conv2D, filters, decay)(x)
        x = layers.LeakyReLU(0.2)(_batch_norm(affine)(x))
    x = layers.Flatten()(x)
    if image_shape[0] == 28:
        x = layers.LeakyReLU(0.2)(_batch_norm(affine)(_dense(1024, decay)(x)))
    logits = _dense(1, decay, dtype="float32", name="logits")(x)
    return keras.Model(images, logits, name="discriminator")
