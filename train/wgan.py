"""WGAN, with the settings of Arjovsky et al., 2017, algorithm 1."""

import dataclasses

import keras

from keras_gans import WGAN, training


@dataclasses.dataclass
class Recipe(training.Recipe):
    """Wasserstein GAN: a critic whose weights are clipped."""

    paper = "Arjovsky et al., 2017, arXiv:1701.07875"

    batch_size: int = 64
    """Real images in a minibatch of the critic, m."""
    latent_dim: int = 100
    """Size of the latent vector, standard normal."""
    critic_steps: int = 5
    """Steps of the critic for one of the generator, n_critic."""
    clip: float = 0.01
    """Largest absolute weight of the critic, c."""
    warmup: bool = False
    """100 critic steps in each of the first 25 generator steps and in every 500th."""
    learning_rate: float = 5e-5
    """RMSprop's learning rate for both players, alpha."""

    @property
    def minibatches(self):
        return self.critic_steps

    def model(self, data_shape):
        return WGAN(
            latent_dim=self.latent_dim,
            critic_steps=self.critic_steps,
            clip=self.clip,
            warmup=self.warmup,
            **self.shared_arguments(data_shape),
        )

    def optimizers(self, steps_per_epoch):
        return {
            player: keras.optimizers.RMSprop(self.learning_rate, rho=0.99, epsilon=1e-16)
            for player in WGAN.players
        }


if __name__ == "__main__":
    training.run(Recipe)
