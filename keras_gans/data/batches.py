"""The data set that `fit` takes: finite, reshuffled, and able to start at any step."""

import numpy as np
import tensorflow as tf

from keras_gans.data import order

PREFETCHED = 2  # batches ready while the model works on one
ROWS_AT_ONCE = 1024  # examples on their way into arrays


class Batches(tf.data.Dataset):
    """A `tf.data.Dataset` of equally large batches that can also start at any step.

    As a `tf.data.Dataset` it is one epoch: `steps_per_epoch` batches, each example at most once,
    in another order every time it is iterated; the sequence of orders depends on `seed` alone.
    `from_step` is the same data as an endless stream whose order is a pure function of the seed
    and the step, which is what an exact resume needs.

    Elements are `x`, or `(x, labels)` where labels were asked for: `x` is float32
    `(batch_size, height, width, channels)` in `[-1, 1]`, or `(batch_size, dimensions)` for points;
    `labels` is int32 `(batch_size,)`. For translation they are two images, `(input, target)` or
    `(a, b)`. What does not fill a last batch is left out of that epoch.

    `load`, `load_pairs`, `load_unpaired` and `mixture_of_gaussians` make these; the constructor is
    for sources of your own.

    Args:
        one_epoch: Function from `epoch` and `first_step`, int64 scalar tensors, to the
            `tf.data.Dataset` of the batches of that epoch from that step on. It is traced, and its
            result must depend on nothing else.
        steps_per_epoch: Batches in an epoch.
        batch_size: Examples in a batch.
        num_examples: Examples in the source, or `None` where it never ends.
        seed: Integer in `[0, 2**31)` behind every order.
        shuffle: `False` for the source's own order in every epoch, as evaluation wants.
        class_names: Names of the classes that labels count, where known.
        num_classes: How many classes there are; by default as many as names.
        description: Words for `repr`: what is read from where.
        rebatch: Function from a batch size to the same data in such batches, where there is a
            faster way than taking batches apart.

    Attributes:
        steps_per_epoch, batch_size, num_examples, seed, class_names, num_classes: As above.
    """

    def __init__(
        self,
        one_epoch,
        *,
        steps_per_epoch,
        batch_size,
        num_examples=None,
        seed=0,
        shuffle=True,
        class_names=None,
        num_classes=None,
        description="",
        rebatch=None,
    ):
        self.steps_per_epoch = steps_per_epoch
        self.batch_size = batch_size
        self.num_examples = num_examples
        self.seed = seed
        self.shuffled = shuffle
        self.class_names = None if class_names is None else tuple(class_names)
        self.num_classes = len(self.class_names) if class_names is not None else num_classes
        self.description = description
        self._one_epoch = one_epoch
        self._rebatch = rebatch
        self._epoch = self._any_epoch()
        super().__init__(tf.data.experimental.to_variant(self._epoch))

    def from_step(self, step, transform=None):
        """Endless `tf.data.Dataset` of the batches from global step `step` on.

        Step `k` is batch `k % steps_per_epoch` of epoch `k // steps_per_epoch`, so
        `from_step(k)` equals `from_step(0).skip(k)`, without reading what is skipped.

        Args:
            step: Python integer, at least 0.
            transform: `None`, or a function of a batch that is applied before batches are made
                ahead.

        Raises:
            ValueError: If `step` is not such an integer.
        """
        if int(step) != step or step < 0:
            raise ValueError(f"`step` must be an integer of at least 0. Received: step={step}")
        first_epoch, first_step = divmod(int(step), self.steps_per_epoch)

        def batches(epoch):
            start = tf.where(epoch == first_epoch, tf.constant(first_step, tf.int64), 0)
            return self._one_epoch(epoch, start)

        epochs = tf.data.Dataset.range(first_epoch, order.EPOCHS)
        stream = epochs.flat_map(batches)
        return ready(stream if transform is None else stream.map(transform))

    def first_epoch(self):
        """`tf.data.Dataset` of epoch 0: the same batches whenever it is iterated."""
        return self._one_of(tf.data.Dataset.range(1))

    @property
    def data_shape(self):
        """Tuple, the shape of one example without its label."""
        return tuple(tf.nest.flatten(self.element_spec)[0].shape[1:])

    def rebatched(self, batch_size):
        """The same data, in the order of the same seed, in batches of another size.

        Raises:
            ValueError: If there are fewer examples than a batch holds.
        """
        if batch_size == self.batch_size:
            return self
        if self._rebatch is not None:
            return self._rebatch(batch_size)
        steps_per_epoch = count_steps(self.steps_per_epoch * self.batch_size, batch_size)

        def one_epoch(epoch, first_step):
            examples = self._one_epoch(epoch, tf.constant(0, tf.int64)).unbatch()
            examples = examples.skip(first_step * batch_size)
            return examples.batch(batch_size, drop_remainder=True).take(
                steps_per_epoch - first_step
            )

        return Batches(
            one_epoch,
            steps_per_epoch=steps_per_epoch,
            batch_size=batch_size,
            num_examples=self.num_examples,
            seed=self.seed,
            shuffle=self.shuffled,
            class_names=self.class_names,
            num_classes=self.num_classes,
            description=self.description,
        )

    def arrays(self, limit=None):
        """The examples of the first epoch, in its order, in memory.

        What does not fill a last batch is not among them, so load with `batch_size=1` for all,
        and with `shuffle=False` for the source's own order.

        Args:
            limit: Integer of at least 1, how many to read at most; `None` reads all.

        Returns:
            NumPy array `x`, or a tuple of arrays where elements are tuples.

        Raises:
            ValueError: If `limit` is less than 1.
        """
        if limit is not None and limit < 1:
            raise ValueError(f"`limit` must be at least 1. Received: limit={limit}")
        options = _as_it_is()
        options.threading.private_threadpool_size = 1  # batches of 1 are made faster than handed on
        first = self._one_epoch(tf.constant(0, tf.int64), tf.constant(0, tf.int64))
        examples = first.unbatch().take(-1 if limit is None else limit).batch(ROWS_AT_ONCE)
        parts = list(examples.with_options(options).as_numpy_iterator())
        if not isinstance(self.element_spec, tuple):
            return np.concatenate(parts)
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True))

    def _any_epoch(self):
        if not self.shuffled:
            return self.first_epoch()
        return self._one_of(order.drawn_epoch(self.seed))

    def _one_of(self, epochs):
        """The batches of the one epoch in a dataset of epochs."""
        batches = epochs.flat_map(lambda epoch: self._one_epoch(epoch, tf.constant(0, tf.int64)))
        count = tf.data.experimental.assert_cardinality(self.steps_per_epoch)
        return ready(batches.apply(count))

    def _inputs(self):
        return [self._epoch]

    @property
    def element_spec(self):
        return self._epoch.element_spec

    def __repr__(self):
        specs = tf.nest.flatten(self.element_spec)
        examples = "endless" if self.num_examples is None else f"{self.num_examples:,} examples"
        classes = f" in {self.num_classes} classes" if self.num_classes else ""
        shapes = [str(tuple(spec.shape[1:])) for spec in specs if spec.shape.rank > 1]
        labels = f", with labels{classes}" if len(specs) > len(shapes) else ""
        ordering = f"shuffled by seed {self.seed}" if self.shuffled else "in fixed order"
        return (
            f"<Batches of {self.description or 'examples'}: {self.steps_per_epoch} batches of "
            f"{self.batch_size}, each example {' and '.join(shapes)}{labels}; {examples}, "
            f"{ordering}>"
        )


