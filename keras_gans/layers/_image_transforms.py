"""Transforms of images by numbers that every sample has for itself, differentiable in the images.

Nothing is drawn here. Small matrices are multiplied by sums: accelerators may round the factors of
a matrix product to 10 bits, which would move pixels.
"""

import tensorflow as tf
from keras import ops


def shift(images, down, across):
    """Images moved by whole pixels; zeros come in where there was nothing.

    Args:
        images: Tensor `(batch_size, height, width, channels)`.
        down, across: Integer tensors `(batch_size,)`.

    Returns:
        Tensor of the shape of `images`.
    """
    for axis, distances in ((1, down), (2, across)):
        size = images.shape[axis]
        sources = ops.arange(size, dtype="int32")[None] - ops.cast(distances, "int32")[:, None]
        inside = ops.logical_and(sources >= 0, sources < size)
        moved = tf.gather(images, ops.clip(sources, 0, size - 1), axis=axis, batch_dims=1)
        images = ops.where(ops.reshape(inside, _along(axis, size)), moved, 0.0)
    return images


def cut_out(images, rows, columns, size):
    """Images with a rectangle of zeros; what of it lies off the image is left out.

    Args:
        images: Tensor `(batch_size, height, width, channels)`.
        rows, columns: Integer tensors `(batch_size,)`, the centres: the rectangle covers the
            `size // 2` pixels before and the others from the centre on.
        size: Pair of integers, height and width of the rectangle.

    Returns:
        Tensor of the shape of `images`.
    """
    covered = True
    for axis, centres, side in zip((1, 2), (rows, columns), size, strict=True):
        first = ops.cast(centres, "int32")[:, None] - side // 2
        places = ops.arange(images.shape[axis], dtype="int32")[None]
        within = ops.logical_and(places >= first, places < first + side)
        covered = ops.logical_and(covered, ops.reshape(within, _along(axis, images.shape[axis])))
    return ops.where(covered, 0.0, images)


def resample(images, matrices):
    """Images under an affine map, bilinear, mirrored at the middle of their border pixels.

    Args:
        images: Tensor `(batch_size, height, width, channels)`.
        matrices: Tensor `(batch_size, 3, 3)`: for a place in the result where in the image it comes
            from, both as `(across, down, 1)` in pixels from the centre. Where that is the middle of
            a pixel, the pixel is copied as it is.

    Returns:
        Tensor of the shape of `images`.
    """
    _, height, width, channels = images.shape
    x = ops.arange(width, dtype="float32")[None, None, :] - (width - 1) / 2
    y = ops.arange(height, dtype="float32")[None, :, None] - (height - 1) / 2
    m = matrices[:, :, :, None, None]
    columns = _mirrored(m[:, 0, 0] * x + m[:, 0, 1] * y + m[:, 0, 2] + (width - 1) / 2, width)
    rows = _mirrored(m[:, 1, 0] * x + m[:, 1, 1] * y + m[:, 1, 2] + (height - 1) / 2, height)
    pixels = ops.reshape(images, (-1, height * width, channels))
    result = 0.0
    for row, row_weight in _neighbours(rows, height):
        for column, column_weight in _neighbours(columns, width):
            places = ops.reshape(row * width + column, (-1, height * width))
            values = tf.gather(pixels, places, axis=1, batch_dims=1)
            values = ops.reshape(values, (-1, height, width, channels))
            result = result + (row_weight * column_weight)[..., None] * values
    return result


def recolour(images, matrices):
    """Images with every pixel's colour under an affine map.

    Args:
        images: Tensor `(batch_size, height, width, 3 or 1)`; a gray pixel is taken for a colour of
            three equal parts, and the mean of what becomes of it.
        matrices: Tensor `(batch_size, 4, 4)`, applied to `(red, green, blue, 1)`.

    Returns:
        Tensor of the shape of `images`.
    """
    m = matrices[:, None, None, :3, :]
    if images.shape[-1] == 1:
        m = ops.mean(m, axis=-2)
        return images * ops.sum(m[..., :3], axis=-1, keepdims=True) + m[..., 3:]
    parts = [m[..., channel] * images[..., channel : channel + 1] for channel in range(3)]
    return sum(parts) + m[..., 3]


# Matrices, one a sample


def matrices(rows):
    """Tensor `(batch_size, n, n)` from rows of numbers and at least one tensor `(batch_size,)`."""
    entries = [entry for row in rows for entry in row]
    zeros = ops.zeros_like(next(entry for entry in entries if not isinstance(entry, float)))
    numbers = {entry: zeros + entry for entry in entries if isinstance(entry, float)}
    filled = [numbers[entry] if isinstance(entry, float) else entry for entry in entries]
    return ops.reshape(ops.stack(filled, axis=1), (-1, len(rows), len(rows)))


def product(first, *others):
    """Matrix product of tensors `(batch_size, n, n)`, sample by sample."""
    for other in others:
        first = ops.sum(first[:, :, :, None] * other[:, None, :, :], axis=2)
    return first


def _along(axis, size):
    """Shape of a mask `(batch_size, size)` along an axis of images."""
    return [-1 if place == 0 else size if place == axis else 1 for place in range(4)]


def _mirrored(places, size):
    if size == 1:
        return ops.zeros_like(places)
    last = size - 1
    return last - ops.abs(ops.mod(places, 2.0 * last) - last)


def _neighbours(places, size):
    """The two whole places around each place, with their weights."""
    before = ops.clip(ops.floor(places), 0, size - 1)
    after = ops.clip(before + 1, 0, size - 1)
    share = places - before
    return (ops.cast(before, "int32"), 1.0 - share), (ops.cast(after, "int32"), share)
