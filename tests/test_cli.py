"""`python -m keras_gans`, mostly called within this process because TensorFlow starts slowly."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import keras
import numpy as np
import PIL.Image
import pytest
import tensorflow as tf

from keras_gans import CGAN
from keras_gans.__main__ import main
from keras_gans.serving import Exported, publish
from keras_gans.utils.export_layout import DESCRIPTION
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


def told_classes(**kwargs):
    """A CGAN for images of 4 x 4 pixels."""
    latents, samples = keras.Input((4,)), keras.Input((4, 4, 1))
    conditions = keras.Input((3,)), keras.Input((3,))
    joined = keras.layers.Concatenate()([latents, conditions[0]])
    images = keras.layers.Dense(16, activation="tanh")(joined)
    judged = keras.layers.Concatenate()([keras.layers.Flatten()(samples), conditions[1]])
    return CGAN(
        image_shape=(4, 4, 1),
        latent_dim=4,
        generator=keras.Model([latents, conditions[0]], keras.layers.Reshape((4, 4, 1))(images)),
        discriminator=keras.Model([samples, conditions[1]], keras.layers.Dense(1)(judged)),
        **kwargs,
    )


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

    @pytest.fixture(scope="class")
    def told(self, tmp_path_factory):
        """A folder with an export of a model of three classes and one of a model of conditions."""
        folder = tmp_path_factory.mktemp("told")
        told_classes(num_classes=3).export(folder / "classes")
        told_classes(condition_shape=(3,)).export(folder / "conditions")
        return folder

    def test_all_classes_in_turn(self, told, tmp_path):
        for name, flags in {"all": [], "said": ["--labels", 0, 1, 2]}.items():
            command = ["sample", told / "classes", "--num=5", *flags]
            assert run(*command, "--out", tmp_path / f"{name}.png") == 0
        np.testing.assert_array_equal(read(tmp_path / "all.png"), read(tmp_path / "said.png"))

    def test_conditions_of_a_file(self, told, tmp_path):
        np.save(tmp_path / "one.npy", np.eye(3, dtype="float32")[1])
        np.save(tmp_path / "each.npy", np.tile(np.eye(3)[1], (4, 1)))
        for name in ("one", "each"):
            command = ["sample", told / "conditions", "--num=4"]
            command += ["--condition", tmp_path / f"{name}.npy", "--out", tmp_path / f"{name}.png"]
            assert run(*command) == 0
        np.testing.assert_array_equal(read(tmp_path / "one.png"), read(tmp_path / "each.png"))
        np.save(tmp_path / "other.npy", np.eye(3, dtype="float32")[2])
        command[-3:] = [tmp_path / "other.npy", "--out", tmp_path / "other.png"]
        assert run(*command) == 0
        assert not np.array_equal(read(tmp_path / "one.png"), read(tmp_path / "other.png"))

    def test_conditions_that_do_not_fit(self, told, versions, tmp_path, capsys):
        np.save(tmp_path / "two.npy", np.zeros((2, 3)))
        (tmp_path / "text.npy").write_text("no array")
        for flags in ([], ["two.npy"], ["text.npy"]):
            flags = ["--condition", tmp_path / flags[0]] if flags else []
            assert run("sample", told / "conditions", "--num=4", *flags) == 2
            assert "must be a .npy file of shape (3,) or (4, 3)" in capsys.readouterr().err
        assert run("sample", versions, "--condition", tmp_path / "two.npy") == 2
        assert "takes no --condition" in capsys.readouterr().err

    def test_labels_of_another_number(self, told):
        with pytest.raises(ValueError, match="labels must be one for each of the samples"):
            Exported(told / "classes").run("sample", num_images=9, seed=0, labels=[0, 1])


class TestInfo:
    @pytest.fixture
    def told(self, versions, tmp_path):
        """An export whose description names a network with 15 letters."""
        shutil.copytree(versions / "2", tmp_path / "export")
        file = tmp_path / "export" / DESCRIPTION
        description = json.loads(file.read_text()) | {"parameters": {"discriminator_1": 5}}
        file.write_text(json.dumps(description))
        return tmp_path / "export"

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

    def test_long_names_and_numbers_do_not_run_together(self, told, capsys):
        assert run("info", told) == 0
        assert "discriminator_1 5 parameters" in " ".join(capsys.readouterr().out.split())

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
