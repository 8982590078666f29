"""Schedules and optimizers of the papers that Keras does not have."""

from keras_gans.optimizers.ramped_momentum import RampedMomentumSGD
from keras_gans.optimizers.schedules import (
    DecayToFloor,
    HoldThenExponential,
    HoldThenLinear,
    Scaled,
    scale_learning_rate,
)

__all__ = [
    "DecayToFloor",
    "HoldThenExponential",
    "HoldThenLinear",
    "RampedMomentumSGD",
    "Scaled",
    "scale_learning_rate",
]
