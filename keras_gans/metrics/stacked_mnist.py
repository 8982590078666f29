"""Modes of stacked MNIST: three digits in the colour channels make 1,000 known classes."""

from typing import NamedTuple

import numpy as np

from keras_gans.metrics.checks import as_images


class StackedModes(NamedTuple):
    """Number of combinations met, and `KL(generated || uniform)` in nats."""

    modes: int
    kl: float


def stacked_modes(digits, num_classes=10):
    """Counts the combinations of digits and how unevenly they are met.

    With N samples a perfect generator still scores a KL of about `(1000 - 1) / (2 N)`: 0.0195
    nats at the protocol's 25,600 samples, where it misses practically no mode.

    Args:
        digits: Integer array `(num_samples, channels)`, the digit read in each channel.
        num_classes: Digits per channel.

    Returns:
        `StackedModes(modes, kl)`: modes up to `num_classes ** channels`; the reverse KL
        `sum p log(p / u)` with `p` the empirical frequencies and `u` uniform.

    Raises:
        ValueError: If `digits` has not two axes or holds other numbers than 0 to
            `num_classes - 1`.

    Reference:
        Lin et al., 2018, "PacGAN" (arXiv:1712.04086), section 4.2;
        `stacked_MNIST_experiments` of fjxmlzn/PacGAN.
    """
    digits = np.asarray(digits)
    if digits.ndim != 2 or not digits.size or digits.dtype.kind not in "iu":
        raise ValueError(
            "`digits` must be integers of shape (num_samples, channels). "
            f"Received: digits of shape {digits.shape} and dtype {digits.dtype}"
        )
    if digits.min() < 0 or digits.max() >= num_classes:
        raise ValueError(
            f"`digits` must lie in 0 to {num_classes - 1}. "
            f"Received: digits from {digits.min()} to {digits.max()}"
        )
    num_modes = num_classes ** digits.shape[1]
    combination = digits @ num_classes ** np.arange(digits.shape[1])[::-1]
    _, counts = np.unique(combination, return_counts=True)
    shares = counts / len(digits)
    return StackedModes(len(counts), float((shares * np.log(shares * num_modes)).sum()))


def read_stacked_digits(images, classify):
    """Reads each colour channel of stacked images with a classifier of single digits.

    Args:
        images: Float images `(num_images, height, width, channels)` in `[-1, 1]`.
        classify: Callable from images `(num_images, height, width, 1)` in `[-1, 1]` to logits
            `(num_images, num_classes)`, such as `ClassifierFeatures.logits`.

    Returns:
        Integer array `(num_images, channels)` for `stacked_modes`.
    """
    images = as_images("images", images, at_least=1)
    channels = (images[..., channel, None] for channel in range(images.shape[-1]))
    return np.stack([np.argmax(classify(channel), axis=-1) for channel in channels], axis=-1)
