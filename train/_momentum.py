"""What the recipes of GAN and CGAN share: descent with a momentum that rises and a falling rate."""

import dataclasses
from typing import ClassVar

from keras_gans import GAN, training
from keras_gans.optimizers import DecayToFloor, RampedMomentumSGD

RISEN = 250  # epochs after which the momentum has risen


@dataclasses.dataclass
class MomentumRecipe(training.Recipe):
    """Settings of the two papers' MNIST experiments."""

    players: ClassVar = tuple(GAN.players)

    batch_size: int = 100
    """Real images in a minibatch, over all devices."""
    learning_rate: float = 0.1
    """Learning rate of the first step."""
    decay_factor: float = 1.000004
    """What the learning rate is divided by after every step, down to 1e-6."""
    momentum: float = 0.5
    """Momentum during the first epoch."""
    final_momentum: float = 0.7
    """Momentum from epoch 250 on, rising linearly until then."""

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
            for player in self.players
        }
