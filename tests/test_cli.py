"""`python -m keras_gans`, mostly called within this process because TensorFlow starts slowly."""

import os
import pathlib
import subprocess
import sys

import numpy as np
import PIL.Image
import pytest
import tensorflow as tf

from keras_gans.__main__ import main
from keras_gans.serving import publish
from keras_gans.utils.image_grid import save_image_grid
from tests.callbacks.tiny import tiny_gan, train

ROOT = pathlib.Path(__file__).parent.parent


@pytest.fixture(scope="module")
def model():
    return tiny_gan((4, 4, 1), ema_decay=0.5)


@pytest.fixture(scope="module")
def versions(model, tmp_path_factory):
    """Folder with two versions, of which the second is trained for 2 steps."""
    directory = tmp_path_factory.mktemp("saved_models") / "tiny"
    publish(model, directory)
    train(model)
    publish(model, directory)
    return directory


@pytest.fixture(scope="module")
def conditional(tmp_path_factory):
    """A SavedModel made without this library whose images are as bright as their labels."""
    module = tf.Module()

    @tf.function(
        input_signature=[
            tf.TensorSpec((), tf.int32, "num_images"),
            tf.TensorSpec((), tf.int32, "seed"),
            tf.TensorSpec((None,), tf.int32, "labels"),
        ]
    )
    def sample(num_images, seed, labels):
        levels = tf.cast(labels, tf.uint8)[:, tf.newaxis, tf.newaxis, tf.newaxis]
        return {"images": tf.tile(levels, [1, 2, 2, 1]) + tf.cast(0 * num_images * seed, tf.uint8)}

    path = str(tmp_path_factory.mktemp("conditional"))
    tf.saved_model.save(module, path, signatures={"sample": sample})
    return path


def run(*arguments):
    return main([str(argument) for argument in arguments])


def read(path):
    with PIL.Image.open(path) as picture:
        return np.asarray(picture)


class TestSample:
    def test_draws_the_samples_of_the_newest_version(self, model, versions, tmp_path, capsys):
        out = tmp_path / "grid[red].png"  # no markup, although it looks so
        assert run("sample", versions, "--num", 5, "--seed", 3, "--out", out) == 0
        save_image_grid(model.sample(5, seed=3), tmp_path / "expected.png", columns=3)
        difference = read(out).astype(int) - read(tmp_path / "expected.png")
        assert np.abs(difference).max() <= 1
        assert f"Wrote {out}: 5 samples of {versions / '2'}, seed 3" in capsys.readouterr().out

    def test_columns(self, versions, tmp_path):
        assert (
            run("sample", versions / "1", "--num=2", "--columns=1", f"--out={tmp_path}/a.png") == 0
        )
        height, width = read(tmp_path / "a.png").shape
        assert height > 2 * width

    def test_points_are_scattered(self, tmp_path):
        tiny_gan((2,)).export(tmp_path / "points")
        assert run("sample", tmp_path / "points", "--out", tmp_path / "points.png") == 0
        assert read(tmp_path / "points.png").shape == (500, 500, 3)

    def test_labels_are_repeated(self, conditional, tmp_path):
        out = tmp_path / "grid.png"
        assert run("sample", conditional, "--num=4", "--labels", 0, 255, "--out", out) == 0
        grid = read(out)
        corners = [grid[0, 0], grid[0, -1], grid[-1, 0], grid[-1, -1]]
        assert corners == [0, 255, 0, 255]


class TestInfo:
    def test_says_what_the_model_is(self, model, versions, capsys):
        assert run("info", versions) == 0
        shown = " ".join(capsys.readouterr().out.split())
        assert f"path {versions / '2'}" in shown
        assert "model DCGAN" in shown
        assert "trained 2 steps, seed 0" in shown
        assert "averaged weights, decay 0.5" in shown
        assert f"generator {model.generator.count_params():,} parameters" in shown
        assert "serving_default takes latents (batch, 4) float32" in shown
        assert "gives images (batch, 4, 4, 1) uint8" in shown
        assert "takes num_images scalar int32" in shown
        assert "gives png_bytes (batch) string" in shown
        assert "MB on disk" in shown

    def test_works_on_a_foreign_saved_model(self, conditional, capsys):
        assert run("info", conditional) == 0
        shown = capsys.readouterr().out
        assert "not exported by keras_gans" in shown


class TestRefusals:
    """One line on standard error and exit code 2."""

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["sample", "{tmp}"], "`path` must be an exported model"),
            (["info", "{tmp}/missing"], "`path` must be an exported model"),
            (["sample", "{versions}", "--out", "{tmp}/grid"], "suffix of an image format"),
            (["sample", "{versions}", "--out", "{tmp}/missing/grid.png"], "there is no folder"),
            (["sample", "{versions}", "--out", "{tmp}/file/grid.png"], "there is no folder"),
            (["sample", "{versions}", "--out", "{tmp}/folder.png"], "folder.png"),
            (["sample", "{versions}", "--num", "0"], "--num and --columns must be at least 1"),
            (["sample", "{versions}", "--labels", "1"], "Received: ['labels', 'num_images'"),
            (["sample", "{conditional}"], "say --labels"),
        ],
    )
    def test_what_cannot_be_done(
        self, arguments, message, versions, conditional, tmp_path, capsys, monkeypatch
    ):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "file").touch()
        (tmp_path / "folder.png").mkdir()
        places = {"tmp": tmp_path, "versions": versions, "conditional": conditional}
        assert run(*[argument.format(**places) for argument in arguments]) == 2
        shown = capsys.readouterr()
        assert message in shown.err and shown.err.count("\n") == 1 and not shown.out
        assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.png"]

    @pytest.mark.parametrize("arguments", [["paint"], ["sample"], ["info", "a", "--colour"]])
    def test_unknown_commands_and_flags(self, arguments, capsys):
        with pytest.raises(SystemExit) as exit_:
            run(*arguments)
        assert exit_.value.code == 2
        assert "Traceback" not in capsys.readouterr().err

    def test_in_a_process_of_its_own(self, tmp_path):
        finished = subprocess.run(
            [sys.executable, "-m", "keras_gans", "info", str(tmp_path)],
            cwd=ROOT,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert finished.returncode == 2 and finished.stdout == ""
        assert finished.stderr.splitlines()[-1].startswith("error: `path` must be an exported")
        assert "Traceback" not in finished.stderr


def test_help_lists_the_commands(capsys):
    with pytest.raises(SystemExit) as exit_:
        run("--help")
    assert exit_.value.code == 0
    shown = capsys.readouterr().out
    assert "sample" in shown and "info" in shown
