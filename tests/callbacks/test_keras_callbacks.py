"""What Keras's own callbacks act on when every player has an optimizer; docs/callbacks.md."""

import csv

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from keras_gans.callbacks import TerminateOnNaN
from tests.callbacks.tiny import tiny_data, tiny_gan, train


def learning_rates(model):
    return [float(optimizer.learning_rate) for optimizer in model.optimizers.values()]


def slots(model):
    return [np.array(variable) for variable in model.optimizer.variables]


class Scripted(keras.callbacks.Callback):
    """Puts a chosen value into the logs, so that what monitors it can be foreseen."""

    def __init__(self, values):
        super().__init__()
        self.values = values

    def on_epoch_end(self, epoch, logs=None):
        logs["score"] = self.values[epoch]


class TestProgressBar:
    def test_shows_the_named_terms(self, capsys):
        train(tiny_gan(), verbose=2)
        shown = capsys.readouterr().out
        assert "discriminator_loss: " in shown and "generator_loss: " in shown
        assert " - loss: " not in shown


class TestModelCheckpoint:
    def test_the_whole_model_trains_on_as_if_never_stopped(self, tmp_path):
        straight = tiny_gan()
        initial = straight.get_weights()
        history = train(straight, epochs=2)

        stopped = tiny_gan()
        stopped.set_weights(initial)
        path = str(tmp_path / "new_folder" / "epoch_{epoch}.keras")
        train(stopped, [keras.callbacks.ModelCheckpoint(path)])
        resumed = keras.models.load_model(path.format(epoch=1))
        assert train(resumed)["generator_loss"] == history["generator_loss"][1:]
        for ours, theirs in zip(slots(resumed), slots(straight), strict=True):
            np.testing.assert_array_equal(ours, theirs)

    def test_weights_only_hold_both_optimizers_too(self, tmp_path):
        model, copy = tiny_gan(), tiny_gan()
        path = tmp_path / "last.weights.h5"
        train(model, [keras.callbacks.ModelCheckpoint(path, save_weights_only=True)])
        copy.load_weights(path)
        assert train(copy) == train(model)

    def test_the_best_is_kept_when_the_direction_is_said(self, tmp_path):
        path = tmp_path / "best.keras"
        best = keras.callbacks.ModelCheckpoint(path, "score", save_best_only=True, mode="min")
        train(tiny_gan(), [Scripted([3.0, 1.0, 2.0]), best], epochs=3)
        assert int(keras.models.load_model(path).step) == 4  # 2 steps an epoch, best is the second

    def test_terms_can_be_monitored_on_held_out_data(self, tmp_path):
        path = tmp_path / "best.keras"
        best = keras.callbacks.ModelCheckpoint(
            path, "val_generator_loss", save_best_only=True, mode="min"
        )
        train(tiny_gan(), [best], validation_data=(tiny_data(),))
        assert path.is_file()


@pytest.mark.parametrize(
    "callback",
    [
        lambda path: keras.callbacks.ModelCheckpoint(path, "generator_loss", save_best_only=True),
        lambda path: keras.callbacks.EarlyStopping("generator_loss"),
        lambda path: keras.callbacks.ReduceLROnPlateau("generator_loss"),
    ],
    ids=["ModelCheckpoint", "EarlyStopping", "ReduceLROnPlateau"],
)
def test_a_monitor_without_direction_is_refused(callback, tmp_path):
    with pytest.raises(ValueError, match=r"monitor=generator_loss.*mode='min'"):
        train(tiny_gan(), [callback(tmp_path / "best.keras")])


class TestTensorBoard:
    def test_logs_every_term_and_every_learning_rate(self, tmp_path):
        board = keras.callbacks.TensorBoard(tmp_path, write_steps_per_second=True)
        train(tiny_gan(), [board], epochs=2, validation_data=(tiny_data(),))
        tags = _tensorboard_tags(tmp_path / "train")
        assert tags >= {
            "epoch_discriminator_loss",
            "epoch_generator_loss",
            "epoch_learning_rate_discriminator",
            "epoch_learning_rate_generator",
            "epoch_steps_per_second",
        }
        assert "epoch_generator_loss" in _tensorboard_tags(tmp_path / "validation")

    def test_histograms_show_all_networks(self, tmp_path):
        train(tiny_gan(), [keras.callbacks.TensorBoard(tmp_path, histogram_freq=1)])
        assert any("kernel" in tag for tag in _tensorboard_tags(tmp_path / "train", "tensors"))


def _tensorboard_tags(folder, kind="tensors"):
    events = EventAccumulator(str(folder))
    events.Reload()
    return set(events.Tags()[kind])


