"""Precision and recall, density and coverage: is it real enough, and is all of it there?

Each asks which points of one set fall into balls around the points of the other, where a ball
reaches to the centre's k-th neighbour within its own set.
"""

from typing import NamedTuple

import numpy as np

from keras_gans.metrics.checks import as_feature_pair
from keras_gans.metrics.distances import squared_distance_blocks
from keras_gans.utils.checks import check_positive


class PrecisionRecall(NamedTuple):
    """Shares in `[0, 1]`: generated samples that look real, real samples that can be generated."""

    precision: float
    recall: float


class DensityCoverage(NamedTuple):
    """`density` is at least 0 and about 1 for equal distributions; `coverage` is in `[0, 1]`."""

    density: float
    coverage: float


def precision_recall(real, generated, neighbours=3):
    """Improved precision and recall.

    Precision is the share of generated samples that lie in a ball of a real sample; recall is
    the share of real samples that lie in a ball of a generated one. One outlier with a huge ball
    can raise either; `density_coverage` is harder to fool.

    Args:
        real: Features `(num_real, dim)`.
        generated: Features `(num_generated, dim)`.
        neighbours: `k`; a ball reaches to the k-th nearest other point of its own set.

    Returns:
        `PrecisionRecall(precision, recall)`.

    Raises:
        ValueError: If a set has no more than `neighbours` samples, features are not finite or
            widths differ.

    Reference:
        Kynkaanniemi et al., 2019, "Improved Precision and Recall Metric for Assessing Generative
        Models" (arXiv:1904.06991), equations 1 and 2; `metric_prc.py` of torch-fidelity.
    """
    check_positive(neighbours=neighbours)
    real, generated = as_feature_pair(real, generated, at_least=neighbours + 1)
    real_radii = _squared_radii(real, neighbours)
    generated_radii = _squared_radii(generated, neighbours)
    looks_real = np.zeros(len(generated), bool)
    can_be_generated = np.zeros(len(real), bool)
    for rows, distances in squared_distance_blocks(generated, real):
        looks_real[rows] = (distances <= real_radii).any(axis=1)
        can_be_generated |= (distances <= generated_radii[rows, None]).any(axis=0)
    return PrecisionRecall(float(looks_real.mean()), float(can_be_generated.mean()))


def density_coverage(real, generated, neighbours=5):
    """Density and coverage.

    Density counts in how many balls of real samples a generated sample lies, over `neighbours`;
    coverage is the share of real samples whose ball holds a generated sample. Only balls around
    real samples are used, so an outlier among the generated ones changes little.

    Args:
        real: Features `(num_real, dim)`.
        generated: Features `(num_generated, dim)`.
        neighbours: `k`; a ball reaches to the k-th nearest other real sample.

    Returns:
        `DensityCoverage(density, coverage)`.

    Raises:
        ValueError: If a set has no more than `neighbours` samples, features are not finite or
            widths differ.

    Reference:
        Naeem et al., 2020, "Reliable Fidelity and Diversity Metrics for Generative Models"
        (arXiv:2002.09797), equations 5 and 6; `prdc.py` of clovaai/generative-evaluation-prdc.
    """
    check_positive(neighbours=neighbours)
    real, generated = as_feature_pair(real, generated, at_least=neighbours + 1)
    radii = _squared_radii(real, neighbours)
    balls_entered = 0
    nearest = np.full(len(real), np.inf)
    for _, distances in squared_distance_blocks(generated, real):
        balls_entered += np.count_nonzero(distances < radii)
        np.minimum(nearest, distances.min(axis=0), out=nearest)
    return DensityCoverage(
        density=float(balls_entered) / (neighbours * len(generated)),
        coverage=float(np.mean(nearest < radii)),
    )


def _squared_radii(features, neighbours):
    """Squared distance of each point to its k-th nearest other point."""
    radii = np.empty(len(features))
    for rows, distances in squared_distance_blocks(features, features):
        distances.partition(neighbours, axis=1)  # place 0 holds the point itself
        radii[rows] = distances[:, neighbours]
    return radii
