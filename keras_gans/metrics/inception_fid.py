"""The extractor of published FIDs: the 2015 Inception with its weights, resize and scaling."""

import dataclasses
import os
import pathlib
import urllib.request

import keras
import numpy as np
import tensorflow as tf

from keras_gans.metrics.cache import cache_folder, content_hash, file_hash
from keras_gans.metrics.extractor import FeatureExtractor, Reading, in_float32
from keras_gans.metrics.inception_network import TAPS, build_inception
from keras_gans.metrics.keras_applications import as_rgb
from keras_gans.utils.torch_checkpoint import read_torch_checkpoint

WEIGHTS_FILE = "pt_inception-2015-12-05-6726825d.pth"
WEIGHTS_HASH_PREFIX = "6726825d"  # of the file's SHA-256
WEIGHTS_URL = (
    f"https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/{WEIGHTS_FILE}"
)


@dataclasses.dataclass(frozen=True)
class Preparation:
    """How pixels in `[0, 255]` are resized to 299x299 and scaled to `(pixels - centre) / scale`.

    Both ways are bilinear, without aligned corners and without antialiasing; they differ in
    where the samples lie, and numbers of one must not be compared with numbers of the other.
    """

    resize: str
    half_pixel_centers: bool
    centre: float
    scale: float

    def __call__(self, pixels):
        resized = tf.raw_ops.ResizeBilinear(
            images=pixels,
            size=(299, 299),
            align_corners=False,
            half_pixel_centers=self.half_pixel_centers,
        )
        return (resized - self.centre) / self.scale


# What the graph of 2015 does itself, as in TTUR, torch-fidelity and StyleGAN's metrics.
AS_TENSORFLOW_1 = Preparation("bilinear 299x299 of TensorFlow 1", False, 128.0, 128.0)
# What pytorch-fid does in front of the same weights.
AS_PYTORCH_FID = Preparation("bilinear 299x299 of PyTorch", True, 127.5, 127.5)


class InceptionFID(FeatureExtractor):
    """Features of the Inception network of December 2015, as published FIDs use them.

    Images are rounded to 8 bits first, because published scores read image files; gray ones are
    repeated to three channels. Scores of small gray images under it are defined but mean little.

    Args:
        weights: Path of `pt_inception-2015-12-05-6726825d.pth`, whose SHA-256 must begin with
            6726825d. None takes it from `inception` under `KERAS_GANS_HOME` (default
            `~/.cache/keras_gans`), and fetches it there on first use. A dict of arrays under
            PyTorch's names is taken as it is, and marked as not comparable with published scores.
        tap: Which features: `"2048"`, those of published FIDs and KIDs, `"768"`, `"192"`, `"64"`,
            `"logits_unbiased"` or `"logits"`. The `logits` of a score are always the unbiased
            ones, as published Inception scores take them.
        preparation: `AS_TENSORFLOW_1` (the default) or `AS_PYTORCH_FID`.
        batch_size: Images read at once.

    Raises:
        ValueError: If the file is not the published one, arrays are missing or `tap` is unknown.
        FileNotFoundError: If there is no such file, or it could not be fetched.

    Reference:
        Heusel et al., 2017 (arXiv:1706.08500), appendix; torch-fidelity 0.4.0; pytorch-fid 0.3.0.
    """

    def __init__(self, weights=None, *, tap="2048", preparation=AS_TENSORFLOW_1, batch_size=32):
        if tap not in TAPS:
            raise ValueError(f"`tap` must be one of {TAPS}. Received: tap={tap!r}")
        is_published = not isinstance(weights, dict)
        self.published = is_published and tap == "2048"  # other taps are other scores
        if is_published:
            path = fetch_weights() if weights is None else pathlib.Path(weights)
            self.weights_hash = published_hash(path)
            weights = read_torch_checkpoint(path)
        else:
            self.weights_hash = content_hash(*(weights[name] for name in sorted(weights)))
        self.name = f"inception 2015, tap {tap}"
        self.resize = preparation.resize
        self.preparation = preparation
        self.batch_size = batch_size
        with in_float32():
            self.model = build_inception(weights)
        taps = self.model.output
        self._features = keras.Model(self.model.input, taps[tap])
        self._both = keras.Model(self.model.input, [taps[tap], taps["logits_unbiased"]])

    def read_batch(self, images, logits):
        inputs = self.preparation(to_pixels(as_rgb(images)))
        if logits:
            return Reading(*self._both.predict_on_batch(inputs))
        return Reading(self._features.predict_on_batch(inputs), None)


def to_pixels(images):
    """Whole numbers 0 to 255, as float32, of images in `[-1, 1]`: what an image file keeps."""
    return np.clip(np.round((images + 1.0) * 127.5), 0.0, 255.0).astype(np.float32)


def fetch_weights():
    """Path of the published weights, fetched and verified unless they are cached.

    Raises:
        FileNotFoundError: If they are not cached and cannot be fetched.
        ValueError: If what was fetched is not the published file.
    """
    path = cache_folder("inception") / WEIGHTS_FILE
    if path.exists():
        return path
    partial = path.with_suffix(f".{os.getpid()}.part")
    try:
        with urllib.request.urlopen(WEIGHTS_URL, timeout=30) as source, open(partial, "wb") as file:
            while chunk := source.read(1 << 20):
                file.write(chunk)
        published_hash(partial)
        os.replace(partial, path)
    except OSError as error:
        raise FileNotFoundError(
            f"`InceptionFID` needs {WEIGHTS_FILE}, which is not at {path} and could not be fetched "
            f"from {WEIGHTS_URL} ({error}); fetch it elsewhere and pass its path. "
            "Received: weights=None"
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return path


def published_hash(path):
    """SHA-256 of the file at `path`, which must be that of the published weights."""
    if not pathlib.Path(path).is_file():
        raise FileNotFoundError(f"`weights` must be a file. Received: weights={path}")
    weights_hash = file_hash(path)
    if not weights_hash.startswith(WEIGHTS_HASH_PREFIX):
        raise ValueError(
            f"`weights` must be {WEIGHTS_FILE}, whose SHA-256 begins with {WEIGHTS_HASH_PREFIX}; "
            "pass other weights as a dict of arrays, `read_torch_checkpoint(path)`. "
            f"Received: weights={path} with SHA-256 {weights_hash[:16]}..."
        )
    return weights_hash
