"""CycleGAN, with the settings of Zhu et al., 2017, and its official code."""

import dataclasses
from typing import ClassVar

from keras_gans import CycleGAN, data, training
from train import _translation


@dataclasses.dataclass
class Recipe(_translation.TranslationRecipe):
    """Translation between two domains of images without pairs: there and back is as before."""

    paper = "Zhu et al., 2017, arXiv:1703.10593"
    players: ClassVar = tuple(CycleGAN.players)
    next_command = "translate {export} photos/ translated/ --direction a_to_b"
    glyph_defaults = _translation.TranslationRecipe.glyph_defaults | {
        "batch_size": 8,
        "epochs": 5,
        "blocks": 3,
        "decay_epochs": 0,
    }

    data: str = "glyphs/slant"
    """What to train on: a folder with trainA and trainB, a TensorFlow Datasets name such as
    cycle_gan/horse2zebra, or glyphs/outline, glyphs/colour, glyphs/slant, glyphs/weight."""
    batch_size: int | None = None
    """Images of each domain in a step, over all devices. Defaults to 1, for glyphs to 8."""
    epochs: int | None = None
    """Passes over the larger domain, those before a resume included. Defaults to 200, for glyphs
    to 5."""
    decay_epochs: int | None = None
    """Last epochs, in which the learning rate falls linearly to 0. Defaults to half of the
    epochs, for glyphs to none."""
    blocks: int | None = None
    """Residual blocks of the generators. Defaults to 9, to 6 for images below 256 pixels, for
    glyphs to 3."""
    cycle_weight: float = 10.0
    """Weight of there and back, lambda."""
    identity_weight: float = 0.5
    """Weight of leaving images of the target domain as they are, as a share of cycle_weight."""
    buffer_size: int = 50
    """Older fakes that the discriminators also see, of each domain."""

    def load(self, split, **kwargs):
        return data.load_unpaired(
            self.data, self.data_b, split=split, **self.load_arguments(), **kwargs
        )

    def model(self, data_shape):
        a_shape, b_shape = data_shape

        def generator(*shapes):
            return CycleGAN.default_generator(*shapes, blocks=self.blocks, width=self.width)

        def discriminator(shape):
            return CycleGAN.default_discriminator(shape, layers=self.patch_layers, width=self.width)

        return CycleGAN(
            a_shape=a_shape,
            b_shape=b_shape,
            generator_ab=generator(a_shape, b_shape),
            generator_ba=generator(b_shape, a_shape),
            discriminator_a=discriminator(a_shape),
            discriminator_b=discriminator(b_shape),
            cycle_weight=self.cycle_weight,
            identity_weight=self.identity_weight,
            buffer_size=self.buffer_size,
            **self.shared_arguments(data_shape),
        )


if __name__ == "__main__":
    training.run(Recipe)
