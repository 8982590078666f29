"""Gradient descent whose momentum rises during training."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_gans")
class RampedMomentumSGD(keras.optimizers.SGD):
    """Gradient descent with classical momentum that rises linearly and then stays.

    Args:
        learning_rate: Float or schedule.
        momentum: Float in (0, 1), until `ramp_start`.
        final_momentum: Float in [0, 1), from `ramp_end` on.
        ramp_start: Integer, the step at which the momentum begins to rise.
        ramp_end: Integer > `ramp_start`, the step at which it has risen.
        **kwargs: Arguments of `keras.optimizers.SGD`, but for `nesterov`.

    Raises:
        ValueError: If a momentum or the ramp is out of range, or for Nesterov's momentum.

    Reference:
        The official code of Goodfellow et al., 2014, "Generative Adversarial Nets"
        (arXiv:1406.2661): 0.5 to 0.7 from epoch 1 to epoch 250, of 500 steps each.
    """

    def __init__(
        self,
        learning_rate=0.1,
        momentum=0.5,
        final_momentum=0.7,
        ramp_start=500,
        ramp_end=125_000,
        **kwargs,
    ):
        super().__init__(learning_rate=learning_rate, momentum=momentum, **kwargs)
        if not 0 < momentum < 1:
            raise ValueError(f"`momentum` must be in (0, 1). Received: momentum={momentum}")
        if not 0 <= final_momentum < 1:
            raise ValueError(
                f"`final_momentum` must be in [0, 1). Received: final_momentum={final_momentum}"
            )
        if self.nesterov:
            raise ValueError(
                "`nesterov` must be False: the momentum is the classical one. "
                "Received: nesterov=True"
            )
        if not 0 <= ramp_start < ramp_end:
            raise ValueError(
                "`ramp_start` must be at least 0 and less than `ramp_end`. "
                f"Received: ramp_start={ramp_start}, ramp_end={ramp_end}"
            )
        self.final_momentum = final_momentum
        self.ramp_start = ramp_start
        self.ramp_end = ramp_end

    def update_step(self, gradient, variable, learning_rate):
        step = ops.cast(self.iterations, variable.dtype)
        risen = ops.clip((step - self.ramp_start) / (self.ramp_end - self.ramp_start), 0.0, 1.0)
        momentum = self.momentum + risen * (self.final_momentum - self.momentum)
        velocity = self.momentums[self._get_variable_index(variable)]
        learning_rate = ops.cast(learning_rate, variable.dtype)
        change = momentum * velocity - learning_rate * ops.cast(gradient, variable.dtype)
        self.assign(velocity, change)
        self.assign_add(variable, change)

    def get_config(self):
        return {
            **super().get_config(),
            "final_momentum": self.final_momentum,
            "ramp_start": self.ramp_start,
            "ramp_end": self.ramp_end,
        }
