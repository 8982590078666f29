"""What the experiments on point clouds share: training and measures."""

import keras
import numpy as np

from keras_gans import DCGAN, callbacks, data, metrics
from keras_gans.utils import randomness
from train.reproduce.experiment import mean_and_spread
from train.reproduce.looks import Looks

STEPS_PER_EXECUTION = 20  # tiny networks: most of a step would be Python otherwise


@keras.saving.register_keras_serializable(package="keras_gans_reproduce")
class PointGAN(DCGAN):
    """The non-saturating GAN with standard normal latents, to stand beside another game."""

    def draw_latents(self, num, seed):
        return randomness.normal((num, self.latent_dim), seed)


def train(model, kind, *, steps, batch_size, seed, every, at, folder=None):
    """Trains a compiled model on a mixture, and looks at it on the way.

    Args:
        model: Model of points.
        kind: Name of the mixture, see `data.mixture_of_gaussians`.
        steps: Integer, training steps, a multiple of `every`.
        batch_size: Points in a batch, those of all minibatches together.
        seed: Seed of the data.
        every: Steps from one look to the next, a multiple of 20.
        at: Function from the model to a dictionary of measures.
        folder: Folder of checkpoints, which the same call continues from; `None` keeps none.

    Returns:
        Dictionary from the step to the measures there, the last step's among them.

    Raises:
        RuntimeError: If a loss or a weight is no longer finite.
        ValueError: If the last look would not be at the last step.
    """
    if steps < every or steps % every:
        raise ValueError(f"`steps` must be a multiple of {every}. Received: steps={steps}")
    batches = data.mixture_of_gaussians(
        kind, batch_size=batch_size, steps_per_epoch=every, seed=seed
    )
    looks = Looks(at)
    kept = [] if folder is None else [callbacks.Checkpoints(folder / "checkpoints", keep=1)]
    watchers = [callbacks.TerminateOnNaN(raise_error=True), looks, *kept]
    model.fit(batches, epochs=steps // every, verbose=0, callbacks=watchers)
    return looks.found


def mode_measures(samples, mixture):
    """Modes by either rule, and the share of samples within three deviations of one."""
    found = metrics.mixture_modes(samples, mixture.centres, mixture.deviation)
    return {
        "modes": found.modes,
        "modes_with_fair_share": found.modes_with_fair_share,
        "high_quality": round(found.high_quality, 4),
    }


def modes_nearby(samples, mixture, deviations):
    """How many modes have their share of the samples somewhere near them.

    Counts the centres that at least a fifth of an equal share of all samples has within so many
    deviations: 19 strays of 2,500 samples make no mode of 8, unlike in the counts of
    `mode_measures`, which only look at good samples.
    """
    distances = np.linalg.norm(samples[:, None] - mixture.centres, axis=-1)
    near = distances.min(axis=1) < deviations * mixture.deviation
    counts = np.bincount(distances.argmin(axis=1)[near], minlength=len(mixture.centres))
    return int(np.count_nonzero(counts >= 0.2 * len(samples) / len(mixture.centres)))


def divergences(sample, mixture):
    """Symmetric KL and W1 of a generator, and of real points: the floor that no sample goes below.

    Args:
        sample: Function from a number and a seed to samples.
        mixture: `data` mixture.
    """

    def measure(draw):
        distances = [
            metrics.wasserstein_1(mixture.sample(800, seed=100 + i), draw(800, 200 + i))
            for i in range(3)
        ]
        divergence = metrics.symmetric_kl(
            draw(50_000, 300), mixture.centres, mixture.deviation, weights=mixture.weights
        )
        return {"symmetric_kl": round(divergence, 4), "w1": round(float(np.mean(distances)), 4)}

    real = measure(lambda num, seed: mixture.sample(num, seed=seed))
    return {**measure(sample), **{f"real_{name}": value for name, value in real.items()}}


def by_arm(results, arms):
    """Lists of what each arm measured in the seeds that trained it; none for an arm of no seed."""
    found = {arm: [r[arm] for r in results if arm in r] for arm in arms}
    return {arm: measures for arm, measures in found.items() if measures}


def against_real_points(name, measures):
    """A sentence about symmetric KL and W1 over the seeds, with the floor of real points.

    Args:
        name: Which game.
        measures: List of what `divergences` returned for every seed.
    """
    return (
        f"{name}: symmetric KL {mean_and_spread([m['symmetric_kl'] for m in measures])} (real "
        f"points {measures[0]['real_symmetric_kl']:.2f}), W1 "
        f"{mean_and_spread([m['w1'] for m in measures])} (real points "
        f"{measures[0]['real_w1']:.2f})"
    )
