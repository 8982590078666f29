"""Data held as one tensor, from which batches are gathered."""

import numpy as np
import tensorflow as tf

from keras_gans.data.batches import batches_by_index

ALIGNMENT = 64  # bytes; TensorFlow aborts on tensors in memory that is aligned to less


def empty_array(shape, dtype):
    """Uninitialised NumPy array whose memory a TensorFlow tensor can share."""
    size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    memory = np.empty(size + ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % ALIGNMENT
    return memory[start : start + size].view(dtype).reshape(shape)


def share(array):
    """The array as a tensor of the same memory; only for arrays made by `empty_array`."""
    return tf.experimental.dlpack.from_dlpack(array.__dlpack__())


def copy(array):
    """The array as a tensor of its own, float32 where it is float."""
    dtype = np.float32 if np.issubdtype(array.dtype, np.floating) else array.dtype
    copied = empty_array(array.shape, dtype)  # `tf.constant` would hold two copies for a while
    copied[...] = array
    return share(copied)


def batches_in_memory(data, labels, value_range, batching, **attributes):
    """`Batches` gathered from arrays.

    Args:
        data: Tensor in main memory, `(num_examples, ...)`.
        labels: int32 NumPy array `(num_examples,)`, or `None`.
        value_range: `(low, high)` of `data`, mapped to `[-1, 1]`, or `None` to leave it.
        batching: `batch_size`, `seed` and `shuffle`.
        attributes: Further arguments of `Batches`.
    """
    labels = None if labels is None else copy(labels)

    def take(indices):
        examples = to_unit_range(tf.gather(data, indices), value_range)
        return examples if labels is None else (examples, tf.gather(labels, indices))

    return batches_by_index(take, int(data.shape[0]), **batching, **attributes)


def to_unit_range(examples, value_range):
    """Maps `value_range` to `[-1, 1]`, in float32."""
    examples = tf.cast(examples, tf.float32)
    if value_range in (None, (-1, 1)):  # exact, where subtracting and adding 1 would round
        return examples
    low, high = value_range
    return (examples - low) / ((high - low) / 2) - 1.0
