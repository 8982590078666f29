"""CGAN, with the settings of the MNIST experiment of Mirza and Osindero, 2014."""

import dataclasses

import numpy as np

from keras_gans import CGAN, training
from keras_gans.optimizers import DecayToFloor, RampedMomentumSGD

RISEN = 250  # epochs after which the momentum has risen


@dataclasses.dataclass
class Recipe(training.Recipe):
    """Conditional GAN: both players are told the label."""

    paper = "Mirza and Osindero, 2014, arXiv:1411.1784"
    labels = True

    batch_size: int = 100
    """Real images in a minibatch, over all devices."""
    num_classes: int = 10
    """Number of classes that the labels count."""
    latent_dim: int = 100
    """Size of the latent vector z, uniform on [0, 1]."""
    learning_rate: float = 0.1
    """Learning rate of the first step."""
    decay_factor: float = 1.00004
    """What the learning rate is divided by after every step, down to 1e-6."""
    momentum: float = 0.5
    """Momentum during the first epoch."""
    final_momentum: float = 0.7
    """Momentum from epoch 250 on, rising linearly until then."""

    def model(self, data_shape):
        return CGAN(
            num_classes=self.num_classes,
            latent_dim=self.latent_dim,
            **self.shared_arguments(data_shape),
        )

    def optimizers(self, steps_per_epoch):
        schedule = DecayToFloor(self.learning_rate, self.decay_factor, floor=1e-6)
        return {
            player: RampedMomentumSGD(
                schedule,
                self.momentum,
                self.final_momentum,
                ramp_start=steps_per_epoch,
                ramp_end=RISEN * steps_per_epoch,
            )
            for player in CGAN.players
        }

    def grid_arguments(self):
        return {"labels": np.arange(64) // 8 % self.num_classes}  # a row of the grid a class


if __name__ == "__main__":
    training.run(Recipe)
