"""BEGAN, with the settings of Berthelot et al., 2017, on networks for small images."""

import dataclasses

import keras

from keras_gans import BEGAN, networks, training


@dataclasses.dataclass
class Recipe(training.Recipe):
    """Boundary equilibrium GAN: the discriminator is an autoencoder.

    On MNIST the paper's numbers gave one image for all samples after 1,500 steps; with
    --diversity-ratio 0.7 --balance-rate 0.05 --learning-rate 2e-4 the equilibrium settles, on ones.
    """

    paper = "Berthelot et al., 2017, arXiv:1703.10717"

    batch_size: int = 16
    """Real images in a minibatch, over all devices."""
    latent_dim: int = 32
    """Size of the latent vector and of the embedding, uniform on [-1, 1]; the paper's is 64."""
    width: int = 32
    """Base number of filters, n; the paper's are 64 and 128."""
    diversity_ratio: float = 0.5
    """Error of fakes over that of real images in equilibrium, gamma."""
    balance_rate: float = 0.001
    """How fast the balance follows, lambda_k."""
    learning_rate: float = 1e-4
    """Adam's learning rate for both players, before it is halved."""
    patience: int = 3
    """Epochs without a better convergence measure before the learning rate is halved."""

    def model(self, data_shape):
        return BEGAN(
            latent_dim=self.latent_dim,
            diversity_ratio=self.diversity_ratio,
            balance_rate=self.balance_rate,
            generator=networks.build_began_decoder(self.latent_dim, data_shape, self.width),
            discriminator=networks.build_began_autoencoder(
                data_shape, self.width, embedding_dim=self.latent_dim
            ),
            **self.shared_arguments(data_shape),
        )

    def optimizers(self, steps_per_epoch):
        return {
            player: keras.optimizers.Adam(self.learning_rate, beta_1=0.5, epsilon=1e-8)
            for player in BEGAN.players
        }

    def callbacks(self):
        return [
            keras.callbacks.ReduceLROnPlateau(
                "convergence", factor=0.5, patience=self.patience, mode="min"
            )
        ]


if __name__ == "__main__":
    training.run(Recipe)
