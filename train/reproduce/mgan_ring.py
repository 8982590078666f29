"""MGAN on the ring of 8 Gaussians: every generator takes a mode of its own."""

import dataclasses

import numpy as np

from keras_gans import MGAN, data
from train.reproduce import points
from train.reproduce.experiment import Experiment, mean_and_spread


@dataclasses.dataclass
class Reproduction(Experiment):
    """MGAN keeps all 8 modes of a ring, one for each generator."""

    title = "MGAN, ring of 8 Gaussians"
    paper = "Hoang et al., 2018, arXiv:1708.02556"
    published = "all 8 modes (figure)"
    asked = (
        "8 of 8 by the strict count in at least 9 of 10 seeds by 10,000 steps, one mode for each "
        "generator, high-quality share at least 0.95"
    )
    protocol = (
        "8 generators with unshared first layers, beta 0.125, 512 real points and 128 of each "
        "generator a step; modes by the strict count (20 % of a fair share) over 2,500 samples; "
        "symmetric KL over 50,000, W1 over 3 x 800"
    )

    remark = (
        "Met but for the high-quality share, if that is asked of each seed: it is at least 0.95 in "
        "the mean and in 8 of the 10 seeds, and 0.93 in two; it goes up and down in training."
    )

    steps: int = 10_000
    """Training steps."""
    diversity_weight: float = 0.125
    """Weight of the classifier's term in the generators' loss, beta."""

    def run(self):
        mixture = data.mixture_of_gaussians("mgan").mixture
        model = MGAN(
            data_shape=(2,),
            latent_dim=256,
            num_generators=8,
            samples_per_generator=128,
            diversity_weight=self.diversity_weight,
            seed=self.seed,
        )
        model.compile(steps_per_execution=points.STEPS_PER_EXECUTION)

        def look(model):
            return points.mode_measures(model.sample(2500, batch_size=2500), mixture)

        looks = points.train(
            model, "mgan", steps=self.steps, batch_size=512, seed=self.seed, every=1000, at=look
        )
        owners = [owned_mode(model.sample(500, generator=k), mixture) for k in range(8)]
        return {
            "steps": self.steps,
            **looks[self.steps],
            "first_step_with_8": first_step(looks, 8),
            "different_modes_owned": len({mode for mode, _ in owners}),
            "least_purity": round(min(purity for _, purity in owners), 4),
            **points.divergences(
                lambda num, seed: model.sample(num, seed=seed, batch_size=5000), mixture
            ),
        }

    @staticmethod
    def ours(results):
        full = sum(r["modes_with_fair_share"] == 8 for r in results)
        owned = sum(r["different_modes_owned"] == 8 for r in results)
        return (
            f"8 of 8 in {full} of {len(results)} seeds, each generator its own mode in {owned}; "
            f"high-quality share {mean_and_spread([r['high_quality'] for r in results], 3)}"
        )

    @staticmethod
    def details(results):
        return [
            points.against_real_points("MGAN", results),
            "First look, every 1,000 steps, with all 8 modes: "
            + ", ".join(str(r["first_step_with_8"]) for r in results),
            f"Least share of a generator's samples at its own mode: "
            f"{min(r['least_purity'] for r in results):.3f}",
        ]


def owned_mode(samples, mixture):
    """The mode that most of one generator's samples are nearest to, and their share."""
    distances = np.linalg.norm(samples[:, None] - mixture.centres, axis=-1)
    counts = np.bincount(distances.argmin(axis=1), minlength=mixture.num_modes)
    return int(counts.argmax()), float(counts.max() / len(samples))


def first_step(looks, modes):
    """The first look with `modes` modes by the strict count, or None."""
    return next((s for s, look in looks.items() if look["modes_with_fair_share"] >= modes), None)
