"""BEGAN on MNIST: does the ratio of the errors settle at gamma?"""

import dataclasses
from typing import Literal

import numpy as np

from keras_gans import data
from keras_gans.utils.image_grid import save_samples
from train import began
from train.reproduce import digits
from train.reproduce.experiment import Experiment, mean_and_spread
from train.reproduce.same_budget import SCORED

EPOCH_STEPS = 500
ONE, EIGHT = 1, 8
TEST_INK = 0.133  # mean of the test images, 0 being black and 1 white


@dataclasses.dataclass
class Reproduction(Experiment):
    """The equilibrium of BEGAN: the ratio of its errors, and its convergence measure."""

    title = "BEGAN, MNIST, equilibrium"
    paper = "Berthelot et al., 2017, arXiv:1703.10717, section 3.3"
    published = "the ratio of the errors of fakes and of real images settles at gamma"
    asked = "within 10 % of gamma at the end, the convergence measure falling"
    protocol = (
        "28 pixels, n = 32, h = 32, gamma 0.7, lambda_k 0.05, batch 16, Adam 2e-4, halved when the "
        "measure stalls; the paper has 0.001 and 1e-4 for a training many times as long; the ratio "
        "of the mean errors over the last of the epochs of 500 steps; the measure at the first and "
        "the last of them; FID of 10,000 samples as for the same budget, because a generator that "
        "makes one image can hold the ratio, too; how many of them a classifier reads as ones; "
        "`ones_and_eights` trains on these two digits only, `few_ones` without most of the ones, "
        "to see what k and the samples follow"
    )

    remark = (
        "Why ones alone, most likely: gamma asks for samples whose mean error is that part of the "
        "real images' mean error, and the error of a digit goes with its ink. Of all digits ones "
        "come nearest to 0.7 of the mean over all (0.79; sevens 0.82, nines 0.90), so a generator "
        "of ones is nearest to equilibrium. Where they are half of the images it still makes "
        "nothing else. But where most of them are missing it makes no sevens, then the nearest, "
        "but one or two blobs, nearly the same in all samples, with a quarter of a digit's ink, "
        "so the errors of digits are not all of the reason (pictures: all, ones and eights, few "
        "ones). In tries that are not kept: with gamma 0.5 the samples were almost black after "
        "3,500 steps; with gamma 1 some were other digits after 1,000, and nearly all were ones "
        "after 4,000; with the paper's lambda_k = 0.001, gamma 0.5 and 1e-4 the balance was 6e-5 "
        "after 1,500 steps, and all samples were one image."
    )

    figures = ("all.png", "ones_and_eights.png", "few_ones.png")

    variant: Literal["all", "ones_and_eights", "few_ones"] = "all"
    """Which images to train on."""
    data_dir: str | None = None
    """Where TensorFlow Datasets keeps MNIST. Defaults to its own place."""
    epochs: int = 30
    """Of 500 steps each."""
    diversity_ratio: float = 0.7
    """gamma; the paper shows 0.3, 0.5 and 0.7."""
    balance_rate: float = 0.05
    """lambda_k; the paper's is 0.001."""
    learning_rate: float = 2e-4
    """Adam's, before it is halved; the paper's is 1e-4."""

    def run(self):
        recipe = began.Recipe(
            data="mnist",
            data_dir=self.data_dir,
            seed=self.seed,
            diversity_ratio=self.diversity_ratio,
            balance_rate=self.balance_rate,
            learning_rate=self.learning_rate,
        )
        images, labels = digits.arrays(digits.EVERYTHING, self.data_dir)
        chosen = self.chosen(labels)
        images, labels = images[chosen], labels[chosen]
        batches = data.load(images, batch_size=16, seed=self.seed)
        model = recipe.model((28, 28, 1))
        model.compile(recipe.optimizers(EPOCH_STEPS))
        history = digits.train(
            model,
            batches,
            self.epochs,
            self.work_folder,
            *recipe.callbacks(),
            steps_per_epoch=EPOCH_STEPS,
        ).history
        samples = model.sample(SCORED, seed=0, batch_size=500)
        save_samples(samples[:64], self.work_folder / f"{self.variant}.png", columns=16)
        errors, ink = by_digit(model, *digits.arrays(digits.TEST, self.data_dir))
        seen = np.clip(samples, -1.0, 1.0)
        read = digits.classifier(self.data_dir).logits(seen).argmax(axis=1)
        ratios = np.divide(history["generator_loss"], history["real_error"])
        return {
            "variant": self.variant,
            "steps": self.epochs * EPOCH_STEPS,
            "share_of_ones": round(float(np.mean(labels == ONE)), 4),
            "samples_read_as_ones": round(float(np.mean(read == ONE)), 4),
            "error_by_digit": errors,
            "ink_by_digit": ink,
            "ink_of_samples": round(float(np.mean(0.5 + 0.5 * seen)), 4),
            "gamma": model.diversity_ratio,
            "ratio": [round(float(value), 4) for value in ratios],
            "convergence": [round(value, 4) for value in history["convergence"]],
            "balance": [round(value, 5) for value in history["balance"]],
            **digits.scores(samples, self.data_dir, ema=False),
        }

    def chosen(self, labels):
        """Which images the variant trains on."""
        if self.variant == "ones_and_eights":
            return np.isin(labels, (ONE, EIGHT))
        if self.variant == "few_ones":
            return (labels != ONE) | (np.cumsum(labels == ONE) % 16 == 0)
        return np.full(len(labels), True)

    @staticmethod
    def ours(results):
        shown = [r for r in results if r["variant"] == "all"] or results
        before, after, balance = (
            mean_and_spread([r[name][place] for r in shown], 3, count=False)
            for name, place in (("convergence", 0), ("convergence", -1), ("balance", -1))
        )
        return (
            f"ratio {mean_and_spread([r['ratio'][-1] for r in shown], 3)} at gamma "
            f"{shown[0]['gamma']}; convergence measure {before} -> {after}, k = {balance}, FID "
            f"{mean_and_spread([r['fid'] for r in shown], 1, count=False)}"
        )

    @staticmethod
    def details(results):
        sentences = [
            f"{r['variant']}: ones are {r['share_of_ones']:.1%} of the images and "
            f"{r['samples_read_as_ones']:.1%} of the samples; k by epoch, some of them: "
            + ", ".join(f"{k:.3f}" for k in r["balance"][:: max(1, len(r["balance"]) // 10)])
            for r in results
            if "share_of_ones" in r
        ]
        for r in results:
            errors, ink = (r.get(name, []) for name in ("error_by_digit", "ink_by_digit"))
            listing = ", ".join(
                f"{digit}: {error:.2f} ({amount:.2f})"
                for digit, (error, amount) in enumerate(zip(errors, ink, strict=True))
            )
            if listing:
                sentences.append(
                    f"{r['variant']}: error of each digit of the test images over that of all, and "
                    f"in brackets its ink over that of all: {listing}; ink of the samples "
                    f"{r['ink_of_samples']:.3f}, of the test images {TEST_INK}"
                )
        return sentences


def by_digit(model, images, labels):
    """Lists of each digit's reconstruction error and ink, over the means of all images."""
    reconstructed = model.discriminator.predict(images, batch_size=500, verbose=0)
    errors = np.abs(images - reconstructed).mean(axis=(1, 2, 3))
    ink = (0.5 + 0.5 * images).mean(axis=(1, 2, 3))
    return [
        [round(float(of_each[labels == digit].mean() / of_each.mean()), 3) for digit in range(10)]
        for of_each in (errors, ink)
    ]
