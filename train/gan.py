"""GAN, with the settings of the MNIST experiment of Goodfellow et al., 2014."""

import dataclasses

from keras_gans import GAN, training
from train import _momentum


@dataclasses.dataclass
class Recipe(_momentum.MomentumRecipe):
    """The first GAN: a multilayer perceptron against a maxout network.

    The generator's output starts at gray, not at the mean image as in the official configuration.
    That one takes the first 50,000 images of MNIST, `--split "train[:50000]"`, and keeps the others
    to choose the bandwidth of Parzen windows.
    """

    paper = "Goodfellow et al., 2014, arXiv:1406.2661"

    latent_dim: int = 100
    """Size of the latent vector z, uniform with unit variance."""

    def model(self, data_shape):
        return GAN(latent_dim=self.latent_dim, **self.shared_arguments(data_shape))


if __name__ == "__main__":
    training.run(Recipe)
