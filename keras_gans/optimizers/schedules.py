"""Learning rate schedules."""

import math

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_gans")
class DecayToFloor(keras.optimizers.schedules.LearningRateSchedule):
    """Divides the learning rate by a factor after every step, down to a floor.

    `max(initial / factor ** step, floor)`. With 0.1, 1.000004 and 1e-6 the floor is reached after
    2,878,237 steps, and within 50,000 steps the rate only falls to 0.082.

    Args:
        initial: Float > 0, the learning rate of the first step.
        factor: Float >= 1, what each step divides by.
        floor: Float >= 0, the smallest rate.

    Reference:
        The official code of Goodfellow et al., 2014, "Generative Adversarial Nets"
        (arXiv:1406.2661), which decays after every minibatch.
    """

    def __init__(self, initial, factor, floor):
        self.initial = initial
        self.factor = factor
        self.floor = floor

    def __call__(self, step):
        decay = ops.exp(-ops.cast(step, "float32") * math.log(self.factor))
        return ops.maximum(self.initial * decay, self.floor)

    def get_config(self):
        return {"initial": self.initial, "factor": self.factor, "floor": self.floor}


class _HoldThenDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Holds a learning rate and then lets it fall; a subclass says how, in `remaining`."""

    def __init__(self, initial, hold_steps, decay_steps):
        if hold_steps < 0 or decay_steps < 1:
            raise ValueError(
                "`hold_steps` must be at least 0 and `decay_steps` at least 1. "
                f"Received: hold_steps={hold_steps}, decay_steps={decay_steps}"
            )
        self.initial = initial
        self.hold_steps = hold_steps
        self.decay_steps = decay_steps

    def remaining(self, progress):
        """Share of the initial rate at `progress` in `[0, 1]` of the decay."""
        raise NotImplementedError

    def __call__(self, step):
        decayed = (ops.cast(step, "float32") - self.hold_steps) / self.decay_steps
        return self.initial * self.remaining(ops.clip(decayed, 0.0, 1.0))

    def get_config(self):
        return {
            "initial": self.initial,
            "hold_steps": self.hold_steps,
            "decay_steps": self.decay_steps,
        }


@keras.saving.register_keras_serializable(package="keras_gans")
class HoldThenLinear(_HoldThenDecay):
    """Holds the learning rate for some steps, then lowers it linearly to 0, where it stays.

    Args:
        initial: Float > 0, the rate that is held.
        hold_steps: Integer >= 0.
        decay_steps: Integer >= 1, steps from the held rate to 0.

    Reference:
        100 and 100 epochs in the official code of Radford et al., 2015 (arXiv:1511.06434), for
        MNIST.
    """

    def remaining(self, progress):
        return 1.0 - progress


@keras.saving.register_keras_serializable(package="keras_gans")
class HoldThenExponential(_HoldThenDecay):
    """Holds the learning rate for some steps, then lowers it by a constant factor a step.

    Args:
        initial: Float > 0, the rate that is held.
        hold_steps: Integer >= 0.
        decay_steps: Integer >= 1, steps from the held rate to the final one, which then stays.
        final_factor: Float in (0, 1], the final rate as a share of the held one.

    Reference:
        200 and 200 epochs, down to 1 %, in the official code of Donahue et al., 2016
        (arXiv:1605.09782), for MNIST; there the rate changes once an epoch.
    """

    def __init__(self, initial, hold_steps, decay_steps, final_factor=0.01):
        super().__init__(initial, hold_steps, decay_steps)
        self.final_factor = final_factor

    def remaining(self, progress):
        return ops.exp(progress * math.log(self.final_factor))

    def get_config(self):
        return {**super().get_config(), "final_factor": self.final_factor}


@keras.saving.register_keras_serializable(package="keras_gans")
class Scaled(keras.optimizers.schedules.LearningRateSchedule):
    """Another schedule times a constant factor.

    Args:
        schedule: `LearningRateSchedule`.
        factor: Float > 0.
    """

    def __init__(self, schedule, factor):
        self.schedule = schedule
        self.factor = factor

    def __call__(self, step):
        return self.factor * self.schedule(step)

    def get_config(self):
        return {
            "schedule": keras.optimizers.schedules.serialize(self.schedule),
            "factor": self.factor,
        }

    @classmethod
    def from_config(cls, config):
        schedule = keras.optimizers.schedules.deserialize(config["schedule"])
        return cls(schedule, config["factor"])


def scale_learning_rate(optimizer, factor, applied=1.0):
    """Makes an optimizer's learning rate `factor` times what it was made with.

    Args:
        optimizer: A built optimizer, or a loss scale around one.
        factor: Float > 0.
        applied: The factor that its restored state holds already. A rate that is a number is part
            of that state; one that is a schedule is not, and is scaled in full.
    """
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    if isinstance(optimizer._learning_rate, keras.optimizers.schedules.LearningRateSchedule):
        if factor != 1.0:
            optimizer._learning_rate = Scaled(optimizer._learning_rate, factor)
    elif factor != applied:
        optimizer.learning_rate = float(optimizer.learning_rate) * factor / applied
