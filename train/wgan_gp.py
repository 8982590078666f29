"""WGAN-GP, with the settings of the MNIST script of Gulrajani et al., 2017."""

import dataclasses

import keras

from keras_gans import WGANGP, training


@dataclasses.dataclass
class Recipe(training.Recipe):
    """Wasserstein GAN: a critic that pays for slopes other than 1."""

    paper = "Gulrajani et al., 2017, arXiv:1704.00028"

    batch_size: int = 50
    """Real images in a minibatch of the critic, m."""
    latent_dim: int = 128
    """Size of the latent vector, standard normal."""
    critic_steps: int = 5
    """Steps of the critic for one of the generator, n_critic."""
    penalty_weight: float = 10.0
    """Weight of the gradient penalty, lambda."""
    learning_rate: float = 1e-4
    """Adam's learning rate for both players, alpha."""
    beta_1: float | None = None
    """Adam's momentum. Defaults to the official scripts': 0.5, and 0 for 32 and 64 pixels."""
    beta_2: float = 0.9
    """Adam's second decay."""

    @property
    def minibatches(self):
        return self.critic_steps

    def model(self, data_shape):
        return WGANGP(
            latent_dim=self.latent_dim,
            critic_steps=self.critic_steps,
            penalty_weight=self.penalty_weight,
            **self.shared_arguments(data_shape),
        )

    def optimizers(self, steps_per_epoch):
        beta_1 = self.beta_1
        if beta_1 is None:
            beta_1 = 0.0 if self.image_size in (32, 64) else 0.5
        return {
            player: keras.optimizers.Adam(
                self.learning_rate, beta_1=beta_1, beta_2=self.beta_2, epsilon=1e-8
            )
            for player in WGANGP.players
        }


if __name__ == "__main__":
    training.run(Recipe)
