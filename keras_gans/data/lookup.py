"""Examples that can be looked up by their number, wherever they lie."""

import dataclasses
from collections.abc import Callable

import tensorflow as tf

from keras_gans.data.batches import batches_by_index
from keras_gans.data.memory import copy, to_unit_range


@dataclasses.dataclass(frozen=True, eq=False)
class Lookup:
    """Examples of one shape, each with a number.

    Args:
        take: Function from int64 indices `(n,)` to these examples `(n, *shape)`, uint8 or floating,
            traced.
        num_examples: How many there are.
        shape: Shape of one example.
        value_range: `(low, high)` of the values, which become `[-1, 1]`, or `None` for those that
            stay as they are.
        description: Words for `repr`: what is read from where.
    """

    take: Callable
    num_examples: int
    shape: tuple
    value_range: tuple | None
    description: str = ""

    def renumbered(self, numbers):
        """The examples at `numbers`, a list of integers, counted in this order."""
        numbers = tf.constant(numbers, tf.int64)
        return dataclasses.replace(
            self,
            take=lambda indices: self.take(tf.gather(numbers, indices)),
            num_examples=len(numbers),
        )

    def batches(self, labels, batching, **attributes):
        """`Batches` of the examples, float32, with labels unless they are `None`.

        Args:
            labels: int32 NumPy array `(num_examples,)`, or `None`.
            batching: `batch_size`, `seed` and `shuffle`.
            attributes: Further arguments of `Batches`.
        """
        labels = None if labels is None else copy(labels)

        def take(indices):
            examples = to_unit_range(self.take(indices), self.value_range)
            return examples if labels is None else (examples, tf.gather(labels, indices))

        attributes = {"description": self.description, **attributes}
        return batches_by_index(take, self.num_examples, **batching, **attributes)


def held(data, value_range, description=""):
    """`Lookup` of a tensor in main memory, `(num_examples, ...)`."""
    shape = tuple(data.shape[1:])
    return Lookup(
        lambda indices: tf.gather(data, indices),
        int(data.shape[0]),
        shape,
        value_range,
        description,
    )


def read_on_demand(read, num_examples, shape, dtype, value_range, description=""):
    """`Lookup` through a function from a NumPy array of numbers to the array of these examples."""

    def take(indices):
        examples = tf.numpy_function(read, [indices], dtype)
        return tf.ensure_shape(examples, (indices.shape[0], *shape))

    return Lookup(take, num_examples, tuple(shape), value_range, description)


def channels_joined(first, second):
    """`Lookup` of the pairs of two lookups: images with the channels of both.

    What is done to such an image, a crop or a reflection, is done to both of the pair.
    """
    both_in_bytes = first.value_range == second.value_range == (0, 255)

    def take(indices):
        pair = [lookup.take(indices) for lookup in (first, second)]
        if not both_in_bytes:
            ranges = (first.value_range, second.value_range)
            pair = [to_unit_range(*images) for images in zip(pair, ranges, strict=True)]
        return tf.concat(pair, axis=-1)

    height, width, channels = first.shape
    return Lookup(
        take,
        first.num_examples,
        (height, width, channels + second.shape[-1]),
        (0, 255) if both_in_bytes else (-1, 1),
        f"{first.description} and {second.description}",
    )
