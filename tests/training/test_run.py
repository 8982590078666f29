"""The road from the shell: flags, the folder of a run, continuing, and what is refused."""

import csv
import dataclasses
import importlib
import json
import subprocess
import sys
import types

import keras
import numpy as np
import PIL.Image
import pytest

import train.__main__ as train_main
from keras_gans import DCGAN, callbacks, metrics, training
from keras_gans.layers import AdaptiveAugment, DiffAugment
from keras_gans.optimizers import DecayToFloor
from keras_gans.training import run_folder, scoring
from keras_gans.training.run import _way_back
from tests.models.tiny import build_discriminator, build_generator

OWN_DATA = ("classifier", "pix2pix", "cyclegan")  # no images alone; tested by themselves


@dataclasses.dataclass
class TinyRecipe(training.Recipe):
    """Small networks on small images."""

    paper = "nobody, arXiv:0"
    batch_size: int = 8
    image_size: int = 8
    units: int = 8
    """Units of the hidden layers."""

    def model(self, data_shape):
        return DCGAN(
            image_shape=data_shape,
            latent_dim=3,
            generator=build_generator(data_shape),
            discriminator=build_discriminator(data_shape),
            seed=self.seed,
        )


@pytest.fixture
def images(tmp_path):
    path = tmp_path / "images.npz"
    rng = np.random.default_rng(0)
    np.savez(path, images=rng.integers(0, 256, (32, 8, 8, 1)).astype("uint8"))
    return str(path)


def run(images, output, *flags):
    keras.utils.set_random_seed(0)
    return training.run(TinyRecipe, ["--data", images, "--output", str(output), *flags])


def edit_config(folder, edit):
    config = json.loads((folder / "config.json").read_text())
    edit(config)
    (folder / "config.json").write_text(json.dumps(config))


