"""The U-Net of pix2pix."""

import math

import keras
from keras import layers

from keras_gans.networks._image_to_image import check_sides, convolution, normalized
from keras_gans.utils.checks import check_at_least

FEWEST_DOWNS = 5  # below it, maps would not reach the full width of 8 * width


def _checked_downs(input_shape, downs):
    """Number of halvings, by default as many as the sides allow."""
    if downs is None and None in input_shape[:2]:
        raise ValueError(
            "`downs` must be given where the sides of `input_shape` are None. "
            f"Received: downs=None, input_shape={tuple(input_shape)}"
        )
    if downs is None:
        both = math.gcd(*input_shape[:2])
        downs = max((both & -both).bit_length() - 1, FEWEST_DOWNS)
    check_at_least(FEWEST_DOWNS, downs=downs)
    check_sides("input_shape", input_shape, multiple=2**downs, smallest=2**downs)
    return downs


def _check_dropout_layers(dropout_layers, downs):
    if not set(dropout_layers) <= set(range(1, downs)):
        raise ValueError(
            f"`dropout_layers` must name hidden layers of the decoder, 1 to {downs - 1}. "
            f"Received: dropout_layers={tuple(dropout_layers)}"
        )


def build_unet_generator(
    input_shape=(256, 256, 3),
    output_channels=3,
    width=64,
    downs=None,
    instance_norm=False,
    affine=False,
    dropout=0.5,
    dropout_layers=(1, 2, 3),
):
    """U-Net: an encoder down to one pixel, and a decoder that sees the encoder's maps of its size.

    4x4 convolutions of stride 2 halve the sides, transposed ones double them. At test time pix2pix
    keeps dropout, its only noise, and normalises by the test batch's own statistics: call the
    network with `training=True`.

    Args:
        input_shape: Tuple `(height, width, channels)` of the images to translate, in `[-1, 1]`,
            from 32 pixels up. Sides are multiples of `2**downs`, or `None` for any such size.
        output_channels: Integer, channels of the translated images.
        width: Integer, channels of the first convolution, doubling to 8 times as many.
        downs: Integer >= 5, number of halvings. Defaults to as many as the sides allow, 8 for 256
            pixels, after which one pixel is left.
        instance_norm: Boolean, instance normalization, the convolutions with biases, instead of
            batch normalization.
        affine: Boolean, whether instance normalization has a gain and an offset for each channel,
            as in early releases.
        dropout: Float in `[0, 1)`, share of dropped values; 0 for no dropout.
        dropout_layers: Tuple of integers, the layers of the decoder that drop out, 1 being the
            innermost. `(1, 2, 3)` as in the paper and its release in Torch; the release in
            PyTorch has `(2, 3, 4)` for 256 pixels, in general 2 to `downs - 4`.

    Returns:
        `keras.Model` from `(batch_size, *input_shape)` to `(batch_size, height, width,
        output_channels)` in `[-1, 1]` (tanh). 54,413,955 parameters with the defaults, 41,828,995
        for 128 pixels.

    Raises:
        ValueError: If sides are no multiples of `2**downs`, if `downs` is less than 5 or missing
            where the sides are `None`, and for layers outside the decoder.

    Reference:
        Isola et al., 2017, "Image-to-Image Translation with Conditional Adversarial Networks"
        (arXiv:1611.07004), section 3.2.1 and appendix 6.1; without batch normalization in the
        innermost layer, as the authors corrected it, and with the skipped maps first.
    """
    downs = _checked_downs(input_shape, downs)
    _check_dropout_layers(dropout_layers, downs)
    widths = [width * min(2**level, 8) for level in range(downs)]
    inputs = keras.Input(input_shape, name="inputs")
    x = inputs
    skips = []
    for level, filters in enumerate(widths, start=1):
        name = f"encoder_{level}"
        if level > 1:
            x = layers.LeakyReLU(0.2)(x)
        x = convolution(filters, 4, strides=2, padding="same", use_bias=instance_norm, name=name)(x)
        if 1 < level < downs:
            x = normalized(x, instance_norm, f"{name}_norm", affine)
        skips.append(x)
    skips.pop()
    for level in range(1, downs):
        name = f"decoder_{level}"
        x = layers.ReLU()(x)
        x = convolution(
            widths[-1 - level],
            4,
            layers.Conv2DTranspose,
            strides=2,
            padding="same",
            use_bias=instance_norm,
            name=name,
        )(x)
        x = normalized(x, instance_norm, f"{name}_norm", affine)
        if dropout and level in dropout_layers:
            x = layers.Dropout(dropout)(x)
        x = layers.Concatenate()([skips.pop(), x])
    x = convolution(
        output_channels,
        4,
        layers.Conv2DTranspose,
        strides=2,
        padding="same",
        name=f"decoder_{downs}",
    )(layers.ReLU()(x))
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return keras.Model(inputs, images, name="generator")
