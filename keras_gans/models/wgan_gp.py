"""WGAN-GP: a penalty on the critic's slope in the place of clipped weights."""

import functools

import keras
from keras import ops

from keras_gans.losses import gradient_penalty
from keras_gans.models import network_checks
from keras_gans.models.critic_model import CriticModel
from keras_gans.networks import (
    build_perceptron,
    build_resnet_critic,
    build_resnet_generator,
    build_wgan_gp_critic,
    build_wgan_gp_generator,
)
from keras_gans.utils import randomness
from keras_gans.utils.checks import check_positive


@keras.saving.register_keras_serializable(package="keras_gans")
class WGANGP(CriticModel):
    """Wasserstein GAN with a gradient penalty.

    The critic pays for slopes other than 1 at points between real and fake samples, one point per
    pair, drawn uniformly. The penalty looks at every sample alone and is computed in float32: a
    critic with batch normalization is refused; layer normalization is the paper's advice. Critics
    with ELU did not train for its authors (appendix D), as the slope of its slope jumps. Under
    mixed_float16 steps are skipped while the slope by a single pixel exceeds 63; mixed_bfloat16 has
    no such bound.

    The batch holds `critic_steps` minibatches, and the logs hold `wasserstein_distance`; see
    `CriticModel`. It exceeds the distance d, as a steeper critic gains more than it pays: between
    two parallel lines the best slope is `1 + d / (2 lambda)`, and the estimate is d times that.

    Default networks: those of the official scripts, at 28 pixels for MNIST, at 32
    and 64 pixels residual ones, for points three hidden layers of 512. Latents are standard normal.
    Adam with learning rate 1e-4, beta_1 0.5 (residual networks: 0) and beta_2 0.9.

    Departures from the official code: it steps the generator before the critic, where the order
    here is algorithm 1's; for its residual networks at 32 pixels the learning rate starts at 2e-4
    and falls to 0, the generator's batch is twice the critic's, and uniform noise of up to 1/128 is
    added to real pixels.

    Args:
        critic_steps: Integer >= 1, n_critic.
        penalty_weight: Float > 0, lambda. The official script for points takes 0.1.
        **kwargs: Arguments of `LatentModel`: `image_shape` or `data_shape`, `latent_dim`,
            `generator`, `critic`, `seed`, `ema_decay`, `augment`, `name`.

    Raises:
        ValueError: If an argument is out of range or the critic has batch normalization; in `fit`,
            if `critic_steps` does not divide the batch.

    Reference:
        Gulrajani et al., 2017, "Improved Training of Wasserstein GANs" (arXiv:1704.00028),
        algorithm 1 and section 4.
    """

    term_names = ("critic_loss", "gradient_penalty", "generator_loss", "wasserstein_distance")

    def __init__(self, *, critic_steps=5, penalty_weight=10.0, **kwargs):
        check_positive(penalty_weight=penalty_weight)
        super().__init__(critic_steps=critic_steps, **kwargs)
        self.penalty_weight = penalty_weight

    def default_latent_dim(self, data_shape):
        return 2 if len(data_shape) == 1 else 128

    def default_generator(self, latent_dim, data_shape):
        if len(data_shape) == 1:
            return _toy_network((latent_dim,), data_shape)
        if data_shape[0] == 28:
            return build_wgan_gp_generator(latent_dim, data_shape)
        return build_resnet_generator(latent_dim, data_shape)

    def default_critic(self, latent_dim, data_shape):
        if len(data_shape) == 1:
            return _toy_network(data_shape, (1,))
        if data_shape[0] == 28:
            return build_wgan_gp_critic(data_shape)
        return build_resnet_critic(data_shape)

    def default_optimizers(self):
        residual = len(self.data_shape) == 3 and self.data_shape[0] != 28
        beta_1 = 0.0 if residual else 0.5
        return {
            player: keras.optimizers.Adam(1e-4, beta_1=beta_1, beta_2=0.9, epsilon=1e-8)
            for player in self.players
        }

    def train_step(self, data):
        """One pass of the outer loop of algorithm 1."""
        real_images, _ = self.begin_step(data)
        for minibatch in self.split(real_images):  # for t = 1, ..., n_critic
            critic_terms = self.minimize("critic", self.critic_terms, minibatch)
        batch_size = ops.shape(minibatch)[0]
        generator_terms = self.minimize("generator", self.generator_terms, batch_size)
        return self.report(self.with_distance(critic_terms | generator_terms))

    def critic_terms_on(self, real_images, fake_images, training):
        seed = self.next_seed()
        mix = randomness.draw_for_replica(  # epsilon ~ U[0, 1], one for each pair
            lambda num: randomness.uniform((num,), seed, low=0.0), ops.shape(real_images)[0]
        )
        critic = functools.partial(self.critic, training=training)
        penalty = gradient_penalty(critic, real_images, fake_images, mix)
        return {
            **super().critic_terms_on(real_images, fake_images, training),
            "gradient_penalty": self.penalty_weight * penalty,
        }

    def check_networks(self, networks, latent_dim, data_shape):
        super().check_networks(networks, latent_dim, data_shape)
        network_checks.check_has_no_batch_norm(
            "critic", networks["critic"], "the gradient penalty looks at every sample alone."
        )

    def get_config(self):
        return {**super().get_config(), "penalty_weight": self.penalty_weight}


def _toy_network(input_shape, output_shape):
    return build_perceptron(
        input_shape, output_shape, widths=(512, 512, 512), kernel_initializer="he_uniform"
    )
