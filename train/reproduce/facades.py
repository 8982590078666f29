"""pix2pix on facades: the absolute error alone, the cGAN alone, and both."""

import dataclasses
import pathlib
from typing import Literal

import numpy as np

from keras_gans.utils.image_grid import save_image_grid
from train import pix2pix
from train.reproduce.budget import train_within
from train.reproduce.experiment import Experiment
from train.reproduce.lab_colours import histogram_intersections

Variant = Literal["l1", "cgan", "both", "full"]
LOSSES = {
    "l1": {"adversarial_weight": 0.0},
    "cgan": {"reconstruction_weight": 0.0},
    "both": {},
    "full": {},
}
PICTURED = (0, 13, 29, 47, 64, 88)  # of the test images


@dataclasses.dataclass
class Reproduction(Experiment):
    """Colour histograms of pix2pix's photos from labels, with and without either loss."""

    title = "pix2pix, facades, labels to photo: L1, cGAN, and both"
    paper = "Isola et al., 2017, arXiv:1611.07004, figures 4 and 7"
    published = "overlap of colours in L/a/b (Cityscapes): L1 .81/.69/.70, L1 + cGAN .86/.84/.82"
    asked = "L1 + cGAN above L1 in Lab order; pictures side by side"
    protocol = (
        "400 training pairs, batch 1, 128 pixels out of 143, U-Net and 70x70 patches of half the "
        "paper's width, the same number of steps each (`full`: 256 pixels, the paper's networks, "
        "as far as its minutes go); histogram intersection with the true photos over all pixels of "
        "the 100 test images in bins of 2 units; translated with dropout and the image's statistics"
    )
    figures = ("comparison.png", "full.png")

    variant: Variant = "both"
    """Which losses; or `full` for the paper's networks at 256 pixels with both."""
    data: pathlib.Path = pathlib.Path("facades")
    """Folder with `train` and `test`, photo left, labels right."""
    epochs: int = 25
    """Most passes over the training pairs."""
    minutes: float = 90.0
    """Most minutes of training."""

    def run(self):
        size, width = (256, 64) if self.variant == "full" else (128, 32)
        recipe = pix2pix.Recipe(
            data=str(self.data),
            direction="BtoA",
            image_size=size,
            width=width,
            seed=self.seed,
            epochs=self.epochs,
            shown_split="test",
            **LOSSES[self.variant],
        )
        watcher = recipe.watcher(self.work_folder)
        model, values = train_within(self.minutes, recipe, self.work_folder, watcher)
        test = recipe.load("test", augment=False, shuffle=False, batch_size=1)
        labels, photos = test.arrays()
        translated = model.translate(labels, seed=0)
        np.savez_compressed(
            self.work_folder / "translated.npz",
            **{
                name: np.uint8(np.round(127.5 * (images[list(PICTURED)] + 1.0)))
                for name, images in {
                    "labels": labels, "photos": photos, "translated": translated
                }.items()
            },
        )  # fmt: skip
        self.draw()
        error = float(np.abs(translated - photos).mean())
        return values | {
            "variant": self.variant,
            "mean_absolute_error": round(error, 4),
            "overlap": histogram_intersections(translated, photos),
        }

    def draw(self):
        """A column for labels, for every variant that was trained, and for the true photos."""
        variants = ["full"] if self.variant == "full" else ["l1", "cgan", "both"]
        columns, truth = [], {}
        for variant in variants:
            path = self.work / "facades" / variant / f"seed{self.seed}" / "translated.npz"
            if path.exists():
                with np.load(path) as kept:
                    columns.append(kept["translated"])
                    truth = {name: kept[name] for name in ("labels", "photos")}
        columns = [truth["labels"], *columns, truth["photos"]]
        rows = np.stack(columns, axis=1)
        name = "full.png" if self.variant == "full" else "comparison.png"
        save_image_grid(
            rows.reshape(-1, *rows.shape[2:]), self.work_folder / name, columns=len(columns)
        )

    @classmethod
    def flags(cls, used):
        return f" --data facades/{super().flags(used)}"

    @staticmethod
    def ours(results):
        return "; ".join(
            f"{r['variant']} {'/'.join(f'{overlap:.2f}' for overlap in r['overlap'].values())}"
            for r in results
        )

    @staticmethod
    def details(results):
        return [
            f"{r['variant']}: overlap in L/a/b "
            f"{'/'.join(f'{overlap:.3f}' for overlap in r['overlap'].values())}, mean absolute "
            f"error {r['mean_absolute_error']:.3f}; {r['epochs']} epochs, {r['steps']:,} steps in "
            f"{r['training_minutes']} minutes"
            for r in results
        ]
