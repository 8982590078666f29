"""Schedules and optimizers of the papers that Keras does not have."""

from keras_gans.optimizers.ramped_momentum import RampedMomentumSGD
from keras_gans.optimizers.schedules import DecayToFloor, Scaled, scale_learning_rate

__all__ = ["DecayToFloor", "RampedMomentumSGD", "Scaled", "scale_learning_rate"]
