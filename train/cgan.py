"""CGAN, with the settings of the MNIST experiment of Mirza and Osindero, 2014."""

import dataclasses

import numpy as np

from keras_gans import CGAN, training
from train import _classes, _momentum


@dataclasses.dataclass
class Recipe(_momentum.MomentumRecipe):
    """Conditional GAN: both players are told the label."""

    paper = "Mirza and Osindero, 2014, arXiv:1411.1784"
    labels = True

    num_classes: _classes.NumClasses = "data"
    """Number of classes that the labels count, "data" for as many as the data has."""
    latent_dim: int = 100
    """Size of the latent vector z, uniform on [0, 1]."""
    decay_factor: float = 1.00004
    """What the learning rate is divided by after every step, down to 1e-6."""

    def dataset(self):
        batches = super().dataset()
        self.num_classes = _classes.resolve(self.num_classes, batches)
        return batches

    def model(self, data_shape):
        return CGAN(
            num_classes=self.num_classes,
            latent_dim=self.latent_dim,
            **self.shared_arguments(data_shape),
        )

    def grid_arguments(self):
        return {"labels": np.arange(64) // 8 % self.num_classes}  # a row of the grid a class


if __name__ == "__main__":
    training.run(Recipe)
