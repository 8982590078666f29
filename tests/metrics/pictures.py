"""Pictures for the tests: smooth random textures."""

import numpy as np
import scipy.ndimage


def smooth_images(count, side, sigma=2.0, channels=3, seed=1):
    """Float32 images `(count, side, side, channels)` in [-1, 1] with blobs of size `sigma`."""
    noise = np.random.default_rng(seed).normal(size=(count, side, side, channels))
    smooth = scipy.ndimage.gaussian_filter(noise, (0, sigma, sigma, 0))
    return np.tanh(smooth / smooth.std()).astype("float32")


def stripes(count, side, seed=0):
    """Gray images of upright, level or slanting stripes with noise, and their labels 0, 1, 2."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, count)
    rows, columns = np.mgrid[:side, :side]
    along = np.stack([columns, rows, (rows + columns) / np.sqrt(2)])[labels]
    waves = np.sin(along * 1.2 + random.uniform(0, 6.3, (count, 1, 1)))
    noisy = 0.7 * waves + random.normal(scale=0.1, size=waves.shape)
    return np.clip(noisy, -1, 1).astype("float32")[..., None], labels
