"""Images of any size through functions that take only some sizes, or only small ones."""

import numpy as np
import tensorflow as tf
from keras import ops

OVERLAP = 4  # by a quarter of a tile neighbours overlap unless told otherwise
MARGIN = 4  # the outer quarter of an overlap is context: seen, and not used


def reflected(images, height, width):
    """Images continued by their mirror image below and to the right, as far as asked.

    The last row and column are not repeated, and the image is mirrored again and again where it is
    smaller than what is added.

    Args:
        images: Tensor or array `(num, rows, columns, channels)`.
        height, width: Integers or integer scalar tensors, at least the sides of the images.

    Returns:
        Tensor `(num, height, width, channels)`.
    """
    for axis, side in ((1, height), (2, width)):
        positions = _mirrored(tf.range(side), tf.shape(images)[axis])
        images = tf.gather(images, positions, axis=axis)
    return images


def _mirrored(positions, side):
    period = tf.maximum(2 * side - 2, 1)
    positions = positions % period
    return tf.minimum(positions, period - positions)


def up_to_multiple(side, multiple):
    """The smallest multiple that is not less than `side`."""
    return -(-side // multiple) * multiple


def fitting_sides(sides, multiple, smallest):
    """What sides grow to that must be multiples and not be too small.

    Args:
        sides: Tuple of two integers.
        multiple: Integer >= 1.
        smallest: Tuple of two multiples, the least for either.

    Returns:
        List of two integers.
    """
    return [
        max(up_to_multiple(side, multiple), least)
        for side, least in zip(sides, smallest, strict=True)
    ]


def in_tiles(function, image, tile, overlap, multiple=1):
    """Applies a function to an image piece by piece, and blends the pieces where they overlap.

    Neighbours fade into each other linearly over the inner half of their overlap; its outer
    quarters are context, which a piece sees and does not contribute to. A function that looks no
    further than a quarter of the overlap hence gives what it would give for the whole image.

    Args:
        function: From an array `(1, rows, columns, channels)` to one with the same sides, for
            pieces of the size `tile`, or of the image's own side where that is smaller.
        image: Array `(height, width, channels)`.
        tile: Tuple `(rows, columns)` of a piece.
        overlap: Integer in `[0, min(tile))`, by how many pixels neighbours overlap at least.
        multiple: Integer; pieces begin at multiples of it where the overlap leaves room, but for
            the last ones in a row or column, which end with the image. A function that halves its
            input does then in all of them what it does in the whole image.

    Returns:
        NumPy array `(height, width, other_channels)`, float32.
    """
    rows, columns = (
        _pieces(side, min(size, side), overlap, multiple)
        for side, size in zip(image.shape[:2], tile, strict=True)
    )
    result = None
    for top, row_weights in rows:
        for left, column_weights in columns:
            place = np.s_[top : top + len(row_weights), left : left + len(column_weights)]
            (piece,) = ops.convert_to_numpy(function(image[place][np.newaxis]))
            if result is None:
                result = np.zeros((*image.shape[:2], piece.shape[-1]), np.float32)
            weights = row_weights[:, np.newaxis] * column_weights
            result[place] += weights[..., np.newaxis] * piece
    return result


def in_fitting_tiles(function, image, tile, overlap, multiple, smallest):
    """`in_tiles` for an image of any size, which is continued by reflection and cut back.

    Args:
        function, image, overlap, multiple: As for `in_tiles`; sides grow to multiples of that.
        tile: Tuple as for `in_tiles`, or `None` for the whole image as one piece.
        smallest: Tuple of two multiples, the least sides that the function takes.

    Returns:
        NumPy array `(height, width, other_channels)`, float32.
    """
    height, width = image.shape[:2]
    sides = fitting_sides((height, width), multiple, smallest)
    image = np.asarray(reflected(image[np.newaxis], *sides)[0])
    return in_tiles(function, image, tile or sides, overlap, multiple)[:height, :width]


def _pieces(side, size, overlap, multiple):
    """List of the first position and the weights of every piece along a side."""
    if size == side:
        return [(0, np.ones(size, np.float32))]
    step = size - overlap
    if step >= multiple:
        step -= step % multiple
    starts = [*range(0, side - size, step), side - size]
    ramp = _ramp(overlap)
    all_weights, total = [], np.zeros(side, np.float32)
    for start in starts:
        weights = np.ones(size, np.float32)
        if start > 0:
            weights[:overlap] *= ramp
        if start < side - size:
            weights[size - overlap :] *= ramp[::-1]
        total[start : start + size] += weights
        all_weights.append(weights)
    return [
        (start, weights / total[start : start + size])
        for start, weights in zip(starts, all_weights, strict=True)
    ]


def _ramp(overlap):
    """Weights from the edge of a piece inwards; with those of its neighbour they sum to 1."""
    margin = overlap // MARGIN
    rising = (np.arange(overlap) - margin + 0.5) / max(overlap - 2 * margin, 1)
    return np.clip(rising, 0.0, 1.0).astype(np.float32)
