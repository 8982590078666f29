"""Error of a code that clusters without labels: which digit does each code value stand for?"""

from typing import NamedTuple

import numpy as np
import scipy.optimize

from keras_gans.metrics.checks import as_labels


class ClusterError(NamedTuple):
    """Shares of wrongly assigned samples, in `[0, 1]`, under the two ways to match codes."""

    majority: float
    one_to_one: float


def cluster_error(codes, labels, fit_codes=None, fit_labels=None):
    """Error of classifying by an unsupervised code, after matching codes to labels.

    `majority` maps each code to its most frequent label, so several codes may share one;
    `one_to_one` maps codes to different labels such that most samples agree (Hungarian
    matching), and counts every sample of a code left without a label as wrong. The papers do
    not say which they use, so report both, over several trainings.

    Args:
        codes: Integer vector `(num_samples,)`, the code read in each test image, `argmax Q(c|x)`.
        labels: Integer vector `(num_samples,)`, their true labels.
        fit_codes: Integer vector of the samples that the matching is fitted on, such as training
            images. Default: `codes`, which flatters a little.
        fit_labels: Their labels; given if and only if `fit_codes` is.

    Returns:
        `ClusterError(majority, one_to_one)`.

    Raises:
        ValueError: If codes and labels differ in length, or one of `fit_codes` and `fit_labels`
            is missing.

    Reference:
        Chen et al., 2016, "InfoGAN" (arXiv:1606.03657), section 7.2 (5 % error on MNIST).
    """
    codes = as_labels("codes", codes)
    labels = as_labels("labels", labels, len(codes))
    if (fit_codes is None) != (fit_labels is None):
        raise ValueError(
            "`fit_codes` and `fit_labels` must be given together. Received: "
            f"fit_codes={fit_codes is not None}, fit_labels={fit_labels is not None} (given?)"
        )
    if fit_codes is None:
        fit_codes, fit_labels = codes, labels
    fit_codes = as_labels("fit_codes", fit_codes)
    fit_labels = as_labels("fit_labels", fit_labels, len(fit_codes))
    together = _contingency(fit_codes, fit_labels)
    best_codes, best_labels = scipy.optimize.linear_sum_assignment(together, maximize=True)
    seen_codes = np.flatnonzero(together.any(axis=1))
    return ClusterError(
        majority=_error(codes, labels, seen_codes, together.argmax(axis=1)[seen_codes]),
        one_to_one=_error(codes, labels, best_codes, best_labels),
    )


def _contingency(codes, labels):
    """How often each code meets each label, `(num_codes, num_labels)`."""
    counts = np.zeros((codes.max() + 1, labels.max() + 1), np.int64)
    np.add.at(counts, (codes, labels), 1)
    return counts


def _error(codes, labels, known_codes, their_labels):
    meaning = np.full(max(codes.max(), known_codes.max()) + 1, -1)  # -1 is always wrong
    meaning[known_codes] = their_labels
    return float(np.mean(meaning[codes] != labels))
