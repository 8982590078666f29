"""Class labels in the two forms that conditional layers take."""

import keras
from keras import ops


def as_one_hot(labels, num_classes):
    """Labels as one-hot vectors, which pass unchanged.

    Args:
        labels: Integers `(batch_size,)`, or one-hot vectors `(batch_size, num_classes)`; the rows
            of the latter may also mix classes.
        num_classes: Integer, number of classes.

    Returns:
        Tensor `(batch_size, num_classes)`, float32. An integer outside the classes becomes zeros.

    Raises:
        ValueError: For labels of another shape, and for single numbers that are no integers.
    """
    labels = ops.convert_to_tensor(labels)
    dtype = keras.backend.standardize_dtype(labels.dtype)
    if len(labels.shape) == 1 and "int" in dtype:
        return ops.one_hot(labels, num_classes, dtype="float32")
    if len(labels.shape) != 2 or labels.shape[1] != num_classes:
        raise ValueError(
            "Labels must be integers (batch_size,) or one-hot vectors (batch_size, "
            f"{num_classes}). Received: {dtype} of shape {tuple(labels.shape)}"
        )
    return ops.cast(labels, "float32")
