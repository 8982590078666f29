"""Inception score: are single images read with confidence, and all classes met?"""

import itertools
from typing import NamedTuple

import numpy as np
from scipy.special import log_softmax, logsumexp

from keras_gans.metrics.checks import as_features
from keras_gans.utils.checks import check_positive


class InceptionScore(NamedTuple):
    """Mean and standard deviation of the score over the splits."""

    mean: float
    std: float


def inception_score(logits, splits=10, seed=2020):
    """`exp(E_x KL(p(y|x) || p(y)))` of a classifier's logits, over `splits` parts of the samples.

    It lies between 1 (all images are read alike, or none with confidence) and the number of
    classes. It never looks at real images, so memorised or ugly but decisive samples score well.
    Published numbers use the 1008 logits of the 2015 Inception network without their bias.

    Args:
        logits: Float array `(num_samples, num_classes)`. Of probabilities, pass the logarithm.
        splits: Number of parts, each scored alone.
        seed: Seed of the shuffle before splitting, as torch-fidelity shuffles; None keeps order.

    Returns:
        `InceptionScore(mean, std)` over the parts.

    Raises:
        ValueError: If there are fewer samples than splits, or logits are not finite.

    Reference:
        Salimans et al., 2016, "Improved Techniques for Training GANs" (arXiv:1606.03498), section
        4; `metric_isc.py` of torch-fidelity.
    """
    check_positive(splits=splits)
    logits = as_features("logits", logits, at_least=splits)
    if seed is not None:
        logits = logits[np.random.RandomState(seed).permutation(len(logits))]
    log_posteriors = log_softmax(logits.astype(np.float64), axis=1)
    edges = [part * len(logits) // splits for part in range(splits + 1)]
    scores = [_score(log_posteriors[start:stop]) for start, stop in itertools.pairwise(edges)]
    return InceptionScore(float(np.mean(scores)), float(np.std(scores)))


def _score(log_posteriors):
    log_marginal = logsumexp(log_posteriors, axis=0) - np.log(len(log_posteriors))
    divergences = (np.exp(log_posteriors) * (log_posteriors - log_marginal)).sum(axis=1)
    return np.exp(divergences.mean())
