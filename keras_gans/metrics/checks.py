"""What the metrics demand of their inputs, with messages that say what was wrong."""

import numpy as np


def as_features(name, features, at_least=1):
    """Returns `features` as an array after checking that it is `(num_samples, dim)` and finite.

    The floating type is kept: the metrics convert to float64 block by block, so that a large set
    of float32 features is never held twice.

    Raises:
        ValueError: If `features` is not two-dimensional, holds NaN or infinity, or has fewer than
            `at_least` rows.
    """
    features = np.asarray(features)
    if features.dtype.kind != "f" or features.dtype.itemsize < 4:
        features = features.astype(np.float64)
    if features.ndim != 2 or features.shape[1] == 0:
        raise ValueError(
            f"`{name}` must be features of shape (num_samples, dim). "
            f"Received: {name} of shape {features.shape}"
        )
    if len(features) < at_least:
        raise ValueError(
            f"`{name}` must hold at least {at_least} samples. "
            f"Received: {len(features)} samples in {name}"
        )
    if not np.isfinite(features.sum(dtype=np.float64)):
        bad_rows = np.flatnonzero(~np.isfinite(features).all(axis=1))
        if len(bad_rows):
            raise ValueError(
                f"`{name}` must be finite: NaN or infinity usually means that the generator "
                f"diverged. Received: {name} with {len(bad_rows)} bad rows, the first is row "
                f"{bad_rows[0]}"
            )
    return features


def as_feature_pair(first, second, at_least=1, names=("real", "generated")):
    """Checks two sets as `as_features` does, and that they have one width."""
    first = as_features(names[0], first, at_least)
    second = as_features(names[1], second, at_least)
    if first.shape[1] != second.shape[1]:
        raise ValueError(
            f"`{names[0]}` and `{names[1]}` must be features of the same kind, so of one width. "
            f"Received: {names[0]} of shape {first.shape}, {names[1]} of shape {second.shape}"
        )
    return first, second


def as_images(name, images, at_least=1):
    """Returns `images` as float32 after checking shape `(num, height, width, channels)`, [-1, 1].

    Raises:
        ValueError: If the shape has not four axes, a value is not finite or lies outside
            `[-1, 1]` by more than 1e-3, or there are fewer than `at_least` images.
    """
    images = np.asarray(images)
    if images.ndim != 4 or 0 in images.shape[1:]:
        raise ValueError(
            f"`{name}` must be images of shape (num_images, height, width, channels). "
            f"Received: {name} of shape {images.shape}"
        )
    if len(images) < at_least:
        raise ValueError(
            f"`{name}` must hold at least {at_least} images. Received: {len(images)} in {name}"
        )
    if images.dtype.kind != "f":
        raise ValueError(
            f"`{name}` must be floating-point images in [-1, 1]; uint8 images are scaled with "
            f"`images / 127.5 - 1`. Received: {name} of dtype {images.dtype}"
        )
    images = images.astype(np.float32, copy=False)
    if len(images):
        low, high = float(images.min()), float(images.max())
        if not (low >= -1.001 and high <= 1.001):
            raise ValueError(
                f"`{name}` must be finite and lie in [-1, 1]. "
                f"Received: {name} with values from {low:.4g} to {high:.4g}"
            )
    return images


def as_points(name, points, at_least=1):
    """Returns `points` as float64 after checking that it is `(num_points, 2)` and finite."""
    points = as_features(name, points, at_least).astype(np.float64)
    if points.shape[1] != 2:
        raise ValueError(
            f"`{name}` must be points in the plane, of shape (num_points, 2). "
            f"Received: {name} of shape {points.shape}"
        )
    return points


def as_labels(name, labels, length=None):
    """Returns `labels` as an int64 vector, of `length` entries where that is given."""
    labels = np.asarray(labels)
    if labels.ndim == 0 or labels.size != len(labels) or labels.dtype.kind not in "iub":
        raise ValueError(
            f"`{name}` must be a vector of integer labels. "
            f"Received: {name} of shape {labels.shape} and dtype {labels.dtype}"
        )
    if not labels.size or labels.min() < 0:
        raise ValueError(
            f"`{name}` must hold labels from 0 on, and at least one. "
            f"Received: {name} of {labels.size} labels, the least {labels.min(initial=0)}"
        )
    if length is not None and len(labels) != length:
        raise ValueError(
            f"`{name}` must hold one label per sample, {length}. "
            f"Received: {len(labels)} labels in {name}"
        )
    return labels.reshape(-1).astype(np.int64)
