"""Kernel distance (KID): unbiased squared maximum mean discrepancy, averaged over subsets."""

from typing import NamedTuple

import numpy as np

from keras_gans.metrics.checks import as_feature_pair
from keras_gans.utils.checks import check_positive


class KernelDistance(NamedTuple):
    """Mean and standard deviation of the distance over the subsets."""

    mean: float
    std: float


def polynomial_kernel(first, second):
    """`(x.y / dim + 1)^3` for features `(n, dim)` and `(m, dim)`: float64 `(n, m)`."""
    products = np.matmul(first, second.T, dtype=np.float64)
    return (products / first.shape[1] + 1.0) ** 3


def squared_mmd(real, generated, kernel=polynomial_kernel):
    """Unbiased estimate of the squared maximum mean discrepancy of two sets of features.

    Args:
        real: Features `(num_real, dim)`, at least 2 rows.
        generated: Features `(num_generated, dim)`, at least 2 rows.
        kernel: Callable on two sets of features that returns their kernel matrix.

    Returns:
        Float. It is 0 on average for equal distributions, so it can be slightly negative.

    Reference:
        Gretton et al., 2012, "A Kernel Two-Sample Test", equation 3.
    """
    real, generated = as_feature_pair(real, generated, at_least=2)
    real, generated = real.astype(np.float64), generated.astype(np.float64)
    within = _mean_off_diagonal(kernel(real, real)) + _mean_off_diagonal(
        kernel(generated, generated)
    )
    return float(within - 2.0 * kernel(generated, real).mean())


def kernel_distance(
    real, generated, subsets=100, subset_size=1000, seed=2020, kernel=polynomial_kernel
):
    """Mean of the unbiased squared MMD over random subsets of the features.

    Subsets are drawn as torch-fidelity draws them: without replacement from
    `numpy.random.RandomState(seed)`, of each pair the generated one first.

    Args:
        real: Features `(num_real, dim)`.
        generated: Features `(num_generated, dim)`.
        subsets: Number of subsets.
        subset_size: Samples in each, at most the size of the smaller set.
        seed: Seed of the draws.
        kernel: Callable on two sets of features that returns their kernel matrix.

    Returns:
        `KernelDistance(mean, std)`. Unlike FID it has no bias in the number of samples.

    Raises:
        ValueError: If a set has fewer than `subset_size` samples, features are not finite or
            widths differ.

    Reference:
        Binkowski et al., 2018, "Demystifying MMD GANs" (arXiv:1801.01401), section 4;
        `metric_kid.py` of torch-fidelity.
    """
    check_positive(subsets=subsets)
    if subset_size < 2:
        raise ValueError(f"`subset_size` must be at least 2. Received: subset_size={subset_size}")
    real, generated = as_feature_pair(real, generated, at_least=subset_size)
    random = np.random.RandomState(seed)
    distances = []
    for _ in range(subsets):
        generated_rows = random.choice(len(generated), subset_size, replace=False)
        real_rows = random.choice(len(real), subset_size, replace=False)
        distances.append(squared_mmd(real[real_rows], generated[generated_rows], kernel))
    return KernelDistance(float(np.mean(distances)), float(np.std(distances)))


def _mean_off_diagonal(matrix):
    size = len(matrix)
    return (matrix.sum() - np.trace(matrix)) / (size * (size - 1))
