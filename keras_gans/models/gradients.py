"""Gradients of a player's terms: recorded, scaled for replicas and float16, and regularized."""

import keras
import tensorflow as tf
from keras import ops


class Recording:
    """A gradient tape that watches the given Keras variables and no others.

    Args:
        variables: List of `keras.Variable`.
        persistent: Whether gradients can be taken more than once.
    """

    def __init__(self, variables, persistent=False):
        self.tape = tf.GradientTape(persistent=persistent, watch_accessed_variables=False)
        self.variables = variables

    def __enter__(self):
        tape = self.tape.__enter__()
        tape.watch([variable.value for variable in self.variables])
        return tape

    def __exit__(self, *exception):
        return self.tape.__exit__(*exception)


def of_terms(tape, terms, variables, optimizer):
    """Gradients of the sum of `terms` and the regularizers of `variables`.

    Keras's optimizers sum gradients over the replicas, so each replica, whose terms are means over
    its part of the batch, gives its share of the mean over the whole. A loss scale multiplies what
    flows into the tape; the optimizer divides by it.

    Args:
        tape: Tape under which the terms were computed.
        terms: Dictionary from name to scalar tensor.
        variables: List of `keras.Variable`.
        optimizer: The optimizer that will apply the gradients.

    Returns:
        List of tensors, `None` for a variable on which neither a term nor a regularizer depends.
    """
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    scale = ops.convert_to_tensor(optimizer.scale_loss(1.0 / replicas), "float32")
    gradients = _gradients(tape, list(terms.values()), variables, scale)
    regularized = [variable for variable in variables if variable.regularizer is not None]
    if regularized:
        with Recording(regularized) as penalty_tape:
            penalties = [variable.regularizer(variable) for variable in regularized]
        added = _gradients(penalty_tape, penalties, regularized, scale)
        added = {id(variable): part for variable, part in zip(regularized, added, strict=True)}
        gradients = [
            _sum(gradient, added.get(id(variable)))
            for gradient, variable in zip(gradients, variables, strict=True)
        ]
    if replicas > 1 and isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        gradients = _share_overflow(gradients)
    return gradients


def with_loss_scale(optimizer):
    """The optimizer, wrapped in a dynamic loss scale unless it has one."""
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return optimizer
    return keras.optimizers.LossScaleOptimizer(optimizer)


def _gradients(tape, targets, variables, scale):
    values = [variable.value for variable in variables]
    return tape.gradient(targets, values, output_gradients=[scale] * len(targets))


def _sum(first, second):
    """Of two gradients, either of which may be `None`."""
    if first is None or second is None:
        return second if first is None else first
    return first + second


def _share_overflow(gradients):
    """Makes one replica's non-finite gradient visible on all; Keras looks at the first one only."""
    finite = [ops.all(ops.isfinite(gradient)) for gradient in gradients if gradient is not None]
    overflowed = ops.cast(ops.logical_not(ops.all(ops.stack(finite))), "float32")
    context = tf.distribute.get_replica_context()
    overflows = context.all_reduce(tf.distribute.ReduceOp.SUM, overflowed)
    return [
        None
        if gradient is None
        else ops.where(overflows > 0, ops.cast(float("nan"), gradient.dtype), gradient)
        for gradient in gradients
    ]
