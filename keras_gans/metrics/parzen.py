"""Parzen log-likelihood, the score of the first papers on adversarial networks."""

from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp

from keras_gans.metrics.checks import as_feature_pair
from keras_gans.metrics.distances import squared_distance_blocks
from keras_gans.utils.checks import check_positive

BANDWIDTHS = tuple(float(bandwidth) for bandwidth in np.logspace(-1, 0, 10))


class LogLikelihood(NamedTuple):
    """Mean log-likelihood in nats, and its standard error over the test points."""

    mean: float
    standard_error: float


def parzen_log_likelihood(test, samples, bandwidth):
    """Log-likelihood of test points under Gaussians of deviation `bandwidth` around samples.

    `log p(x) = logmeanexp_j(-|x - s_j|^2 / (2 s^2)) - d log(s sqrt(2 pi))`. The published numbers
    for MNIST use 10,000 samples, pixels in `[0, 1]` and d = 784. It varies much, is poor in high
    dimension, and numbers for different sample counts or bandwidth grids must not be compared.

    Args:
        test: Float array `(num_test, d)`, flattened images in `[0, 1]`.
        samples: Float array `(num_samples, d)` of generated ones.
        bandwidth: Deviation `s` of the Gaussians, chosen by `choose_bandwidth` on a validation
            set that is neither trained nor tested on.

    Returns:
        `LogLikelihood(mean, standard_error)`. The error is over test points, not over trainings.

    Raises:
        ValueError: If a set is empty or not finite, or widths differ.

    Reference:
        Goodfellow et al., 2014, "Generative Adversarial Nets" (arXiv:1406.2661), section 5 and
        table 1; `parzen_ll.py` of goodfeli/adversarial.
    """
    check_positive(bandwidth=bandwidth)
    log_likelihoods = _log_likelihoods(test, samples, [bandwidth])[0]
    error = log_likelihoods.std() / np.sqrt(len(log_likelihoods))
    return LogLikelihood(float(log_likelihoods.mean()), float(error))


def choose_bandwidth(validation, samples, bandwidths=BANDWIDTHS):
    """The bandwidth with the best mean log-likelihood of a validation set.

    Args:
        validation: Float array `(num_validation, d)`; published: the first 1,000 images of the
            validation split (training images 50,000 to 59,999).
        samples: Float array `(num_samples, d)`, the samples that will be tested.
        bandwidths: Deviations to try; the default is 10 values from 0.1 to 1, evenly spaced in
            the logarithm.

    Returns:
        Float, one of `bandwidths`.
    """
    for bandwidth in bandwidths:
        check_positive(bandwidths=bandwidth)
    means = [row.mean() for row in _log_likelihoods(validation, samples, bandwidths)]
    return float(bandwidths[int(np.argmax(means))])


def _log_likelihoods(points, samples, bandwidths):
    """Log-likelihood of every point under every bandwidth, `(num_bandwidths, num_points)`."""
    points, samples = as_feature_pair(points, samples, names=("points", "samples"))
    bandwidths = np.asarray(bandwidths, np.float64)
    log_means = np.empty((len(bandwidths), len(points)))
    for rows, distances in squared_distance_blocks(points, samples):
        for log_mean, bandwidth in zip(log_means, bandwidths, strict=True):
            log_mean[rows] = logsumexp(distances / (-2 * bandwidth**2), axis=1)
    log_volume = points.shape[1] * np.log(bandwidths * np.sqrt(2 * np.pi))
    return log_means - np.log(len(samples)) - log_volume[:, None]