class TestCSVLogger:
    def test_has_a_column_for_every_term(self, tmp_path):
        history = train(tiny_gan(), [keras.callbacks.CSVLogger(tmp_path / "a.csv")], epochs=2)
        with open(tmp_path / "a.csv") as file:
            rows = list(csv.DictReader(file))
        assert list(rows[0])[:3] == ["epoch", "discriminator_loss", "generator_loss"]
        assert rows[0]["val_generator_loss"] == "NA"  # the column is there without such data
        assert [float(row["generator_loss"]) for row in rows] == history["generator_loss"]


class TestEarlyStopping:
    def test_restores_weights_and_step_but_not_the_optimizers(self):
        stop = keras.callbacks.EarlyStopping(
            "score", mode="max", patience=2, restore_best_weights=True
        )
        stopped, best, longest = tiny_gan(), tiny_gan(), tiny_gan()
        for model in (best, longest):
            model.set_weights(stopped.get_weights())
        train(stopped, [Scripted([5.0, 1.0, 1.0, 9.0]), stop], epochs=4)
        train(best, epochs=1)
        train(longest, epochs=3)
        assert int(stopped.step) == int(best.step)
        for ours, theirs in zip(stopped.get_weights(), best.get_weights(), strict=True):
            np.testing.assert_array_equal(ours, theirs)
        for ours, theirs in zip(slots(stopped), slots(longest), strict=True):
            np.testing.assert_array_equal(ours, theirs)


def broken_data():
    """NaN in a dataset, because arrays and tensors are checked before training."""
    return tf.data.Dataset.from_tensor_slices(np.full((64, 2), np.nan, "float32")).batch(32)


class TestTerminateOnNaN:
    def test_the_one_of_keras_does_not_see_a_game(self):
        model = tiny_gan()
        callback = keras.callbacks.TerminateOnNaN()
        history = train(model, [callback], data=broken_data(), epochs=2)
        assert np.isnan(history["discriminator_loss"]).all()
        assert int(model.step) == 4

    def test_ours_stops_after_the_first_broken_batch(self, capsys):
        model = tiny_gan()
        train(model, [TerminateOnNaN()], data=broken_data(), epochs=2)
        assert int(model.step) == 1
        assert "discriminator_loss, generator_loss not finite" in capsys.readouterr().out

    def test_ours_can_raise(self):
        with pytest.raises(RuntimeError, match="discriminator_loss"):
            train(tiny_gan(), [TerminateOnNaN(raise_error=True)], data=broken_data())

    def test_ours_sees_weights_whose_losses_look_sound(self, capsys):
        model = tiny_gan()
        callback = TerminateOnNaN()
        callback.set_model(model)
        callback.on_epoch_end(0)
        assert not model.stop_training
        model.discriminator.layers[-1].bias.assign([np.nan])
        callback.on_epoch_end(0)
        assert model.stop_training
        assert "1 weights, the first" in capsys.readouterr().out

    def test_ours_leaves_a_sound_game_alone(self):
        model = tiny_gan()
        train(model, [TerminateOnNaN(raise_error=True)], epochs=2)
        assert int(model.step) == 4


class TestLearningRateScheduler:
    def test_schedules_every_player_from_its_own_rate_and_logs_both(self):
        model = tiny_gan(compiled=False)
        model.compile(
            {
                "generator": keras.optimizers.Adam(1e-3),
                "discriminator": keras.optimizers.Adam(4e-3),
            }
        )
        halve = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
        history = train(model, [halve], epochs=2)
        np.testing.assert_allclose(history["learning_rate_generator"], [5e-4, 2.5e-4])
        np.testing.assert_allclose(history["learning_rate_discriminator"], [2e-3, 1e-3])

    def test_is_refused_by_an_optimizer_with_a_schedule_of_its_own(self):
        model = tiny_gan(compiled=False)
        decay = [keras.optimizers.schedules.ExponentialDecay(1e-3, 10, 0.9) for _ in range(2)]
        model.compile(
            {
                "generator": keras.optimizers.Adam(decay[0]),
                "discriminator": keras.optimizers.Adam(decay[1]),
            }
        )
        with pytest.raises(TypeError, match="not settable"):
            train(model, [keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate)])


class TestReduceLROnPlateau:
    def test_reduces_every_player(self):
        model = tiny_gan()
        plateau = keras.callbacks.ReduceLROnPlateau("score", factor=0.1, patience=1, mode="min")
        history = train(model, [Scripted([1.0, 1.0, 0.5]), plateau], epochs=3)
        np.testing.assert_allclose(learning_rates(model), [2e-5, 2e-5], rtol=1e-5)
        # Logged before it acts: the epoch's own rate.
        np.testing.assert_allclose(history["learning_rate_generator"], [2e-4, 2e-4, 2e-5], 1e-5)


def test_the_rate_of_one_player_changes_alone():
    model = tiny_gan()
    model.optimizers["generator"].learning_rate = 1e-4
    train(model)
    rates = dict(zip(model.players, learning_rates(model), strict=True))
    assert rates == pytest.approx({"generator": 1e-4, "discriminator": 2e-4})
