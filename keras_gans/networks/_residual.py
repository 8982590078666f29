"""Pre-activation residual blocks, as WGAN-GP and, after it, SN-GAN use them.

A shortcut's 1x1 convolution runs at the smaller of its two resolutions. Official codes run it at
the larger one in places, which costs four times as much and gives the same values, since it maps
each pixel by itself, linearly.
"""

import keras
from keras import layers

from keras_gans.networks._common import batch_norm


def convolution(filters, kernel_size=3, gain=1.0, **kwargs):
    """Convolution that starts by Glorot's uniform rule, with `gain` times the variance."""
    return layers.Conv2D(
        filters,
        kernel_size,
        padding="same",
        kernel_initializer=keras.initializers.VarianceScaling(gain, "fan_avg", "uniform"),
        **kwargs,
    )


def unchanged(x):
    """Stands for a normalization or a wrapper where there is none."""
    return x


def up_block(x, filters, use_bias=True):
    """Doubles height and width: normalization, ReLU, nearest upsampling, convolution; the same
    without upsampling; added to the input after a 1x1 convolution and upsampling.

    Args:
        x: Tensor `(batch_size, height, width, channels)`.
        filters: Integer, channels of the output.
        use_bias: Boolean, whether the first convolution has a bias.

    Returns:
        Tensor `(batch_size, 2 * height, 2 * width, filters)`.
    """
    shortcut = layers.UpSampling2D(2)(convolution(filters, 1)(x))
    x = layers.UpSampling2D(2)(layers.ReLU()(batch_norm()(x)))
    x = convolution(filters, gain=2.0, use_bias=use_bias)(x)
    x = layers.ReLU()(batch_norm()(x))
    x = convolution(filters, gain=2.0)(x)
    return layers.Add()([x, shortcut])


def down_block(x, filters, halve=True, normalization=None, wrap=unchanged, use_bias=True):
    """ReLU and convolution, twice, then average pooling; added to the input, which passes the
    pooling and a 1x1 convolution, unless it can be added as it is.

    Args:
        x: Tensor `(batch_size, height, width, channels)`.
        filters: Integer, channels of the output.
        halve: Boolean, whether to pool.
        normalization: Zero-argument callable that makes the layer before each ReLU, or `None`.
        wrap: Callable put around every convolution.
        use_bias: Boolean, whether the first convolution has a bias.

    Returns:
        Tensor `(batch_size, height / 2, width / 2, filters)`, or of full size without `halve`.
    """
    channels = x.shape[-1]
    normalization = normalization or (lambda: unchanged)
    pool = layers.AveragePooling2D(2) if halve else unchanged
    shortcut = x
    if halve or channels != filters:
        shortcut = wrap(convolution(filters, 1))(pool(x))
    x = layers.ReLU()(normalization()(x))
    x = wrap(convolution(channels, gain=2.0, use_bias=use_bias))(x)
    x = layers.ReLU()(normalization()(x))
    x = pool(wrap(convolution(filters, gain=2.0))(x))
    return layers.Add()([x, shortcut])


def first_down_block(x, filters, wrap=unchanged):
    """`down_block` for images: no ReLU before the first convolution, which widens at once.

    Args:
        x: Tensor `(batch_size, height, width, channels)` of pixels.
        filters: Integer, channels of the output.
        wrap: Callable put around every convolution.

    Returns:
        Tensor `(batch_size, height / 2, width / 2, filters)`.
    """
    shortcut = wrap(convolution(filters, 1))(layers.AveragePooling2D(2)(x))
    x = layers.ReLU()(wrap(convolution(filters, gain=2.0))(x))
    x = layers.AveragePooling2D(2)(wrap(convolution(filters, gain=2.0))(x))
    return layers.Add()([x, shortcut])


def residual_generator(latent_dim, image_shape, channels, use_bias=True, output_gain=1.0):
    """Dense layer, one `up_block` for each of `channels[1:]`, and a convolution with tanh.

    Args:
        latent_dim: Integer, size of the latent vector.
        image_shape: Tuple `(size, size, channels)`.
        channels: Sequence of integers, channels at 4x4 and after each block.
        use_bias: Boolean, whether the first convolution of a block has a bias.
        output_gain: Float, gain of the last convolution.

    Returns:
        `keras.Model` from `(batch_size, latent_dim)` to `(batch_size, *image_shape)`.
    """
    latents = keras.Input((latent_dim,), name="latents")
    x = layers.Dense(4 * 4 * channels[0])(latents)
    x = layers.Reshape((4, 4, channels[0]))(x)
    for filters in channels[1:]:
        x = up_block(x, filters, use_bias)
    x = layers.ReLU()(batch_norm()(x))
    x = convolution(image_shape[-1], gain=output_gain)(x)
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return keras.Model(latents, images, name="generator")
