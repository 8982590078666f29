"""Perceptual path length: how far do images move for a small step of the latents?"""

from typing import NamedTuple

import numpy as np

from keras_gans.metrics.extractor import FeatureExtractor
from keras_gans.utils.checks import check_positive

LATENTS_AT_ONCE = 1024  # latents are drawn in these portions, whatever is generated at once


class PathLength(NamedTuple):
    """Mean and standard deviation of the scaled distances that were kept."""

    mean: float
    std: float


def perceptual_path_length(
    generate,
    distance,
    sample_latents,
    *,
    num_pairs=100_000,
    whole_path=True,
    epsilon=1e-4,
    seed=0,
    batch_size=64,
):
    """Path length in latent space, along great circles between normal latents.

    `E[distance(G(slerp(a, b, t)), G(slerp(a, b, t + epsilon))) / epsilon^2]`, after leaving out
    the pairs below the 1st and above the 99th percentile. Smaller means that images change
    evenly. It says nothing about quality: a generator of one image has path length 0.

    Published numbers are of LPIPS under VGG16 at 256 pixels, and of faces cropped to rows 3/8 to
    7/8 and columns 2/8 to 6/8: all of that is up to `distance`.

    Args:
        generate: Callable from latents `(batch, ...)` to images `(batch, height, width,
            channels)`. It is given both ends of each pair in one call, first all starts, then
            all ends, and must treat them alike: fixed noise inputs, no dropout.
        distance: Callable from two batches of images to one distance a pair, `(batch,)`. It
            must grow with the square of a small change, as LPIPS and `feature_distance` do.
        sample_latents: Callable `(num, seed)` that returns latents `(num, latent_dim)`, such as
            a model's `latents_for_sampling`. It is asked for 1,024 at a time, with a different
            integer seed every time.
        num_pairs: Number of pairs (the paper's 100,000).
        whole_path: True draws `t` from `U[0, 1]` (published as "full"), False takes `t = 0`
            ("end").
        epsilon: Step along the path, of which the whole has length 1.
        seed: Seed of `t` and of the seeds given to `sample_latents`.
        batch_size: Pairs generated at once; only memory depends on it.

    Returns:
        `PathLength(mean, std)`.

    Raises:
        ValueError: If fewer than 2 pairs are asked for or distances are not finite.

    Reference:
        Karras et al., 2019, "A Style-Based Generator Architecture for GANs" (arXiv:1812.04948),
        section 4.1, equation 2; `perceptual_path_length.py` of NVlabs/stylegan.
    """
    return _path_length(
        generate, distance, sample_latents, spherical_interpolation,
        num_pairs, whole_path, epsilon, seed, batch_size,
    )  # fmt: skip


def style_path_length(
    mapping,
    synthesize,
    distance,
    sample_latents,
    *,
    num_pairs=100_000,
    whole_path=True,
    epsilon=1e-4,
    seed=0,
    batch_size=64,
):
    """Path length in style space, along straight lines between mapped latents.

    Args:
        mapping: Callable from latents `(batch, latent_dim)` to styles `(batch, ...)`.
        synthesize: Callable from styles to images, under the conditions of `generate` in
            `perceptual_path_length`.
        distance, sample_latents, num_pairs, whole_path, epsilon, seed, batch_size: As for
            `perceptual_path_length`.

    Returns:
        `PathLength(mean, std)`.

    Reference:
        Karras et al., 2019 (arXiv:1812.04948), section 4.1, equation 3.
    """

    def sample_styles(count, batch_seed):
        return mapping(sample_latents(count, batch_seed))

    return _path_length(
        synthesize, distance, sample_styles, linear_interpolation,
        num_pairs, whole_path, epsilon, seed, batch_size,
    )  # fmt: skip


def spherical_interpolation(start, end, position):
    """Point at `position` in `[0, 1]` of the great circle from `start` to `end`.

    The published measure works on unit vectors, because StyleGAN normalises its latents. Here
    the lengths of the two ends are kept and blended, so that generators that do not normalise
    see latents of the length they were trained on; where the generator normalises, both agree.

    Args:
        start: Float array `(batch, latent_dim)`.
        end: Float array of the same shape.
        position: Float or array `(batch, 1)`.

    Returns:
        Float array of the same shape.

    Reference:
        Shoemake, 1985, "Animating rotation with quaternion curves".
    """
    start_length = np.linalg.norm(start, axis=-1, keepdims=True)
    end_length = np.linalg.norm(end, axis=-1, keepdims=True)
    first, second = start / start_length, end / end_length
    cosine = np.clip((first * second).sum(axis=-1, keepdims=True), -1.0, 1.0)
    across = second - cosine * first  # the part of `second` at a right angle to `first`
    across_length = np.linalg.norm(across, axis=-1, keepdims=True)
    across = across / np.where(across_length > 0, across_length, 1.0)
    angle = position * np.arccos(cosine)
    direction = first * np.cos(angle) + across * np.sin(angle)
    return direction * linear_interpolation(start_length, end_length, position)


