"""Arrays, tensors and pairs of them: checked, because nothing else will."""

import warnings

import numpy as np
import tensorflow as tf

from keras_gans.data.batches import count_steps
from keras_gans.data.lookup import Lookup, held, read_on_demand
from keras_gans.data.memory import copy, empty_array, share, to_unit_range
from keras_gans.data.preprocess import fit_images
from keras_gans.data.request import NoLabelsError

CHUNK = 2**22  # values looked at together, so that checks and resizing need little memory


def from_arrays(data, labels, request, description="arrays", owned=False):
    """`Batches` of images `(n, height, width, 1 or 3)` or points `(n, dimensions)`.

    Args:
        data: NumPy array or tensor, uint8 or float. Images are copied once, unless they are
            larger than the memory limit; then batches are read from the array itself.
        labels: Integers `(n,)` or `(n, 1)`, or `None`.
        request: The `Request`.
        description: Words for `repr`.
        owned: Whether `data` was made by `empty_array` for this, so that it need not be copied.

    Raises:
        ValueError: For a wrong rank, number of channels, dtype or range, for NaN, for labels that
            are no classes or of another length, for a split, and for fewer examples than a batch.
    """
    data = _as_numpy("source", data)
    _check_shape("source", data, or_points=True)
    count_steps(len(data), request.batch_size)
    value_range = _checked_range("source", data, request.value_range)
    labels = None if labels is None else check_labels(labels, len(data))
    if request.labels and labels is None:
        raise NoLabelsError(
            "`labels` asks for labels, but the source has none. Received: labels=True"
        )
    num_classes = None if labels is None else int(labels.max()) + 1
    examples = _looked_up(data, value_range, request, description, owned)
    labels = labels if request.labels else None
    return examples.batches(labels, request.batching(), num_classes=num_classes)


def images_of_array(name, images, request, description="arrays"):
    """`Lookup` of images in an array or tensor, of shape and values as `from_arrays` takes them.

    Args:
        name: The argument's, for messages.
        images: NumPy array or tensor `(n, height, width, 1 or 3)`, n at least 1.
        request: The `Request`.
        description: Words for `repr`.

    Raises:
        ValueError: As `from_arrays`.
    """
    images = _as_numpy(name, images)
    _check_shape(name, images)
    if not len(images):
        raise ValueError(
            f"`{name}` must hold at least one image. Received: {name} of shape {images.shape}"
        )
    value_range = _checked_range(name, images, request.value_range)
    return _looked_up(images, value_range, request, description)


def check_labels(labels, num_examples):
    """The labels as int32 `(num_examples,)`; raises a `ValueError` if they are no classes."""
    labels = _as_numpy("labels", labels)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1 or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            "`labels` must be integers of shape (n,); take `argmax(axis=-1)` of one-hot labels. "
            f"Received: labels of shape {labels.shape} and dtype {labels.dtype}"
        )
    if len(labels) != num_examples:
        raise ValueError(
            "`labels` must hold one label for each example. "
            f"Received: {len(labels)} labels for {num_examples} examples"
        )
    if labels.min() < 0:
        raise ValueError(f"`labels` must not be negative. Received: a label {labels.min()}")
    return labels.astype(np.int32)


def _as_numpy(name, array):
    array = array.numpy() if tf.is_tensor(array) else np.asarray(array)
    if array.dtype == object:
        raise ValueError(
            f"`{name}` must be one array with equally large rows. Received: {name} of dtype object"
        )
    return array


def _check_shape(name, data, or_points=False):
    if (or_points and data.ndim == 2) or (data.ndim == 4 and data.shape[-1] in (1, 3)):
        return
    hint = ""
    if data.ndim == 3:
        hint = "; gray images need a last axis: `images[..., None]`"
    elif data.ndim == 4 and data.shape[1] in (1, 3):
        hint = "; move the channels last: `images.transpose(0, 2, 3, 1)`"
    points = " or points of shape (n, dimensions)" if or_points else ""
    raise ValueError(
        f"`{name}` must hold images of shape (n, height, width, 1 or 3){points}{hint}. "
        f"Received: {name} of shape {data.shape}"
    )


