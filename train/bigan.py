"""BiGAN, with the settings of the MNIST experiment of Donahue et al., 2016."""

import dataclasses

import keras

from keras_gans import BiGAN, training
from keras_gans.optimizers import HoldThenExponential


@dataclasses.dataclass
class Recipe(training.Recipe):
    """Bidirectional GAN: a generator and an encoder that becomes its inverse."""

    paper = "Donahue et al., 2016, arXiv:1605.09782"

    epochs: int = 400
    """Passes over the data, those before a resume included."""
    latent_dim: int = 50
    """Size of the latent vector, uniform on [-1, 1]."""
    learning_rate: float = 2e-4
    """Adam's learning rate for both players during the first half of the epochs."""
    final_factor: float = 0.01
    """Share of the learning rate that is left at the end, after an exponential second half."""
    beta_1: float = 0.5
    """Adam's momentum."""

    @property
    def epochs_shape_rates(self):
        return True

    def model(self, data_shape):
        return BiGAN(latent_dim=self.latent_dim, **self.shared_arguments(data_shape))

    def optimizers(self, steps_per_epoch):
        half = max(self.epochs * steps_per_epoch // 2, 1)
        schedule = HoldThenExponential(self.learning_rate, half, half, self.final_factor)
        return {
            player: keras.optimizers.Adam(schedule, beta_1=self.beta_1, epsilon=1e-8)
            for player in BiGAN.players
        }


if __name__ == "__main__":
    training.run(Recipe)
