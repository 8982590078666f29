"""Sliced Wasserstein distance between patches of Laplacian pyramids, scale by scale."""

import numpy as np
import scipy.ndimage

from keras_gans.metrics.checks import as_images
from keras_gans.utils.checks import check_positive

BINOMIAL = np.array([1, 4, 6, 4, 1], np.float32) / 16
DIRECTIONS_AT_ONCE = 4


def sliced_wasserstein_distance(
    real,
    generated,
    *,
    patches_per_image=128,
    patch_size=7,
    directions=512,
    smallest_resolution=16,
    seed=0,
):
    """Distance between local patches of two sets of images, at every scale of a pyramid.

    For each level of the Laplacian pyramid, from the full resolution down to
    `smallest_resolution`: patches are drawn at random places, each set is normalised by its own
    mean and standard deviation per channel, and the Wasserstein-1 distance between the two sets
    is averaged over random directions. Large scales speak of the images' layout, small ones of
    texture. It needs no network, so it serves any kind of images; it sees only patches, so it
    misses how they fit together.

    The published protocol is 16,384 images a set with the defaults here. Memory is that of the
    patches of one level of both sets, `8 * num_images * patches_per_image * patch_size^2 *
    channels` bytes.

    Args:
        real: Float images `(num_images, height, width, channels)` in `[-1, 1]`.
        generated: Float images of the same shape.
        patches_per_image: Patches drawn from each image and level.
        patch_size: Side of a patch, odd.
        directions: Random directions the patches are projected on (the paper's 4 x 128).
        smallest_resolution: Side of the last level; sides must halve evenly down to it.
        seed: Seed of places and directions.

    Returns:
        Dict from the resolution of a level to 1,000 times its distance (as published), and from
        `"average"` to their mean.

    Raises:
        ValueError: If the sets differ in shape, an image is smaller than `smallest_resolution` or
            than a patch, or a side cannot be halved.

    Reference:
        Karras et al., 2018, "Progressive Growing of GANs" (arXiv:1710.10196), section 5;
        `metrics/sliced_wasserstein.py` of tkarras/progressive_growing_of_gans.
    """
    real, generated = as_images("real", real), as_images("generated", generated)
    if real.shape != generated.shape:
        raise ValueError(
            "`real` and `generated` must have one shape, because sorted projections are paired. "
            f"Received: real of shape {real.shape}, generated of shape {generated.shape}"
        )
    check_positive(patches_per_image=patches_per_image, directions=directions)
    if patch_size % 2 == 0 or not 1 <= patch_size <= smallest_resolution:
        raise ValueError(
            "`patch_size` must be odd and at most `smallest_resolution`. "
            f"Received: patch_size={patch_size}, smallest_resolution={smallest_resolution}"
        )
    num_levels = count_levels(real.shape, smallest_resolution)
    distances = {}
    for level in range(num_levels):
        random = np.random.default_rng([seed, level])
        real_patches, generated_patches = (
            _normalise(_level_patches(images, level, num_levels, patches_per_image, patch_size, r))
            for images, r in zip((real, generated), random.spawn(2), strict=True)
        )
        distance = sliced_wasserstein(real_patches, generated_patches, directions, random)
        distances[real.shape[1] >> level] = 1e3 * distance
    return distances | {"average": float(np.mean(list(distances.values())))}


def sliced_wasserstein(first, second, directions, random):
    """Mean Wasserstein-1 distance of two equally large point sets over random directions.

    Args:
        first: Float array `(num_points, dim)`.
        second: Float array of the same shape.
        directions: Number of directions, uniform on the sphere.
        random: `numpy.random.Generator`.

    Returns:
        Float, at least 0, in the units of the points.
    """
    total = 0.0
    axes = random.standard_normal((first.shape[1], directions))
    axes = (axes / np.linalg.norm(axes, axis=0)).astype(first.dtype)
    for start in range(0, directions, DIRECTIONS_AT_ONCE):
        some = axes[:, start : start + DIRECTIONS_AT_ONCE]
        gaps = np.sort((first @ some).T, axis=1) - np.sort((second @ some).T, axis=1)
        total += np.abs(gaps).mean(axis=1, dtype=np.float64).sum()
    return float(total / directions)


