"""The one interface of feature extractors: images in [-1, 1] in, features out."""

import contextlib
from typing import NamedTuple

import keras
import numpy as np

from keras_gans.metrics.checks import as_features, as_images


class Reading(NamedTuple):
    """What an extractor reads in images: features `(n, dim)`, and logits `(n, classes)` or None."""

    features: np.ndarray
    logits: np.ndarray | None


@contextlib.contextmanager
def in_float32():
    """Layers made within compute in float32, whatever the policy that a generator trains in.

    A score, and what is kept of its real images, must not depend on that.
    """
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(policy)


class FeatureExtractor:
    """Reads features, and where it is a classifier also logits, from images.

    A subclass sets the four attributes and writes `read_batch`.

    Attributes:
        name: What a protocol calls it.
        weights_hash: SHA-256, in hexadecimal, of the weights and of anything else that decides
            the features, or None where unknown. References are cached only where it is known.
        resize: How images are brought to the network's size, in words.
        published: Whether published scores were computed with exactly this network, weights and
            resize, so that numbers can be compared with papers.

    Call arguments:
        images: Float images `(num_images, height, width, channels)` in `[-1, 1]`.

    Returns:
        Float32 features `(num_images, dim)`.
    """

    name = None
    weights_hash = None
    resize = "none"
    published = False
    batch_size = 128

    def read_batch(self, images, logits):
        """Reads one batch of checked float32 images.

        Args:
            images: Float32 array `(batch, height, width, channels)` in `[-1, 1]`.
            logits: Whether logits are asked for.

        Returns:
            `Reading(features, logits)`; the latter None if not asked for or not at hand.
        """
        raise NotImplementedError(f"`{type(self).__name__}` must define `read_batch`")

    def read(self, images, logits=False):
        """Reads images batch by batch: `Reading(features, logits)`, in one pass for both.

        Raises:
            ValueError: If images are no finite floats in `[-1, 1]`, if the extractor returns
                something else than one finite vector per image, or if logits are asked of one
                that is no classifier.
        """
        images = as_images("images", images, at_least=1)
        readings = []
        for start in range(0, len(images), self.batch_size):
            batch = images[start : start + self.batch_size]
            readings.append(self._check(self.read_batch(batch, logits), len(batch), logits))
        features = np.concatenate([reading.features for reading in readings])
        if not logits:
            return Reading(features, None)
        return Reading(features, np.concatenate([reading.logits for reading in readings]))

    def logits(self, images):
        """Float32 logits `(num_images, num_classes)` of images."""
        return self.read(images, logits=True).logits

    def __call__(self, images):
        return self.read(images).features

    def __repr__(self):
        weights = self.weights_hash[:8] if self.weights_hash else "unknown"
        return f"<{self.name}, weights {weights}, resize: {self.resize}>"

    def _check(self, reading, count, logits):
        features = as_features("features", reading.features).astype(np.float32)
        if len(features) != count:
            raise ValueError(
                f"`{self.name}` must return one feature vector per image. "
                f"Received: {len(features)} vectors for {count} images"
            )
        if logits and reading.logits is None:
            raise ValueError(
                "`extractor` must be a classifier with logits for this score. "
                f"Received: extractor={self.name}"
            )
        return Reading(features, as_features("logits", reading.logits) if logits else None)


class CallableFeatures(FeatureExtractor):
    """Any callable as an extractor.

    Args:
        function: Callable from float32 images `(batch, height, width, channels)` in `[-1, 1]` to
            features `(batch, dim)`.
        name: What a protocol calls it. Two extractors that differ must have different names.
        weights_hash: Hash of its weights if it has any; where None, nothing is cached.
        resize: How it resizes, in words.
        logits: Callable from images to logits `(batch, num_classes)`, if it classifies.
        batch_size: Images given to it at once.
    """

    def __init__(
        self, function, name, weights_hash=None, resize="none", logits=None, batch_size=128
    ):
        self.function = function
        self.name = name
        self.weights_hash = weights_hash
        self.resize = resize
        self.logits_function = logits
        self.batch_size = batch_size

    def read_batch(self, images, logits):
        wanted = logits and self.logits_function is not None
        return Reading(
            np.asarray(self.function(images)),
            np.asarray(self.logits_function(images)) if wanted else None,
        )


def as_extractor(extractor):
    """`extractor` itself, or a bare callable under its own name."""
    if isinstance(extractor, FeatureExtractor):
        return extractor
    if callable(extractor):
        return CallableFeatures(extractor, getattr(extractor, "__name__", type(extractor).__name__))
    raise ValueError(
        "`extractor` must be a feature extractor or a callable from images to features. "
        f"Received: extractor={extractor!r}"
    )
