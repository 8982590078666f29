"""Points in the plane whose true distribution is known, fresh in every step."""

import dataclasses

import numpy as np
import tensorflow as tf

from keras_gans.data.batches import Batches
from keras_gans.data.request import check_seed
from keras_gans.utils import randomness

COMPONENT, POSITION = 101, 102  # purposes of the draws
HELD_OUT = -1  # a step that no training reaches


@dataclasses.dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Mixture:
    """A mixture of round Gaussians.

    Args:
        centres: Array `(num_modes, dimensions)`.
        deviation: Standard deviation of every mode along every axis.
        weights: Array `(num_modes,)` that sums to 1; by default all modes are equally likely.
    """

    centres: np.ndarray
    deviation: float
    weights: np.ndarray | None = None

    def __post_init__(self):
        centres = np.asarray(self.centres, np.float64)
        if self.weights is None:
            weights = np.full(len(centres), 1.0 / len(centres))
        else:
            weights = np.asarray(self.weights, np.float64)
        if centres.ndim != 2 or weights.shape != centres.shape[:1]:
            raise ValueError(
                "`centres` must be of shape (num_modes, dimensions) and `weights` (num_modes,). "
                f"Received: centres of shape {centres.shape}, weights of shape {weights.shape}"
            )
        if self.deviation < 0 or weights.min() < 0 or abs(weights.sum() - 1.0) > 1e-6:
            raise ValueError(
                "`deviation` must not be negative, and `weights` must be shares that sum to 1. "
                f"Received: deviation={self.deviation}, weights={weights}"
            )
        object.__setattr__(self, "centres", centres)
        object.__setattr__(self, "weights", weights)

    @property
    def num_modes(self):
        return len(self.centres)

    def sample(self, num_points, seed=0):
        """Points that no step trains on, a float32 NumPy array `(num_points, dimensions)`."""
        return self.draw(num_points, seed, HELD_OUT)[0].numpy()

    def draw(self, num_points, seed, step):
        """Points float32 `(num_points, dimensions)` and their modes, int32 `(num_points,)`.

        Args:
            num_points: How many.
            seed: Integer in `[0, 2**31)`.
            step: Integer or int64 scalar tensor; other steps are other draws.
        """
        share = randomness.uniform(
            (num_points,), randomness.seed_pair(seed, COMPONENT, step), low=0.0, high=1.0
        )
        ends = tf.constant(np.cumsum(self.weights)[:-1], tf.float32)
        modes = tf.searchsorted(ends, share, side="right")
        centres = tf.gather(tf.constant(self.centres, tf.float32), modes)
        noise = randomness.normal(tf.shape(centres), randomness.seed_pair(seed, POSITION, step))
        return tf.ensure_shape(centres + self.deviation * noise, (num_points, None)), modes


@dataclasses.dataclass(frozen=True)
class SwissRoll:
    """The spiral of scikit-learn's `make_swiss_roll`, seen from its end and divided by 7.5.

    Args:
        noise: Standard deviation along both axes, before the division.
        divisor: What all coordinates are divided by.
    """

    noise: float = 0.25
    divisor: float = 7.5

    def sample(self, num_points, seed=0):
        """Points that no step trains on, a float32 NumPy array `(num_points, 2)`."""
        return self.draw(num_points, seed, HELD_OUT)[0].numpy()

    def draw(self, num_points, seed, step):
        """Points float32 `(num_points, 2)` and zeros, for there is a single mode."""
        share = randomness.uniform(
            (num_points, 1), randomness.seed_pair(seed, COMPONENT, step), low=0.0, high=1.0
        )
        angle = 1.5 * np.pi * (1.0 + 2.0 * share)
        spiral = tf.concat([angle * tf.cos(angle), angle * tf.sin(angle)], axis=1)
        noise = randomness.normal((num_points, 2), randomness.seed_pair(seed, POSITION, step))
        return (spiral + self.noise * noise) / self.divisor, tf.zeros(num_points, tf.int32)


def ring(num_modes=8, radius=2.0, deviation=0.02, first_angle=0.0):
    """`Mixture` of equally likely modes, evenly on a circle around the origin."""
    angles = first_angle + 2.0 * np.pi * np.arange(num_modes) / num_modes
    centres = radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return Mixture(centres, deviation)


