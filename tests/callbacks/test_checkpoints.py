"""Checkpoints on disk: damage, full disks, what is kept. test_resume.py kills subprocesses."""

import os
import pathlib
import shutil
import signal
import subprocess

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gans import DCGAN, callbacks, data
from keras_gans.callbacks.checkpoint_store import CheckpointStore
from tests.models.tiny import build_model, points


def fit(directory, epochs=1, seed=0, checkpoints=None, **kwargs):
    keras.utils.set_random_seed(seed)
    model = build_model(DCGAN)
    kwargs.setdefault("every_steps", 1)
    checkpoints = checkpoints or callbacks.Checkpoints(directory, **kwargs)
    batches = data.load(points(), batch_size=16)
    model.fit(batches, epochs=epochs, verbose=0, callbacks=[checkpoints])
    return model, checkpoints


def data_file(directory, step):
    return next(pathlib.Path(directory).glob(f"step-{step}.data-*"))


def flip_a_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


DAMAGE = {
    "truncated": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "empty": lambda path: path.write_bytes(b""),
    "bit flipped": flip_a_bit,
}


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    """A model of two epochs that ran through."""
    return fit(tmp_path_factory.mktemp("straight"), epochs=2)[0]


@pytest.fixture(scope="module")
def one_epoch(tmp_path_factory):
    """The folder of a training that ended after the first of them."""
    folder = tmp_path_factory.mktemp("one_epoch")
    fit(folder)
    return folder