def ready(batches):
    """The pipeline with a few batches made ahead, and without a copy of what it reads from."""
    return batches.prefetch(PREFETCHED).with_options(_as_it_is())


def _as_it_is():
    """Options that keep a pipeline from being rewritten.

    To rewrite a pipeline, TensorFlow copies every tensor that it holds, for each iterator anew:
    that would be all data in memory. There is nothing here that rewriting could speed up.
    """
    options = tf.data.Options()
    options.experimental_optimization.apply_default_optimizations = False
    return options


def batches_by_index(take, num_examples, batch_size, *, seed=0, shuffle=True, **attributes):
    """`Batches` of a source that can look up any example by its number.

    Args:
        take: Function from int64 indices `(batch_size,)` to the batch of these examples, traced.
        num_examples: How many there are.
        batch_size, seed, shuffle, attributes: As for `Batches`.

    Raises:
        ValueError: If there are fewer examples than a batch holds.
    """

    def batch(epoch, step):
        positions = positions_of(step, batch_size)
        if shuffle:
            positions = order.indices(seed, epoch, positions, num_examples)
        return take(positions)

    def rebatch(size):
        return batches_by_index(take, num_examples, size, seed=seed, shuffle=shuffle, **attributes)

    return batches_by_step(
        batch,
        num_examples,
        batch_size,
        seed=seed,
        shuffle=shuffle,
        rebatch=rebatch,
        **attributes,
    )


def batches_by_step(batch, num_examples, batch_size, *, seed=0, shuffle=True, **attributes):
    """`Batches` of a source that can make the batch of any step.

    Args:
        batch: Function from `epoch` and `step`, int64 scalar tensors, to that batch, traced.
        num_examples: Examples of an epoch, those included that do not fill a last batch.
        batch_size, seed, shuffle, attributes: As for `Batches`.

    Raises:
        ValueError: If there are fewer examples than a batch holds.
    """
    steps_per_epoch = count_steps(num_examples, batch_size)

    def one_epoch(epoch, first_step):
        steps = tf.data.Dataset.range(first_step, steps_per_epoch)
        return steps.map(lambda step: batch(epoch, step), num_parallel_calls=1, deterministic=True)

    return Batches(
        one_epoch,
        steps_per_epoch=steps_per_epoch,
        batch_size=batch_size,
        num_examples=num_examples,
        seed=seed,
        shuffle=shuffle,
        **attributes,
    )


def positions_of(step, batch_size):
    """Places `(batch_size,)` of a step's examples in its epoch, int64."""
    return step * batch_size + tf.range(batch_size, dtype=tf.int64)


def count_steps(num_examples, batch_size):
    """Full batches in `num_examples`; raises a `ValueError` if there is not even one."""
    if num_examples < batch_size:
        raise ValueError(
            "`batch_size` must not exceed the number of examples. "
            f"Received: batch_size={batch_size}, with {num_examples} examples"
        )
    return num_examples // batch_size
