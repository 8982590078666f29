"""Multi-scale structural similarity: how alike are pairs of images? High means little variety."""

import numpy as np
import scipy.ndimage

from keras_gans.metrics.checks import as_images

SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # do not add up to 1, as published


def ms_ssim(first, second, weights=SCALE_WEIGHTS):
    """Multi-scale structural similarity of each pair of images.

    Contrast and structure are compared at every scale, luminance at the coarsest only; negative
    similarities count as 0. Images are compared in `[0, 255]` units, with an 11x11 Gaussian
    window of deviation 1.5 that shrinks, deviation and all, to images smaller than it.

    Args:
        first: Float images `(num_pairs, height, width, channels)` in `[-1, 1]`.
        second: Float images of the same shape.
        weights: Exponents of the scales, finest first. Each scale after the first halves the
            sides, so the five published ones need sides that are multiples of 16.

    Returns:
        Float64 array `(num_pairs,)` in `[0, 1]`; 1 for equal images.

    Raises:
        ValueError: If shapes differ or a side cannot be halved `len(weights) - 1` times.

    Reference:
        Wang, Simoncelli & Bovik, 2003, "Multi-scale structural similarity for image quality
        assessment"; `msssim.py` of tensorflow/models as used by Karras et al., 2018.
    """
    first, second = as_images("first", first), as_images("second", second)
    if first.shape != second.shape:
        raise ValueError(
            "`first` and `second` must have one shape. "
            f"Received: first of shape {first.shape}, second of shape {second.shape}"
        )
    factor = 2 ** (len(weights) - 1)
    if first.shape[1] % factor or first.shape[2] % factor:
        raise ValueError(
            f"`first` must have sides that are multiples of {factor}, to be halved "
            f"{len(weights) - 1} times; pass fewer `weights` or resize the images. "
            f"Received: first of shape {first.shape}"
        )
    first, second = ((images.astype(np.float64) + 1) * 127.5 for images in (first, second))
    similarity = np.ones(len(first))
    for scale, weight in enumerate(weights):
        if scale:
            first, second = _halve(first), _halve(second)
        luminance, structure = _luminance_and_structure(first, second)
        is_coarsest = scale == len(weights) - 1
        term = luminance * structure if is_coarsest else structure
        similarity *= np.maximum(term.mean(axis=(1, 2, 3)), 0.0) ** weight
    return similarity


def diversity_ms_ssim(images, weights=SCALE_WEIGHTS, batch_size=64):
    """Mean MS-SSIM over pairs of neighbours `(0, 1), (2, 3), ...` of one set of images.

    High values mean that samples resemble each other, so a collapsed generator scores near 1.
    Read it beside the same number for real images. The published protocol is 10,000 pairs.

    Args:
        images: Float images `(num_images, height, width, channels)` in `[-1, 1]`, in random
            order; an odd one out at the end is left.
        weights: As for `ms_ssim`.
        batch_size: Pairs compared at once.

    Returns:
        Float in `[0, 1]`.

    Reference:
        Odena et al., 2017, "Conditional Image Synthesis with Auxiliary Classifier GANs"
        (arXiv:1610.09585), section 4.2; Karras et al., 2018 (arXiv:1710.10196), section 5.
    """
    images = as_images("images", images, at_least=2)
    num_pairs = len(images) // 2
    similarities = [
        ms_ssim(images[2 * i : 2 * stop : 2], images[2 * i + 1 : 2 * stop : 2], weights)
        for i in range(0, num_pairs, batch_size)
        for stop in [min(i + batch_size, num_pairs)]
    ]
    return float(np.concatenate(similarities).mean())


def _luminance_and_structure(first, second):
    """Maps of the luminance term and of the contrast-structure term, `(n, h', w', channels)`."""
    window = _gaussian_window(min(11, *first.shape[1:3]))

    def local_mean(images):
        return _filter_valid(images, window)

    mean_1, mean_2 = local_mean(first), local_mean(second)
    variances = local_mean(first**2) - mean_1**2 + local_mean(second**2) - mean_2**2
    covariance = local_mean(first * second) - mean_1 * mean_2
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    luminance = (2 * mean_1 * mean_2 + c1) / (mean_1**2 + mean_2**2 + c1)
    return luminance, (2 * covariance + c2) / (variances + c2)


def _gaussian_window(size):
    """One-dimensional window; the two-dimensional one is its outer product with itself."""
    places = np.arange(size) - (size - 1) / 2
    window = np.exp(-0.5 * (places / (1.5 * size / 11)) ** 2)
    return window / window.sum()


def _filter_valid(images, window):
    """Filters rows and columns, keeping only places where the window fits the image."""
    for axis in (1, 2):
        count = images.shape[axis] - len(window) + 1
        images = scipy.ndimage.correlate1d(images, window, axis=axis, mode="constant")
        images = np.take(images, np.arange(count) + len(window) // 2, axis=axis)
    return images


def _halve(images):
    return 0.25 * (
        images[:, ::2, ::2] + images[:, 1::2, ::2] + images[:, ::2, 1::2] + images[:, 1::2, 1::2]
    )
