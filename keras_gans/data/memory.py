"""Arrays and tensors that share their memory, and the range of their values."""

import numpy as np
import tensorflow as tf

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


def to_unit_range(examples, value_range):
    """Maps `value_range` to `[-1, 1]`, in float32."""
    examples = tf.cast(examples, tf.float32)
    if value_range in (None, (-1, 1)):  # exact, where subtracting and adding 1 would round
        return examples
    low, high = value_range
    return (examples - low) / ((high - low) / 2) - 1.0