def count_levels(shape, smallest_resolution):
    """Number of pyramid levels of images `(num, height, width, channels)`.

    Raises:
        ValueError: If the shorter side is below `smallest_resolution`, or a side that has to be
            halved is odd.
    """
    height, width = shape[1:3]
    shorter = min(height, width)
    if shorter < smallest_resolution:
        raise ValueError(
            f"`real` must be images of at least {smallest_resolution} pixels a side. "
            f"Received: real of shape {shape}"
        )
    num_levels = 1 + int(np.log2(shorter // smallest_resolution))
    factor = 2 ** (num_levels - 1)
    if height % factor or width % factor:
        raise ValueError(
            f"`real` must have sides that halve evenly {num_levels - 1} times, so multiples of "
            f"{factor}. Received: real of shape {shape}"
        )
    return num_levels


def laplacian_pyramid(images, num_levels):
    """Band-pass levels of images, finest first; the last one is the coarse image itself.

    Args:
        images: Float array `(num_images, height, width, channels)`.
        num_levels: Number of levels; the sides of the last are `2^(num_levels - 1)` times smaller.

    Returns:
        List of float32 arrays. Adding each level to the next one's `expand` restores the images.

    Reference:
        Burt & Adelson, 1983, "The Laplacian Pyramid as a Compact Image Code".
    """
    levels = [np.asarray(images, np.float32)]
    for _ in range(num_levels - 1):
        levels.append(shrink(levels[-1]))
        levels[-2] = levels[-2] - expand(levels[-1])
    return levels


def shrink(images):
    """Smooths with the 5x5 binomial filter, mirrored at the border, and keeps every 2nd pixel."""
    return _smooth(images)[:, ::2, ::2]


def expand(images):
    """Doubles the sides: zeros in between, then the binomial filter times four."""
    num_images, height, width, channels = images.shape
    spread = np.zeros((num_images, 2 * height, 2 * width, channels), images.dtype)
    spread[:, ::2, ::2] = images
    return 4 * _smooth(spread)


def _smooth(images):
    rows = scipy.ndimage.convolve1d(images, BINOMIAL, axis=1, mode="mirror")
    return scipy.ndimage.convolve1d(rows, BINOMIAL, axis=2, mode="mirror")


def _level_patches(images, level, num_levels, patches_per_image, patch_size, random):
    """Patches of one pyramid level, `(num_images * patches_per_image, size, size, channels)`."""
    num_images, channels = len(images), images.shape[-1]
    shape = (num_images * patches_per_image, patch_size, patch_size, channels)
    patches = np.empty(shape, np.float32)
    offsets = np.arange(patch_size)
    for start in range(0, num_images, 256):
        pyramid = laplacian_pyramid(images[start : start + 256], min(level + 2, num_levels))
        band = pyramid[level]
        image = np.repeat(np.arange(len(band)), patches_per_image)[:, None, None]
        top = random.integers(0, band.shape[1] - patch_size + 1, len(image))[:, None, None]
        left = random.integers(0, band.shape[2] - patch_size + 1, len(image))[:, None, None]
        first = start * patches_per_image
        patches[first : first + len(image)] = band[
            image, top + offsets[:, None], left + offsets[None, :]
        ]
    return patches


def _normalise(patches):
    """Zero mean and unit deviation per channel, flattened; a flat channel becomes zero."""
    mean = patches.mean(axis=(0, 1, 2), dtype=np.float64)
    deviation = patches.std(axis=(0, 1, 2), dtype=np.float64)
    patches -= mean.astype(np.float32)
    patches /= np.where(deviation > 0, deviation, 1.0).astype(np.float32)
    return patches.reshape(len(patches), -1)
