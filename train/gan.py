"""GAN, with the settings of the MNIST experiment of Goodfellow et al., 2014."""

import dataclasses

from keras_gans import GAN, training
from keras_gans.optimizers import DecayToFloor, RampedMomentumSGD

RISEN = 250  # epochs after which the momentum has risen


@dataclasses.dataclass
class Recipe(training.Recipe):
    """The first GAN: a multilayer perceptron against a maxout network."""

    paper = "Goodfellow et al., 2014, arXiv:1406.2661"

    batch_size: int = 100
    """Real images in a minibatch, over all devices."""
    latent_dim: int = 100
    """Size of the latent vector z, uniform with unit variance."""
    learning_rate: float = 0.1
    """Learning rate of the first step."""
    decay_factor: float = 1.000004
    """What the learning rate is divided by after every step, down to 1e-6."""
    momentum: float = 0.5
    """Momentum during the first epoch."""
    final_momentum: float = 0.7
    """Momentum from epoch 250 on, rising linearly until then."""

    def model(self, data_shape):
        return GAN(latent_dim=self.latent_dim, **self.shared_arguments(data_shape))

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
            for player in GAN.players
        }


if __name__ == "__main__":
    training.run(Recipe)
