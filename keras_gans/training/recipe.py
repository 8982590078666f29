"""What a training run is made of: settings that are flags, a data set and a model."""

import dataclasses
import pathlib
from typing import ClassVar, Literal

from keras_gans import callbacks, data, layers


@dataclasses.dataclass
class Recipe:
    """Settings that every recipe shares. Every field is a flag of `python -m train <recipe>`.

    A recipe is a dataclass in `train/<name>.py` that inherits from this one, adds the paper's
    numbers as fields and says how they make a compiled model. `training.run` does the rest.
    """

    paper: ClassVar[str] = ""  # authors, year, arXiv number; shown by `python -m train`
    labels: ClassVar[bool] = False  # whether the model trains on (x, labels)
    # What `python -m keras_gans` does with the export, as a first thing to try.
    next_command: ClassVar[str] = "sample {export} --num 64 --seed 1 --out grid.png"

    data: str = "glyphs"
    """What to train on: "glyphs", a TensorFlow Datasets name, a folder of images, an .npz file."""
    data_dir: str | None = None
    """Where TensorFlow Datasets keeps its data. Defaults to its own place."""
    split: str = "train"
    """Which split of the data to train on."""
    image_size: int = 28
    """Height and width of the images in pixels."""
    channels: Literal[1, 3] | None = None
    """1 for gray, 3 for colour. Defaults to what the data holds."""
    crop: Literal["center", "pad"] = "center"
    """What to do with images that are not square: cut out the middle, or add black."""
    on_error: Literal["raise", "skip"] = "raise"
    """What to do with files of a folder that cannot be decoded."""
    batch_size: int = 128
    """Real images in a minibatch, over all devices."""
    epochs: int = 20
    """Passes over the data, those before a resume included."""
    seed: int = 0
    """Seed of the networks, the noise and the order of the data."""
    ema_decay: float | None = None
    """Decay a step of the generator's moving average, which samples and exports then use."""
    ema_half_life: float | None = None
    """Instead of ema_decay: real images after which an old generator counts half in the average."""
    augment: Literal["none", "diff", "adaptive"] = "none"
    """Change images before they are judged, for small data: DiffAugment, or AdaptiveAugment."""
    output: pathlib.Path | None = None
    """Folder of the run. Defaults to runs/<recipe>."""
    publish: pathlib.Path | None = None
    """Folder under which the trained generator is published, such as saved_models/<name>."""
    precision: Literal["float32", "mixed_bfloat16", "mixed_float16"] = "float32"
    """Number format of the networks. The mixed ones are for accelerators."""
    steps_per_execution: int = 1
    """Training steps between two looks of Python, a divisor of an epoch's; for tiny networks."""
    jit_compile: bool = False
    """Compile the step with XLA; for accelerators."""
    score_every: int = 0
    """Epochs between two scores (FID, precision and recall on labelled data); 0 for none."""
    strategy: Literal["auto", "one", "mirrored", "multiworker", "tpu"] = "auto"
    """Devices: one; all of this machine; all workers in TF_CONFIG; a TPU. auto finds out."""
    checkpoint_minutes: float = 5.0
    """Minutes between two checkpoints within an epoch; the end of an epoch makes one, too, unless
    writing took more than 2 % of the time."""
    keep: int = 3
    """How many checkpoints are kept."""
    learning_rate_factor: float = 1.0
    """Multiplies all learning rates from now on; to go on below 1 after a run that broke."""
    resume_anyway: bool = False
    """Continue a run although its settings have changed since."""
    dry_run: bool = False
    """Print the settings and the networks, train two steps, write nothing."""

    @property
    def epochs_shape_rates(self):
        """Whether learning rates follow from the number of epochs, which then must not change."""
        return False

    @property
    def minibatches(self):
        """Minibatches in a step: the steps of a player that steps several times."""
        return 1

    def dataset(self):
        """The training batches, `keras_gans.data.Batches`."""
        return data.load(
            self.data,
            image_size=self.image_size,
            channels=self.channels,
            crop=self.crop,
            on_error=self.on_error,
            batch_size=self.minibatches * self.batch_size,
            split=self.split,
            labels=self.labels,
            seed=self.seed,
            data_dir=self.data_dir,
        )

    def data_shape(self, data):
        """What `model` is told about the data: the shape of a sample without its label."""
        return data.data_shape

    def model(self, data_shape):
        """The model for samples of `data_shape`, not yet compiled."""
        raise NotImplementedError(f"{type(self).__name__} must say its model")

    def shared_arguments(self, data_shape):
        """Arguments of the model's constructor that follow from the settings above."""
        return {
            "image_shape": data_shape,
            "seed": self.seed,
            "ema_decay": self.ema_decay,
            "ema_half_life": self.ema_half_life,
            "augment": self.augmentation(),
        }

    def augmentation(self):
        """The layer that `augment` names, or `None`."""
        make = {"none": None, "diff": layers.DiffAugment, "adaptive": layers.AdaptiveAugment}
        make = make[self.augment]
        return make and make(seed=self.seed)

    def optimizers(self, steps_per_epoch):
        """Dictionary from player to optimizer, or `None` for the model's own."""
        return None

    def callbacks(self):
        """List of callbacks that the paper's training needs, such as a plateau's."""
        return []

    def watcher(self, folder):
        """The callback that draws what the model makes into `samples/` of the run's folder."""
        return callbacks.SampleGrid(
            folder / "samples", log_dir=folder / "logs", sample_arguments=self.grid_arguments()
        )

    def grid_arguments(self):
        """What `model.sample` takes for the 64 samples of the grid, besides number and seed."""
        return {}
