"""Losses as pure functions: every one is minimised, and higher logits mean more real."""

from keras_gans.losses.adversarial import (
    minimax_discriminator_loss,
    minimax_generator_loss,
    non_saturating_generator_loss,
)
from keras_gans.losses.penalties import gradient_penalty, input_gradient_norms

__all__ = [
    "gradient_penalty",
    "input_gradient_norms",
    "minimax_discriminator_loss",
    "minimax_generator_loss",
    "non_saturating_generator_loss",
]
