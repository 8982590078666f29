"""Checkpoints: a run that is killed at any moment continues as if it had not been."""

import collections
import math
import pathlib
import signal
import sys
import time

import keras
import numpy as np
import tensorflow as tf

from keras_gans.callbacks.checkpoint_store import CheckpointStore
from keras_gans.utils.checks import check_share
from keras_gans.utils.files import check_readable_name

COUNTERS = ("best", "wait", "cooldown_counter")  # what Keras's callbacks count over the epochs


class Checkpoints(keras.callbacks.Callback):
    """Writes the whole state of a training from time to time, and continues from the newest.

    Given to `fit` with data of `keras_gans.data`, it makes the same call continue after a crash: in
    the middle of an epoch too, to the same weights, optimizer slots, moving averages, random
    states, metrics and history, bit for bit on a processor. Put it last in the list of callbacks,
    so that it sees what the others have written into the logs.

    A checkpoint is written every `every_steps` or `every_minutes`, and at the end of epochs.
    Without `every_steps` it is left out where writing would take more than `share` of the time so
    far; the last epoch is always written. A state that holds NaN or infinity is never written. A
    full disk is reported, and the training goes on with the checkpoints that there are. A training
    that another callback has ended is over: the same call trains no further, one with more epochs
    does.

    SIGTERM and Ctrl-C finish the step and write a checkpoint; then SIGTERM exits with status 0 and
    Ctrl-C raises `KeyboardInterrupt`.

    Args:
        directory: Folder of the checkpoints; it is made if need be.
        every_steps: `None`, or integer >= 1: write after so many steps, whatever it costs.
        every_minutes: Number > 0: write when the last checkpoint is so old.
        keep: Integer >= 1, how many of the newest are kept.
        best: `None`, or the name of a log such as `"val_fid"`: the checkpoint of the epoch in which
            it was best is kept in `directory/best`.
        best_mode: `"min"` or `"max"`.
        share: Number in (0, 1], the part of the time that may go into writing.
        write: Whether this process keeps what it writes; on several workers only the chief does.

    Raises:
        ValueError: If an argument is out of range or `directory` has square brackets; in `fit`, if
            the data cannot start at any step or a checkpoint does not fit the model.
        OSError: In `fit`, before the first step, if the folder cannot be written to.
    """

    def __init__(
        self,
        directory,
        every_steps=None,
        every_minutes=5.0,
        keep=3,
        best=None,
        best_mode="min",
        share=0.02,
        write=True,
    ):
        super().__init__()
        if (every_steps is not None and every_steps < 1) or every_minutes <= 0 or keep < 1:
            raise ValueError(
                "`every_steps` must be None or at least 1, `every_minutes` more than 0 and `keep` "
                f"at least 1. Received: every_steps={every_steps}, every_minutes={every_minutes}, "
                f"keep={keep}"
            )
        check_share(share=share)
        check_readable_name(directory=directory)
        if best_mode not in ("min", "max"):
            raise ValueError(f'`best_mode` must be "min" or "max". Received: {best_mode!r}')
        self.directory = pathlib.Path(directory)
        self.every_steps = every_steps
        self.every_minutes = every_minutes
        self.keep = keep
        self.best = best
        self.best_mode = best_mode
        self.share = share
        self.write = write
        self.resumed_from = None  # path of the checkpoint from which this training continued
        self.history = {}  # log -> its values in the epochs so far, those before a resume included
        self.first_step = 0  # of the model, when this training began; its epochs count from there
        self.extra = {}  # plain values that are kept in every checkpoint, for the caller
        self._restored_model = None
        self._handlers = {}

    def restore(self, model, callbacks=()):
        """Restores the newest whole checkpoint into a compiled model; `fit` does it by itself.

        Args:
            model: An `AdversarialModel`, compiled.
            callbacks: The callbacks of the training, whose counters are kept as well.

        Returns:
            Whether there was a checkpoint.
        """
        for callback in callbacks:
            if getattr(callback, "restore_best_weights", False):
                raise ValueError(
                    "`EarlyStopping(restore_best_weights=True)` keeps weights that no checkpoint "
                    'holds; use `Checkpoints(best="<log>")` for the best epoch instead.'
                )
        state = {
            f"{name}_{index}": part
            for name, variable in model.training_state().items()
            for index, part in enumerate(_parts(variable))
        }
        self._store = CheckpointStore(self.directory, state, self.keep, self.write)
        if self.best:
            self._best_store = CheckpointStore(self.directory / "best", state, 1, self.write)
        if self._restored_model is not model:
            step = int(model.step.numpy())
            self.resumed_from, notes = self._store.restore_newest()
            if self.resumed_from and step > int(model.step.numpy()):
                print(f"The model, at step {step}, is set back to {self.resumed_from}.")
            self.history = notes.get("history", {})
            self.first_step = notes.get("first_step", step)
            self.extra = notes.get("extra", {})
            self._best_value = notes.get("best_value")
            self._over = notes.get("over")
            self._states = notes.get("states", {})
            self._seconds_writing = self._seconds_last = 0.0
            self._restored_model = model
        self._callbacks = [callback for callback in callbacks if callback is not self]
        # `fit` resets the metrics when an epoch begins, and schedules change the learning rates;
        # where we are in the middle of one, both have happened already.
        variables = [*model.metrics_variables, *_learning_rates(model)]
        parts = [part for variable in variables for part in _parts(variable)]
        self._before_epoch = [(part, part.numpy()) for part in parts]
        return self.resumed_from is not None

    def is_over(self, epochs):
        """Whether a training of so many epochs, or of more, ended because a callback stopped it."""
        return self._over is not None and epochs <= self._over

    def paths(self):
        """Paths of the checkpoints, without suffix, the newest first."""
        return self._store.newest_first()

    def on_train_begin(self, logs=None):
        if self._restored_model is not self.model:
            raise ValueError(
                "`Checkpoints` works with an `AdversarialModel`, whose `fit` prepares it. "
                f"Received: a {type(self.model).__name__}"
            )
        self._stop_signal = None
        # On several workers everything that is written is read from all of them, so that all must
        # decide alike: by steps and epochs, not by a clock or by a signal that one has received.
        self._alone = not isinstance(
            self.model.distribute_strategy, tf.distribute.MultiWorkerMirroredStrategy
        )
        for number in (signal.SIGTERM, signal.SIGINT) if self._alone else ():
            try:
                self._handlers[number] = signal.signal(number, self._on_signal)
            except ValueError:  # outside the main thread there are no signals to wait for
                break
        self._started = self._written_at = time.monotonic()
        self._seconds_writing = 0.0
        self._written_step = int(self.model.step.numpy())

    def on_epoch_begin(self, epoch, logs=None):
        if self._before_epoch is None:
            return
        if self.model.steps_to_skip > 0:
            for variable, value in self._before_epoch:
                variable.assign(value)
        self._hand_back(epoch)
        self._before_epoch = None

    def _hand_back(self, num_epochs=None):
        """Gives the history to the model, and their counts to the other callbacks."""
        history = {name: values[:num_epochs] for name, values in self.history.items()}
        self.model.history.history = history
        self.model.history.epoch = list(range(max(map(len, history.values()), default=0)))
        for name, callback in _named(self._callbacks):
            saved = self._states.get(name)
            if saved is None:  # there was no checkpoint, or this callback is new
                continue
            if hasattr(callback, "set_state"):
                callback.set_state(saved)
            else:
                vars(callback).update(saved)
        self._states = {}  # what they count from now on is theirs

    def on_train_batch_end(self, batch, logs=None):
        if self.model.steps_to_skip > 0:
            return
        if batch + 1 >= self.params["steps"]:
            return  # the epoch's end follows, with its logs and scores
        step = int(self.model.step.numpy())
        if self._stop_signal is not None:
            self._stop(step)
        if self.every_steps:
            due = step // self.every_steps > self._written_step // self.every_steps
        else:
            age = time.monotonic() - self._written_at
            due = self._alone and age > 60 * self.every_minutes and self._affordable()
        if due:
            self.save(step)

    def on_epoch_end(self, epoch, logs=None):
        logs = {name: float(value) for name, value in (logs or {}).items()}
        for name, value in logs.items():  # a part of this epoch may have been one before a resume
            self.history[name] = [*self.history.get(name, [])[:epoch], value]
        step = int(self.model.step.numpy())
        stopped = self.model.stop_training
        if stopped and all(map(math.isfinite, logs.values())):
            self._over = self.params["epochs"]
        if self.best and self.best not in logs and not stopped:
            raise ValueError(f"`best` must be one of {sorted(logs)}. Received: {self.best!r}")
        if self.best in logs and self._is_best(logs[self.best]):
            self._best_value = logs[self.best]
            self.save(step, self._best_store)
        is_last = epoch + 1 == self.params["epochs"] or stopped
        if self._stop_signal is not None and not is_last:
            self._stop(step)
        if is_last or self.every_steps or not self._alone or self._affordable():
            self.save(step)

    def on_train_end(self, logs=None):
        if self._before_epoch is not None:  # nothing was left to train
            self._hand_back()

    def release(self):
        """Gives signals back to whoever had them; `fit` calls it, also after an error."""
        while self._handlers:
            signal.signal(*self._handlers.popitem())

    def _affordable(self):
        spent = self._seconds_writing + self._seconds_last
        return spent <= self.share * (time.monotonic() - self._started)

    def _is_best(self, value):
        if math.isnan(value):
            return False
        if self._best_value is None:
            return True
        return (value < self._best_value) == (self.best_mode == "min") and value != self._best_value

    def save(self, step, store=None):
        """Writes a checkpoint now, unless the state is not finite; a failure is reported."""
        started = time.monotonic()
        notes = {
            "history": self.history,
            "first_step": self.first_step,
            "best_value": self._best_value,
            "over": self._over,
            "states": {name: _state(callback) for name, callback in _named(self._callbacks)},
            "extra": self.extra,
        }
        store = store or self._store
        if not store.is_finite():
            print(f"\nNo checkpoint is written at step {step}: a weight is not finite.")
        else:
            try:
                store.save(step, notes)
            except (OSError, tf.errors.OpError) as error:
                reason = str(error).splitlines()[0]
                print(f"\nNo checkpoint could be written at step {step}: {reason}")
        self._written_at = time.monotonic()
        self._written_step = step
        self._seconds_last = self._written_at - started
        self._seconds_writing += self._seconds_last

    def _on_signal(self, number, frame):
        if self._stop_signal is not None:  # asked twice: at once
            signal.default_int_handler(number, frame)
        self._stop_signal = number

    def _stop(self, step):
        self.save(step)
        self.release()
        print(f"\nStopped after step {step}; the same command continues from {self.directory}.")
        if self._stop_signal == signal.SIGINT:
            raise KeyboardInterrupt
        sys.exit(0)


def _named(callbacks):
    """Pairs of name and callback; the second one of a class is counted, `EarlyStopping 2`."""
    seen = collections.Counter()
    for callback in callbacks:
        name = type(callback).__name__
        seen[name] += 1
        yield (name if seen[name] == 1 else f"{name} {seen[name]}"), callback


def _state(callback):
    """What a callback counts over the epochs, as plain values."""
    if hasattr(callback, "state"):
        return callback.state()
    counters = {name: value for name, value in vars(callback).items() if name in COUNTERS}
    return {n: float(v) for n, v in counters.items() if isinstance(v, (int, float, np.number))}


def _parts(variable):
    """The `tf.Variable`s behind a Keras variable: one, or one per replica of this process.

    Replicas hold their own sums of the metrics and their own statistics of plain batch norm.
    Written as one value these would come back rounded differently.
    """
    parts = getattr(variable.value, "values", None)
    return list(parts) if parts is not None and len(parts) > 1 else [variable.value]


def _learning_rates(model):
    """The variables of the learning rates; optimizers with a schedule have none."""
    variables = [v for optimizer in model.optimizers.values() for v in optimizer.variables]
    return [variable for variable in variables if variable.name == "learning_rate"]
