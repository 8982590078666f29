"""From the library's float images in `[-1, 1]` to bytes."""

import tensorflow as tf
from keras import ops

PIXELS_AT_ONCE = 2**21  # 32 images of 256 pixels


def is_image_shape(shape):
    """Whether `shape` is `(height, width, channels)` of a gray or colour image."""
    return len(shape) == 3 and shape[-1] in (1, 3)


def images_at_once(shape, most=64, pixels=PIXELS_AT_ONCE):
    """How many samples of a shape are drawn together, at most `most`: fewer of large images."""
    return min(most, max(1, pixels // (shape[0] * shape[1]))) if len(shape) == 3 else most


def to_uint8(images):
    """Rounds images in `[-1, 1]` to `{0, ..., 255}`; values outside are clipped."""
    return ops.cast(ops.round(ops.clip((images + 1.0) * 127.5, 0.0, 255.0)), "uint8")


def encode_png(images):
    """PNG files of uint8 images `(num, height, width, 1 or 3)`, as a tensor `(num,)` of strings."""
    return tf.map_fn(tf.io.encode_png, images, fn_output_signature=tf.string)
