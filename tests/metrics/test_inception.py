import hashlib
import io
import json
import pickle
import urllib.error

import keras
import numpy as np
import pytest

from keras_gans.metrics import inception_fid
from keras_gans.metrics.inception_fid import (
    AS_PYTORCH_FID,
    AS_TENSORFLOW_1,
    InceptionFID,
    fetch_weights,
    published_hash,
    to_pixels,
)
from keras_gans.metrics.inception_network import TAPS

from .conftest import GOLDEN, load_script

inception_weights = load_script("inception_weights")
PIXELS = inception_weights.pixels()
IMAGES = PIXELS.astype("float32") / 127.5 - 1


@pytest.fixture(scope="module")
def golden():
    return dict(np.load(GOLDEN / "inception.npz"))


@pytest.fixture(scope="module")
def state(golden):
    return inception_weights.random_state(json.loads(str(golden["shapes"])))


@pytest.fixture(scope="module")
def extractor(state):
    return InceptionFID(state)


def largest_difference(actual, expected):
    """Largest difference in units of the tap's mean size."""
    return np.abs(actual - expected).max() / np.abs(expected).mean()


class TestInceptionFID:
    def test_every_tap_agrees_with_torch_fidelity(self, extractor, golden):
        taps = extractor.model.predict_on_batch(AS_TENSORFLOW_1(PIXELS.astype("float32")))
        assert tuple(taps) == TAPS
        for tap in TAPS:
            assert largest_difference(taps[tap], golden[f"tensorflow_1/{tap}"]) < 1e-4

    def test_images_become_the_pixels_they_came_from(self, extractor, golden):
        reading = extractor.read(IMAGES, logits=True)
        assert largest_difference(reading.features, golden["tensorflow_1/2048"]) < 1e-4
        assert largest_difference(reading.logits, golden["tensorflow_1/logits_unbiased"]) < 1e-4

    def test_the_resize_agrees_with_torch_fidelity(self, golden):
        resized = AS_TENSORFLOW_1(PIXELS[:1].astype("float32"))[0, ::50].numpy() * 128 + 128
        np.testing.assert_allclose(resized, golden["resized_rows"], atol=1e-3)

    def test_the_other_resize_agrees_with_pytorch_fid(self, extractor, golden):
        inputs = AS_PYTORCH_FID(PIXELS.astype("float32"))
        features = extractor.model.predict_on_batch(inputs)["2048"]
        assert largest_difference(features, golden["pytorch_fid/2048"]) < 1e-4
        assert largest_difference(golden["tensorflow_1/2048"], golden["pytorch_fid/2048"]) > 1e-2

    def test_says_what_it_is(self, extractor):
        assert extractor.name == "inception 2015, tap 2048"
        assert extractor.resize == "bilinear 299x299 of TensorFlow 1"
        assert not extractor.published  # random weights
        assert len(extractor.weights_hash) == 64

    def test_gray_images_are_repeated_to_three_channels(self, extractor):
        gray = IMAGES[:1, ..., :1]
        np.testing.assert_array_equal(extractor(gray), extractor(gray.repeat(3, axis=-1)))

    def test_two_channels_are_refused(self, extractor):
        with pytest.raises(ValueError, match=r"1 or 3 channels.*32, 2"):
            extractor(IMAGES[..., :2])

    def test_an_unknown_tap_is_refused(self):
        with pytest.raises(ValueError, match=r"`tap` must be one of.*tap='1024'"):
            InceptionFID({}, tap="1024")

    def test_weights_of_another_network_are_refused(self, state):
        with pytest.raises(ValueError, match=r"weights without Conv2d_1a_3x3.conv.weight"):
            InceptionFID({"layer1.weight": np.zeros(3)})
        wrong = state | {"fc.weight": np.zeros((1000, 2048))}
        with pytest.raises(ValueError, match=r"fc.weight of shape \(1008, 2048\).*\(1000, 2048\)"):
            InceptionFID(wrong)


class TestWeightsFile:
    @pytest.fixture(autouse=True)
    def home(self, monkeypatch, tmp_path):
        monkeypatch.setenv("KERAS_GANS_HOME", str(tmp_path / "home"))

    def test_another_file_is_refused(self):
        with pytest.raises(ValueError, match=r"`weights` must be pt_inception.*begins with 6726"):
            InceptionFID(GOLDEN / "checkpoint_zip.pth")

    def test_a_missing_file_says_so(self, tmp_path):
        with pytest.raises(FileNotFoundError, match=r"`weights` must be a file.*missing.pth"):
            InceptionFID(tmp_path / "missing.pth")

    def test_without_network_one_sentence_says_what_to_do(self, monkeypatch):
        def no_network(*_, **__):
            raise urllib.error.URLError("Name or service not known")

        monkeypatch.setattr(inception_fid.urllib.request, "urlopen", no_network)
        with pytest.raises(FileNotFoundError, match=r"not at .*home.*Name or service.*its path"):
            InceptionFID()

    def test_a_fetched_file_is_verified_and_kept(self, monkeypatch):
        content = pickle.dumps("weights")
        monkeypatch.setattr(
            inception_fid.urllib.request, "urlopen", lambda *_, **__: io.BytesIO(content)
        )
        with pytest.raises(ValueError, match=r"whose SHA-256 begins with 6726825d"):
            fetch_weights()
        folder = inception_fid.cache_folder("inception")
        assert not list(folder.iterdir())

        digest = hashlib.sha256(content).hexdigest()
        monkeypatch.setattr(inception_fid, "WEIGHTS_HASH_PREFIX", digest[:8])
        path = fetch_weights()
        assert path.read_bytes() == content
        assert published_hash(path) == digest
        monkeypatch.setattr(inception_fid.urllib.request, "urlopen", None)
        assert fetch_weights() == path  # from the cache

    def test_a_published_file_is_marked_as_such(self, monkeypatch, state):
        monkeypatch.setattr(inception_fid, "published_hash", lambda path: "6726825d" + "0" * 56)
        monkeypatch.setattr(inception_fid, "read_torch_checkpoint", lambda path: state)
        extractor = InceptionFID("weights.pth", preparation=AS_PYTORCH_FID)
        assert extractor.published
        assert extractor.resize == "bilinear 299x299 of PyTorch"

    def test_another_tap_is_read_and_is_no_published_score(self, monkeypatch, state):
        """Also under a mixed policy, which the network does not take over."""
        monkeypatch.setattr(inception_fid, "published_hash", lambda path: "6726825d" + "0" * 56)
        monkeypatch.setattr(inception_fid, "read_torch_checkpoint", lambda path: state)
        keras.config.set_dtype_policy("mixed_bfloat16")
        extractor = InceptionFID("weights.pth", tap="64")
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
        assert {layer.compute_dtype for layer in extractor.model.layers} == {"float32"}
        assert not extractor.published
        assert extractor(IMAGES).shape == (2, 64)


def test_pixels_are_rounded_and_clipped():
    images = np.array([-1.0004, -1.0, 0.0, 0.5, 1.0, 1.0004], "float32")
    assert to_pixels(images).tolist() == [0, 0, 128, 191, 255, 255]
