"""What Keras's callbacks expect of `model.optimizer`, for a model with an optimizer per player."""


class OptimizerGroup:
    """The optimizers of all players, as the stock callbacks read them.

    It is deliberately no `keras.optimizers.Optimizer`: `fit` would overwrite the networks with one
    optimizer's averages at the end, and the saver would look for its variables by name.

    Args:
        optimizers: Dictionary from player to built optimizer.
        step: The model's step counter. A skipped float16 step does not move an optimizer's own
            `iterations`, so that those are no clock for TensorBoard's axis.
    """

    built = True  # each was built in `compile`

    def __init__(self, optimizers, step):
        self.by_player = optimizers
        self.iterations = step

    @property
    def optimizers(self):
        """List of optimizers; `LearningRateScheduler` and `ReduceLROnPlateau` change each."""
        return list(self.by_player.values())

    @property
    def variables(self):
        return [variable for optimizer in self.optimizers for variable in optimizer.variables]
