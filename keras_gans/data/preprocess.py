"""From any image tensor to `image_size` x `image_size` with 1 or 3 channels."""

import tensorflow as tf


def fit_images(images, image_size=None, channels=None, crop="center"):
    """Brings images to a size and a number of channels.

    Images that are not square are first cut to the central square, or padded with black to the
    enclosing one. Resizing is bilinear, with antialiasing where it shrinks. Colour becomes gray by
    its luma, gray becomes colour by repetition, transparency is laid on white.

    Args:
        images: uint8 `(..., height, width, 1, 3 or 4)`, or float32 in `[-1, 1]` with 1 or 3
            channels; one image or a batch.
        image_size: Height and width of the result, or `None` to keep both.
        channels: 1 or 3, or `None` to keep what there is.
        crop: "center" or "pad".

    Returns:
        Tensor of the same dtype, `(..., image_size, image_size, channels)`.
    """
    images = _with_channels(images, channels)
    if image_size is None or images.shape[-3:-1] == (image_size, image_size):
        return images
    black = 0 if images.dtype == tf.uint8 else -1
    images = _padded(images, black) if crop == "pad" else _central_square(images)
    resized = tf.image.resize(images, (image_size, image_size), antialias=True)
    if images.dtype == tf.uint8:
        resized = tf.round(resized)
    return tf.cast(resized, images.dtype)


def _with_channels(images, channels):
    if images.shape[-1] == 4:
        alpha = tf.cast(images[..., 3:], tf.float32) / 255.0
        opaque = tf.cast(images[..., :3], tf.float32) * alpha + 255.0 * (1.0 - alpha)
        images = tf.cast(tf.round(opaque), tf.uint8)
    if channels in (None, images.shape[-1]):
        return images
    if channels == 3:
        return tf.repeat(images, 3, axis=-1)
    luma = tf.tensordot(tf.cast(images, tf.float32), tf.constant([0.299, 0.587, 0.114]), 1)
    luma = tf.round(luma) if images.dtype == tf.uint8 else luma
    return tf.cast(luma[..., tf.newaxis], images.dtype)


def _central_square(images):
    height, width = tf.shape(images)[-3], tf.shape(images)[-2]
    side = tf.minimum(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return images[..., top : top + side, left : left + side, :]


def _padded(images, black):
    height, width = tf.shape(images)[-3], tf.shape(images)[-2]
    side = tf.maximum(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    around = [[top, side - height - top], [left, side - width - left], [0, 0]]
    leading = [[0, 0]] * (images.shape.rank - 3)
    return tf.pad(images, leading + around, constant_values=tf.cast(black, images.dtype))
