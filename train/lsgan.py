"""LSGAN, with the settings that Mao et al., 2017, take for small images."""

import dataclasses

import keras

from keras_gans import LSGAN, training


@dataclasses.dataclass
class Recipe(training.Recipe):
    """Least squares GAN: squared distances to targets instead of cross-entropies."""

    paper = "Mao et al., 2017, arXiv:1611.04076"

    batch_size: int = 64
    """Real images in a minibatch, over all devices."""
    latent_dim: int | None = None
    """Size of the latent vector, uniform on [-1, 1]. Defaults to 100, and 1,024 for 112 pixels."""
    real_target: float = 1.0
    """What the discriminator aims at for real images, b."""
    fake_target: float = 0.0
    """What the discriminator aims at for fakes, a."""
    generator_target: float = 1.0
    """What the generator aims at, c."""
    learning_rate: float | None = None
    """Adam's learning rate for both players. Defaults to 2e-4, and 1e-3 for 112 pixels."""
    beta_1: float = 0.5
    """Adam's momentum."""

    def model(self, data_shape):
        return LSGAN(
            latent_dim=self.latent_dim,
            real_target=self.real_target,
            fake_target=self.fake_target,
            generator_target=self.generator_target,
            **self.shared_arguments(data_shape),
        )

    def optimizers(self, steps_per_epoch):
        rate = self.learning_rate or (1e-3 if self.image_size == 112 else 2e-4)
        return {
            player: keras.optimizers.Adam(rate, beta_1=self.beta_1, epsilon=1e-8)
            for player in LSGAN.players
        }


if __name__ == "__main__":
    training.run(Recipe)
