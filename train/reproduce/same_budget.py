"""Every variant on MNIST with the same budget: scores by one protocol, and a grid each."""

import dataclasses
import importlib
import time
from typing import Literal

import keras

from keras_gans import callbacks
from keras_gans.utils.image_grid import save_samples
from train.reproduce import digits
from train.reproduce.experiment import Experiment

Variant = Literal[
    "gan", "cgan", "dcgan", "infogan", "lsgan", "wgan", "wgan_gp", "hinge_gan", "began", "bigan",
    "d2gan", "mgan",
]  # fmt: skip
SCORED = 10_000


@dataclasses.dataclass
class Reproduction(Experiment):
    """FID, precision and recall of a variant after 30 epochs or 40 minutes of MNIST."""

    title = "Twelve variants, MNIST, the same budget"
    paper = "each variant's own; the comparison is ours"
    published = "-"
    asked = (
        "FID, precision, recall, images a second and a grid for every variant; none worse than "
        "twice DCGAN's FID without an explanation that was tested"
    )
    protocol = (
        "each variant's recipe with `--data mnist`, 28 pixels, until 30 epochs or 40 minutes, "
        "whichever comes first; 10,000 samples (seed 0) against the 10,000 test images under "
        "`ClassifierFeatures` of the training images (3 epochs, seed 0)"
    )

    variant: Variant = "dcgan"
    """Name of the recipe."""
    data_dir: str | None = None
    """Where TensorFlow Datasets keeps MNIST. Defaults to its own place."""
    epochs: int = 30
    """Most passes over the 60,000 images."""
    minutes: float = 40.0
    """Most minutes of training."""

    @property
    def name(self):
        return f"same_budget/{self.variant}"

    def run(self):
        recipe_class = importlib.import_module(f"train.{self.variant}").Recipe
        recipe = recipe_class(
            data="mnist", data_dir=self.data_dir, seed=self.seed, epochs=self.epochs
        )
        model, values = train_within(self.minutes, recipe, self.work_folder)
        values |= {"variant": self.variant}
        samples = model.sample(SCORED, seed=0, batch_size=500)
        self.work_folder.mkdir(parents=True, exist_ok=True)
        save_samples(samples[:64], self.work_folder / "grid.png", columns=16)
        return values | digits.scores(samples, self.data_dir, ema=False)

    @classmethod
    def command(cls, name, results):
        return f"python -m train.reproduce {name} --variant dcgan, and so on"

    @staticmethod
    def ours(results):
        best = min(results, key=lambda r: r["fid"])
        return f"{len(results)} variants; best FID {best['fid']:.1f}, {best['variant']}"

    @staticmethod
    def details(results):
        return [
            f"{r['variant']}: FID {r['fid']:.2f}, precision {r['precision']:.3f}, recall "
            f"{r['recall']:.3f}, density {r['density']:.3f}, coverage {r['coverage']:.3f}; "
            f"{r['epochs']} epochs, {r['real_images']:,} real images in {r['training_minutes']} "
            f"minutes, {r['images_per_second']:.0f} a second"
            for r in sorted(results, key=lambda r: r["fid"])
        ]


def train_within(minutes, recipe, folder, *watchers):
    """Trains a recipe until its epochs or so many minutes are over; continues what is there.

    Args:
        minutes: Number > 0.
        recipe: `Recipe`.
        folder: Folder of the checkpoints.
        watchers: Further callbacks.

    Returns:
        Tuple of the model and a dictionary of plain values: steps, epochs, real images and time.
    """
    batches = recipe.dataset()
    model = recipe.model(batches.data_shape)
    model.compile(recipe.optimizers(batches.steps_per_epoch))
    budget = Budget(minutes)
    model.fit(
        batches,
        epochs=recipe.epochs,
        verbose=2,
        callbacks=[
            callbacks.TerminateOnNaN(raise_error=True),
            *recipe.callbacks(),
            *watchers,
            budget,
            callbacks.Checkpoints(folder / "checkpoints", keep=1),
        ],
    )
    steps = int(model.step.numpy())
    images = steps * batches.batch_size
    return model, {
        "steps": steps,
        "epochs": round(steps / batches.steps_per_epoch, 2),
        "real_images": images,
        "training_minutes": round(budget.seconds / 60, 2),
        "images_per_second": round(images / budget.seconds, 1),
    }


class Budget(keras.callbacks.Callback):
    """Stops a training after some minutes of its own, those before a resume included."""

    def __init__(self, minutes):
        super().__init__()
        self.minutes = minutes
        self.seconds = 0.0
        self._last = None

    def on_train_begin(self, logs=None):
        self._last = time.monotonic()

    def on_train_batch_end(self, batch, logs=None):
        now = time.monotonic()
        self.seconds += now - self._last
        self._last = now
        if self.seconds >= 60 * self.minutes:
            self.model.stop_training = True

    def state(self):
        """What `Checkpoints` keeps."""
        return {"seconds": self.seconds}

    def set_state(self, state):
        self.seconds = state["seconds"]
