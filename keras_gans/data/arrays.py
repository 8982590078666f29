"""Arrays and tensors as data."""

import numpy as np
import tensorflow as tf

from keras_gans.data.batches import batches_of_examples
from keras_gans.utils.checks import check_finite

RANGES = "uint8 in [0, 255] or floating in `value_range`"


def batches_of_arrays(
    examples, labels=None, *, batch_size, seed=0, shuffle=True, value_range=(-1.0, 1.0), **kwargs
):
    """Batches of examples that are held in memory.

    Args:
        examples: Array `(num, height, width, channels)` of images, uint8 in `[0, 255]` or floating
            in `value_range`; or floating array `(num, dimensions)` of points, which is left as is.
        labels: Optional integers `(num,)`; batches are then pairs `(x, labels)` with int32 labels.
        batch_size: Integer, examples a batch.
        seed: Integer, seed of the order.
        shuffle: Whether every epoch has an order of its own.
        value_range: Pair of floats: the values that mean black and white in floating images.
        **kwargs: `description` and `class_names` of `Batches`.

    Returns:
        `Batches` of float32; images in `[-1, 1]`.

    Raises:
        ValueError: For another rank, channels or range, for NaN or infinity, for labels of another
            length, and for fewer examples than a batch.
    """
    examples = np.asarray(examples)
    check_examples(examples, value_range)
    kwargs.setdefault("description", f"array of shape {examples.shape}")
    if labels is not None:
        labels = check_labels(labels, len(examples))
        kwargs.setdefault("class_names", tuple(map(str, range(int(labels.max()) + 1))))
        labels = tf.constant(labels)
    stored = tf.constant(examples if examples.dtype == np.uint8 else examples.astype("float32"))
    is_image = stored.shape.rank == 4

    def fetch(indices):
        x = tf.gather(stored, indices)
        if is_image and x.dtype == tf.uint8:
            x = uint8_to_float(x)
        elif is_image and tuple(value_range) != (-1.0, 1.0):
            low, high = value_range
            x = (x - low) * (2.0 / (high - low)) - 1.0
        return x if labels is None else (x, tf.gather(labels, indices))

    return batches_of_examples(
        fetch, len(examples), batch_size, seed=seed, shuffle=shuffle, **kwargs
    )


def uint8_to_float(images):
    """Maps `{0, ..., 255}` to float32 in `[-1, 1]`."""
    return tf.cast(images, tf.float32) / 127.5 - 1.0


def check_examples(examples, value_range=(-1.0, 1.0)):
    """Raises a `ValueError` unless the array holds images or points as `batches_of_arrays` says."""
    if examples.ndim not in (2, 4):
        raise ValueError(
            "`source` must hold images (num, height, width, channels) or points (num, dimensions); "
            "gray images need a last axis of size 1. "
            f"Received: an array of shape {examples.shape}"
        )
    if examples.ndim == 4 and examples.shape[-1] not in (1, 3):
        raise ValueError(
            "`source` must hold images with 1 or 3 channels, channels last. "
            f"Received: an array of shape {examples.shape}"
        )
    floating = np.issubdtype(examples.dtype, np.floating)
    if not floating and not (examples.ndim == 4 and examples.dtype == np.uint8):
        raise ValueError(f"`source` must be {RANGES}. Received: dtype {examples.dtype}")
    check_finite(source=examples)
    low, high = value_range
    if examples.ndim == 4 and floating and len(examples):
        smallest, largest = float(examples.min()), float(examples.max())
        if smallest < low or largest > high:
            raise ValueError(
                "`source` must have its values in `value_range`; pass value_range=(0, 1) or "
                "(0, 255) for images on those scales. "
                f"Received: values in [{smallest:g}, {largest:g}], value_range={tuple(value_range)}"
            )


def check_labels(labels, num_examples):
    """The labels as int32; raises a `ValueError` unless there is one integer per example."""
    labels = np.asarray(labels)
    if labels.shape != (num_examples,):
        raise ValueError(
            f"`labels` must hold one label per example, the shape ({num_examples},). "
            f"Received: labels of shape {labels.shape}"
        )
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"`labels` must be integers. Received: labels of dtype {labels.dtype}")
    return labels.astype("int32")
