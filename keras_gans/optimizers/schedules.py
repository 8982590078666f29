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
