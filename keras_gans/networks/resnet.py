"""The residual networks of WGAN-GP, for 32 and 64 pixels."""

import keras
from keras import layers

from keras_gans.networks._common import halvings, layer_norm
from keras_gans.networks._residual import (
    convolution,
    down_block,
    first_down_block,
    residual_generator,
)

SIZES = (32, 64)


def build_resnet_generator(latent_dim=128, image_shape=(32, 32, 3), width=None):
    """Residual generator: one block a doubling, with batch normalization and nearest upsampling.

    Args:
        latent_dim: Integer, size of the latent vector.
        image_shape: Tuple `(size, size, channels)`; size 32 or 64, channels 1 or 3.
        width: Integer, channels at the highest resolution: by default 128 for 32 pixels, where all
            resolutions have as many, and 64 for 64 pixels, where the blocks have 8, 4, 2 and 1
            times as many.

    Returns:
        `keras.Model` from `(batch_size, latent_dim)` to `(batch_size, *image_shape)` in `[-1, 1]`
        (tanh). 1,204,483 parameters for 32x32x3 and 8,540,483 for 64x64x3.

    Raises:
        ValueError: For other image shapes.

    Reference:
        Gulrajani et al., 2017, "Improved Training of Wasserstein GANs" (arXiv:1704.00028), appendix
        F for 32 pixels and the official code for 64, whose blocks have a first convolution without
        bias. Convolutions of blocks start uniform with variance `4 / (fan_in + fan_out)`, dense
        layers and shortcuts by Glorot's rule.
    """
    halvings(image_shape, SIZES)
    if image_shape[0] == 32:
        width = width or 128
        return residual_generator(latent_dim, image_shape, [width] * 4)
    width = width or 64
    channels = [width * multiple for multiple in (8, 8, 4, 2, 1)]
    return residual_generator(latent_dim, image_shape, channels, use_bias=False, output_gain=2.0)


def build_resnet_critic(image_shape=(32, 32, 3), width=None):
    """Residual critic: without normalization for 32 pixels, with layer normalization for 64.

    For 32 pixels two blocks halve, two do not, and the last map is averaged; for 64 pixels four
    blocks halve and double the channels, up to 8 times `width`, and the last map is flattened.

    Args:
        image_shape: Tuple `(size, size, channels)`; size 32 or 64, channels 1 or 3.
        width: Integer, channels at the highest resolution, by default 128 and 64.

    Returns:
        `keras.Model` from `(batch_size, *image_shape)` to scores `(batch_size, 1)`. 1,053,825
        parameters for 32x32x3 and 7,491,841 for 64x64x3.

    Raises:
        ValueError: For other image shapes.

    Reference:
        Gulrajani et al., 2017 (arXiv:1704.00028), appendix F for 32 pixels and the official code
        for 64; see `build_resnet_generator`. Layer normalization takes its statistics over a whole
        sample, which keeps the gradient penalty one of each sample.
    """
    halvings(image_shape, SIZES)
    images = keras.Input(image_shape, name="images")
    if image_shape[0] == 32:
        width = width or 128
        x = first_down_block(images, width)
        for halve in (True, False, False):
            x = down_block(x, width, halve)
        x = layers.GlobalAveragePooling2D()(layers.ReLU()(x))
    else:
        width = width or 64
        x = convolution(width)(images)
        for multiple in (2, 4, 8, 8):
            x = down_block(x, width * multiple, normalization=layer_norm, use_bias=False)
        x = layers.Flatten()(x)
    scores = layers.Dense(1, dtype="float32", name="scores")(x)
    return keras.Model(images, scores, name="critic")
