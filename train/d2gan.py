"""D2GAN on images, with the learning rate of Nguyen et al., 2017."""

import dataclasses

import keras

from keras_gans import D2GAN, training


@dataclasses.dataclass
class Recipe(training.Recipe):
    """Dual discriminator GAN: one rewards real samples, the other one fakes."""

    paper = "Nguyen et al., 2017, arXiv:1709.03831"

    batch_size: int = 64
    """Real images in a minibatch, over all devices."""
    latent_dim: int = 100
    """Size of the latent vector, uniform on [-1, 1]."""
    alpha: float = 0.1
    """Weight of log D1(x), which covers modes; (0, 1]. In the paper, as others cite it,
    0.01 to 0.2."""
    beta: float = 0.1
    """Weight of log D2(G(z)), which keeps samples sharp; (0, 1]. As alpha."""
    learning_rate: float = 2e-4
    """Adam's learning rate for both players."""
    beta_1: float = 0.5
    """Adam's momentum."""

    def model(self, data_shape):
        return D2GAN(
            latent_dim=self.latent_dim,
            alpha=self.alpha,
            beta=self.beta,
            **self.shared_arguments(data_shape),
        )

    def optimizers(self, steps_per_epoch):
        return {
            player: keras.optimizers.Adam(self.learning_rate, beta_1=self.beta_1, epsilon=1e-8)
            for player in D2GAN.players
        }


if __name__ == "__main__":
    training.run(Recipe)
