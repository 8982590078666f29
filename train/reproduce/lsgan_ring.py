"""LSGAN against GAN on the ring of its 2-D experiment, under the same networks."""

import dataclasses
import math

import keras
import numpy as np

from keras_gans import LSGAN, data
from keras_gans.models.latent_model import LatentModel
from train.reproduce import points
from train.reproduce.experiment import Experiment

NEARBY = 10.0  # deviations, a tenth of the ring's radius


class LSGANInTurn(LSGAN):
    """LSGAN whose discriminator steps before its generator on points, too."""

    play = LatentModel.play


class GANAtOnce(points.PointGAN):
    """GAN whose players step at once, as in the official script and as LSGAN's do on points."""

    play = LatentModel.play_at_once


GAMES = {"lsgan": LSGAN, "gan": GANAtOnce}
IN_TURN = {"lsgan_in_turn": LSGANInTurn, "gan_in_turn": points.PointGAN}
NAMES = {
    "lsgan": "LSGAN",
    "gan": "GAN",
    "lsgan_in_turn": "LSGAN, in turn",
    "gan_in_turn": "GAN, in turn",
}
RULES = {
    "modes_with_fair_share": "by the strict count",
    "modes_nearby": "within 10 deviations",
    "modes_nearest": "at any distance",
}


@dataclasses.dataclass
class Reproduction(Experiment):
    """LSGAN keeps the modes of a ring of narrow Gaussians where GAN loses them."""

    title = "LSGAN against GAN, ring of 8 narrow Gaussians"
    paper = "Mao et al., 2017, arXiv:1611.04076"
    published = "LSGAN keeps the modes, GAN collapses (figure)"
    asked = "the same comparison, counted over 10 seeds"
    protocol = (
        "8 modes on radius 1, deviation 0.01, one of double weight as in the official script; "
        "tanh perceptrons 256-128-128-2 and 2-128-128-1, orthogonal with gain 1.4; Adam 1e-4 "
        "(discriminator) and 1e-3 (generator), batch 512; modes by the strict count over 2,500 "
        "samples, and beside it, as the figure is a smoothed density of a ring whose modes are a "
        "hundredth wide, by modes that a fifth of an equal share of all samples comes within 10 "
        "deviations of, or at any distance, as samples do that lie all around the ring; both games "
        "with the same seeds and networks, and both players step at once, as in the official "
        "script, or, in some of the seeds, the discriminator before the generator (in turn)"
    )

    remark = (
        "At the end LSGAN's samples lie all around the ring in every seed; one seed had only 2 of "
        "the modes on the way. GAN's mostly gather in a few places that move from look to look, "
        "when both players step at once as in the official script; in turn it ends at 7.3 of the "
        "modes over 3 seeds, 4.7 at step 25,000, so that the order of the steps matters, too. "
        "When both step at once few samples of either come within three deviations of a mode, a "
        "hundredth of the radius each; the figure is a smoothed density, which does not show that."
    )

    steps: int = 35_000
    """Training steps, the official script's."""
    seeds_in_turn: int = 3
    """Seeds below this also train games whose players step in turn."""

    def run(self):
        games = GAMES | (IN_TURN if self.seed < self.seeds_in_turn else {})
        return {"steps": self.steps} | {arm: self.measure(game) for arm, game in games.items()}

    def measure(self, game):
        keras.utils.set_random_seed(self.seed)
        mixture = data.mixture_of_gaussians("lsgan").mixture
        networks = LSGAN(data_shape=(2,), latent_dim=256, seed=self.seed)
        model = game(
            data_shape=(2,),
            latent_dim=256,
            generator=networks.generator,
            discriminator=networks.discriminator,
            seed=self.seed,
        )
        networks.compile()  # for its optimizers, which both games take
        model.compile(
            {
                player: type(optimizer).from_config(optimizer.get_config())
                for player, optimizer in networks.optimizers.items()
            },
            steps_per_execution=points.STEPS_PER_EXECUTION,
        )

        def look(model):
            samples = model.sample(2500, batch_size=2500)
            return {
                **points.mode_measures(samples, mixture),
                "modes_nearby": points.modes_nearby(samples, mixture, NEARBY),
                "modes_nearest": points.modes_nearby(samples, mixture, math.inf),
            }

        looks = points.train(
            model, "lsgan", steps=self.steps, batch_size=512, seed=self.seed, every=5000, at=look
        )
        return {
            **looks[self.steps],
            "modes_over_time": [look["modes_with_fair_share"] for look in looks.values()],
            "modes_nearby_over_time": [look["modes_nearby"] for look in looks.values()],
            "modes_nearest_over_time": [look["modes_nearest"] for look in looks.values()],
            **points.divergences(
                lambda num, seed: model.sample(num, seed=seed, batch_size=5000), mixture
            ),
        }

    @staticmethod
    def ours(results):
        parts = []
        for arm, found in points.by_arm(results, NAMES).items():
            good = sum(r["high_quality"] for r in found) / len(found)
            counts = []
            for rule, words in RULES.items():
                modes = [r[rule] for r in found]
                kept, mean = modes.count(8), sum(modes) / len(modes)
                counts.append(f"all 8 {words} in {kept} of {len(modes)} seeds, {mean:.1f} a seed")
            parts.append(
                f"{NAMES[arm]}: {', '.join(counts)}, {good:.1%} of the samples within 3 deviations"
            )
        return "; ".join(parts)

    @staticmethod
    def details(results):
        sentences = []
        for arm, found in points.by_arm(results, NAMES).items():
            over_time = []
            for rule, words in RULES.items():
                means = np.mean(
                    [r[f"{rule.removesuffix('_with_fair_share')}_over_time"] for r in found], axis=0
                )
                over_time.append(f"{words} {', '.join(f'{mean:.1f}' for mean in means)}")
            sentences.append(
                f"{points.against_real_points(NAMES[arm], found)}; modes every 5,000 steps, mean "
                f"over the seeds: {'; '.join(over_time)}"
            )
        return sentences