def grid(side=5, spacing=2.0, deviation=0.05):
    """`Mixture` of `side * side` equally likely modes on a square grid around the origin."""
    along = spacing * (np.arange(side) - (side - 1) / 2.0)
    centres = np.stack(np.meshgrid(along, along, indexing="ij"), axis=-1).reshape(-1, 2)
    return Mixture(centres, deviation)


def closed_ring(num_points, radius, deviation):
    """`ring` as `linspace(0, 2 * pi, num_points)` makes it: the mode at angle 0 counts twice."""
    even = ring(num_points - 1, radius, deviation)
    weights = np.array([2.0] + [1.0] * (num_points - 2)) / num_points
    return dataclasses.replace(even, weights=weights)


PAPERS = {
    # Gulrajani et al., 2017, gan_toy.py: a ring of radius 2 and a grid of spacing 2, scaled down
    "wgan_gp_8gaussians": lambda: ring(8, radius=2.0 / 1.414, deviation=0.02 / 1.414),
    "wgan_gp_25gaussians": lambda: grid(5, spacing=2.0 / 2.828, deviation=0.05 / 2.828),
    "wgan_gp_swissroll": SwissRoll,
    # Nguyen et al., 2017, and Hoang et al., 2018: *variance* 0.02, centres (2 sin t, 2 cos t)
    "d2gan": lambda: ring(8, radius=2.0, deviation=0.02**0.5),
    "mgan": lambda: ring(8, radius=2.0, deviation=0.02**0.5),
    # Mao et al., 2017, mixture_gaussian/ls.py: 9 points from 0 to 2 pi, so 8 modes, one doubled
    "lsgan": lambda: closed_ring(9, radius=1.0, deviation=0.01),
    "lsgan_even": lambda: ring(8, radius=1.0, deviation=0.01),
    # Metz et al., 2017: appendix A, and the notebook, whose 8 points are 7 modes, one doubled
    "unrolled_gan": lambda: ring(8, radius=2.0, deviation=0.02),
    "unrolled_gan_notebook": lambda: closed_ring(8, radius=1.0, deviation=0.01),
}


def mixture_of_gaussians(
    kind="ring", *, batch_size=512, steps_per_epoch=1000, seed=0, labels=False, **settings
):
    """Endless `Batches` of points in the plane, float32 `(batch_size, 2)`.

    Every step draws fresh points, a pure function of the seed and the step. The distribution
    itself is in the attribute `mixture`, for metrics and plots.

    Args:
        kind: "ring" or "grid", whose `settings` are those of the functions `ring` and `grid`; the
            name of a paper's data in `PAPERS`; or a `Mixture` of your own.
        batch_size: Points in a batch.
        steps_per_epoch: Batches in an epoch; as the data never ends, this is yours to choose.
        seed: Integer in `[0, 2**31)`.
        labels: Whether elements are `(points, modes)`, modes int32 `(batch_size,)`.
        settings: Arguments of `ring` or `grid`.

    Raises:
        ValueError: For an unknown kind, and for sizes below 1.
    """
    check_seed(seed)
    if batch_size < 1 or steps_per_epoch < 1:
        raise ValueError(
            "`batch_size` and `steps_per_epoch` must be at least 1. "
            f"Received: batch_size={batch_size}, steps_per_epoch={steps_per_epoch}"
        )
    mixture = _mixture(kind, settings)

    def one_epoch(epoch, first_step):
        def batch(step):
            points, modes = mixture.draw(batch_size, seed, epoch * steps_per_epoch + step)
            return (points, modes) if labels else points

        return tf.data.Dataset.range(first_step, steps_per_epoch).map(batch)

    batches = Batches(
        one_epoch,
        steps_per_epoch=steps_per_epoch,
        batch_size=batch_size,
        seed=seed,
        num_classes=getattr(mixture, "num_modes", None),
        description=kind if isinstance(kind, str) else "a mixture of Gaussians",
    )
    batches.mixture = mixture
    return batches


def _mixture(kind, settings):
    general = {"ring": ring, "grid": grid}
    if isinstance(kind, str) and kind in general:
        return general[kind](**settings)
    if settings:
        raise ValueError(
            "Settings are taken by 'ring' and 'grid' only. "
            f"Received: {', '.join(sorted(settings))}, with kind={kind!r}"
        )
    if isinstance(kind, Mixture | SwissRoll):
        return kind
    if not isinstance(kind, str) or kind not in PAPERS:
        raise ValueError(
            f"`kind` must be one of {sorted(general) + sorted(PAPERS)} or a `Mixture`. "
            f"Received: kind={kind!r}"
        )
    return PAPERS[kind]()
