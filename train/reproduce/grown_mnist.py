"""Progressive GAN, StyleGAN and SAGAN on MNIST at 32 pixels, with DCGAN beside them."""

import dataclasses
import functools
import importlib
from typing import Literal

import numpy as np
import PIL.Image

from keras_gans import callbacks, metrics
from keras_gans.utils.attention_grid import save_attention_grid
from keras_gans.utils.image_grid import (
    save_animation,
    save_image_grid,
    save_image_table,
    write_gif,
)
from train.reproduce import digits
from train.reproduce.budget import train_within
from train.reproduce.experiment import Experiment
from train.reproduce.looks import Looks
from train.reproduce.same_budget import SCORED

Variant = Literal["dcgan", "progan", "stylegan", "sagan"]
GROWING = ("progan", "stylegan")
FRAME_STEPS = 125  # from one picture of the film of growth to the next
FILM_EVERY = 4  # of these pictures one is in the film on the page
STRETCH_KIMG = 15.0  # growing is over soon, since DCGAN trains at 32 pixels all the time
LOOK_STEPS = 2000
BASE_WIDTH = 512  # half of the recipes': a step takes 0.35 s in the place of 0.84
PSI = (0.0, 0.3, 0.5, 0.7, 0.85, 1.0)


@dataclasses.dataclass
class Reproduction(Experiment):
    """FID of grown networks at 32 pixels after as many real images as DCGAN saw."""

    title = "ProGAN and StyleGAN grown to 32 pixels, SAGAN and DCGAN beside them, MNIST"
    paper = "each variant's own; the comparison is ours"
    published = "-"
    asked = "FID no worse than 1.5 times DCGAN's after the same number of images or two hours"
    protocol = (
        "each recipe with its small default networks, MNIST at 32 pixels, batch 32, until so many "
        "thousand real images are shown (`kimg`) or two hours are over; ProGAN and StyleGAN have "
        "32 channels at 32 pixels, 64 below, train and fade with 15,000 images a level, and the "
        "rest is for 32 pixels; StyleGAN's recipe follows ADA's for CIFAR-10 (Karras et al., 2020, "
        "arXiv:2006.06676: two mapping layers, no mixed styles, a rate of 0.0025), with an R1 of "
        "weight 1 every 4 steps; averaged weights with a half-life of 10,000 images; 10,000 "
        "samples (seed 0, no truncation) against the 10,000 test images under "
        "`ClassifierFeatures` of the training images at 32 pixels"
    )
    figures = (
        *("progan.png", "stylegan.png", "sagan.png", "dcgan.png"),
        *("progan_growth.gif", "stylegan_growth.gif", "attention.png"),
        *("mix_coarse.png", "mix_middle.png", "mix_fine.png", "truncation.png"),
        "interpolation.gif",
    )

    variant: Variant = "progan"
    """Name of the recipe."""
    data_dir: str | None = None
    """Where TensorFlow Datasets keeps MNIST. Defaults to its own place."""
    kimg: float = 300.0
    """Thousands of real images, growing included."""
    minutes: float = 120.0
    """Most minutes of training."""

    def run(self):
        recipe = self.recipe()
        grid = callbacks.SampleGrid(
            self.work_folder / "samples", sample_arguments=recipe.grid_arguments()
        )
        score = digits.scorer(self.data_dir, image_size=32)
        fid = functools.partial(score, kinds=(metrics.FID,))
        looks = Looks(
            lambda model: fid(model.sample(SCORED, seed=0, batch_size=500), ema=True),
            epochs=LOOK_STEPS // FRAME_STEPS if self.variant in GROWING else 1,
        )
        model, values = train_within(self.minutes, recipe, self.work_folder, grid, looks)
        values |= {
            "variant": self.variant,
            "over_time": {str(step): found["fid"] for step, found in looks.found.items()},
        }
        if self.variant in GROWING:
            values |= {"resolution": model.resolution, "alpha": model.alpha}
        if self.variant == "dcgan":  # the yardstick is the better one of both
            latents = model.latents_for_sampling(SCORED, seed=0)
            live = model.generator.predict(latents, batch_size=500, verbose=0)
            values["fid_without_average"] = fid(live, ema=False)["fid"]
        samples = model.sample(SCORED, seed=0, batch_size=500)
        values |= score(samples, ema=True)
        if self.variant == "stylegan":
            values["truncation"] = self.truncation_sweep(model, score)
            self.draw_styles(model)
        if self.variant == "sagan":
            values["sharpest_look"] = self.draw_attention(model)
        if self.variant in GROWING:
            film = self.work_folder / f"{self.variant}_growth.gif"
            save_growth(self.work_folder / "samples", film)
        shown = model.sample(64, seed=0, **recipe.grid_arguments())
        save_image_grid(shown, self.work_folder / f"{self.variant}.png", columns=16)
        return values

    def recipe(self):
        """The variant's recipe for so many images, in batches of 32."""
        shared = {
            "data": "mnist",
            "data_dir": self.data_dir,
            "seed": self.seed,
            "image_size": 32,
            "batch_size": 32,
            "ema_decay": None,
            "ema_half_life": 10_000.0,
        }
        recipe_class = importlib.import_module(f"train.{self.variant}").Recipe
        if self.variant in GROWING:
            kimg = min(STRETCH_KIMG, self.kimg / 7)  # ProGAN has six stretches before the last
            phases = {"stable_kimg": kimg, "fade_kimg": kimg, "total_kimg": self.kimg}
            shared["base_width"] = BASE_WIDTH
            return recipe_class(**shared, **phases, steps_per_epoch=FRAME_STEPS)
        if self.variant == "sagan":
            shared["attention_size"] = 16  # maps that a person can read
            shared["num_classes"] = 10
        return recipe_class(**shared, epochs=max(1, round(self.kimg / 60)))

    @staticmethod
    def truncation_sweep(model, score):
        """Scores by psi: dictionary from its text to a dictionary."""
        sweep = {}
        for psi in PSI:
            samples = model.sample(SCORED, seed=0, batch_size=500, truncation=psi)
            sweep[str(psi)] = score(samples, ema=True)
        return sweep

    def draw_attention(self, model):
        """A row for each digit: a sample, then where three of its positions look.

        Returns the largest weight, in units of the mean one.
        """
        labels = np.arange(10)
        images = model.sample(10, seed=0, labels=labels)
        maps = model.attend_while_generating(10, seed=0, labels=labels)
        save_attention_grid(images, maps, self.work_folder / "attention.png")
        return round(float(maps.max()) * maps[0, 0, 0].size, 2)

    def draw_styles(self, model):
        """Style mixing, the truncation of some samples, and the way between samples."""
        layers = {"coarse": range(4), "middle": range(4, 6), "fine": range(6, 8)}
        seeds = range(6), range(10, 18)
        side, top = (model.synthesize(model.styles_of(each, 0.85)) for each in seeds)
        for name, chosen in layers.items():
            mixed = np.concatenate(model.mix(*seeds, chosen, truncation=0.85))
            save_image_table(side, top, mixed, self.work_folder / f"mix_{name}.png")
        by_psi = [model.sample(16, seed=5, truncation=psi, noise_seed=0) for psi in PSI]
        save_image_grid(np.concatenate(by_psi), self.work_folder / "truncation.png", columns=16)
        path = model.interpolate([0, 1, 2, 3, 0], frames=12, truncation=0.85)
        save_animation(path.repeat(4, 1).repeat(4, 2), self.work_folder / "interpolation.gif", 0.1)

    @staticmethod
    def ours(results):
        yardsticks = [
            min(r["fid"], r["fid_without_average"]) for r in results if r["variant"] == "dcgan"
        ]
        dcgan = min(yardsticks, default=None)
        return "; ".join(
            f"{r['variant']}: FID {r['fid']:.1f}"
            + (f" ({r['fid'] / dcgan:.2f} of DCGAN's)" if dcgan and r["variant"] != "dcgan" else "")
            for r in results
        )

    @staticmethod
    def details(results):
        lines = []
        for r in results:
            looks = ", ".join(f"{fid:.1f} at {int(s):,}" for s, fid in r["over_time"].items())
            line = (
                f"{r['variant']}: FID {r['fid']:.2f}, precision {r['precision']:.3f}, recall "
                f"{r['recall']:.3f}; {r['real_images']:,} real images in {r['training_minutes']} "
                f"minutes, {r['images_per_second']:.0f} a second on the whole; FID by step {looks}"
            )
            if "resolution" in r:
                line += f"; ended at {r['resolution']} pixels, alpha {r['alpha']:.2f}"
            if "fid_without_average" in r:
                line += f"; FID {r['fid_without_average']:.2f} without the average of weights"
            if "sharpest_look" in r:
                line += f"; the largest weight of attention is {r['sharpest_look']} times the mean"
            lines.append(line)
        for result in results:
            for psi, scores in result.get("truncation", {}).items():
                lines.append(
                    f"StyleGAN, psi {psi}: FID {scores['fid']:.2f}, precision "
                    f"{scores['precision']:.3f}, recall {scores['recall']:.3f}"
                )
        return lines


def save_growth(samples, path):
    """A film of a quarter of the samples in few frames and greys, small enough for a page.

    Args:
        samples: Folder of a `SampleGrid`.
        path: Path of the GIF.
    """
    files = sorted(samples.glob("epoch_*.png"))
    frames = []
    for file in files[-1::-FILM_EVERY][::-1]:  # the last one is among them
        with PIL.Image.open(file) as grid:
            rows = grid.convert("L").crop((0, 0, grid.width, grid.height // 4))
            frames.append(rows.quantize(8))
    write_gif(frames, path, [300] * (len(frames) - 1) + [2000])
