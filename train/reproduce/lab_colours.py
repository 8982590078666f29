"""CIELAB colours, and how alike the colours of two sets of images are."""

import numpy as np

# Linear sRGB to XYZ, and the white D65 that has L = 100, a = b = 0 (IEC 61966-2-1).
TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], np.float64
)
WHITE = TO_XYZ.sum(axis=1)
RANGES = {"L": (0.0, 100.0), "a": (-110.0, 110.0), "b": (-110.0, 110.0)}
BIN_WIDTH = 2.0


def to_lab(images):
    """CIELAB of sRGB images.

    Args:
        images: Float array `(..., 3)` in `[-1, 1]`.

    Returns:
        Float64 array `(..., 3)`: L in `[0, 100]`, a and b about in `[-110, 110]`.
    """
    srgb = (np.asarray(images, np.float64) + 1.0) / 2.0
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    scaled = linear @ TO_XYZ.T / WHITE
    knee = 6.0 / 29.0
    root = np.where(scaled > knee**3, np.cbrt(scaled), scaled / (3.0 * knee**2) + 4.0 / 29.0)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)], axis=-1)


def histogram_intersections(images, others):
    """Overlap of the colours of all pixels of two sets: `sum min(p, q)` over bins of 2 units.

    Args:
        images, others: Float arrays `(num, height, width, 3)` in `[-1, 1]`.

    Returns:
        Dictionary from "L", "a" and "b" to a number from 0 (nothing in common) to 1.

    Reference:
        Isola et al., 2017 (arXiv:1611.07004), figure 7; the paper does not say its bins.
    """
    shares = []
    for each in (images, others):
        lab = to_lab(each).reshape(-1, 3).T
        counts = [
            np.histogram(
                np.clip(values, low, high), round((high - low) / BIN_WIDTH), range=(low, high)
            )[0]
            for values, (low, high) in zip(lab, RANGES.values(), strict=True)
        ]
        shares.append([count / count.sum() for count in counts])
    overlaps = [np.minimum(p, q).sum() for p, q in zip(*shares, strict=True)]
    return dict(zip(RANGES, (round(float(overlap), 4) for overlap in overlaps), strict=True))
