"""InfoGAN, with the settings of the MNIST experiment of Chen et al., 2016."""

import dataclasses

import keras

from keras_gans import InfoGAN, training


@dataclasses.dataclass
class Recipe(training.Recipe):
    """Codes among the latents that can be read back from the image, learned without labels."""

    paper = "Chen et al., 2016, arXiv:1606.03657"

    epochs: int = 11
    """Passes over the data; 11 of MNIST are 5,148 steps, where the official code takes 5,000."""
    categorical_codes: tuple[int, ...] = (10,)
    """Sizes of the categorical codes."""
    continuous_codes: int = 2
    """Number of continuous codes, uniform on [-1, 1]."""
    noise_dim: int = 62
    """Size of the noise, uniform on [-1, 1]."""
    information_weight: float = 1.0
    """Weight of the categorical codes' information, lambda."""
    continuous_weight: float = 1.0
    """Weight of the continuous codes' information."""
    generator_learning_rate: float = 1e-3
    """Adam's learning rate of the generator."""
    discriminator_learning_rate: float = 2e-4
    """Adam's learning rate of trunk, discriminator and recognition head."""
    beta_1: float = 0.5
    """Adam's momentum."""

    def model(self, data_shape):
        return InfoGAN(
            categorical_codes=self.categorical_codes,
            continuous_codes=self.continuous_codes,
            noise_dim=self.noise_dim,
            information_weight=self.information_weight,
            continuous_weight=self.continuous_weight,
            **self.shared_arguments(data_shape),
        )

    def optimizers(self, steps_per_epoch):
        rates = {
            "generator": self.generator_learning_rate,
            "discriminator": self.discriminator_learning_rate,
        }
        return {
            player: keras.optimizers.Adam(rate, beta_1=self.beta_1, epsilon=1e-8)
            for player, rate in rates.items()
        }


if __name__ == "__main__":
    training.run(Recipe)
