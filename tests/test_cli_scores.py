"""`evaluate` and `compare` on a small export, a folder of its samples and a small labelled set."""

import json

import keras
import numpy as np
import PIL.Image
import pytest

from keras_gans import DCGAN
from keras_gans.__main__ import main
from tests.models.tiny import build_discriminator, build_generator

SHAPE = (8, 8, 1)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An export, 40 of its samples as a folder of PNGs, and labelled bars as an .npz file."""
    folder = tmp_path_factory.mktemp("made")
    keras.utils.set_random_seed(0)
    inner = build_generator(SHAPE)
    generator = keras.Model(inner.input, keras.layers.Activation("tanh")(inner.output))
    model = DCGAN(
        image_shape=SHAPE,
        latent_dim=3,
        generator=generator,
        discriminator=build_discriminator(SHAPE),
    )
    model.export(folder / "export")
    (folder / "photos").mkdir()
    for index, image in enumerate(model.sample(40, seed=9)):
        pixels = np.round((image[..., 0] + 1) * 127.5).astype("uint8")
        PIL.Image.fromarray(pixels).save(folder / "photos" / f"{index:02d}.png")
    return folder


@pytest.fixture
def classifier(made, tmp_path, monkeypatch):
    from keras_gans import metrics

    monkeypatch.setenv("KERAS_GANS_HOME", str(tmp_path / "home"))
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 64)
    images = np.clip(rng.normal(size=(64, *SHAPE)) * 0.1 + labels[:, None, None, None] - 0.5, -1, 1)
    metrics.ClassifierFeatures(
        images.astype("float32"), labels, name="bars classifier", epochs=1
    ).save(tmp_path / "classifier.npz")
    return str(tmp_path / "classifier.npz")


def read(path):
    return [json.loads(text) for text in path.read_text().replace("}\n{", "}\0{").split("\0")]


def test_evaluate(made, classifier, tmp_path, capsys):
    out = tmp_path / "scores.json"
    command = ["evaluate", str(made / "export"), "--data", str(made / "photos"), "--num", "40"]
    command += ["--split", "train", "--classifier", classifier, "--out", str(out)]
    assert main([*command, "--metrics", "fid", "pr", "dc"]) == 0
    printed = capsys.readouterr().out
    assert "fid" in printed and "precision" in printed and "bars classifier" in printed
    scores = read(out)
    assert [score["protocol"]["metric"] for score in scores] == ["fid", "pr", "dc"]
    assert all(score["protocol"]["num_generated"] == 40 for score in scores)


def test_a_set_compared_with_itself_scores_perfectly(made, classifier, tmp_path):
    out = tmp_path / "scores.json"
    photos = str(made / "photos")
    command = ["compare", photos, photos, "--classifier", classifier, "--num", "40"]
    assert main([*command, "--metrics", "fid", "pr", "--out", str(out)]) == 0
    fid, pr = read(out)
    assert abs(fid["values"]["fid"]) < 1e-6
    assert (pr["values"]["precision"], pr["values"]["recall"]) == (1.0, 1.0)


def test_compare_an_export_with_a_folder(made, classifier, capsys):
    command = ["compare", str(made / "export"), str(made / "photos"), "--num", "40"]
    assert main([*command, "--classifier", classifier, "--metrics", "fid"]) == 0
    assert "export" in capsys.readouterr().out


@pytest.mark.parametrize(
    "flags, message",
    [
        (["--metrics", "fld"], "--metrics must be some of"),
        (["--num", "1"], "--num must be at least 2"),
        (["--classifier", "nowhere.npz"], "nowhere.npz"),
        ([], "--data, --classifier or --inception"),
    ],
)
def test_refusals_are_one_line(made, capsys, flags, message):
    photos = str(made / "photos")
    assert main(["compare", photos, photos, *flags]) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1


def test_a_path_that_is_nothing(made, classifier, capsys):
    command = ["compare", str(made / "nothing"), str(made / "photos"), "--classifier", classifier]
    assert main(command) == 2
    assert "nothing" in capsys.readouterr().err
