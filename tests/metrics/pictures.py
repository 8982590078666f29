"""Pictures for the tests: smooth random textures."""

import numpy as np
import scipy.ndimage


def smooth_images(count, side, sigma=2.0, channels=3, seed=1):
    """Float32 images `(count, side, side, channels)` in [-1, 1] with blobs of size `sigma`."""
    noise = np.random.default_rng(seed).normal(size=(count, side, side, channels))
    smooth = scipy.ndimage.gaussian_filter(noise, (0, sigma, sigma, 0))
    return np.tanh(smooth / smooth.std()).astype("float32")
