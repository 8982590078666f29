"""The reproductions on MNIST from beginning to end, on a few drawn digits and in a few steps.

What they measure means nothing here; that a training of hours does not end in an error does.
"""

import importlib
import json

import numpy as np
import pytest

import keras_gans
from keras_gans.data import glyph_pairs
from train.reproduce import swapped
from train.reproduce.experiment import reproduce

pytestmark = pytest.mark.slow

NUM = {
    "train": 320,
    "train[:50000]": 300,
    "train[50000:]": 120,
    "train[:10000]": 160,
    "train[:500]": 128,
    "test": 120,
}
FEW = 120  # samples that are scored

CASES = {
    "gan_mnist": [{"epochs": 1, "fall_epochs": 1, "look_every": 1}],
    "cgan_mnist": [{"epochs": 2, "look_every": 1}],
    "bigan_mnist": [{"epochs": 2, "look_every": 1}],
    "dcgan_conditional": [{"epochs": 1}],
    "infogan_mnist": [
        {"epochs": 10},
        {"epochs": 2, "variant": "code"},
        {"epochs": 2, "variant": "tanh"},
        {"epochs": 2, "variant": "augmented"},
        {"epochs": 2, "variant": "even"},
    ],
    "began_mnist": [
        {"epochs": 2, "variant": variant} for variant in ("all", "ones_and_eights", "few_ones")
    ],
    "same_budget": [
        {"variant": variant, "epochs": 1} for variant in ("dcgan", "cgan", *swapped.RECIPES)
    ],
    "few_images": [
        {"variant": variant, "steps": 4, "look_every": 2} for variant in ("none", "adaptive", "all")
    ],
    "grown_mnist": [
        {"variant": variant, "kimg": 1.4} for variant in ("dcgan", "progan", "stylegan", "sagan")
    ],
}


@pytest.fixture
def digits(monkeypatch, tmp_path):
    """A few glyphs take the place of MNIST, and few samples are asked for."""
    monkeypatch.setenv("KERAS_GANS_HOME", str(tmp_path / "home"))
    images, _, labels = glyph_pairs("slant", split="train", image_size=28, num_examples=320)
    pixels = np.uint8(np.round(127.5 * (images + 1.0)))
    load = keras_gans.data.load

    def few(source, *, split="train", labels=False, data_dir=None, **arguments):
        if not isinstance(source, str):  # images that an experiment chose
            return load(source, labels=labels, **arguments)
        assert source == "mnist"
        few.splits.add(split)
        chosen = np.arange(NUM[split])
        data = (pixels[chosen], few.labels[chosen]) if labels else pixels[chosen]
        return load(data, labels=labels, **arguments)

    few.labels, few.splits = labels, set()
    monkeypatch.setattr(keras_gans.data, "load", few)
    for module, name, value in (
        ("bigan_mnist", "AVERAGED", 4),
        ("dcgan_conditional", "NUM_SAMPLES", FEW),
        ("cgan_mnist", "LABELS", np.arange(FEW) % 10),
        ("infogan_mnist", "EPOCH_STEPS", 3),
        ("began_mnist", "EPOCH_STEPS", 3),
        ("began_mnist", "SCORED", FEW),
        ("same_budget", "SCORED", FEW),
        ("same_budget", "AVERAGED", 4),
        ("few_images", "SCORED", FEW),
        ("grown_mnist", "SCORED", FEW),
        ("grown_mnist", "FRAME_STEPS", 4),
        ("grown_mnist", "LOOK_STEPS", 8),
        ("grown_mnist", "PSI", (0.5, 1.0)),
    ):
        monkeypatch.setattr(f"train.reproduce.{module}.{name}", value)
    return few


@pytest.mark.parametrize(
    "name, settings",
    [(name, settings) for name, each in CASES.items() for settings in each],
    ids=lambda value: value if isinstance(value, str) else value.get("variant", ""),
)
def test_runs_to_the_end(name, settings, digits, tmp_path):
    experiment = importlib.import_module(f"train.reproduce.{name}").Reproduction
    one = experiment(results=tmp_path / "results", work=tmp_path / "work", **settings)
    result = reproduce(one)
    path = tmp_path / "results" / one.name / "seed0.json"
    values = json.loads(path.read_text())["values"]
    assert values == result["values"] and values["steps"] > 0
    if name in ("gan_mnist", "bigan_mnist"):  # others choose the epoch, or are queries
        assert digits.splits >= {"train[:50000]", "train[50000:]"} and "train" not in digits.splits
    path.unlink()  # as if measuring had failed after hours of training
    again = reproduce(one)
    assert again["continued"] and again["timed_whole"] and again["values"] == values
    assert again["minutes"] >= result["minutes"]
    assert experiment.ours([values]) and experiment.details([values]) is not None
    pictures = {path.name for path in one.work_folder.glob("*.*")}
    if name == "grown_mnist":
        variant = settings["variant"]
        assert f"{variant}.png" in pictures
        assert ("attention.png" in pictures) == (variant == "sagan")
        assert (f"{variant}_growth.gif" in pictures) == (variant in ("progan", "stylegan"))
        assert {"truncation.png", "interpolation.gif"} <= pictures or variant != "stylegan"
