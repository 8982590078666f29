"""BEGAN's decoder, which is also its generator, and its autoencoder, which is its discriminator."""

import keras
from keras import layers

from keras_gans.networks._common import halvings

SIZES = (28, 32, 64, 128)


def _convolution(filters, **kwargs):
    return layers.Conv2D(filters, 3, padding="same", **kwargs)


def _decode(embedding, image_shape, width, name):
    smallest, doublings = halvings(image_shape, SIZES, smallest=8)
    x = layers.Dense(smallest * smallest * width)(embedding)
    x = layers.Reshape((smallest, smallest, width))(x)
    for stage in range(doublings + 1):
        if stage > 0:
            x = layers.UpSampling2D(2, interpolation="nearest")(x)
        x = _convolution(width, activation="elu")(x)
        x = _convolution(width, activation="elu")(x)
    return _convolution(image_shape[-1], dtype="float32", name=name)(x)


def _encode(images, embedding_dim, width):
    _, downsamplings = halvings(images.shape[1:], SIZES, smallest=8)
    x = _convolution(width, activation="elu")(images)
    for stage in range(1, downsamplings + 2):
        x = _convolution(stage * width, activation="elu")(x)
        x = _convolution(stage * width, activation="elu")(x)
        if stage <= downsamplings:
            x = _convolution(stage * width, strides=2, activation="elu")(x)
    return layers.Dense(embedding_dim, name="embedding")(layers.Flatten()(x))


def build_began_decoder(latent_dim=64, image_shape=(64, 64, 3), width=128):
    """Decoder of pairs of 3x3 convolutions, exponential linear units and nearest upsampling.

    The generator of BEGAN; its discriminator ends in such a decoder too, with its own weights.

    Args:
        latent_dim: Integer, size of the latent vector, `h` in the paper.
        image_shape: Tuple `(size, size, channels)`; size 28, 32, 64 or 128, channels 1 or 3.
        width: Integer, channels of every hidden layer, `n` in the paper.

    Returns:
        `keras.Model` from `(batch_size, latent_dim)` to `(batch_size, *image_shape)`, linear:
        images lie in `[-1, 1]` only as far as training brings them there. 1,716,611 parameters
        with the defaults, 563,395 with `width=64`.

    Raises:
        ValueError: For other image shapes.

    Reference:
        Berthelot et al., 2017, "BEGAN: Boundary Equilibrium Generative Adversarial Networks"
        (arXiv:1703.10717), as an unofficial reimplementation builds it: without the optional
        connections from the embedding to later layers. Weights start by Glorot's uniform rule. For
        28 pixels, which are ours, the smallest maps are 7x7 instead of 8x8.
    """
    latents = keras.Input((latent_dim,), name="latents")
    images = _decode(latents, image_shape, width, name="images")
    return keras.Model(latents, images, name="generator")


def build_began_autoencoder(image_shape=(64, 64, 3), width=128, embedding_dim=64):
    """Autoencoder of 3x3 convolutions; its reconstruction error is the discriminator's verdict.

    Channels of the encoder grow by `width` at every halving.

    Args:
        image_shape: Tuple `(size, size, channels)`; size 28, 32, 64 or 128, channels 1 or 3.
        width: Integer, channels of the first convolution and of the decoder, `n` in the paper.
        embedding_dim: Integer, size of the layer between encoder and decoder, named "embedding".

    Returns:
        `keras.Model` from `(batch_size, *image_shape)` to reconstructions of the same shape,
        linear. 13,405,379 parameters with the defaults, 4,011,651 with `width=64`.

    Raises:
        ValueError: For other image shapes.

    Reference:
        Berthelot et al., 2017 (arXiv:1703.10717); see `build_began_decoder`.
    """
    halvings(image_shape, SIZES, smallest=8)
    images = keras.Input(image_shape, name="images")
    embedding = _encode(images, embedding_dim, width)
    reconstructions = _decode(embedding, image_shape, width, name="reconstructions")
    return keras.Model(images, reconstructions, name="discriminator")
