"""pix2pix and CycleGAN on glyphs, where the true partner of every image is known."""

import dataclasses
from typing import Literal

import numpy as np

from keras_gans import metrics
from keras_gans.data import glyph_pairs
from keras_gans.utils.image_grid import save_image_grid
from train import cyclegan, pix2pix
from train.reproduce.budget import train_within
from train.reproduce.experiment import Experiment

Variant = Literal["pix2pix", "cyclegan", "cyclegan_without_cycle"]
TASKS = {"pix2pix": "outline", "cyclegan": "slant", "cyclegan_without_cycle": "slant"}
PICTURED = 16


@dataclasses.dataclass
class Reproduction(Experiment):
    """Error against the true partner, digit identity and cycle error on glyphs."""

    title = "pix2pix and CycleGAN, glyphs with known partners"
    paper = "Isola et al., 2017, arXiv:1611.07004; Zhu et al., 2017, arXiv:1703.10593"
    published = "- (with paired data the papers ask people or segment)"
    asked = (
        "pix2pix: mean absolute error below 0.05; CycleGAN: at most half the error of doing "
        "nothing, at least 95 % of the digits kept, and visibly worse without the cycle"
    )
    protocol = (
        "32 pixels, images in [-1, 1], the recipes' small networks; outline to filled with pairs, "
        "upright to slanted and back without; mean absolute error over all pixels of the 1,000 "
        "test pairs; `cyclegan_without_cycle` is GAN alone as in the paper's table, with neither "
        "cycle nor identity; digits read by a classifier trained on the training glyphs of the "
        "target domain"
    )
    remark = (
        "Pictures, from above: pix2pix's input, its translation, the truth; CycleGAN's a, its "
        "translation, the way back, the truth, then the same from b. Without the cycle either "
        "generator ends with one image, whatever it is given."
    )
    figures = ("pix2pix.png", "cyclegan.png", "cyclegan_without_cycle.png")

    variant: Variant = "pix2pix"
    """Which model."""
    epochs: int = 10
    """Most passes over the 10,000 training images of a domain."""
    minutes: float = 40.0
    """Most minutes of training."""

    def run(self):
        task = TASKS[self.variant]
        shared = {"data": f"glyphs/{task}", "seed": self.seed, "epochs": self.epochs}
        if self.variant == "pix2pix":
            recipe = pix2pix.Recipe(**shared)
        else:
            without = {"cycle_weight": 0.0} if self.variant == "cyclegan_without_cycle" else {}
            recipe = cyclegan.Recipe(**shared, **without)
        watcher = recipe.watcher(self.work_folder)
        model, values = train_within(self.minutes, recipe, self.work_folder, watcher)
        a, b, labels = glyph_pairs(task, split="test")
        values |= {"variant": self.variant}
        if self.variant == "pix2pix":
            values["a_to_b"] = measure(model.translate(a), a, b, labels, task, side=1)
            columns = [a, model.translate(a[:PICTURED]), b]
        else:
            columns = []
            for direction, source, target, side in (("a_to_b", a, b, 1), ("b_to_a", b, a, 0)):
                translated, back = model.cycle(source, direction)
                measures = measure(translated, source, target, labels, task, side)
                measures["cycle_error"] = round(float(np.abs(back - source).mean()), 4)
                values[direction] = measures
                columns += [source, translated, back, target]
        rows = np.concatenate([column[:PICTURED] for column in columns])
        save_image_grid(rows, self.work_folder / f"{self.variant}.png", columns=PICTURED)
        return values

    @staticmethod
    def ours(results):
        return "; ".join(
            f"{r['variant']} {r['a_to_b']['error']:.3f} (doing nothing "
            f"{r['a_to_b']['doing_nothing']:.3f}), digits {100 * r['a_to_b']['digits']:.1f} %"
            for r in results
        )

    @staticmethod
    def details(results):
        lines = []
        for result in results:
            for direction in ("a_to_b", "b_to_a"):
                if direction not in result:
                    continue
                m = result[direction]
                cycle = f", cycle error {m['cycle_error']:.3f}" if "cycle_error" in m else ""
                lines.append(
                    f"{result['variant']}, {direction}: error {m['error']:.4f}, doing nothing "
                    f"{m['doing_nothing']:.4f}{cycle}, digits read right {100 * m['digits']:.1f} % "
                    f"(of the true partners {100 * m['true_digits']:.1f} %); "
                    f"{result['epochs']} epochs in {result['training_minutes']} minutes"
                )
        return lines


def measure(translated, source, target, labels, task, side):
    """Dictionary of plain values about translations of aligned test images."""
    train = glyph_pairs(task, split="train")
    reader = metrics.ClassifierFeatures(train[side], train[2], name="glyph classifier")

    def read_right(images):
        return metrics.conditional_accuracy(reader.logits(images), labels)

    return {
        "error": round(float(np.abs(translated - target).mean()), 4),
        "doing_nothing": round(float(np.abs(source - target).mean()), 4),
        "digits": round(read_right(translated), 4),
        "true_digits": round(read_right(target), 4),
    }
