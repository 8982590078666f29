"""Progressive GAN: generator and discriminator grow together, from 4 pixels to 1024."""

import functools

import keras
from keras import ops

from keras_gans.losses import (
    drift_penalty,
    gradient_penalty,
    wasserstein_critic_loss,
    wasserstein_generator_loss,
)
from keras_gans.models import network_checks
from keras_gans.models.augmentation import check_does_not_adapt
from keras_gans.models.growing_model import GrowingModel
from keras_gans.networks import build_progan_discriminator, build_progan_generator
from keras_gans.utils import randomness
from keras_gans.utils.checks import check_not_negative, check_positive


@keras.saving.register_keras_serializable(package="keras_gans")
class ProGAN(GrowingModel):
    """Progressively grown GAN, 4 to 1024 pixels.

    The discriminator, a critic in this paper too, estimates the Wasserstein distance under a
    gradient penalty, and its scores are kept from drifting. One step of each player a step. Train
    with `callbacks.ProgressiveGrowth`; see `GrowingModel` for what happens without.

    Latents are standard normal, 512 of them. Adam with learning rate 1e-3, beta_1 0, beta_2 0.99
    and epsilon 1e-8. The paper's samples come from an average of the generator with
    `ema_decay=0.999` a step.

    Args:
        penalty_weight: Float > 0, lambda.
        target_slope: Float > 0, gamma: the slope that the penalty asks for, which it is divided by:
            `lambda * ((|grad D| - gamma) / gamma)^2`. 750 in the paper's CIFAR-10 runs only.
        drift_weight: Float >= 0, weight of the mean squared score of real images.
        growing: Boolean, whether the default networks grow.
        **kwargs: Arguments of `LatentModel`: `image_shape`, `latent_dim`, `generator`,
            `discriminator` (see `GrowingModel`), `seed`, `ema_decay`, `ema_half_life`, `augment`,
            `name`.

    Raises:
        ValueError: If an argument is out of range, for images whose size is no power of two, and
            for a discriminator with batch normalization or an augmentation that adapts.

    Reference:
        Karras et al., 2018, "Progressive Growing of GANs for Improved Quality, Stability, and
        Variation" (arXiv:1710.10196), and its official code.
    """

    term_names = ("discriminator_loss", "gradient_penalty", "drift_penalty", "generator_loss")

    def __init__(self, *, penalty_weight=10.0, target_slope=1.0, drift_weight=0.001, **kwargs):
        check_positive(penalty_weight=penalty_weight, target_slope=target_slope)
        check_not_negative(drift_weight=drift_weight)
        super().__init__(**kwargs)
        self.penalty_weight = penalty_weight
        self.target_slope = target_slope
        self.drift_weight = drift_weight

    def default_latent_dim(self, data_shape):
        return 512

    def default_generator(self, latent_dim, data_shape):
        return build_progan_generator(latent_dim, data_shape, growing=self._growing_by_default)

    def default_discriminator(self, latent_dim, data_shape):
        return build_progan_discriminator(data_shape, growing=self._growing_by_default)

    def default_optimizers(self):
        return {
            player: keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99, epsilon=1e-8)
            for player in self.players
        }

    def discriminator_terms(self, real_images, fake_images, training):
        real_scores = self.judge(real_images, training)
        fake_scores = self.judge(fake_images, training)
        seed = self.next_seed()
        mix = randomness.draw_for_replica(  # one for each pair, uniform on [0, 1]
            lambda num: randomness.uniform((num,), seed, low=0.0), ops.shape(real_images)[0]
        )
        penalty = gradient_penalty(
            functools.partial(self.judge, training=training),
            real_images,
            fake_images,
            mix,
            target=self.target_slope,
        )
        return {
            "discriminator_loss": wasserstein_critic_loss(real_scores, fake_scores),
            "gradient_penalty": self.penalty_weight / self.target_slope**2 * penalty,
            "drift_penalty": self.drift_weight * drift_penalty(real_scores),
        }

    def generator_terms(self, fake_logits):
        return {"generator_loss": wasserstein_generator_loss(fake_logits)}

    def check_augment(self, augment):
        super().check_augment(augment)
        check_does_not_adapt(augment)

    def check_networks(self, networks, latent_dim, data_shape):
        super().check_networks(networks, latent_dim, data_shape)
        network_checks.check_has_no_batch_norm(
            "discriminator",
            networks["discriminator"],
            "the gradient penalty looks at every sample alone.",
        )

    def get_config(self):
        return {
            **super().get_config(),
            "penalty_weight": self.penalty_weight,
            "target_slope": self.target_slope,
            "drift_weight": self.drift_weight,
        }
