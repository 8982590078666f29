"""Arrays, tensors and pairs of them: checked, because nothing else will."""

import numpy as np
import tensorflow as tf

from keras_gans.data.batches import batches_by_index, count_steps
from keras_gans.data.memory import batches_in_memory, copy, empty_array, share, to_unit_range
from keras_gans.data.preprocess import fit_images

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
    is_points = data.ndim == 2
    _check_shape(data, is_points)
    count_steps(len(data), request.batch_size)
    value_range = _value_range(data, request.value_range, is_points)
    _check_values(data, value_range)
    labels = None if labels is None else check_labels(labels, len(data))
    if request.labels and labels is None:
        raise ValueError("`labels` asks for labels, but the source has none. Received: labels=True")
    attributes = {
        "description": description,
        "num_classes": None if labels is None else int(labels.max()) + 1,
    }
    labels = labels if request.labels else None
    if not is_points:
        data, value_range, owned = _fitted(data, value_range, request, owned)
    if not request.fits_in_memory(data.nbytes):
        return _batches_from_outside(data, labels, value_range, request, attributes)
    data = share(data) if owned and data.flags.c_contiguous else copy(data)
    return batches_in_memory(data, labels, value_range, request.batching(), **attributes)


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


def _check_shape(data, is_points):
    if is_points or (data.ndim == 4 and data.shape[-1] in (1, 3)):
        return
    hint = ""
    if data.ndim == 3:
        hint = "; gray images need a last axis: `images[..., None]`"
    elif data.ndim == 4 and data.shape[1] in (1, 3):
        hint = "; move the channels last: `images.transpose(0, 2, 3, 1)`"
    raise ValueError(
        "`source` must hold images of shape (n, height, width, 1 or 3) or points of shape "
        f"(n, dimensions){hint}. Received: source of shape {data.shape}"
    )


def _value_range(data, value_range, is_points):
    """The range that the values are checked against, or `None` for points, which need none."""
    if data.dtype != np.uint8 and not np.issubdtype(data.dtype, np.floating):
        raise ValueError(
            "`source` must be of dtype uint8, with values 0 to 255, or float. "
            f"Received: source of dtype {data.dtype}"
        )
    if value_range is not None:
        return tuple(value_range)
    if is_points:
        return None
    return (0, 255) if data.dtype == np.uint8 else (-1, 1)


def _check_values(data, value_range):
    if data.dtype == np.uint8 and value_range in (None, (0, 255)):
        return
    low, high = np.inf, -np.inf
    for rows in _chunks(data):
        chunk = data[rows]
        if not np.isfinite(chunk).all():
            wrong = chunk.size - int(np.isfinite(chunk).sum())
            raise ValueError(
                "`source` must be finite. "
                f"Received: {wrong} values that are NaN or infinite from example {rows.start} on"
            )
        low, high = min(low, chunk.min()), max(high, chunk.max())
    if value_range is not None and not value_range[0] <= low <= high <= value_range[1]:
        raise ValueError(
            f"`source` must lie in {value_range}; say its range with `value_range=(low, high)`, "
            f"such as (0, 1) or (0, 255). Received: source with values from {low:g} to {high:g}"
        )


def _chunks(data):
    """Slices that cover the rows of an array."""
    count = max(1, CHUNK * len(data) // max(1, data.size))
    return (slice(start, start + count) for start in range(0, len(data), count))


def _fitted(images, value_range, request, owned):
    """The images in the size and channels asked for, with their range and whether they are ours."""
    height, width, channels = images.shape[1:]
    size = request.image_size
    if size in (None, height) and size in (None, width) and request.channels in (None, channels):
        return images, value_range, owned
    as_bytes = images.dtype == np.uint8 and value_range == (0, 255)
    shape = (size or height, size or width, request.channels or channels)
    fitted = empty_array((len(images), *shape), np.uint8 if as_bytes else np.float32)
    for rows in _chunks(images):
        chunk = images[rows]
        chunk = tf.constant(chunk) if as_bytes else to_unit_range(chunk, value_range)
        chunk = fit_images(chunk, size, request.channels, request.crop)
        fitted[rows] = chunk.numpy()
    return fitted, (0, 255) if as_bytes else (-1, 1), True


def _batches_from_outside(data, labels, value_range, request, attributes):
    """`Batches` read row by row from an array too large to copy, such as a memory map."""

    def take(indices):
        rows = tf.numpy_function(lambda i: np.ascontiguousarray(data[i]), [indices], data.dtype)
        rows = tf.ensure_shape(rows, (request.batch_size, *data.shape[1:]))
        examples = to_unit_range(rows, value_range)
        return examples if labels is None else (examples, tf.gather(labels, indices))

    return batches_by_index(take, len(data), **request.batching(), **attributes)
