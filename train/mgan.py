"""MGAN, with the settings that Hoang et al., 2018, take for CIFAR-10."""

import dataclasses

import keras

from keras_gans import MGAN, training


@dataclasses.dataclass
class Recipe(training.Recipe):
    """Mixture GAN: several generators, and a classifier that keeps them apart."""

    paper = "Hoang et al., 2018, arXiv:1708.02556"

    batch_size: int = 64
    """Real images in a minibatch, over all devices."""
    latent_dim: int = 100
    """Size of the latent vector, uniform on [-1, 1]."""
    num_generators: int = 10
    """Number of generators, K."""
    shared_body: bool = True
    """Whether the generators share all but their first layer."""
    samples_per_generator: int | None = None
    """Fakes of each generator in a step. None: twice the batch over all generators, 12 beside 64
    real images."""
    diversity_weight: float = 0.01
    """Weight of the classifier's term in the generators' loss, beta."""
    learning_rate: float = 2e-4
    """Adam's learning rate for both players."""
    beta_1: float = 0.5
    """Adam's momentum."""

    def model(self, data_shape):
        return MGAN(
            latent_dim=self.latent_dim,
            num_generators=self.num_generators,
            shared_body=self.shared_body,
            samples_per_generator=self.samples_per_generator,
            diversity_weight=self.diversity_weight,
            **self.shared_arguments(data_shape),
        )

    def optimizers(self, steps_per_epoch):
        return {
            player: keras.optimizers.Adam(self.learning_rate, beta_1=self.beta_1, epsilon=1e-8)
            for player in MGAN.players
        }


if __name__ == "__main__":
    training.run(Recipe)