class TestRun:
    def test_folder_holds_everything_about_the_run(self, images, tmp_path, capsys):
        model = run(images, tmp_path / "run", "--epochs", "2", "--units", "4")
        folder = tmp_path / "run"
        config = json.loads((folder / "config.json").read_text())
        assert (config["epochs"], config["units"], config["batch_size"]) == (2, 4, 8)
        assert config["environment"]["tensorflow"]
        assert len((folder / "metrics.csv").read_text().splitlines()) == 3
        assert {path.name for path in (folder / "samples").iterdir()} == {
            "epoch_0001.png",
            "epoch_0002.png",
            "training.gif",
        }
        assert any((folder / "logs").rglob("*.tfevents.*"))
        loaded = keras.models.load_model(folder / "final.keras")
        np.testing.assert_array_equal(loaded.sample(3), model.sample(3))
        assert (folder / "export" / "1" / "saved_model.pb").exists()
        assert "python -m keras_gans sample" in capsys.readouterr().out

    def test_the_seed_decides_the_initial_weights(self, images):
        def weights(before, seed):
            keras.utils.set_random_seed(before)
            model = training.run(TinyRecipe(data=images, dry_run=True, seed=seed))
            return model.generator.get_weights()

        first, again, other = weights(1, 3), weights(2, 3), weights(1, 4)
        assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
        assert not np.array_equal(first[0], other[0])

    def test_settings_of_the_machine_reach_the_model(self, images, tmp_path):
        flags = ("--steps-per-execution", "2", "--precision", "mixed_bfloat16", "--dry-run")
        model = run(images, tmp_path / "run", *flags)
        assert model.steps_per_execution == 2
        assert model.generator.layers[1].compute_dtype == "bfloat16"

    def test_scores_every_few_epochs(self, tmp_path, monkeypatch):
        monkeypatch.setenv("KERAS_GANS_HOME", str(tmp_path / "home"))
        rng = np.random.default_rng(0)
        for split, count in (("train", 16), ("test", 8)):
            for number in range(count):
                path = tmp_path / "images" / split / str(number % 2) / f"{number}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                PIL.Image.fromarray(rng.integers(0, 256, (8, 8)).astype("uint8")).save(path)
        folder = tmp_path / "run"
        settings = {"data": str(tmp_path / "images"), "channels": 1, "score_every": 2}
        training.run(TinyRecipe(**settings, output=folder, epochs=5))
        scores = [json.loads(line) for line in (folder / "scores.jsonl").read_text().splitlines()]
        assert [score["epoch"] for score in scores] == [1, 1, 2, 2, 4, 4, 5, 5]
        with open(folder / "metrics.csv") as file:
            logged = [float(row["val_fid"]) for row in csv.DictReader(file)]
        assert len(logged) == 5 and logged[2] == logged[1] and logged[3] != logged[2]
        (best,) = (folder / "checkpoints" / "best").glob("*.index")
        assert best.stem == f"step-{2 * (1 + int(np.argmin(logged)))}"

    def test_the_same_command_continues(self, images, tmp_path):
        straight = run(images, tmp_path / "straight", "--epochs", "3")
        run(images, tmp_path / "stopped", "--epochs", "2")
        continued = run(images, tmp_path / "stopped", "--epochs", "3")
        for first, second in zip(straight.get_weights(), continued.get_weights(), strict=True):
            np.testing.assert_array_equal(first, second)
        metrics = [
            (tmp_path / name / "metrics.csv").read_text() for name in ("straight", "stopped")
        ]
        assert metrics[0] == metrics[1]

    def test_rows_after_the_checkpoint_are_written_once(self, images, tmp_path):
        run(images, tmp_path / "run", "--epochs", "2")
        newest = max((tmp_path / "run" / "checkpoints").glob("step-*.index"))
        newest.unlink()
        run(images, tmp_path / "run", "--epochs", "3")
        lines = (tmp_path / "run" / "metrics.csv").read_text().splitlines()
        assert [line.split(",")[0] for line in lines] == ["epoch", "0", "1", "2"]

    def test_changed_settings_are_listed_and_refused(self, images, tmp_path):
        run(images, tmp_path / "run", "--epochs", "1")
        with pytest.raises(ValueError, match="units: 8 -> 16"):
            run(images, tmp_path / "run", "--epochs", "2", "--units", "16")
        run(images, tmp_path / "run", "--epochs", "2", "--units", "16", "--resume-anyway")

    def test_another_version_is_a_changed_setting(self, images, tmp_path):
        run(images, tmp_path / "run", "--epochs", "1")
        edit_config(tmp_path / "run", lambda config: config["environment"].update(tensorflow="2.0"))
        with pytest.raises(ValueError, match=r"tensorflow: 2\.0 ->"):
            run(images, tmp_path / "run", "--epochs", "2")

    def test_a_setting_that_an_older_version_did_not_have(self, images, tmp_path):
        run(images, tmp_path / "run", "--epochs", "1")
        edit_config(tmp_path / "run", lambda config: config.pop("augment"))
        with pytest.raises(ValueError, match="augment: None -> diff"):
            run(images, tmp_path / "run", "--epochs", "2", "--augment", "diff")
        run(images, tmp_path / "run", "--epochs", "2")

    def test_epochs_that_shape_the_rates_are_settings(self, images, tmp_path):
        class Falling(TinyRecipe):
            epochs_shape_rates = True

        training.run(Falling(data=images, output=tmp_path / "run", epochs=1))
        with pytest.raises(ValueError, match="epochs: 1 -> 2"):
            training.run(Falling(data=images, output=tmp_path / "run", epochs=2))

    @pytest.mark.parametrize(
        ("name", "settings"),
        [(name, {}) for name in train_main.recipe_names() if name != "classifier"]
        + [("pix2pix", {"decay_epochs": 2}), ("cyclegan", {"decay_epochs": 2})],
    )
    def test_recipes_say_when_epochs_shape_their_rates(self, name, settings):
        recipe = importlib.import_module(f"train.{name}").Recipe
        recipes = [recipe(data="images.npz", epochs=epochs, **settings) for epochs in (4, 8)]
        short, long = (
            [one.get_config() | {"name": ""} for one in (recipe.optimizers(10) or {}).values()]
            for recipe in recipes
        )
        assert (short != long) == recipes[0].epochs_shape_rates

    def test_a_run_that_broke_without_a_checkpoint_may_be_begun_anew(
        self, images, tmp_path, monkeypatch
    ):
        def fail(*args, **kwargs):
            raise ValueError("not today")

        with monkeypatch.context() as patch:
            patch.setattr(DCGAN, "fit", fail)
            with pytest.raises(ValueError, match="not today"):
                run(images, tmp_path / "run", "--epochs", "1", "--units", "4")
        run(images, tmp_path / "run", "--epochs", "1", "--units", "16")
        assert json.loads((tmp_path / "run" / "config.json").read_text())["units"] == 16

    def test_learning_rates_are_scaled_once(self, images, tmp_path):
        flags = ("--learning-rate-factor", "0.5")
        run(images, tmp_path / "run", "--epochs", "1")
        for epochs in ("2", "3"):
            model = run(images, tmp_path / "run", "--epochs", epochs, *flags)
            rates = [float(optimizer.learning_rate) for optimizer in model.optimizers.values()]
            np.testing.assert_allclose(rates, [1e-4, 1e-4], rtol=1e-6)

    def test_learning_rates_of_schedules_stay_scaled(self, images, tmp_path):
        @dataclasses.dataclass
        class Decaying(TinyRecipe):
            def optimizers(self, steps_per_epoch):
                rate = DecayToFloor(1e-3, factor=1.0, floor=0.0)
                return {player: keras.optimizers.SGD(rate) for player in DCGAN.players}

        recipe = Decaying(data=images, output=tmp_path / "run", epochs=1)
        training.run(recipe)
        for epochs in (2, 3):
            recipe = dataclasses.replace(recipe, epochs=epochs, learning_rate_factor=0.5)
            model = training.run(recipe)
            rates = [float(optimizer.learning_rate) for optimizer in model.optimizers.values()]
            np.testing.assert_allclose(rates, [5e-4, 5e-4], rtol=1e-5)

    def test_a_finished_run_publishes_no_second_version(self, images, tmp_path, capsys):
        for _ in range(2):
            run(images, tmp_path / "run", "--epochs", "1")
        assert "Nothing was left to train" in capsys.readouterr().out
        assert [path.name for path in (tmp_path / "run" / "export").iterdir()] == ["1"]

    def test_a_finished_run_that_was_not_published_is(self, images, tmp_path, monkeypatch):
        """The disk was full, or the process was killed after its last checkpoint."""
        versions = tmp_path / "versions"
        run(images, tmp_path / "other", "--epochs", "1", "--publish", str(versions))

        def fail(model, directory):
            raise OSError("No space left on device")

        flags = ("--epochs", "1", "--publish", str(versions))
        with monkeypatch.context() as patch:
            patch.setattr("keras_gans.serving.publish", fail)
            with pytest.raises(OSError, match="No space"):
                run(images, tmp_path / "run", *flags)
        for _ in range(2):
            run(images, tmp_path / "run", *flags)
            assert sorted(path.name for path in versions.iterdir()) == ["1", "2"]

    def test_scores_of_later_epochs_are_dropped(self, tmp_path):
        lines = [json.dumps({"epoch": epoch}) + "\n" for epoch in (1, 2, 3)]
        (tmp_path / "scores.jsonl").write_text("".join(lines))
        run_folder.cut_metrics(tmp_path, 2)
        assert (tmp_path / "scores.jsonl").read_text() == "".join(lines[:2])

    def test_a_half_written_score_is_dropped(self, tmp_path):
        whole = '{"epoch": 1, "values": {"fid": 3.0}}\n'
        (tmp_path / "scores.jsonl").write_text(whole + '{"epoch": 2, "val')
        run_folder.cut_metrics(tmp_path, 5)
        assert (tmp_path / "scores.jsonl").read_text() == whole

    def test_dry_run_writes_nothing(self, images, tmp_path, capsys):
        run(images, tmp_path / "run", "--dry-run")
        assert not (tmp_path / "run").exists()
        output = capsys.readouterr().out
        assert '"units": 8' in output and "Total params" in output

    @pytest.mark.parametrize("score_every", [0, 1])
    def test_broken_run_names_the_way_back(self, images, tmp_path, monkeypatch, score_every):
        def evaluator(recipe, path):
            reals = np.random.default_rng(0).uniform(-1, 1, (32, 8, 8, 1)).astype("float32")
            return callbacks.EvaluateSamples([metrics.SWD()], reals, num=32)

        monkeypatch.setattr("keras_gans.training.scoring.evaluator", evaluator)

        @dataclasses.dataclass
        class Exploding(TinyRecipe):
            def optimizers(self, steps_per_epoch):
                return {p: keras.optimizers.SGD(1e30) for p in DCGAN.players}

        recipe = Exploding(
            data=images, output=tmp_path / "other", epochs=2, score_every=score_every
        )
        with pytest.raises(
            FloatingPointError, match=r"not finite\. There is no checkpoint before it"
        ):
            training.run(recipe)
        assert not (tmp_path / "other" / "final.keras").exists()

    def test_the_way_back_halves_the_rates_once_more(self):
        checkpoints = types.SimpleNamespace(paths=lambda: ["run/checkpoints/step-4"])
        message = _way_back("Broken", checkpoints, TinyRecipe(learning_rate_factor=0.5))
        assert "run/checkpoints/step-4" in message and "--learning-rate-factor 0.25" in message

    @pytest.mark.parametrize("name", ["output", "publish"])
    def test_a_folder_that_tensorflow_could_not_read(self, images, tmp_path, name):
        folders = {"output": tmp_path / "run"} | {name: tmp_path / "run[2]"}
        with pytest.raises(ValueError, match=f"`{name}` must have no square brackets.*Received"):
            training.run(TinyRecipe(data=images, epochs=1, **folders))
        assert not (tmp_path / "run").exists()

    def test_unwritable_output(self, images, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(OSError, match="file"):
            run(images, tmp_path / "file" / "run")


class TestRecipe:
    def test_settings_of_the_data(self, monkeypatch):
        told = {}
        monkeypatch.setattr("keras_gans.data.load", lambda source, **given: told.update(given))
        settings = {"channels": 1, "split": "test", "seed": 5, "data_dir": "folder", "crop": "pad"}
        TinyRecipe(**settings).dataset()
        assert {name: told[name] for name in settings} == settings
        assert (told["image_size"], told["batch_size"]) == (8, 8)

    @pytest.mark.parametrize(
        "name, kind",
        [("none", type(None)), ("diff", DiffAugment), ("adaptive", AdaptiveAugment)],
    )
    def test_names_of_augmentations(self, name, kind):
        augment = TinyRecipe(augment=name).shared_arguments((8, 8, 1))["augment"]
        assert isinstance(augment, kind)


class TestShell:
    def test_lists_the_recipes(self, capsys):
        assert train_main.main([]) == 0
        output = capsys.readouterr().out
        assert "dcgan" in output and "1511.06434" in output

    def test_unknown_recipe(self, capsys):
        assert train_main.main(["dcgam"]) == 2
        assert "There is no recipe 'dcgam'" in capsys.readouterr().err

    def test_ctrl_c_ends_without_a_traceback(self, monkeypatch):
        def interrupted(recipe, args):
            raise KeyboardInterrupt

        monkeypatch.setattr(training, "run", interrupted)
        assert train_main.main(["dcgan"]) == 130

    def test_folder_with_a_file_that_cannot_be_decoded(self, tmp_path):
        for number in range(8):
            path = tmp_path / "photos" / "a" / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            PIL.Image.new("L", (16, 8), 255).save(path)
        (tmp_path / "photos" / "a" / "broken.png").write_text("no picture")
        recipe = TinyRecipe(data=str(tmp_path / "photos"))
        with pytest.raises(ValueError, match="broken.png"):
            recipe.dataset()
        recipe = dataclasses.replace(recipe, on_error="skip", crop="pad")
        with pytest.warns(UserWarning, match="Skipped 1 of 9"):
            batch = next(iter(recipe.dataset())).numpy()
        assert batch.shape == (8, 8, 8, 1)
        assert (batch[:, 0] == -1).all() and (batch[:, 4] == 1).all()  # black above, white amid

    def test_scores_ask_for_two_splits(self, tmp_path):
        for name in "ab":
            (tmp_path / name).mkdir()
            PIL.Image.new("L", (8, 8)).save(tmp_path / name / "0.png")
        recipe = TinyRecipe(data=str(tmp_path), score_every=1)
        with pytest.raises(ValueError, match="`score_every` needs .* 'train' and 'test'"):
            scoring.evaluator(recipe, None)

    def test_unknown_flag(self):
        with pytest.raises(SystemExit) as stop:
            train_main.main(["dcgan", "--lattent-dim", "3"])
        assert stop.value.code == 2

    def test_missing_data_is_one_line(self, tmp_path, capsys):
        flags = ["--data", str(tmp_path / "nothing"), "--output", str(tmp_path / "run")]
        assert train_main.main(["dcgan", *flags]) == 1
        error = capsys.readouterr().err
        assert "nothing" in error and error.count("\n") == 1

    @pytest.mark.parametrize("name", [n for n in train_main.recipe_names() if n not in OWN_DATA])
    def test_every_recipe_trains_two_steps(self, name, tmp_path):
        path = tmp_path / "images.npz"
        rng = np.random.default_rng(0)
        images = rng.integers(0, 256, (40, 28, 28, 1)).astype("uint8")
        np.savez(path, images=images, labels=np.arange(40) % 10)
        flags = ["--data", str(path), "--batch-size", "4", "--dry-run"]
        assert train_main.main([name, *flags]) == 0

    def test_help_explains_every_flag(self):
        result = subprocess.run(
            [sys.executable, "-m", "train", "dcgan", "--help"], capture_output=True, text=True
        )
        assert result.returncode == 0
        for field in dataclasses.fields(training.Recipe):
            assert f"--{field.name.replace('_', '-')}" in result.stdout
        assert "the paper found 1e-3 too high" in " ".join(result.stdout.replace("│", " ").split())
