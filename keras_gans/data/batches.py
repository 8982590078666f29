"""Minibatches as a `tf.data.Dataset` whose order is a pure function of seed and step."""

import tensorflow as tf

PREFETCHED = 2  # batches made ahead; more would only hold more memory


class Batches(tf.data.Dataset):
    """Batches for `fit`: one epoch when iterated, or an endless stream from any step.

    As a `tf.data.Dataset` it is finite, holds `steps_per_epoch` full batches and comes in another
    order every time it is iterated, always the same sequence of orders for one seed. Models of this
    library read it through `from_step` instead, so that a loaded model continues in mid-epoch with
    the batches that it would have seen.

    Args:
        epoch: Function from the epoch's number and the first batch wanted (int64 scalar tensors) to
            a `tf.data.Dataset` of the batches of that epoch from there on.
        steps_per_epoch: Integer, batches an epoch.
        batch_size: Integer, examples a batch.
        seed: Integer that `epoch` mixes into its order.
        shuffled: Whether epochs differ; `False` where they are all alike.
        description: What the data is, for `repr`.
        class_names: Tuple of the names of the labels, where they are known.

    Attributes:
        steps_per_epoch, batch_size, seed, class_names: As given.
        num_examples: Integer, examples an epoch.
    """

    def __init__(
        self,
        epoch,
        steps_per_epoch,
        batch_size,
        seed=0,
        shuffled=True,
        description="",
        class_names=None,
    ):
        self._epoch = epoch
        self.steps_per_epoch = steps_per_epoch
        self.batch_size = batch_size
        self.seed = seed
        self.description = description
        self.class_names = class_names
        numbers = tf.data.Dataset.range(1)
        if shuffled:
            numbers = tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=True).take(1)
        batches = numbers.flat_map(lambda number: epoch(number, tf.constant(0, tf.int64)))
        batches = batches.apply(tf.data.experimental.assert_cardinality(steps_per_epoch))
        self._dataset = batches.prefetch(PREFETCHED)
        super().__init__(self._dataset._variant_tensor)

    @property
    def num_examples(self):
        return self.steps_per_epoch * self.batch_size

    @property
    def num_classes(self):
        """Number of classes, or `None` where the data has no labels."""
        return len(self.class_names) if self.class_names else None

    @property
    def element_spec(self):
        return self._dataset.element_spec

    def _inputs(self):
        return [self._dataset]

    def from_step(self, step):
        """Endless dataset of the batches from global step `step` on.

        Args:
            step: Integer >= 0. Epoch `step // steps_per_epoch` begins with batch
                `step % steps_per_epoch`; `from_step(k)` equals `from_step(0).skip(k)`.
        """
        first_epoch, first_batch = divmod(step, self.steps_per_epoch)

        def batches_of(number):
            first = tf.where(number == first_epoch, tf.constant(first_batch, tf.int64), 0)
            return self._epoch(number, first)

        numbers = tf.data.Dataset.range(first_epoch, tf.int64.max)
        return numbers.flat_map(batches_of).prefetch(PREFETCHED)

    def __repr__(self):
        return (
            f"Batches({self.description}: {self.steps_per_epoch} batches of {self.batch_size}, "
            f"seed {self.seed})"
        )


def batches_of_examples(
    fetch, num_examples, batch_size, seed=0, shuffle=True, one_by_one=False, **kwargs
):
    """Batches of a source that can fetch any of its examples.

    Args:
        fetch: Function from indices to tensors: from int64 `(batch_size,)` to a batch, or with
            `one_by_one` from an int64 scalar to one example, which is then run in parallel.
        num_examples: Integer, how many examples the source has.
        batch_size: Integer; what does not fill a batch at an epoch's end is left out.
        seed: Integer, seed of the order.
        shuffle: Whether every epoch has an order of its own; otherwise the source's.
        one_by_one: How `fetch` is called.
        **kwargs: `description` and `class_names` of `Batches`.

    Raises:
        ValueError: If `batch_size` is not positive or there are fewer examples than a batch.
    """
    check_batch_size(batch_size, num_examples)
    steps_per_epoch = num_examples // batch_size

    def position_to_index(number, positions):
        if not shuffle:
            return positions
        # Iterating makes epoch numbers at random; only their lower half fits the shuffle's seed.
        low = tf.bitwise.bitwise_and(number, 0xFFFFFFFF)
        pair = tf.cast(tf.stack([tf.constant(seed, tf.int64), low]), tf.uint32)
        last = tf.constant(num_examples - 1, tf.uint64)
        return tf.cast(
            tf.random.experimental.index_shuffle(tf.cast(positions, tf.uint64), pair, last),
            tf.int64,
        )

    def epoch(number, first):
        if one_by_one:
            positions = tf.data.Dataset.range(first * batch_size, steps_per_epoch * batch_size)
            examples = positions.map(
                lambda position: fetch(position_to_index(number, position)),
                num_parallel_calls=tf.data.AUTOTUNE,
                deterministic=True,
            )
            return examples.batch(batch_size, drop_remainder=True)

        def batch(step):
            positions = step * batch_size + tf.range(batch_size, dtype=tf.int64)
            return fetch(position_to_index(number, positions))

        return tf.data.Dataset.range(first, steps_per_epoch).map(batch)

    return Batches(epoch, steps_per_epoch, batch_size, seed, shuffled=shuffle, **kwargs)


def check_batch_size(batch_size, num_examples):
    """Raises a `ValueError` unless at least one batch can be filled."""
    if batch_size < 1:
        raise ValueError(f"`batch_size` must be at least 1. Received: batch_size={batch_size}")
    if num_examples < batch_size:
        raise ValueError(
            "`batch_size` must not be larger than the data set. "
            f"Received: batch_size={batch_size} for {num_examples} examples"
        )
