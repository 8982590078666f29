"""Sets of images as the metrics take them, and what an extractor reads in one."""

import hashlib
import warnings

import numpy as np

from keras_gans.metrics.cache import cache_folder, content_hash, load_arrays, save_arrays
from keras_gans.metrics.checks import as_images
from keras_gans.metrics.frechet import FeatureStatistics

ROWS_AT_ONCE = 1024


def image_batches(name, images, limit=None):
    """Yields float32 batches `(batch, height, width, channels)` in `[-1, 1]`.

    Args:
        name: Name of the argument, for messages.
        images: Array of images, or an iterable of batches, of which each may be a tuple that
            begins with the images, such as a `tf.data.Dataset` of `(images, labels)`.
        limit: Number of images to take. Fewer raise a ValueError.
    """
    if not hasattr(images, "__iter__"):
        raise ValueError(
            f"`{name}` must be an array of images or an iterable of batches. "
            f"Received: {name} of type {type(images).__name__}"
        )
    if hasattr(images, "shape"):
        batches = (images[i : i + ROWS_AT_ONCE] for i in range(0, len(images), ROWS_AT_ONCE))
    else:
        batches = images
    count, shape = 0, None
    for batch in batches:
        batch = as_images(name, batch[0] if isinstance(batch, tuple | list) else batch)
        shape = shape or batch.shape[1:]
        if batch.shape[1:] != shape:
            raise ValueError(
                f"`{name}` must hold images of one shape, {shape} as in its first batch. "
                f"Received: a batch of shape {batch.shape} in {name}"
            )
        batch = batch[: None if limit is None else limit - count]
        count += len(batch)
        if len(batch):
            yield batch
        if count == limit:
            return
    if count < (limit or 1):
        raise ValueError(
            f"`{name}` must hold at least {limit or 1} images. Received: {count} images in {name}"
        )


def gather_images(name, images, limit=None):
    """All images of a set as one float32 array."""
    return np.concatenate(list(image_batches(name, images, limit)))


class Fingerprint:
    """Identifies a set of images by content, whatever their order and batches."""

    def __init__(self):
        self.total = 0
        self.shape = None

    def update(self, images):
        """Adds a batch of float32 images, and returns the fingerprint."""
        self.shape = images.shape[1:]
        for image in np.ascontiguousarray(images):
            digest = hashlib.blake2b(image.data, digest_size=16).digest()
            self.total = (self.total + int.from_bytes(digest, "little")) % 2**128
        return self

    def __str__(self):
        return content_hash(self.total, self.shape)[:16]


class ImageFeatures:
    """What one extractor reads in one set of images; any number of metrics can share it.

    Attributes:
        extractor: The extractor.
        count: Number of images.
        fingerprint: Identifies the images, whatever their order.
        features: Float32 array `(count, dim)`, or None where only statistics were kept.
        logits: Float32 array `(count, num_classes)`, or None.
        statistics: `FeatureStatistics` of the features.
    """

    def __init__(self, extractor, fingerprint, features, logits, statistics):
        self.extractor = extractor
        self.fingerprint = fingerprint
        self.features = features
        self.logits = logits
        self._statistics = statistics

    @property
    def statistics(self):
        if self._statistics is None:
            self._statistics = FeatureStatistics()
            for start in range(0, len(self.features), ROWS_AT_ONCE):
                self._statistics.update(self.features[start : start + ROWS_AT_ONCE])
        return self._statistics

    @property
    def count(self):
        return self.statistics.count if self.features is None else len(self.features)


def read_images(extractor, images, *, name="images", limit=None, features=True, logits=False):
    """Reads a set of images in one pass.

    Args:
        extractor: `FeatureExtractor`.
        images: As for `image_batches`.
        name: Name of the argument, for messages.
        limit: Number of images to take; None takes all. Fewer raise a ValueError.
        features: Whether to keep the features; otherwise only mean and covariance are kept, in
            memory that does not grow with the images.
        logits: Whether to keep logits too.

    Returns:
        `ImageFeatures`.
    """
    fingerprint, statistics = Fingerprint(), FeatureStatistics()
    kept_features, kept_logits = [], []
    for batch in image_batches(name, images, limit):
        fingerprint.update(batch)
        reading = extractor.read(batch, logits)
        if features:
            kept_features.append(reading.features)
        else:
            statistics.update(reading.features)
        if logits:
            kept_logits.append(reading.logits)
    return ImageFeatures(
        extractor,
        str(fingerprint),
        _join(kept_features) if features else None,
        _join(kept_logits) if logits else None,
        None if features else statistics,
    )


def read_reference(extractor, images, *, name="real", limit=None, features=True):
    """`read_images` for real images, whose features or statistics are kept between runs.

    Files lie in `references` under `KERAS_GANS_HOME` (default `~/.cache/keras_gans`), named by a
    hash of the images and of the extractor's name, weights and resize. Nothing is kept for an
    extractor of unknown weights, nor for an iterator, which can be read only once, nor, with a
    warning, for images that are others each time: shuffled ones of which a part is left out.
    """
    if extractor.weights_hash is None or hasattr(images, "__next__"):
        return read_images(extractor, images, name=name, limit=limit, features=features)
    fingerprint = Fingerprint()
    for batch in image_batches(name, images, limit):
        fingerprint.update(batch)
    key = (str(fingerprint), extractor.name, extractor.weights_hash, extractor.resize)
    kind = "features" if features else "statistics"
    path = cache_folder("references") / f"{content_hash(*key)[:32]}-{kind}.npz"
    cached = load_arrays(path)
    if cached is not None and features:
        return ImageFeatures(extractor, str(fingerprint), cached["features"], None, None)
    if cached is not None:
        statistics = FeatureStatistics.from_arrays(cached)
        return ImageFeatures(extractor, str(fingerprint), None, None, statistics)
    read = read_images(extractor, images, name=name, limit=limit, features=features)
    if read.fingerprint != str(fingerprint):
        warnings.warn(
            f"`{name}` holds other images each time it is read, so that scores against it are not "
            "of one protocol. Batches of `keras_gans.data` leave out what makes no full batch: "
            "pass `batches.arrays()[0]`, or load them with `shuffle=False`.",
            stacklevel=2,
        )
        return read
    arrays = {"features": read.features} if features else read.statistics.to_arrays()
    save_arrays(path, **arrays)
    return read


def _join(pieces):
    """Concatenates and empties a list of arrays; each goes once copied, so none is held twice."""
    joined = np.empty((sum(map(len, pieces)), pieces[0].shape[1]), pieces[0].dtype)
    stop = len(joined)
    while pieces:
        piece = pieces.pop()
        joined[stop - len(piece) : stop] = piece
        stop -= len(piece)
    return joined