def _checked_range(name, data, value_range):
    """The range that the values lie in, or `None` for points, which need none; else raises."""
    if data.dtype != np.uint8 and not np.issubdtype(data.dtype, np.floating):
        raise ValueError(
            f"`{name}` must be of dtype uint8, with values 0 to 255, or float. "
            f"Received: {name} of dtype {data.dtype}"
        )
    assumed = False
    if value_range is not None:
        value_range = tuple(value_range)
    elif data.ndim > 2:
        value_range = (0, 255) if data.dtype == np.uint8 else (-1, 1)
        assumed = value_range == (-1, 1)
    low, _ = _check_values(name, data, value_range)
    if assumed and low >= 0.0:
        warnings.warn(
            f"`{name}` has no value below 0 and is taken to lie in [-1, 1], where black is -1; say "
            "`value_range=(0, 1)` if its black is 0, and `value_range=(-1, 1)` if it is not.",
            stacklevel=5,
        )
    return value_range


def _check_values(name, data, value_range):
    """Lowest and highest value; raises unless they are finite and within the range."""
    if data.dtype == np.uint8 and value_range in (None, (0, 255)):
        return 0, 255
    low, high = np.inf, -np.inf
    for rows in _chunks(data):
        chunk = data[rows]
        if not np.isfinite(chunk).all():
            wrong = chunk.size - int(np.isfinite(chunk).sum())
            raise ValueError(
                f"`{name}` must be finite. "
                f"Received: {wrong} values that are NaN or infinite from example {rows.start} on"
            )
        low, high = min(low, chunk.min()), max(high, chunk.max())
    if value_range is not None and not value_range[0] <= low <= high <= value_range[1]:
        raise ValueError(
            f"`{name}` must lie in {value_range}; say its range with `value_range=(low, high)`, "
            f"such as (0, 1) or (0, 255). Received: {name} with values from {low:g} to {high:g}"
        )
    return low, high


def _chunks(data):
    """Slices that cover the rows of an array."""
    count = max(1, CHUNK * len(data) // max(1, data.size))
    return (slice(start, start + count) for start in range(0, len(data), count))


def _looked_up(data, value_range, request, description, owned=False):
    """`Lookup` of checked data: in memory where it fits, else in the array itself.

    Images get the size and channels asked for, beforehand in memory, else as they are read.
    """
    shape, fit = data.shape[1:], None
    as_bytes = data.dtype == np.uint8
    if data.ndim == 4:
        height, width, channels = shape
        size = request.image_size
        shape = (size or height, size or width, request.channels or channels)
        if shape != data.shape[1:]:
            as_bytes = as_bytes and value_range == (0, 255)
            fit = _fitter(value_range, request, as_bytes)
    fitted_range = value_range if fit is None else (0, 255) if as_bytes else (-1, 1)
    num_bytes = len(data) * int(np.prod(shape)) * (1 if as_bytes else 4)
    if request.fits_in_memory(num_bytes):
        if fit is not None:
            data, owned = _fitted(data, shape, fit, np.uint8 if as_bytes else np.float32), True
        data = share(data) if owned and data.flags.c_contiguous else copy(data)
        return held(data, fitted_range, description)
    rows = read_on_demand(
        lambda indices: np.ascontiguousarray(data[indices]),
        len(data),
        data.shape[1:],
        data.dtype,
        value_range,
        description,
    )
    if fit is None:
        return rows
    return Lookup(
        lambda indices: fit(rows.take(indices)), len(data), shape, fitted_range, description
    )


def _fitter(value_range, request, as_bytes):
    """Function from images to those of the size and channels asked for, a tensor."""

    def fit(images):
        images = tf.convert_to_tensor(images) if as_bytes else to_unit_range(images, value_range)
        return fit_images(images, request.image_size, request.channels, request.crop)

    return fit


def _fitted(images, shape, fit, dtype):
    fitted = empty_array((len(images), *shape), dtype)
    for rows in _chunks(images):
        fitted[rows] = fit(images[rows]).numpy()
    return fitted
