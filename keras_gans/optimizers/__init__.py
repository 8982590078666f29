"""Schedules and optimizers of the papers that Keras does not have."""

from keras_gans.optimizers.ramped_momentum import RampedMomentumSGD
from keras_gans.optimizers.schedules import DecayToFloor

__all__ = ["DecayToFloor", "RampedMomentumSGD"]
