"""HingeGAN, with setting C of Miyato et al., 2018, table 1."""

import dataclasses

import keras

from keras_gans import HingeGAN, training


@dataclasses.dataclass
class Recipe(training.Recipe):
    """Hinge losses with spectral normalization in the discriminator."""

    paper = "Lim and Ye, 2017, arXiv:1705.02894; Miyato et al., 2018, arXiv:1802.05957"

    batch_size: int = 64
    """Real images in a minibatch of the discriminator."""
    latent_dim: int = 128
    """Size of the latent vector, standard normal."""
    discriminator_steps: int = 1
    """Steps of the discriminator for one of the generator, n_dis."""
    learning_rate: float = 2e-4
    """Adam's learning rate for both players, alpha."""
    beta_1: float = 0.5
    """Adam's momentum."""
    beta_2: float = 0.999
    """Adam's second decay."""

    @property
    def minibatches(self):
        return self.discriminator_steps

    def model(self, data_shape):
        return HingeGAN(
            latent_dim=self.latent_dim,
            discriminator_steps=self.discriminator_steps,
            **self.shared_arguments(data_shape),
        )

    def optimizers(self, steps_per_epoch):
        return {
            player: keras.optimizers.Adam(
                self.learning_rate, beta_1=self.beta_1, beta_2=self.beta_2, epsilon=1e-8
            )
            for player in HingeGAN.players
        }


if __name__ == "__main__":
    training.run(Recipe)
