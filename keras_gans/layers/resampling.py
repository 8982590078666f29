"""Doubling and halving of images, as growing networks do it.

Within a network `keras.layers.UpSampling2D(2)` and `keras.layers.AveragePooling2D(2)` do the same;
these functions also serve images that no network made.
"""

from keras import ops

from keras_gans.utils.checks import check_at_least


def upsample(images, factor=2):
    """Nearest-neighbour upsampling: every pixel becomes `factor` by `factor` pixels.

    Args:
        images: Tensor `(batch_size, height, width, channels)`.
        factor: Integer >= 1.

    Returns:
        Tensor `(batch_size, height * factor, width * factor, channels)`.
    """
    check_at_least(1, factor=factor)
    return ops.repeat(ops.repeat(images, factor, axis=1), factor, axis=2)


def downsample(images, factor=2):
    """Box filter: the mean of every `factor` by `factor` pixels.

    Args:
        images: Tensor `(batch_size, height, width, channels)`, floating.
        factor: Integer >= 1 that divides height and width.

    Returns:
        Tensor `(batch_size, height / factor, width / factor, channels)`.

    Raises:
        ValueError: If height or width does not divide.
    """
    check_at_least(1, factor=factor)
    if any(side is not None and side % factor for side in images.shape[1:3]):
        raise ValueError(
            "`factor` must divide height and width of `images`. "
            f"Received: factor={factor}, images of shape {tuple(images.shape)}"
        )
    return ops.average_pool(images, factor, strides=factor)
