"""DCGAN, with the settings of Radford et al., 2015, section 4."""

import dataclasses

import keras

from keras_gans import DCGAN, training


@dataclasses.dataclass
class Recipe(training.Recipe):
    """Deep convolutional GAN: strided convolutions and batch normalization in both networks."""

    paper = "Radford et al., 2015, arXiv:1511.06434"

    latent_dim: int = 100
    """Size of the latent vector Z, uniform on [-1, 1]."""
    learning_rate: float = 2e-4
    """Adam's learning rate for both players; the paper found 1e-3 too high."""
    beta_1: float = 0.5
    """Adam's momentum; the paper found 0.9 unstable."""

    def model(self, data_shape):
        return DCGAN(latent_dim=self.latent_dim, **self.shared_arguments(data_shape))

    def optimizers(self, steps_per_epoch):
        return {
            player: keras.optimizers.Adam(self.learning_rate, beta_1=self.beta_1, epsilon=1e-8)
            for player in DCGAN.players
        }


if __name__ == "__main__":
    training.run(Recipe)
