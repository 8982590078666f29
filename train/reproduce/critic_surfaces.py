"""What a clipped and a penalised critic draw over point clouds, as in WGAN-GP's figure 1a."""

import dataclasses

import keras
import matplotlib
import numpy as np

from keras_gans import data
from keras_gans.networks import build_perceptron
from keras_gans.utils import randomness
from train.reproduce import points
from train.reproduce.experiment import Experiment
from train.reproduce.wgan_distance import BATCH, StillWGAN, StillWGANGP

matplotlib.use("Agg")
import matplotlib.pyplot as plt

CLOUDS = ("8gaussians", "25gaussians", "swissroll")
CRITICS = {"clipped": "weights clipped", "penalised": "gradient penalty"}
SIDE = np.linspace(-2.5, 2.5, 151)


class NearTheData:
    """A generator that stands still at the data plus standard normal noise."""

    def generate(self, batch_size, training):
        points, _ = self.cloud.draw(BATCH, seed=1, step=self.step)
        return points + randomness.normal((BATCH, 2), self.next_seed())


@keras.saving.register_keras_serializable(package="keras_gans_reproduce")
class ClippedCritic(NearTheData, StillWGAN):
    pass


@keras.saving.register_keras_serializable(package="keras_gans_reproduce")
class PenalisedCritic(NearTheData, StillWGANGP):
    pass


@dataclasses.dataclass
class Reproduction(Experiment):
    """A penalised critic sees every mode; a clipped one sees a simple slope."""

    title = "WGAN-GP, surfaces of critics"
    paper = "Gulrajani et al., 2017, arXiv:1704.00028, section 3.1 and figure 1a"
    published = (
        "the penalised critic shows the modes, the clipped one only a simple surface (figure)"
    )
    asked = "critic surface plots"
    protocol = (
        "generated points are real ones plus N(0, 1), and only the critic trains: 3 hidden layers "
        "of 512, batch 256; penalised: lambda 0.1, Adam 1e-4 (0.5, 0.9); clipped: c = 0.01, "
        "RMSProp 5e-5; a mode is seen if the critic is higher at its centre than anywhere on the "
        "circle half-way to the next mode"
    )

    remark = (
        "Around the grid of 25 the penalised critic bends at every mode, but after 3,000 of the "
        "script's 100,000 steps only the middle one is a top."
    )
    figures = ("surfaces.png",)

    steps: int = 3000
    """Steps of each critic."""

    def run(self):
        values, surfaces = {"steps": self.steps}, {}
        for cloud in CLOUDS:
            values[cloud] = {}
            for critic in CRITICS:
                model = self.train(cloud, critic)
                surfaces[cloud, critic] = scores_on(model, grid_points()).reshape(len(SIDE), -1)
                if hasattr(model.cloud, "centres"):
                    values[cloud][critic] = modes_seen(
                        lambda points, model=model: scores_on(model, points), model.cloud.centres
                    )
        self.work_folder.mkdir(parents=True, exist_ok=True)
        draw(surfaces, self.work_folder / "surfaces.png")
        return values

    def train(self, cloud, critic):
        keras.utils.set_random_seed(self.seed)
        name = f"wgan_gp_{cloud}"
        game = {"clipped": ClippedCritic, "penalised": PenalisedCritic}[critic]
        model = game(
            data_shape=(2,),
            latent_dim=2,
            generator=build_perceptron((2,), (2,), widths=()),  # never asked
            critic=build_perceptron((2,), (1,), (512,) * 3, kernel_initializer="he_uniform"),
            critic_steps=1,
            seed=self.seed,
            **({"penalty_weight": 0.1} if critic == "penalised" else {}),
        )
        model.cloud = data.mixture_of_gaussians(name).mixture
        model.compile(steps_per_execution=points.STEPS_PER_EXECUTION)
        batches = data.mixture_of_gaussians(
            name, batch_size=BATCH, steps_per_epoch=self.steps, seed=self.seed
        )
        model.fit(batches, verbose=0)
        return model

    @staticmethod
    def ours(results):
        return "; ".join(
            f"{cloud}: penalised sees {[r[cloud]['penalised'] for r in results]} of {number} "
            f"modes, clipped {[r[cloud]['clipped'] for r in results]}"
            for cloud, number in {"8gaussians": 8, "25gaussians": 25}.items()
        )


def grid_points():
    return np.stack(np.meshgrid(SIDE, SIDE), axis=-1).reshape(-1, 2)


def scores_on(model, points):
    """The critic's answers to points `(num, 2)`, an array `(num,)`."""
    return np.asarray(model.critic(np.float32(points)))[:, 0]


def modes_seen(score, centres):
    """How many centres score higher than all of the circle half-way to the nearest other centre.

    Args:
        score: Function from points `(num, 2)` to scores `(num,)`.
        centres: Array `(num_modes, 2)`.
    """
    between = np.linalg.norm(centres[:, None] - centres, axis=-1)
    radius = 0.5 * np.min(between + np.where(np.eye(len(centres)), np.inf, 0.0))
    angles = np.linspace(0.0, 2.0 * np.pi, 32, endpoint=False)
    circle = radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    around = score((centres[:, None] + circle).reshape(-1, 2)).reshape(len(centres), -1)
    return int(np.count_nonzero(score(centres) > around.max(axis=1)))


def draw(surfaces, path):
    """A row of contour plots for each kind of critic, with real points in orange."""
    figure, axes = plt.subplots(
        len(CRITICS), len(CLOUDS), figsize=(7.2, 5.0), dpi=90, sharex=True, sharey=True
    )
    for (cloud, critic), surface in surfaces.items():
        panel = axes[list(CRITICS).index(critic), CLOUDS.index(cloud)]
        panel.contour(SIDE, SIDE, surface, 20, cmap="viridis", linewidths=0.7)
        real = data.mixture_of_gaussians(f"wgan_gp_{cloud}").mixture.sample(400)
        panel.scatter(*real.T, s=4, c="tab:orange", linewidths=0)
        panel.set(aspect="equal", xlim=(-2.5, 2.5), ylim=(-2.5, 2.5))
        if critic == "clipped":
            panel.set_title(cloud, fontsize=9)
    for panel, words in zip(axes[:, 0], CRITICS.values(), strict=True):
        panel.set_ylabel(words, fontsize=9)
    figure.savefig(path, bbox_inches="tight")
    plt.close(figure)
