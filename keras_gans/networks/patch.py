"""PatchGAN: the discriminator of pix2pix and CycleGAN, which judges every patch by itself."""

import keras

from keras_gans.networks._image_to_image import check_sides, convolution, normalized, padded
from keras_gans.utils.checks import check_at_least


def receptive_field(layers=3):
    """Side of the patch that one logit of `build_patch_discriminator` sees, in pixels.

    From the logit backwards, `size -> (size - 1) * stride + 4`, with two convolutions of stride 1
    and `layers` of stride 2: 16, 34, 70, 142, 286 and 574 for 1 to 6 layers, and 1 for none.

    Raises:
        ValueError: If `layers` is no integer of at least 0.
    """
    check_at_least(0, layers=layers)
    size = 1
    for stride in (1, 1, *[2] * layers) if layers else ():
        size = (size - 1) * stride + 4
    return size


def _patch_features(x, layers, width, instance_norm, affine):
    """4x4 convolutions, all but the last with stride 2."""
    for level in range(layers + 1):
        name = f"convolution_{level}"
        x = convolution(
            width * min(2**level, 8),
            4,
            strides=1 if level == layers else 2,
            use_bias=instance_norm or level == 0,
            name=name,
        )(padded(x, 1))
        if level > 0:
            x = normalized(x, instance_norm, f"{name}_norm", affine)
        x = keras.layers.LeakyReLU(0.2)(x)
    return padded(x, 1)


def _pixel_features(x, width, instance_norm, affine):
    x = convolution(width, 1, name="convolution_0")(x)
    x = keras.layers.LeakyReLU(0.2)(x)
    x = convolution(2 * width, 1, use_bias=instance_norm, name="convolution_1")(x)
    x = normalized(x, instance_norm, "convolution_1_norm", affine)
    return keras.layers.LeakyReLU(0.2)(x)


def build_patch_discriminator(
    image_shape=(256, 256, 3),
    condition_shape=None,
    layers=3,
    width=64,
    instance_norm=False,
    affine=False,
):
    """Discriminator of 4x4 convolutions with a map of logits, one for each patch of the image.

    pix2pix judges a translation beside the image it came from, `discriminator([x, y])`; CycleGAN
    judges images alone, with `instance_norm=True`.

    Args:
        image_shape: Tuple `(height, width, channels)` of the images to judge. Sides are at least
            `3 * 2**layers`, or `None` for any such size.
        condition_shape: Tuple, the shape of the images that condition the judgement, with the
            sides of `image_shape`, or `None` for images alone.
        layers: Integer >= 0, convolutions of stride 2. 3 sees patches of 70 pixels, and
            `receptive_field` tells the others; 0 is PixelGAN, two hidden 1x1 convolutions that
            see single pixels.
        width: Integer, channels of the first convolution, doubling to 8 times as many.
        instance_norm: Boolean, instance normalization, the convolutions with biases, instead of
            batch normalization.
        affine: Boolean, whether instance normalization has a gain and an offset for each channel,
            as in early releases.

    Returns:
        `keras.Model` from `(batch_size, *image_shape)`, or from the list of `(batch_size,
        *condition_shape)` and that, to logits `(batch_size, rows, columns, 1)`: 30x30 for 256
        pixels, as many as pixels for PixelGAN. 2,768,705 parameters for 3 channels under a
        condition of 3, 2,764,737 for images alone with instance normalization.

    Raises:
        ValueError: For smaller images, a condition with other sides, and negative `layers`.

    Reference:
        Isola et al., 2017, "Image-to-Image Translation with Conditional Adversarial Networks"
        (arXiv:1611.07004), section 3.2.2 and appendix 6.1; Zhu et al., 2017 (arXiv:1703.10593),
        appendix. The last two convolutions have stride 1 and shrink the map, as in both official
        codes: 32, 31, 30.
    """
    check_at_least(0, layers=layers)
    check_sides("image_shape", image_shape, smallest=3 * 2**layers if layers else 1)
    images = keras.Input(image_shape, name="images")
    inputs, x = images, images
    if condition_shape is not None:
        check_sides("condition_shape", condition_shape)
        if tuple(condition_shape[:2]) != tuple(image_shape[:2]):
            raise ValueError(
                "`condition_shape` must have the sides of `image_shape`. Received: "
                f"condition_shape={tuple(condition_shape)}, image_shape={tuple(image_shape)}"
            )
        condition = keras.Input(condition_shape, name="condition")
        inputs = [condition, images]
        x = keras.layers.Concatenate()(inputs)
    if layers:
        x = _patch_features(x, layers, width, instance_norm, affine)
    else:
        x = _pixel_features(x, width, instance_norm, affine)
    # PixelGAN leaves out even this bias beside batch normalization, as in the code in PyTorch.
    logits = convolution(
        1,
        4 if layers else 1,
        use_bias=bool(layers) or instance_norm,
        dtype="float32",
        name="logits",
    )(x)
    return keras.Model(inputs, logits, name="discriminator")
