"""Noise that is a pure function of where it is drawn, so that any run can be repeated or resumed.

Nothing here keeps a state. The Philox generator is named because TensorFlow's default one differs
between kinds of devices. A graph compiled with XLA draws other numbers from the same seed (measured
with TensorFlow 2.21), so that `jit_compile` is one of the settings that decide a run.
"""

import tensorflow as tf
from keras import ops


def seed_pair(seed, purpose, index):
    """Packs the coordinates of a draw into the pair of integers that stateless draws ask for.

    Args:
        seed: Integer in `[0, 2**31)`, the seed of the run; NumPy's small ones would overflow.
        purpose: Python integer in `[0, 2**32)`, what is drawn; purposes never share noise.
        index: Integer or int64 scalar tensor, when it is drawn (the training step).

    Returns:
        Tensor `(2,)`, int64.
    """
    return tf.stack([tf.constant(int(seed) << 32 | purpose, tf.int64), tf.cast(index, tf.int64)])


def another(seed, place):
    """A further seed pair for what is drawn together with `seed`.

    Args:
        seed: Seed pair, or several `(num, 2)`.
        place: Integer in `[0, 2**15 - 1)`, which of the further draws; it goes into the index's
            high bits, which no step counts to.
    """
    return seed + tf.constant([0, (place + 1) << 48], tf.int64)


def normal(shape, seed):
    """Standard normal noise, float32, for a seed pair."""
    return tf.random.stateless_normal(shape, seed, alg="philox")


def uniform(shape, seed, low=-1.0, high=1.0):
    """Noise uniform on `[low, high)`, float32, for a seed pair."""
    return tf.random.stateless_uniform(shape, seed, low, high, alg="philox")


def integers(shape, seed, high):
    """Integers uniform on `{0, ..., high - 1}`, int32, for a seed pair."""
    return tf.random.stateless_uniform(shape, seed, 0, high, tf.int32, alg="philox")


def pairs(num, seed):
    """Seed pairs `(num, 2)`, int64, for a seed pair: one for each sample.

    What is drawn from a sample's own pair does not depend on the other samples of its batch.
    """
    return tf.random.stateless_uniform((num, 2), seed, None, None, tf.int64, alg="philox")


def normal_by_sample(shape, seeds):
    """Standard normal noise `(num, *shape)`, float32, for seed pairs `(num, 2)`.

    Args:
        shape: Tuple, the shape of one sample's noise.
        seeds: Seed pairs, one for each sample.
    """
    return _by_sample(normal, shape, seeds)


def uniform_by_sample(shape, seeds):
    """Noise uniform on `[0, 1)`, otherwise as `normal_by_sample`."""
    return _by_sample(lambda shape, seed: uniform(shape, seed, low=0.0), shape, seeds)


def _by_sample(draw, shape, seeds):
    noise = tf.map_fn(lambda seed: draw(shape, seed), seeds, fn_output_signature=tf.float32)
    return tf.ensure_shape(
        noise, (None, *[side if isinstance(side, int) else None for side in shape])
    )


def draw_for_replica(draw, batch_size):
    """This replica's rows of one draw for the global batch.

    Every replica makes the whole draw and keeps its part, so that the noise of a sample depends on
    its place in the global batch and not on how many devices share the batch.

    Args:
        draw: Function from a number of rows to a tensor with that many rows.
        batch_size: Rows that this replica needs; the same on every replica.
    """
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return draw(batch_size)
    rows = draw(batch_size * context.num_replicas_in_sync)
    first = context.replica_id_in_sync_group * batch_size
    return ops.slice(rows, [first] + [0] * (len(rows.shape) - 1), [batch_size, *rows.shape[1:]])
