"""Losses as pure functions: every one is minimised, and higher logits mean more real."""

from keras_gans.losses.adversarial import (
    hinge_discriminator_loss,
    hinge_generator_loss,
    least_squares_discriminator_loss,
    least_squares_generator_loss,
    minimax_discriminator_loss,
    minimax_generator_loss,
    non_saturating_generator_loss,
    relativistic_discriminator_loss,
    relativistic_generator_loss,
    wasserstein_critic_loss,
    wasserstein_generator_loss,
)
from keras_gans.losses.dual import (
    dual_fake_discriminator_loss,
    dual_generator_loss,
    dual_real_discriminator_loss,
    log_softplus,
)
from keras_gans.losses.information import (
    categorical_cross_entropy,
    categorical_information,
    gaussian_information,
)
from keras_gans.losses.penalties import (
    drift_penalty,
    gradient_penalty,
    input_gradient_norms,
    one_sided_gradient_penalty,
    r1_penalty,
    r2_penalty,
)
from keras_gans.losses.reconstruction import (
    began_convergence,
    began_discriminator_loss,
    reconstruction_error,
)

__all__ = [
    "began_convergence",
    "began_discriminator_loss",
    "categorical_cross_entropy",
    "categorical_information",
    "drift_penalty",
    "dual_fake_discriminator_loss",
    "dual_generator_loss",
    "dual_real_discriminator_loss",
    "gaussian_information",
    "gradient_penalty",
    "hinge_discriminator_loss",
    "hinge_generator_loss",
    "input_gradient_norms",
    "least_squares_discriminator_loss",
    "least_squares_generator_loss",
    "log_softplus",
    "minimax_discriminator_loss",
    "minimax_generator_loss",
    "non_saturating_generator_loss",
    "one_sided_gradient_penalty",
    "r1_penalty",
    "r2_penalty",
    "reconstruction_error",
    "relativistic_discriminator_loss",
    "relativistic_generator_loss",
    "wasserstein_critic_loss",
    "wasserstein_generator_loss",
]
