"""The small classifier whose features score small images; see docs/scores.md."""

import dataclasses
import pathlib
from typing import Literal

import tyro

from keras_gans import data, metrics


@dataclasses.dataclass
class Recipe:
    """Classifier whose features score small images offline; trained once, then cached."""

    paper = "-"

    data: str = "glyphs"
    """Labelled data with the splits train and test."""
    data_dir: str | None = None
    """Where TensorFlow Datasets keeps its data. Defaults to its own place."""
    image_size: int = 28
    """Height and width of the images in pixels."""
    crop: Literal["center", "pad"] = "center"
    """What to do with images that are not square: cut out the middle, or add black."""
    on_error: Literal["raise", "skip"] = "raise"
    """What to do with files of a folder that cannot be decoded."""
    epochs: int = 3
    """Passes over the data."""
    seed: int = 0
    """Seed of weights, order and dropout."""
    output: pathlib.Path = pathlib.Path("runs/classifier.npz")
    """File of the classifier."""


def run(recipe, args=None):
    """Trains the classifier, prints its accuracy on the test split and saves it."""
    recipe = tyro.cli(recipe, args=args, prog="python -m train classifier")
    settings = {
        "image_size": recipe.image_size,
        "crop": recipe.crop,
        "on_error": recipe.on_error,
        "data_dir": recipe.data_dir,
        "labels": True,
        "shuffle": False,
        "batch_size": 1,
    }
    images, labels = data.load(recipe.data, split="test", **settings).arrays()
    classifier = metrics.ClassifierFeatures(
        *data.load(recipe.data, split="train", **settings).arrays(),
        name=f"{recipe.data} classifier",
        epochs=recipe.epochs,
        seed=recipe.seed,
        verbose=1,
    )
    accuracy = metrics.conditional_accuracy(classifier.logits(images), labels)
    recipe.output.parent.mkdir(parents=True, exist_ok=True)
    classifier.save(recipe.output)
    print(f"Test accuracy {100 * accuracy:.2f} %. Wrote {recipe.output}")


if __name__ == "__main__":
    run(Recipe)
