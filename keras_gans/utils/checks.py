"""Checks of what users pass, with messages that say the rule and what was received."""

import warnings
from collections.abc import Iterable
from numbers import Integral, Real

import numpy as np
import tensorflow as tf
from keras import ops

from keras_gans.utils.pixels import is_image_shape

LARGEST_PIXEL = 1.0 + 1e-5  # of images in [-1, 1], rounded
LARGEST_RESIZED = 2.0  # some resizing overshoots [-1, 1] a little; pixels in [0, 255] exceed it


def check_finite(**arrays):
    """Raises a `ValueError` that names the first array or tensor holding NaN or infinity.

    Anything that is not floating, or whose values are not at hand, is left to whoever reads it.
    """
    for name, array in arrays.items():
        array = _at_hand(array)
        if array is None:
            continue
        wrong = array.size - int(np.isfinite(array).sum())
        if wrong:
            raise ValueError(
                f"`{name}` must be finite. Received: {wrong} of {array.size} values that are "
                "NaN or infinite"
            )


def check_pixels(*, largest=LARGEST_PIXEL, **arrays):
    """Raises a `ValueError` that names the first array of images that leave `[-1, 1]`.

    Anything that is no floating array or tensor `(num, height, width, 1 or 3)`, or whose values
    are not at hand, is left alone.

    Args:
        largest: The magnitude above which images are refused.
        **arrays: What to look at, by the name that the message calls it.
    """
    for name, array in _images_at_hand(arrays):
        low, high = array.min(), array.max()
        if max(-low, high) > largest:
            raise ValueError(f"{_rule_of_pixels(name)} with values from {low:g} to {high:g}")


def warn_of_unit_pixels(**arrays):
    """Warns of images whose values are those of `[0, 1]`, in which black would be gray."""
    for name, array in _images_at_hand(arrays):
        if array.min() >= 0.0:
            warnings.warn(
                f"`{name}` has no value below 0 and is taken to lie in [-1, 1], where black is -1; "
                "`keras_gans.data.load(..., value_range=(0, 1))` maps images whose black is 0.",
                stacklevel=3,  # the caller of `fit`
            )


def assert_pixels(**tensors):
    """Assertions, a list, that fail where a graph reads images that are not in `[-1, 1]`.

    What resizing overshoots passes: it may be read after hours.
    """
    assertions = []
    for name, images in tensors.items():
        if holds_images(images):
            inside = tf.reduce_all(tf.abs(images) <= LARGEST_RESIZED)
            lowest, highest = tf.reduce_min(images), tf.reduce_max(images)
            told = [f"{_rule_of_pixels(name)} with values from", lowest, "to", highest]
            assertions.append(tf.debugging.Assert(inside, told))
    return assertions


def holds_images(tensor):
    """Whether a tensor, or a `tf.TensorSpec`, is of floating images with 1 or 3 channels."""
    if not (tf.is_tensor(tensor) or isinstance(tensor, tf.TensorSpec)):
        return False
    shape = tensor.shape
    return tensor.dtype.is_floating and shape.rank == 4 and is_image_shape(shape[1:])


def _rule_of_pixels(name):
    return (
        f"`{name}` must hold images in [-1, 1]; `keras_gans.data.load` maps other ranges. "
        f"Received: {name}"
    )


def _images_at_hand(arrays):
    """Pairs of a name and a floating array that holds images of 1 or 3 channels."""
    for name, array in arrays.items():
        array = _at_hand(array)
        if array is not None and is_image_shape(array.shape[1:]) and array.size:
            yield name, array


def _at_hand(array):
    """A floating NumPy array or eager tensor as an array, and `None` for all else."""
    if tf.is_tensor(array) and tf.executing_eagerly() and hasattr(array, "numpy"):
        array = array.numpy()
    if isinstance(array, np.ndarray) and np.issubdtype(array.dtype, np.floating):
        return array
    return None


def check_at_least(least, **values):
    """Raises a `ValueError` for the first of `values` that is no integer of at least `least`."""
    for name, value in values.items():
        if not isinstance(value, int) or value < least:
            raise ValueError(
                f"`{name}` must be an integer of at least {least}. Received: {name}={value!r}"
            )


def plain_integer(value):
    """An integer of NumPy as Python's, which configurations can hold; all else as it is."""
    return int(value) if isinstance(value, Integral) else value


def check_place(place):
    """Raises a `ValueError` unless `place`, of a layer that draws noise, is in `[0, 2**14)`."""
    check_at_least(0, place=place)
    if place >= 2**14:
        raise ValueError(f"`place` must be less than 2**14. Received: place={place}")


def check_number(**values):
    """Raises a `ValueError` for the first of `values` that is no finite number."""
    for name, value in values.items():
        if not isinstance(value, Real) or not np.isfinite(value):
            raise ValueError(f"`{name}` must be a finite number. Received: {name}={value!r}")


def check_positive(**values):
    """Raises a `ValueError` for the first of `values` that is no number greater than zero."""
    for name, value in values.items():
        if not isinstance(value, Real) or not value > 0:
            raise ValueError(f"`{name}` must be greater than 0. Received: {name}={value!r}")


def check_not_negative(**values):
    """Raises a `ValueError` for the first of `values` that is no number of at least zero."""
    for name, value in values.items():
        if not isinstance(value, Real) or not value >= 0:
            raise ValueError(f"`{name}` must not be negative. Received: {name}={value!r}")


def assert_below(limit, **tensors):
    """Fails for the first of `tensors` that leaves `[0, limit)`, in graphs and exports as well.

    There it is a `tf.errors.InvalidArgumentError`. XLA leaves the check out.
    """
    for name, values in tensors.items():
        values = ops.cast(values, "int64")
        tf.debugging.Assert(
            ops.all(ops.logical_and(values >= 0, values < limit)),
            [f"{name} must lie in [0, {limit}). Received:", values],
        )


def check_share(**values):
    """Raises a `ValueError` for the first of `values` that is no number in `(0, 1]`."""
    for name, value in values.items():
        if not isinstance(value, Real) or not 0 < value <= 1:
            raise ValueError(f"`{name}` must be in (0, 1]. Received: {name}={value!r}")


def check_shape_tuple(name, shape):
    """Raises a `ValueError` unless `shape` is a tuple of positive integers, or as good as one."""
    sizes = tuple(shape) if isinstance(shape, Iterable) else ()
    if not sizes or not all(isinstance(size, int) and size > 0 for size in sizes):
        raise ValueError(f"`{name}` must be a tuple of positive integers. Received: {name}={shape}")


def check_divides(x, batch_size, replicas=1, minibatches=1):
    """Raises a `ValueError` where a batch of `x` would not spread evenly.

    Args:
        x: What `fit` got: batches that know their `batch_size`, an array, or anything else, of
            which nothing is known.
        batch_size: The argument of `fit`; Keras takes 32 for `None`.
        replicas: Integer, number of replicas that share a batch.
        minibatches: Integer, number of minibatches that a step splits a replica's part into.
    """
    parts = replicas * minibatches
    if parts == 1:
        return
    size = getattr(x, "batch_size", None)
    rest = 0
    if size is None and isinstance(x, np.ndarray):
        size = batch_size or 32
        rest = len(x) % size
    if size is not None and (size % parts or rest % parts):
        sharers = [f"{replicas} replicas"] * (replicas > 1)
        sharers += [f"{minibatches} minibatches of a step"] * (minibatches > 1)
        raise ValueError(
            f"Every batch, the last one too, must be a multiple of the {' times '.join(sharers)}. "
            f"Received: batch_size={size}" + (f", a last batch of {rest}" if rest else "")
        )
