"""What the recipes of translation between images share."""

import dataclasses
from typing import ClassVar

import keras

from keras_gans import callbacks, training
from keras_gans.data import glyph_tasks
from keras_gans.optimizers import HoldThenLinear

SHOWN = 8  # examples in the pictures of samples/


@dataclasses.dataclass
class TranslationRecipe(training.Recipe):
    """Settings: the official codes' for data of one's own, and small ones for glyphs."""

    players: ClassVar[tuple] = ()
    glyph_defaults: ClassVar[dict] = {
        "image_size": 32,
        "batch_size": 16,
        "epochs": 10,
        "width": 16,
        "patch_layers": 2,
        "shown_split": "test",
    }
    paper_defaults: ClassVar[dict] = {
        "image_size": 256,
        "batch_size": 1,
        "epochs": 200,
        "width": 64,
        "patch_layers": 3,
    }

    data: str = "glyphs/outline"
    """What to train on: a folder, a TensorFlow Datasets name, glyphs/outline, .../colour, ..."""
    data_b: str | None = None
    """The second folder, where the two kinds of images lie in two."""
    image_size: int | None = None
    """Height and width of the images in pixels. Defaults to 256, for glyphs to 32."""
    load_size: int | None = None
    """Height and width before a random crop. Defaults to image_size * 286 / 256, for glyphs not."""
    flip: bool | None = None
    """Reflect half of the images. Defaults to True, for glyphs to False."""
    batch_size: int | None = None
    """Images or pairs in a step, over all devices. Defaults to 1, for glyphs to 16."""
    epochs: int | None = None
    """Passes over the data, those before a resume included. Defaults to 200, for glyphs to 10."""
    shown_split: str | None = None
    """Split of which samples/ shows examples. Defaults to that of training, for glyphs to test."""
    width: int | None = None
    """Channels of the first convolutions. Defaults to 64, for glyphs to 16."""
    patch_layers: int | None = None
    """Halvings of the discriminator, 3 for patches of 70 pixels. Defaults to 3, for glyphs to 2."""
    learning_rate: float = 2e-4
    """Adam's learning rate of both players."""
    beta_1: float = 0.5
    """Adam's momentum."""
    decay_epochs: int = 0
    """Last epochs, in which the learning rate falls linearly to 0."""

    def __post_init__(self):
        if self.score_every:
            raise ValueError(
                "`score_every` must be 0: scores are those of samples, not of translations. "
                f"Received: score_every={self.score_every}"
            )
        defaults = self.glyph_defaults if self.is_of_glyphs else self.paper_defaults
        for name, value in defaults.items():
            if getattr(self, name) is None:
                setattr(self, name, value)
        if self.decay_epochs is None:
            self.decay_epochs = self.epochs // 2
        if not 0 <= self.decay_epochs <= self.epochs:
            raise ValueError(
                "`decay_epochs` must be in [0, epochs]. "
                f"Received: decay_epochs={self.decay_epochs}, epochs={self.epochs}"
            )

    @property
    def is_of_glyphs(self):
        return glyph_tasks.is_name(self.data)

    @property
    def epochs_shape_rates(self):
        return self.decay_epochs > 0

    def load(self, split, **kwargs):
        """`Batches` of a split; a recipe says of which kind."""
        raise NotImplementedError

    def load_arguments(self):
        """Arguments that `load_pairs` and `load_unpaired` share."""
        names = ("image_size", "load_size", "flip", "channels", "crop", "on_error")
        names += ("seed", "data_dir")
        return {name: getattr(self, name) for name in names}

    def dataset(self):
        return self.load(self.split, batch_size=self.batch_size)

    def data_shape(self, data):
        """Tuple of the shapes of both images."""
        return tuple(tuple(spec.shape[1:]) for spec in data.element_spec)

    def shared_arguments(self, data_shape):
        arguments = super().shared_arguments(data_shape)
        return {name: value for name, value in arguments.items() if name != "image_shape"}

    def optimizers(self, steps_per_epoch):
        return {player: self._adam(steps_per_epoch) for player in self.players}

    def _adam(self, steps_per_epoch):
        rate = self.learning_rate
        if self.decay_epochs:
            held = self.epochs - self.decay_epochs
            rate = HoldThenLinear(
                rate, held * steps_per_epoch, decay_steps=self.decay_epochs * steps_per_epoch
            )
        return keras.optimizers.Adam(rate, beta_1=self.beta_1, epsilon=1e-8)

    def watcher(self, folder):
        examples = self.load(
            self.shown_split or self.split,
            augment=False,
            shuffle=False,
            batch_size=1,
            in_memory=False,
        )
        return callbacks.TranslationGrid(
            folder / "samples", examples.arrays(limit=SHOWN), log_dir=folder / "logs"
        )
