"""The networks of SAGAN: residual, spectrally normalised, with self-attention in their middle."""

import keras
from keras import layers, ops

from keras_gans.layers import (
    ConditionalBatchNormalization,
    ProjectionHead,
    SelfAttention,
    SpectralNormalization,
)
from keras_gans.networks._common import halvings

SIZES = (32, 64, 128)


def _dense(units, **kwargs):
    return SpectralNormalization(layers.Dense(units, **kwargs))


def _convolution(filters, kernel_size=3, **kwargs):
    return SpectralNormalization(layers.Conv2D(filters, kernel_size, padding="same", **kwargs))


def _up_block(x, filters, normalize):
    """Doubles height and width. The shortcut's 1x1 convolution runs before its upsampling, which
    gives the same values as after it."""
    shortcut = layers.UpSampling2D(2)(_convolution(filters, 1)(x))
    x = layers.UpSampling2D(2)(layers.ReLU()(normalize(x)))
    x = layers.ReLU()(normalize(_convolution(filters)(x)))
    return layers.Add()([_convolution(filters)(x), shortcut])


def _down_block(x, filters, halve=True, first=False):
    """Halves height and width, or keeps them and the channels. The first convolution widens."""
    shortcut = x
    pool = layers.AveragePooling2D(2) if halve else (lambda maps: maps)
    if halve:
        shortcut = _convolution(filters, 1)(pool(x))
    x = x if first else layers.ReLU()(x)
    x = _convolution(filters)(x)
    x = pool(_convolution(filters)(layers.ReLU()(x)))
    return layers.Add()([x, shortcut])


def _height_of_attention(attention_size, image_shape):
    """Height of the maps that attend to themselves; 0 for none."""
    if attention_size is None:
        return image_shape[0] // 4
    sizes = [2**n for n in range(3, image_shape[0].bit_length() - 1)]
    if attention_size not in (0, *sizes):
        raise ValueError(
            f"`attention_size` must be 0 or one of {sizes}, the maps between blocks. "
            f"Received: attention_size={attention_size}"
        )
    return attention_size


def build_sagan_generator(
    latent_dim=128, image_shape=(128, 128, 3), num_classes=None, width=64, attention_size=None
):
    """Residual generator with self-attention and, for classes, conditional batch normalization.

    Args:
        latent_dim: Integer, size of the latent vector.
        image_shape: Tuple `(size, size, channels)`; size 32, 64 or 128, channels 1 or 3.
        num_classes: Integer, number of classes, or `None` for an unconditional generator.
        width: Integer, channels after the last block, doubling towards the latents.
        attention_size: Integer, height of the maps that attend to themselves; 0 for no attention.
            Defaults to a quarter of the image's, the official code's 32 for 128 pixels; the paper
            compares 8, 16, 32 and 64.

    Returns:
        `keras.Model` from `(batch_size, latent_dim)`, or from the list of that and one-hot labels
        `(batch_size, num_classes)`, to `(batch_size, *image_shape)` in `[-1, 1]` (tanh). 42,078,852
        parameters for 128x128x3 and 1,000 classes.

    Raises:
        ValueError: For other image shapes and attention sizes.

    Reference:
        Zhang et al., 2018, "Self-Attention Generative Adversarial Networks" (arXiv:1805.08318),
        and its official code for 128 pixels. 32 and 64 pixels have as many blocks fewer.
        Departure: moving averages follow with decay 0.9 instead of 0.999 (the last ones 0.9999),
        which needs thousands of steps before they can be used.
    """
    _, stages = halvings(image_shape, SIZES)
    attention_size = _height_of_attention(attention_size, image_shape)
    latents = keras.Input((latent_dim,), name="latents")
    inputs = latents
    if num_classes is None:

        def normalize(x):
            return layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)

    else:
        condition = keras.Input((num_classes,), name="condition")
        inputs = [latents, condition]

        def normalize(x):
            return ConditionalBatchNormalization(num_classes)([x, condition])

    channels = [width * 2**stage for stage in reversed(range(stages))]
    x = layers.Reshape((4, 4, channels[0]))(_dense(4 * 4 * channels[0])(latents))
    for filters in channels:
        x = _up_block(x, filters, normalize)
        if x.shape[1] == attention_size:
            x = SelfAttention(name="attention")(x)
    x = layers.ReLU()(layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x))
    x = _convolution(image_shape[-1])(x)
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return keras.Model(inputs, images, name="generator")


def build_sagan_discriminator(
    image_shape=(128, 128, 3), num_classes=None, width=64, attention_size=None
):
    """Residual discriminator with self-attention and, for classes, a projection head.

    Args:
        image_shape: Tuple `(size, size, channels)`; size 32, 64 or 128, channels 1 or 3.
        num_classes: Integer, number of classes, or `None` for an unconditional discriminator.
        width: Integer, channels after the first block, doubling from block to block.
        attention_size: As in `build_sagan_generator`.

    Returns:
        `keras.Model` from `(batch_size, *image_shape)`, or from the list of that and one-hot labels
        `(batch_size, num_classes)`, to logits `(batch_size, 1)`. 39,463,618 parameters for
        128x128x3 and 1,000 classes.

    Raises:
        ValueError: For other image shapes and attention sizes.

    Reference:
        Zhang et al., 2018 (arXiv:1805.08318), and its official code; the maps are summed, not
        averaged, before the head of Miyato and Koyama, 2018 (arXiv:1802.05637).
    """
    _, stages = halvings(image_shape, SIZES)
    attention_size = _height_of_attention(attention_size, image_shape)
    images = keras.Input(image_shape, name="images")
    x = images
    for stage in range(stages):
        x = _down_block(x, width * 2**stage, first=stage == 0)
        if x.shape[1] == attention_size:
            x = SelfAttention(name="attention")(x)
    x = _down_block(x, width * 2 ** (stages - 1), halve=False)
    features = ops.sum(layers.ReLU()(x), axis=(1, 2))
    if num_classes is None:
        dense = layers.Dense(1, dtype="float32")
        logits = SpectralNormalization(dense, dtype="float32", name="logits")(features)
        return keras.Model(images, logits, name="discriminator")
    condition = keras.Input((num_classes,), name="condition")
    logits = ProjectionHead(num_classes, dtype="float32", name="logits")([features, condition])
    return keras.Model([images, condition], logits, name="discriminator")
