"""Conditional accuracy: does a classifier read the label that was asked for?"""

import numpy as np

from keras_gans.metrics.checks import as_features, as_labels


def conditional_accuracy(logits, labels):
    """Share of generated samples that a classifier gives the label they were generated for.

    It says nothing about variety: one perfect image per class scores 1. The classifier's own
    accuracy on real images is the ceiling to report beside it.

    Args:
        logits: Float array `(num_samples, num_classes)` of a classifier trained on real images.
        labels: Integer vector `(num_samples,)`, the labels that were asked for.

    Returns:
        Float in `[0, 1]`; `1 / num_classes` for a generator that ignores its labels.

    Raises:
        ValueError: If logits are not finite, or labels do not match them in number or range.

    Reference:
        The "GAN-test" of Shmelkov et al., 2018, "How good is my GAN?" (arXiv:1807.09499),
        section 3.
    """
    logits = as_features("logits", logits, at_least=1)
    labels = as_labels("labels", labels, len(logits))
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError(
            f"`labels` must lie in 0 to {logits.shape[1] - 1}, the classifier's classes. "
            f"Received: labels from {labels.min()} to {labels.max()}"
        )
    return float(np.mean(logits.argmax(axis=1) == labels))
