"""Games against a critic that estimates the Wasserstein distance: WGAN and WGAN-GP."""

from keras import ops

from keras_gans.losses import wasserstein_critic_loss, wasserstein_generator_loss
from keras_gans.models.augmentation import check_does_not_adapt
from keras_gans.models.latent_model import LatentModel
from keras_gans.utils.checks import check_at_least


class CriticModel(LatentModel):
    """A generator against a critic that steps several times a step.

    The batch that `fit` hands over holds the `critic_steps` minibatches of one step, so that each
    critic step sees fresh data: for minibatches of 64 and 5 critic steps, load the data with
    `batch_size=320`. The logs hold `wasserstein_distance`, the critic's estimate
    `E[f(x)] - E[f(G(z))]`.

    Args:
        critic_steps: Integer >= 1, n_critic.
        **kwargs: Arguments of `LatentModel`, with the networks `generator` and `critic`.

    Raises:
        ValueError: If `critic_steps` is less than 1, or for an augmentation that adapts; in `fit`,
            if `critic_steps` does not divide the batch.
    """

    players = {"generator": ("generator",), "critic": ("critic",)}
    term_names = ("critic_loss", "generator_loss", "wasserstein_distance")
    judges = {"critic": None}

    def __init__(self, *, critic_steps=5, **kwargs):
        check_at_least(1, critic_steps=critic_steps)
        super().__init__(**kwargs)
        self.critic_steps = self.minibatches = critic_steps

    def check_augment(self, augment):
        super().check_augment(augment)
        check_does_not_adapt(augment)

    def critic_terms(self, real_images):
        """The critic's payoff on real images and fresh fakes."""
        fake_images = self.generate(ops.shape(real_images)[0], training=True)
        return self.critic_terms_on(real_images, fake_images, training=True)

    def critic_terms_on(self, real_images, fake_images, training):
        """The critic's payoff: a dictionary from name to scalar, minimised."""
        real_scores = self.critic(real_images, training=training)
        fake_scores = self.critic(fake_images, training=training)
        return {"critic_loss": wasserstein_critic_loss(real_scores, fake_scores)}

    def generator_terms(self, batch_size, training=True):
        """The generator's payoff on fresh latents."""
        fake_images = self.generate(batch_size, training=training)
        fake_scores = self.critic(fake_images, training=training)
        return {"generator_loss": wasserstein_generator_loss(fake_scores)}

    def with_distance(self, terms):
        """The terms and, for the logs, the distance that the critic estimates."""
        return terms | {"wasserstein_distance": -terms["critic_loss"]}

    def test_step(self, data):
        """Reports the terms on held-out data and fresh fakes; nothing is updated."""
        real_images, _ = self.begin_step(data, training=False)
        batch_size = ops.shape(real_images)[0]
        fake_images = self.generate(batch_size, training=False)
        terms = self.critic_terms_on(real_images, fake_images, training=False)
        terms |= self.generator_terms(batch_size, training=False)
        return self.report(self.with_distance(terms), training=False)

    def get_config(self):
        return {**super().get_config(), "critic_steps": self.critic_steps}
