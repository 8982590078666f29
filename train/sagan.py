"""SAGAN, with the settings of Zhang et al., 2018, on small images."""

import dataclasses
import sys
from typing import ClassVar

import keras
import numpy as np

from keras_gans import SAGAN, networks
from keras_gans.data import NoLabelsError
from train import _classes, _presets

SIZES = (32, 64, 128)
# Forward passes of an image in a step; a backward pass counts 2, or 1 where only the gradient by
# the input is taken. Generator: forward and backward. Discriminator: real, fake, generator's step.
PASSES = 3, 8


@dataclasses.dataclass
class Recipe(_presets.PresetRecipe):
    """Residual networks with self-attention, on classes, on two time scales."""

    paper = "Zhang et al., 2018, arXiv:1805.08318"
    presets = {
        "imagenet-128": {
            "image_size": 128,
            "channels": 3,
            "batch_size": 256,
            "num_classes": 1000,
            "width": 64,
            "epochs": 200,  # of 5,004 steps: a million, as in the paper
        }
    }
    official_times = {"imagenet-128": "about 2 weeks on four GPUs"}
    images_an_epoch: ClassVar[dict] = {"imagenet-128": 1_281_167}

    image_size: int = 32
    """Height and width of the images in pixels: 32, 64 or 128."""
    batch_size: int = 64
    """Real images in a minibatch, over all devices; 256 in the paper."""
    num_classes: _classes.NumClasses | None = "data"
    """Number of classes that the labels count, "data" for as many as the data has; None trains
    without labels."""
    latent_dim: int = 128
    """Size of the latent vector, standard normal."""
    width: int = 32
    """Channels at the highest resolution; 64 in the paper."""
    attention_size: int | None = None
    """Height of the maps that attend to themselves, 0 for none. Defaults to image_size / 4."""
    generator_learning_rate: float = 1e-4
    """Adam's learning rate of the generator."""
    discriminator_learning_rate: float = 4e-4
    """Adam's learning rate of the discriminator."""
    beta_2: float = 0.9
    """Adam's second decay; its momentum is 0."""

    def __post_init__(self):
        super().__post_init__()
        if self.image_size not in SIZES:
            raise ValueError(
                f"`image_size` must be one of {SIZES}. Received: image_size={self.image_size}"
            )

    @property
    def labels(self):
        return self.num_classes is not None

    def dataset(self):
        try:
            batches = super().dataset()
            self.num_classes = _classes.resolve(self.num_classes, batches)
        except NoLabelsError as error:
            raise NoLabelsError(f"{error}; --num-classes None trains without labels") from error
        return batches

    def model(self, data_shape):
        names = ("num_classes", "width", "attention_size")
        arguments = {name: getattr(self, name) for name in names}
        return SAGAN(
            num_classes=self.num_classes,
            latent_dim=self.latent_dim,
            generator=networks.build_sagan_generator(self.latent_dim, data_shape, **arguments),
            discriminator=networks.build_sagan_discriminator(data_shape, **arguments),
            **self.shared_arguments(data_shape),
        )

    def optimizers(self, steps_per_epoch):
        rates = {
            "generator": self.generator_learning_rate,
            "discriminator": self.discriminator_learning_rate,
        }
        return {
            player: keras.optimizers.Adam(rate, beta_1=0.0, beta_2=self.beta_2, epsilon=1e-8)
            for player, rate in rates.items()
        }

    def costs(self):
        # Telling the class costs next to nothing, and how many there are may not be known yet.
        model = dataclasses.replace(self, num_classes=None).model(
            (self.image_size, self.image_size, self.channels or 3)
        )
        players = model.generator, model.discriminator
        steps = self.epochs * (self.images_an_epoch[self.preset] // self.batch_size)
        return [_presets.cost_of(self.image_size, self.batch_size, steps, players, PASSES)]

    def grid_arguments(self):
        if self.num_classes is None:
            return {}
        return {"labels": np.arange(64) // 8 % self.num_classes}  # a row of the grid a class


run = _presets.run

if __name__ == "__main__":
    run(Recipe, sys.argv[1:])
