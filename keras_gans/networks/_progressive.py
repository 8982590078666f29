"""What the growing networks of Progressive GAN and StyleGAN share."""

import itertools

import keras
from keras import layers

from keras_gans.layers import EqualizedConv2D, FadeIn
from keras_gans.utils.checks import check_at_least


@keras.saving.register_keras_serializable(package="keras_gans")
class ListModel(keras.Model):
    """Functional model whose calls return a list; Keras would unwrap a list of one output."""

    def call(self, inputs, training=None, mask=None):
        outputs = super().call(inputs, training=training, mask=mask)
        return outputs if isinstance(outputs, list) else [outputs]


def channels_by_resolution(image_shape, base_width, max_width):
    """Channels of the feature maps at 4, 8, ..., size pixels.

    Args:
        image_shape: Tuple `(size, size, channels)`.
        base_width: Integer, twice the channels at 4 pixels before `max_width` cuts them; they
            halve from resolution to resolution.
        max_width: Integer, the most channels of any layer.

    Returns:
        Dictionary from resolution to number of channels, resolutions rising.

    Raises:
        ValueError: For images that are not square with a power of two of at least 4 and 1 or 3
            channels, and for a width that leaves the last maps without channels.
    """
    height, width, channels = image_shape if len(image_shape) == 3 else (0, 0, 0)
    is_power = isinstance(height, int) and height >= 4 and height & (height - 1) == 0
    if not is_power or height != width or channels not in (1, 3):
        raise ValueError(
            "`image_shape` must be (size, size, channels) with a power of two of at least 4 and "
            f"1 or 3 channels. Received: image_shape={tuple(image_shape)}"
        )
    check_at_least(height // 2, base_width=base_width)
    check_at_least(1, max_width=max_width)
    resolutions = [2**log for log in range(2, height.bit_length())]
    return {size: min(2 * base_width // size, max_width) for size in resolutions}


def _to_rgb(x, image_channels):
    name = f"to_rgb_{x.shape[1]}"
    return EqualizedConv2D(image_channels, 1, gain=1.0, dtype="float32", name=name)(x)


def images_from(maps, image_channels, growing):
    """The image of every resolution, new ones blended into those they replace, or the last alone.

    What is blended is RGB: the image that the resolution below gives by itself, upsampled, and the
    new one.

    Args:
        maps: List of feature maps at 4, 8, ..., size pixels.
        image_channels: Integer.
        growing: Boolean, whether to make all images.

    Returns:
        List of float32 images, or one image.
    """
    plain = [_to_rgb(x, image_channels) for x in (maps if growing else maps[-1:])]
    if not growing:
        return plain[0]
    images = plain[:1]
    for old, new in itertools.pairwise(plain):
        old = layers.UpSampling2D(2, dtype="float32")(old)
        images.append(FadeIn(dtype="float32", name=f"fade_{new.shape[1]}")(old, new))
    return images
