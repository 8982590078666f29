"""WGAN-GP on its three point clouds, and the surfaces that critics draw over them."""

import dataclasses

import matplotlib
import numpy as np

from keras_gans import WGANGP, data
from train.reproduce import points
from train.reproduce.experiment import Experiment, mean_and_spread

matplotlib.use("Agg")
import matplotlib.pyplot as plt

KINDS = ("wgan_gp_8gaussians", "wgan_gp_25gaussians", "wgan_gp_swissroll")


@dataclasses.dataclass
class Reproduction(Experiment):
    """WGAN-GP finds the modes of 8 and of 25 Gaussians, and the swiss roll."""

    title = "WGAN-GP, 8 Gaussians, 25 Gaussians, swiss roll"
    paper = "Gulrajani et al., 2017, arXiv:1704.00028, figure 1, and its official toy script"
    published = "samples and critic surfaces (figure); 100,000 iterations in the script"
    asked = (
        "all 8 and at least 24 of 25 modes, high-quality share at least 85 %; critic surface plots"
    )
    protocol = (
        "networks of 3 hidden layers of 512, lambda 0.1, 5 critic steps, batch 256, Adam 1e-4 "
        "(0.5, 0.9); modes by the strict count over 2,500 samples, within 3 deviations of a "
        "centre; for the swiss roll the share within 3 deviations of the spiral"
    )

    remark = (
        "4,000 steps are 4 % of the script's. The share of samples near a mode was still rising, "
        "from 0.2 % at 500 steps to 23 % on the ring, when the trainings ended: the numbers asked "
        "for are missed so far, and the length of the training is the likely reason, not tested."
    )
    figures = ("8gaussians.png", "25gaussians.png", "swissroll.png")

    steps: int = 4000
    """Generator iterations for each point cloud."""
    penalty_weight: float = 0.1
    """Weight of the gradient penalty, lambda, the script's for points."""

    def run(self):
        return {"steps": self.steps, **{kind: self.measure(kind) for kind in KINDS}}

    def measure(self, kind):
        mixture = data.mixture_of_gaussians(kind).mixture
        model = WGANGP(
            data_shape=(2,), latent_dim=2, penalty_weight=self.penalty_weight, seed=self.seed
        )
        model.compile(steps_per_execution=points.STEPS_PER_EXECUTION)

        def look(model):
            samples = model.sample(2500, batch_size=2500)
            draw(model, samples, mixture, self.work_folder / f"{short(kind)}.png")
            if hasattr(mixture, "centres"):
                return points.mode_measures(samples, mixture)
            return {"near_the_spiral": round(share_near_spiral(samples, mixture), 4)}

        looks = points.train(
            model, kind, steps=self.steps, batch_size=5 * 256, seed=self.seed, every=500, at=look
        )
        return {**looks[self.steps], "over_time": {str(step): at for step, at in looks.items()}}

    @staticmethod
    def ours(results):
        parts = []
        for kind in KINDS[:2]:
            modes = [r[kind]["modes_with_fair_share"] for r in results]
            quality = mean_and_spread([r[kind]["high_quality"] for r in results], 3)
            parts.append(f"{short(kind)}: {modes} modes, high-quality share {quality}")
        near = mean_and_spread([r[KINDS[2]]["near_the_spiral"] for r in results], 3)
        return "; ".join([*parts, f"swissroll: {near} near the spiral"])


def short(kind):
    """The point cloud's name without its paper's."""
    return kind.removeprefix("wgan_gp_")


def share_near_spiral(samples, mixture):
    """Share of samples within three deviations of the noiseless spiral."""
    spiral = dataclasses.replace(mixture, noise=0.0).sample(4000)
    distances = np.linalg.norm(samples[:, None] - spiral, axis=-1).min(axis=1)
    return float((distances < 3 * mixture.noise / mixture.divisor).mean())


def draw(model, samples, mixture, path):
    """Contours of the critic, real points and samples, as in the paper's figure."""
    side = np.linspace(-2.2, 2.2, 120)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2).astype("float32")
    scores = np.asarray(model.critic(grid)).reshape(120, 120)
    figure, axes = plt.subplots(figsize=(4, 4), dpi=90)
    axes.contour(side, side, scores, 24, cmap="viridis", linewidths=0.7)
    real = mixture.sample(600)
    axes.scatter(*real.T, s=5, c="tab:orange", marker="+", linewidths=0.6, label="real")
    axes.scatter(*samples[:600].T, s=4, c="tab:green", linewidths=0, label="generated")
    axes.legend(loc="upper right", fontsize=7)
    axes.set(xlim=(-2.2, 2.2), ylim=(-2.2, 2.2), aspect="equal")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, bbox_inches="tight")
    plt.close(figure)
