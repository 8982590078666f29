"""Which examples come when: a pure function of the seed, the epoch and the step.

Nothing here keeps a state that would have to be saved, so a stream can start at any step. The two
raw operations are used because `Dataset.random` and `Dataset.shuffle` mix TensorFlow's global seed
into theirs.
"""

import tensorflow as tf

from keras_gans.utils import randomness

ORDER, ENDLESS = 201, 202  # purposes of the draws, of which none shares noise with another
EPOCHS = 2**31  # epochs are integers below this, drawn ones included


def indices(seed, epoch, positions, num_examples):
    """Examples at `positions` of the order of one epoch.

    Over all positions of an epoch this is a permutation of `{0, ..., num_examples - 1}`.

    Args:
        seed: Python integer.
        epoch: int64 scalar tensor.
        positions: int64 tensor `(n,)` with values in `[0, num_examples)`.
        num_examples: Python integer.

    Returns:
        int64 tensor `(n,)`.
    """
    return _permuted(positions, _draws(seed, ORDER, epoch), num_examples)


def endless_indices(seed, positions, num_examples):
    """Examples at `positions` of an endless row of orders, each of which holds every example once.

    Args:
        seed: Python integer.
        positions: int64 tensor `(n,)`, at least 0.
        num_examples: Python integer.

    Returns:
        int64 tensor `(n,)`, with other orders than those of `indices`.
    """
    rounds, which = tf.unique(positions // num_examples)  # a batch may reach into several
    draws = tf.map_fn(lambda number: _draws(seed, ENDLESS, number), rounds)
    numbers = _permuted(positions % num_examples, tf.gather(draws, which), num_examples)
    return tf.ensure_shape(numbers, positions.shape)


def moment(epoch, step):
    """One int64 scalar for a step of an epoch, both below 2**31, that no other moment shares."""
    return tf.cast(epoch, tf.int64) * 2**32 + tf.cast(step, tf.int64)


def _draws(seed, purpose, index):
    """Four numbers of 64 bits for each permutation."""
    pair = randomness.seed_pair(seed, purpose, index)
    return tf.random.stateless_uniform((4,), pair, None, None, tf.int64, alg="philox")


def _permuted(positions, draws, num_examples):
    """Where a permutation drawn by `draws`, `(4,)` or one for each position, leads positions."""
    # `tf.random.experimental.index_shuffle` reads only the lowest 8 bits of each seed, so that its
    # orders would come again after 256 epochs. The three seeds below it hold 24 mixed bits, and
    # the random first place makes examples equally likely everywhere.
    return tf.raw_ops.RandomIndexShuffle(
        index=(positions + draws[..., 3] % num_examples) % num_examples,
        seed=draws[..., :3],
        max_index=tf.constant(num_examples - 1, tf.int64),
        rounds=8,
    )


def drawn_epoch(seed):
    """Dataset of one int64 scalar in `[0, EPOCHS)`, another one each time it is iterated."""
    random = tf.raw_ops.RandomDatasetV2(
        seed=seed,
        seed2=1,  # TensorFlow takes the pair (0, 0) as a request for a random seed
        seed_generator=tf.raw_ops.DummySeedGenerator(),
        rerandomize_each_iteration=True,
        output_types=[tf.int64],
        output_shapes=[()],
    )
    epochs = tf.data.experimental.from_variant(random, tf.TensorSpec((), tf.int64))
    return epochs.take(1).map(lambda epoch: epoch % EPOCHS)


def shuffled(dataset, buffer_size, seed, epoch):
    """`dataset` through a shuffle buffer whose order depends on the seed and the epoch alone."""
    variant = tf.raw_ops.ShuffleDataset(
        input_dataset=tf.data.experimental.to_variant(dataset),
        buffer_size=buffer_size,
        seed=tf.constant(seed, tf.int64),
        seed2=tf.cast(epoch, tf.int64) + 1,  # not (0, 0), as above
        reshuffle_each_iteration=False,
        output_types=[spec.dtype for spec in tf.nest.flatten(dataset.element_spec)],
        output_shapes=[spec.shape for spec in tf.nest.flatten(dataset.element_spec)],
    )
    return tf.data.experimental.from_variant(variant, dataset.element_spec)
