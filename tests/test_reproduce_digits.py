"""What the reproductions on MNIST measure: on which images, in which unit, of which layer."""

import re
import types

import keras
import numpy as np
import pytest

import keras_gans as kg
from tests.models.games import build_game, compile_sgd
from train.reproduce import bigan_mnist, cgan_mnist, digits, gan_mnist, points

RANDOM = np.random.default_rng(0)


def rows(split):
    """The rows of MNIST's 60,000 that a split such as `train[50000:]` names."""
    first, _, last = split.removeprefix("train[").removesuffix("]").partition(":")
    return set(range(60_000)[int(first or 0) : int(last or 60_000)])


def test_what_chooses_the_bandwidth_was_not_trained_on():
    training, validation = rows(digits.TRAIN), rows(digits.VALIDATION)
    assert len(training) == 50_000 and len(validation) == 10_000
    assert not training & validation


@pytest.mark.parametrize("module", [gan_mnist, cgan_mnist, bigan_mnist])
def test_trains_on_the_images_that_choose_nothing(module, monkeypatch, tmp_path):
    """The other 10,000 choose the bandwidth and the epoch, or are queries."""

    def load(name, split, **settings):
        few = np.zeros((10, 28, 28, 1), "float32"), np.arange(10)
        return types.SimpleNamespace(split=split, steps_per_epoch=1, arrays=lambda limit=None: few)

    def train(model, batches, *arguments):
        raise InterruptedError(f"training would begin on {batches.split}")

    monkeypatch.setattr(module.data, "load", load)
    monkeypatch.setattr(digits, "classifier", lambda data_dir: None)
    monkeypatch.setattr(digits, "train", train)
    with pytest.raises(InterruptedError, match=re.escape(f"begin on {digits.TRAIN}")):
        module.Reproduction(work=tmp_path).run()


def test_likelihoods_are_of_pixels_between_0_and_1(monkeypatch):
    """With pixels in [-1, 1] and so twice the bandwidth they would be log 2 a pixel lower."""
    images = RANDOM.uniform(-1, 1, (5, 4, 4, 1)).astype("float32")
    monkeypatch.setattr(digits, "arrays", lambda *arguments: (images, None))
    samples = images[:2] + 0.1
    result = digits.parzen_watcher(1, lambda model: samples, None).test(None)
    unit, centres = (0.5 + 0.5 * values.reshape(-1, 1, 16) for values in (images, samples))
    squares = ((unit - centres.reshape(1, 2, 16)) ** 2).sum(axis=-1)
    width = result["bandwidth"]
    densities = np.exp(-squares / (2 * width**2)).mean(axis=1)
    expected = np.log(densities).mean() - 16 * np.log(width * np.sqrt(2 * np.pi))
    assert result["log_likelihood"] == pytest.approx(expected, abs=0.02 + 16 * 0.0005 / width)


class TestBiGAN:
    def test_distance_is_the_root_of_an_images_squares(self):
        """Black against white, 784 pixels that differ by 1: 28, and half of it for every second."""
        black, white = -np.ones((2, 28, 28, 1)), np.ones((2, 28, 28, 1))
        assert bigan_mnist.distance(black, white) == 28.0
        assert bigan_mnist.distance(black, np.stack([black[0], white[1]])) == 14.0

    def test_accuracy_is_of_the_features_and_not_of_the_latents(self, monkeypatch, tmp_path):
        images = np.linspace(-1, 1, 10).reshape(10, 1).astype("float32")
        labels = np.arange(10)
        monkeypatch.setattr(digits, "arrays", lambda *arguments: (images, labels))
        inputs = keras.Input((1,))
        features = keras.layers.Identity(name="features")(inputs)
        encoder = keras.Model(inputs, keras.layers.Dense(1, kernel_initializer="zeros")(features))
        looker = bigan_mnist.Looker(1, None, None, tmp_path)
        looker.set_model(types.SimpleNamespace(encoder=encoder))
        assert looker.accuracy((images + 0.01, labels)) == 100.0
        assert looker.accuracy((images + 0.01, labels[::-1])) == 0.0


def test_a_game_of_points_that_diverges_is_not_trained_on():
    """D2GAN's losses have no bound, and a generator of NaN would be scored with 0 modes."""
    model = compile_sgd(build_game(kg.D2GAN), {"discriminators": 1e38})
    with pytest.raises(RuntimeError, match="not finite"):
        points.train(model, "mgan", steps=20, batch_size=8, seed=0, every=20, at=lambda model: {})
    assert int(model.step) < 20


def test_a_training_that_no_look_would_end_is_not_begun():
    watcher = digits.BestOnValidation(10, validate=None, test=None)
    with pytest.raises(ValueError, match="`epochs` must be at least 10.*epochs=5"):
        digits.train(None, None, 5, None, watcher)
    with pytest.raises(ValueError, match="`steps` must be a multiple of 1000.*steps=1500"):
        points.train(
            None, "mgan", steps=1500, batch_size=8, seed=0, every=1000, at=lambda model: {}
        )
