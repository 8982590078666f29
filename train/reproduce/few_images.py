"""What augmentation gains: DCGAN on 500 digits, plain and with either augmentation."""

import dataclasses
from typing import Literal

from keras_gans import DCGAN, metrics, networks
from keras_gans.utils.image_grid import save_samples
from train import dcgan
from train.reproduce import digits
from train.reproduce.experiment import Experiment
from train.reproduce.looks import Looks

FEW = "train[:500]"
SCORED = 10_000


@dataclasses.dataclass
class Reproduction(Experiment):
    """FID of DCGAN that sees 500 images over and over, by augmentation."""

    title = "DCGAN on 500 images of MNIST, with and without augmentation"
    paper = (
        "Zhao et al., 2020, arXiv:2006.10738, and Karras et al., 2020, arXiv:2006.06676; the "
        "comparison is ours"
    )
    published = "StyleGAN2 on a tenth of CIFAR-10: FID 36.02, with DiffAugment 14.50"
    asked = "that either augmentation lowers the FID"
    protocol = (
        "DCGAN's recipe with 32 channels, the first 500 training images of MNIST, batch 64, no "
        "moving average; 10,000 samples (seed 0) against the 10,000 test images under "
        "`ClassifierFeatures` of all training images (3 epochs, seed 0), after every 400 steps of "
        "4,000; the best of these FIDs counts, as in Karras et al.; `diff` is DiffAugment with all "
        "three changes, `adaptive` is AdaptiveAugment by its defaults; `all` is plain again, and "
        "sees all 60,000 images"
    )

    figures = ("none.png", "diff.png", "adaptive.png", "all.png")

    variant: Literal["none", "diff", "adaptive", "all"] = "none"
    """What changes images before they are judged; "all" is nothing, with all images."""
    data_dir: str | None = None
    """Where TensorFlow Datasets keeps MNIST. Defaults to its own place."""
    steps: int = 4_000
    """Training steps."""
    look_every: int = 400
    """Steps from one FID to the next."""

    def run(self):
        recipe = dcgan.Recipe(
            data="mnist",
            data_dir=self.data_dir,
            split="train" if self.variant == "all" else FEW,
            batch_size=64,
            seed=self.seed,
            augment="none" if self.variant == "all" else self.variant,
        )
        shape = (28, 28, 1)
        model = DCGAN(
            generator=networks.build_dcgan_generator(recipe.latent_dim, shape, width=32),
            discriminator=networks.build_dcgan_discriminator(shape, width=32),
            latent_dim=recipe.latent_dim,
            **recipe.shared_arguments(shape),
        )
        model.compile(recipe.optimizers(None))
        score = digits.scorer(self.data_dir)
        looks = Looks(
            lambda model: {
                **score(self.samples_of(model), ema=False, kinds=(metrics.FID,)),
                "probability": self.probability_of(model),
            }
        )
        digits.train(
            model,
            recipe.dataset(),
            self.steps // self.look_every,
            self.work_folder,
            looks,
            steps_per_epoch=self.look_every,
        )
        samples = self.samples_of(model)
        save_samples(samples[:64], self.work_folder / f"{self.variant}.png", columns=16)
        return {
            "variant": self.variant,
            "steps": self.steps,
            "over_time": {str(step): found["fid"] for step, found in looks.found.items()},
            "probabilities": {str(step): p["probability"] for step, p in looks.found.items()},
            **score(samples, ema=False),
        }

    @staticmethod
    def samples_of(model):
        return model.sample(SCORED, seed=0, batch_size=500)

    @staticmethod
    def probability_of(model):
        return round(float(model.augment.probability()), 3) if model.adapts_augmentation else None

    @staticmethod
    def ours(results):
        return "FID " + "; ".join(
            f"{min(r['over_time'].values()):.1f} with {r['variant']}, {r['fid']:.1f} at the end"
            for r in results
        )

    @staticmethod
    def details(results):
        sentences = []
        for r in results:
            looks = ", ".join(f"{fid:.1f}" for fid in r["over_time"].values())
            sentence = (
                f"{r['variant']}: FID by look {looks}; at the end precision {r['precision']:.3f}, "
                f"recall {r['recall']:.3f}, density {r['density']:.3f}, coverage "
                f"{r['coverage']:.3f}"
            )
            probabilities = [str(p) for p in r["probabilities"].values() if p is not None]
            if probabilities:
                sentence += f"; augmentation probability by look {', '.join(probabilities)}"
            sentences.append(sentence)
        return sentences
