"""pix2pix, with the settings of Isola et al., 2017, and its official code."""

import dataclasses
from typing import ClassVar, Literal

from keras_gans import Pix2Pix, data, training
from train import _translation


@dataclasses.dataclass
class Recipe(_translation.TranslationRecipe):
    """Translation of images, learned from pairs: a U-Net against a discriminator of patches."""

    paper = "Isola et al., 2017, arXiv:1611.07004"
    players: ClassVar = tuple(Pix2Pix.players)
    next_command = "translate {export} photos/ translated/"
    glyph_defaults = _translation.TranslationRecipe.glyph_defaults | {"direction": "AtoB"}

    decay_epochs: int = 0
    """Last epochs, in which the learning rate falls linearly to 0; in the official code in PyTorch
    100 of 200, in that of the paper none."""
    direction: Literal["AtoB", "BtoA"] | None = None
    """AtoB where the left or first image is the input, BtoA where it is the target."""
    reconstruction_weight: float = 100.0
    """Weight of the mean absolute error, lambda."""
    adversarial_weight: float = 1.0
    """Weight of the discriminator's word; 0 leaves the absolute error alone."""
    conditional: bool = True
    """Whether the discriminator sees the inputs."""
    least_squares: bool = False
    """Squared distances instead of cross-entropies."""

    def load(self, split, **kwargs):
        source = self.data if self.data_b is None else (self.data, self.data_b)
        return data.load_pairs(
            source, direction=self.direction, split=split, **self.load_arguments(), **kwargs
        )

    def model(self, data_shape):
        input_shape, target_shape = data_shape
        return Pix2Pix(
            input_shape=input_shape,
            target_shape=target_shape,
            generator=Pix2Pix.default_generator(input_shape, target_shape, width=self.width),
            discriminator=Pix2Pix.default_discriminator(
                target_shape,
                input_shape if self.conditional else None,
                layers=self.patch_layers,
                width=self.width,
            ),
            reconstruction_weight=self.reconstruction_weight,
            adversarial_weight=self.adversarial_weight,
            conditional=self.conditional,
            least_squares=self.least_squares,
            **self.shared_arguments(data_shape),
        )


if __name__ == "__main__":
    training.run(Recipe)
