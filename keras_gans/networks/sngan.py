"""The networks of SN-GAN: plain and residual, with every discriminator layer of spectral norm 1."""

import keras
from keras import layers, ops

from keras_gans.layers import SpectralNormalization
from keras_gans.networks._common import batch_norm, halvings, normal
from keras_gans.networks._residual import down_block, first_down_block, residual_generator

SIZES = (28, 32, 64)
RESNET_SIZES = (32,)


def _convolution(filters, kernel_size, strides):
    return layers.Conv2D(
        filters, kernel_size, strides=strides, padding="same", kernel_initializer=normal()
    )


def _logits(x, **kwargs):
    """The layer and its wrapper both stay in float32."""
    dense = layers.Dense(1, dtype="float32", **kwargs)
    return SpectralNormalization(dense, dtype="float32", name="logits")(x)


def build_sngan_generator(latent_dim=128, image_shape=(32, 32, 3), width=64):
    """Generator of transposed 4x4 convolutions with batch normalization, and a 3x3 convolution.

    Args:
        latent_dim: Integer, size of the latent vector.
        image_shape: Tuple `(size, size, channels)`; size 28, 32 or 64, channels 1 or 3.
        width: Integer, channels at the highest resolution, doubling at every halving.

    Returns:
        `keras.Model` from `(batch_size, latent_dim)` to `(batch_size, *image_shape)` in `[-1, 1]`
        (tanh). 3,812,355 parameters with the defaults.

    Raises:
        ValueError: For other image shapes.

    Reference:
        Miyato et al., 2018, "Spectral Normalization for Generative Adversarial Networks"
        (arXiv:1802.05957), table 3. 28 pixels, from 7x7 maps in two stages, and 64 pixels, with one
        stage more, are our adaptations. The paper does not state the initial weights; N(0, 0.02)
        is what a reimplementation by one of its authors' group takes.
    """
    smallest, stages = halvings(image_shape, SIZES)
    latents = keras.Input((latent_dim,), name="latents")
    maps = (smallest, smallest, width * 2**stages)
    x = layers.Dense(smallest * smallest * maps[-1], kernel_initializer=normal())(latents)
    x = layers.Reshape(maps)(x)
    for stage in reversed(range(stages)):
        x = layers.Conv2DTranspose(
            width * 2**stage, 4, strides=2, padding="same", kernel_initializer=normal()
        )(x)
        x = layers.ReLU()(batch_norm()(x))
    x = _convolution(image_shape[-1], 3, strides=1)(x)
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return keras.Model(latents, images, name="generator")


def build_sngan_discriminator(image_shape=(32, 32, 3), width=64):
    """Discriminator of 3x3 convolutions, each followed by a 4x4 one with stride 2.

    Every layer is spectrally normalised and none is batch-normalised; LeakyReLU has slope 0.1.

    Args:
        image_shape: Tuple `(size, size, channels)`; size 28, 32 or 64, channels 1 or 3.
        width: Integer, channels at the highest resolution, doubling at every halving.

    Returns:
        `keras.Model` from `(batch_size, *image_shape)` to logits `(batch_size, 1)`. 2,935,873
        parameters with the defaults.

    Raises:
        ValueError: For other image shapes.

    Reference:
        Miyato et al., 2018 (arXiv:1802.05957), table 3; sizes and initial weights as in
        `build_sngan_generator`.
    """
    _, stages = halvings(image_shape, SIZES)
    images = keras.Input(image_shape, name="images")
    x = images
    for stage in range(stages):
        for kernel_size, strides in ((3, 1), (4, 2)):
            x = SpectralNormalization(_convolution(width * 2**stage, kernel_size, strides))(x)
            x = layers.LeakyReLU(0.1)(x)
    x = SpectralNormalization(_convolution(width * 2**stages, 3, 1))(x)
    x = layers.Flatten()(layers.LeakyReLU(0.1)(x))
    return keras.Model(images, _logits(x, kernel_initializer=normal()), name="discriminator")


def build_sngan_resnet_generator(latent_dim=128, image_shape=(32, 32, 3), width=256):
    """Residual generator of three blocks with batch normalization and nearest upsampling.

    Args:
        latent_dim: Integer, size of the latent vector.
        image_shape: Tuple `(32, 32, channels)` with 1 or 3 channels.
        width: Integer, channels of every block.

    Returns:
        `keras.Model` from `(batch_size, latent_dim)` to `(batch_size, *image_shape)` in `[-1, 1]`
        (tanh). 4,276,739 parameters with the defaults.

    Raises:
        ValueError: For other image shapes.

    Reference:
        Miyato et al., 2018 (arXiv:1802.05957), table 4 and official code: convolutions of blocks
        start by Glorot's uniform rule with gain sqrt(2), all other layers with gain 1.
    """
    halvings(image_shape, RESNET_SIZES)
    return residual_generator(latent_dim, image_shape, [width] * 4)


def build_sngan_resnet_discriminator(image_shape=(32, 32, 3), width=128):
    """Residual discriminator of four blocks, whose last map is summed; spectrally normalised.

    Args:
        image_shape: Tuple `(32, 32, channels)` with 1 or 3 channels.
        width: Integer, channels of every block.

    Returns:
        `keras.Model` from `(batch_size, *image_shape)` to logits `(batch_size, 1)`. 1,053,824
        parameters with the defaults.

    Raises:
        ValueError: For other image shapes.

    Reference:
        Miyato et al., 2018 (arXiv:1802.05957), table 4 and official code, where the last layer has
        no bias; initial weights as in `build_sngan_resnet_generator`.
    """
    halvings(image_shape, RESNET_SIZES)
    images = keras.Input(image_shape, name="images")
    x = first_down_block(images, width, wrap=SpectralNormalization)
    for halve in (True, False, False):
        x = down_block(x, width, halve, wrap=SpectralNormalization)
    x = ops.sum(layers.ReLU()(x), axis=(1, 2))
    return keras.Model(images, _logits(x, use_bias=False), name="discriminator")