def linear_interpolation(start, end, position):
    """Point at `position` in `[0, 1]` of the line from `start` to `end`."""
    return start + (end - start) * position


class ImageDistance:
    """A distance between images, with what a protocol says about it.

    Args:
        function: Callable from two batches of images to one distance a pair, `(batch,)`, under
            the conditions of `perceptual_path_length`.
        name: What a protocol calls it. Two distances that differ must have different names.
        weights_hash: Hash of its weights, or None where it has none or they are unknown.
        resize: How it resizes, in words.
    """

    def __init__(self, function, name, weights_hash=None, resize="none"):
        self.function = function
        self.name = name
        self.weights_hash = weights_hash
        self.resize = resize

    def __call__(self, first, second):
        return self.function(first, second)


def feature_distance(extractor):
    """Distance from a feature extractor, for where no LPIPS weights are at hand.

    An extractor that rounds images to 8 bits, as `InceptionFID` does, sees a step of 1e-4 either
    not at all or as a jump; it needs a larger `epsilon` or is the wrong one.

    Args:
        extractor: `FeatureExtractor`, or a callable from images to features `(batch, dim)`.

    Returns:
        `ImageDistance` of the squared distance `(batch,)` of the features, each scaled to length
        1. It carries the name, the weights' hash and the resize of the extractor.
    """

    def distance(first, second):
        first, second = (_unit(np.asarray(extractor(x), np.float64)) for x in (first, second))
        return np.square(first - second).sum(axis=-1)

    return ImageDistance(
        distance,
        f"distance of unit features of {_name_of(extractor)}",
        getattr(extractor, "weights_hash", None),
        getattr(extractor, "resize", "none"),
    )


def as_distance(distance):
    """`distance` itself, that of an extractor's features, or a bare callable under its name."""
    if isinstance(distance, ImageDistance):
        return distance
    if isinstance(distance, FeatureExtractor):
        return feature_distance(distance)
    if callable(distance):
        return ImageDistance(distance, _name_of(distance))
    raise ValueError(
        "`distance` must be a feature extractor, an `ImageDistance` or a callable from two "
        f"batches of images to distances. Received: distance={distance!r}"
    )


def _name_of(function):
    return getattr(function, "name", None) or getattr(function, "__name__", type(function).__name__)


def _path_length(
    generate, distance, sample, interpolate, num_pairs, whole_path, epsilon, seed, batch_size
):
    check_positive(epsilon=epsilon, batch_size=batch_size)
    if num_pairs < 2:
        raise ValueError(f"`num_pairs` must be at least 2. Received: num_pairs={num_pairs}")
    random = np.random.default_rng(seed)
    distances = []
    for first in range(0, num_pairs, LATENTS_AT_ONCE):
        count = min(LATENTS_AT_ONCE, num_pairs - first)
        # Float64: a step of 1e-4 leaves few of float32's digits.
        start, end = (
            np.asarray(sample(count, int(random.integers(2**31))), np.float64) for _ in range(2)
        )
        position = random.random((count,) + (1,) * (start.ndim - 1)) * whole_path
        here, there = interpolate(start, end, position), interpolate(start, end, position + epsilon)
        for row in range(0, count, batch_size):
            pairs = np.concatenate([x[row : row + batch_size] for x in (here, there)])
            images = np.asarray(generate(pairs.astype(np.float32)))
            half = len(pairs) // 2
            distances.append(_distances(distance, images[:half], images[half:]))
    return _without_outliers(np.concatenate(distances) / epsilon**2)


def _distances(distance, first, second):
    distances = np.asarray(distance(first, second), np.float64)
    if distances.shape != (len(first),):
        raise ValueError(
            f"`distance` must return one number a pair, so shape ({len(first)},). "
            f"Received: distances of shape {distances.shape}"
        )
    return distances


def _without_outliers(distances):
    if not np.isfinite(distances).all():
        raise ValueError(
            "`distance` must return finite numbers. "
            f"Received: {np.count_nonzero(~np.isfinite(distances))} that are not"
        )
    low = np.percentile(distances, 1, method="lower")
    high = np.percentile(distances, 99, method="higher")
    kept = distances[(low <= distances) & (distances <= high)]
    return PathLength(float(kept.mean()), float(kept.std()))


def _unit(features):
    length = np.linalg.norm(features, axis=-1, keepdims=True)
    return features / np.where(length > 0, length, 1.0)