class TestCheckpoints:
    def test_keeps_the_newest(self, tmp_path):
        fit(tmp_path, keep=2)
        assert sorted(path.name for path in tmp_path.glob("*.index")) == [
            "step-3.index",
            "step-4.index",
        ]
        assert len(list(tmp_path.glob("*.data-*"))) == 2

    @pytest.mark.parametrize("part", ["data", "index"])
    @pytest.mark.parametrize("damage", DAMAGE)
    def test_damaged_newest_is_reported_and_the_one_before_is_used(
        self, straight, one_epoch, tmp_path, capsys, part, damage
    ):
        shutil.copytree(one_epoch, tmp_path / "run")
        newest = tmp_path / "run" / "step-4.index"
        DAMAGE[damage](newest if part == "index" else data_file(tmp_path / "run", 4))
        resumed, checkpoints = fit(tmp_path / "run", epochs=2)
        assert "step-4 is damaged" in capsys.readouterr().out
        assert checkpoints.resumed_from.endswith("step-3")
        for first, second in zip(straight.get_weights(), resumed.get_weights(), strict=True):
            np.testing.assert_array_equal(first, second)

    def test_nothing_whole_starts_anew(self, tmp_path, capsys):
        fit(tmp_path, keep=1)
        DAMAGE["empty"](data_file(tmp_path, 4))
        _, checkpoints = fit(tmp_path)
        assert checkpoints.resumed_from is None
        assert "damaged" in capsys.readouterr().out

    def test_two_callbacks_of_a_class_keep_their_own_counts(self, tmp_path):
        def best_losses():
            model = build_model(DCGAN)
            stoppers = [
                keras.callbacks.EarlyStopping(f"{player}_loss", patience=9, mode="min")
                for player in model.players
            ]
            batches = data.load(points(), batch_size=16)
            checkpoints = callbacks.Checkpoints(tmp_path)
            model.fit(batches, epochs=1, verbose=0, callbacks=[*stoppers, checkpoints])
            return [stopper.best for stopper in stoppers]

        trained = best_losses()
        assert trained[0] != trained[1]
        assert best_losses() == trained  # all of it from the checkpoint: nothing is left to train

    def test_other_networks_are_refused(self, tmp_path):
        fit(tmp_path)
        model = build_model(DCGAN, batch_norm=False)
        with pytest.raises(ValueError, match="does not fit the model.*step-4"):
            callbacks.Checkpoints(tmp_path).restore(model)

    def test_folder_that_cannot_be_written_to(self, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(OSError, match="file"):
            fit(tmp_path / "file" / "run")

    def test_full_disk_keeps_the_older_ones_and_goes_on(self, tmp_path, capsys):
        """A file system of 32 kB, too small for a second state."""
        mounted = tmp_path / "small"
        mounted.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", str(mounted)]
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
            pytest.skip("a small file system can only be mounted with the rights of root")
        try:
            model, _ = fit(mounted / "run", keep=100)
            output = capsys.readouterr().out
            assert "No checkpoint could be written at step" in output
            assert int(model.step.numpy()) == 4
            remaining = callbacks.Checkpoints(mounted / "run")
            assert remaining.restore(build_model(DCGAN))
            assert not list((mounted / "run").glob("*temp*"))
        finally:
            subprocess.run(["umount", str(mounted)], check=True)

    def test_best_is_kept(self, tmp_path):
        _, checkpoints = fit(tmp_path, epochs=3, best="generator_loss")
        values = checkpoints.history["generator_loss"]
        best_step = 4 * (1 + int(np.argmin(values)))
        names = [path.name for path in (tmp_path / "best").glob("*.index")]
        assert names == [f"step-{best_step}.index"]

    @pytest.mark.parametrize("ends", [(1, 3), (2, 3)])
    @pytest.mark.parametrize(
        "values, mode, best",
        [
            ((1.0, 2.0, 3.0), "min", "step-4"),
            ((1.0, 3.0, 2.0), "max", "step-8"),
            ((np.nan, 2.0, 1.0), "min", "step-12"),
        ],
    )
    def test_the_best_stays_the_best_when_a_training_continues(
        self, tmp_path, values, mode, best, ends
    ):
        score = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: logs.update(score=values[epoch])
        )
        for epochs in ends:
            checkpoints = callbacks.Checkpoints(tmp_path, best="score", best_mode=mode)
            batches = data.load(points(), batch_size=16)
            build_model(DCGAN).fit(
                batches, epochs=epochs, verbose=0, callbacks=[score, checkpoints]
            )
        assert [path.stem for path in (tmp_path / "best").glob("*.index")] == [best]

    def test_every_so_many_steps_and_at_the_end_of_epochs(self, tmp_path):
        fit(tmp_path, every_steps=3, keep=100, epochs=2)
        assert {path.stem for path in tmp_path.glob("*.index")} == {
            f"step-{step}" for step in (3, 4, 6, 8)
        }

    def test_weights_that_are_not_finite_are_not_written(self, tmp_path, capsys):
        model, checkpoints = fit(tmp_path)
        checkpoints.save(98)
        model.generator.trainable_variables[0].assign_add(
            tf.fill(model.generator.trainable_variables[0].shape, np.nan)
        )
        checkpoints.save(99)
        assert (
            "No checkpoint is written at step 99: a weight is not finite" in capsys.readouterr().out
        )
        assert (tmp_path / "step-98.index").exists() and not (tmp_path / "step-99.index").exists()

    @pytest.mark.parametrize(
        "seconds, share, written",
        [
            (0.5, 1.0, range(1, 33)),
            (0.5, 0.2, (1, 9, 13, 17, 21, 25, 29, 32)),
            (2.5, 1.0, [step for step in range(1, 33) if step % 4 in (3, 0)]),
        ],
    )
    def test_writing_is_due_by_the_clock_and_takes_its_share_only(
        self, tmp_path, monkeypatch, seconds, share, written
    ):
        """By a clock on which a step takes a second and so does writing."""
        now, steps = [0.0], []
        monkeypatch.setattr("time.monotonic", lambda: now[0])

        def save(store, step, notes):
            steps.append(step)
            now[0] += 1.0

        def step_ends(batch, logs):
            now[0] += 1.0

        monkeypatch.setattr(CheckpointStore, "save", save)
        model = build_model(DCGAN)
        clock = keras.callbacks.LambdaCallback(on_train_batch_end=step_ends)
        checkpoints = callbacks.Checkpoints(tmp_path, every_minutes=seconds / 60, share=share)
        batches = data.load(points(), batch_size=16)
        model.fit(batches, epochs=8, verbose=0, callbacks=[clock, checkpoints])
        assert steps == list(written)

    def test_data_that_cannot_start_anywhere_is_refused(self, tmp_path):
        with pytest.raises(ValueError, match="`x` must be batches of `keras_gans.data`"):
            build_model(DCGAN).fit(points(), verbose=0, callbacks=[callbacks.Checkpoints(tmp_path)])

    def test_a_damaged_newer_one_does_not_push_out_the_good_ones(self, tmp_path):
        fit(tmp_path, epochs=1, keep=2)
        DAMAGE["empty"](data_file(tmp_path, 4))
        DAMAGE["empty"](data_file(tmp_path, 3))

        class Killed(callbacks.Checkpoints):
            def on_train_batch_end(self, batch, logs=None):
                super().on_train_batch_end(batch, logs)
                if int(self.model.step.numpy()) == 3:
                    raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fit(tmp_path, checkpoints=Killed(tmp_path, every_steps=3, keep=1))
        _, checkpoints = fit(tmp_path, epochs=1, keep=1)
        assert checkpoints.resumed_from.endswith("step-3")

    def test_a_second_fit_goes_on_counting_epochs(self, tmp_path):
        checkpoints = callbacks.Checkpoints(tmp_path, every_steps=1)
        model, _ = fit(tmp_path, epochs=2, checkpoints=checkpoints)
        batches = data.load(points(), batch_size=16)
        history = model.fit(batches, epochs=3, verbose=0, callbacks=[checkpoints])
        assert int(model.step.numpy()) == 12 and history.epoch == [0, 1, 2]

    def test_epochs_of_a_loaded_model_count_from_its_loading(self, tmp_path):
        model, _ = fit(tmp_path / "first", epochs=2)
        model.save(tmp_path / "model.keras")
        batches = data.load(points(), batch_size=16)
        for epochs in (1, 2):  # the second is what follows a kill after the first
            model = keras.models.load_model(tmp_path / "model.keras")
            checkpoints = callbacks.Checkpoints(tmp_path / "second", every_steps=1)
            model.fit(batches, epochs=epochs, verbose=0, callbacks=[checkpoints])
            assert int(model.step.numpy()) == 8 + 4 * epochs

    def test_history_is_whole_where_nothing_is_left_to_train(self, tmp_path):
        first, _ = fit(tmp_path, epochs=2)
        again, _ = fit(tmp_path, epochs=2)
        assert again.history.history == first.history.history
        assert again.history.epoch == [0, 1]

    def test_state_of_other_callbacks_comes_back_and_is_not_made_up(self, tmp_path):
        class Counter(keras.callbacks.Callback):
            def __init__(self):
                super().__init__()
                self.epochs = 0

            def on_epoch_end(self, epoch, logs=None):
                self.epochs += 1

            def state(self):
                return {"epochs": self.epochs}

            def set_state(self, state):
                self.epochs = state["epochs"]  # fails for a state that nobody saved

        batches = data.load(points(), batch_size=16)
        for epochs in (2, 5, 5):  # the last has nothing left to train
            model = build_model(DCGAN)
            watchers = [Counter(), callbacks.Checkpoints(tmp_path, every_steps=1)]
            model.fit(batches, epochs=epochs, verbose=0, callbacks=watchers)
            assert watchers[0].epochs == epochs
        for epochs in (6, 7):  # another `fit` with the same ones takes nothing back
            model.fit(batches, epochs=epochs, verbose=0, callbacks=watchers)
            assert watchers[0].epochs == epochs

    def test_a_training_that_was_stopped_is_over(self, tmp_path):
        def train(epochs, stop_after):
            steps = []

            def stop(batch, logs):
                steps.append(int(model.step.numpy()))
                model.stop_training = steps[-1] == stop_after

            model = build_model(DCGAN)
            stopper = keras.callbacks.LambdaCallback(on_train_batch_end=stop)
            checkpoints = callbacks.Checkpoints(tmp_path, best="generator_loss")
            batches = data.load(points(), batch_size=16)
            history = model.fit(batches, epochs=epochs, verbose=0, callbacks=[stopper, checkpoints])
            return steps, history.epoch, len(history.history["generator_loss"])

        assert train(epochs=5, stop_after=6) == ([1, 2, 3, 4, 5, 6], [0, 1], 2)
        assert train(epochs=5, stop_after=None) == ([], [0, 1], 2)
        steps, epochs, num_logs = train(epochs=6, stop_after=None)  # longer than what was stopped
        assert steps[-18:] == list(range(7, 25)) and epochs == [0, 1, 2, 3, 4, 5] and num_logs == 6

    def test_a_best_that_a_stop_left_out_of_the_logs_is_no_error(self, tmp_path):
        class LastInLine(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                if epoch:
                    self.model.stop_training = True
                else:
                    logs["val_fid"] = 3.0

        checkpoints = callbacks.Checkpoints(tmp_path, best="val_fid")
        batches = data.load(points(), batch_size=16)
        watchers = [LastInLine(), checkpoints]
        build_model(DCGAN).fit(batches, epochs=9, verbose=0, callbacks=watchers)
        assert (tmp_path / "step-8.index").exists()
        assert (tmp_path / "best" / "step-4.index").exists()

    def test_executions_that_do_not_divide_an_epoch_are_refused(self, tmp_path):
        model = build_model(DCGAN, compiled=False)
        model.compile(steps_per_execution=3)
        with pytest.raises(ValueError, match="steps_per_execution=3, 4 steps"):
            model.fit(
                data.load(points(), batch_size=16),
                verbose=0,
                callbacks=[callbacks.Checkpoints(tmp_path)],
            )

    def test_executions_that_would_run_over_a_checkpoint_are_refused(self, tmp_path):
        fit(tmp_path / "run", keep=2)
        for step in tmp_path.glob("run/step-4.*"):
            step.unlink()  # killed after 3 of 4 steps
        model = build_model(DCGAN, compiled=False)
        model.compile(steps_per_execution=2)
        batches = data.load(points(), batch_size=16)
        checkpoints = callbacks.Checkpoints(tmp_path / "run")
        with pytest.raises(ValueError, match="steps_per_execution=2, 3 steps"):
            model.fit(batches, epochs=2, verbose=0, callbacks=[checkpoints])

    def test_weights_that_no_checkpoint_holds_are_refused(self, tmp_path):
        stopping = keras.callbacks.EarlyStopping(
            monitor="generator_loss", mode="min", restore_best_weights=True
        )
        with pytest.raises(ValueError, match="restore_best_weights"):
            build_model(DCGAN).fit(
                data.load(points(), batch_size=16),
                verbose=0,
                callbacks=[stopping, callbacks.Checkpoints(tmp_path)],
            )

    def test_a_folder_that_tensorflow_could_not_read(self, tmp_path):
        with pytest.raises(ValueError, match="`directory` must have no square brackets"):
            callbacks.Checkpoints(tmp_path / "run[2]")

    def test_best_of_an_unknown_log_is_refused(self, tmp_path):
        with pytest.raises(ValueError, match="Received: 'val_fld'"):
            fit(tmp_path, best="val_fld")

    def test_signals_are_given_back_after_an_error(self, tmp_path):
        before = signal.getsignal(signal.SIGTERM)
        with pytest.raises(ValueError, match="best"):
            fit(tmp_path, best="val_fld")
        assert signal.getsignal(signal.SIGTERM) is before

    @pytest.mark.parametrize(
        "arguments",
        [
            {"every_steps": 0},
            {"every_minutes": 0},
            {"keep": 0},
            {"best_mode": "most"},
            {"share": 0},
            {"share": 2},
        ],
    )
    def test_refusals(self, arguments):
        with pytest.raises(ValueError, match="|".join(f"`{name}`" for name in arguments)):
            callbacks.Checkpoints("nowhere", **arguments)
