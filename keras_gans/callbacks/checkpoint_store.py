"""Checkpoints on disk: written whole or not at all, verified before they are used."""

import json
import pathlib
import shutil
import tempfile

import tensorflow as tf

PREFIX = "step"


class CheckpointStore:
    """A folder of checkpoints of some variables, each named after its step.

    TensorFlow's own checkpoints are used: they came through being killed while they were written,
    keep a checksum of every value, and know variables that are spread over devices. A checkpoint
    exists once its index has been renamed into place, so the folder itself is the list of what
    there is; a separate list could be damaged.

    Args:
        directory: Folder of the checkpoints; it is made if need be.
        variables: Dictionary from name to `tf.Variable`.
        keep: Integer, how many of the newest are kept.
        write: Whether to keep what is written. Workers other than the chief take part in writing,
            because values may be spread over them, and throw their file away.

    Raises:
        OSError: If the folder cannot be made or written to.
    """

    def __init__(self, directory, variables, keep=3, write=True):
        self.directory = pathlib.Path(directory)
        self.keep = keep
        self.write = write
        self._notes = tf.Variable("{}", trainable=False, dtype=tf.string)
        self._checkpoint = tf.train.Checkpoint(state=dict(variables), notes=self._notes)
        self._float_variables = [v for v in variables.values() if v.dtype.is_floating]
        if write:
            self.directory.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.directory):
                pass  # fails here, and not after hours, where nothing can be written
            self._remove_unfinished()

    def newest_first(self):
        """Paths of the checkpoints, without suffix, the newest first."""
        steps = {_step(path) for path in self.directory.glob(f"{PREFIX}-*.index")}
        return [str(self.directory / f"{PREFIX}-{step}") for step in sorted(steps, reverse=True)]

    def restore_newest(self):
        """Restores the newest checkpoint that is whole; damaged ones are reported.

        Returns:
            The pair of its path and its notes, or `(None, {})` where there is none.

        Raises:
            ValueError: If a whole checkpoint does not fit the variables.
        """
        for path in self.newest_first():
            damage = _damage(path)
            if damage is None:
                self._restore(path)
                return path, json.loads(self._notes.numpy())
            print(f"The checkpoint {path} is damaged, the one before it is used: {damage}")
            if self.write:  # out of the list, or it would count as one of those that are kept
                pathlib.Path(f"{path}.index").rename(f"{path}.damaged")
        return None, {}

    def _restore(self, path):
        try:
            self._checkpoint.read(path).assert_existing_objects_matched().assert_consumed()
        except (AssertionError, ValueError, tf.errors.OpError) as error:
            raise ValueError(
                "The checkpoint does not fit the model: it was written with other networks, "
                f"optimizers or terms. Received: {path} ({_first_line(error)})"
            ) from error

    def is_finite(self):
        """Whether no variable holds NaN or infinity."""
        return all(bool(tf.reduce_all(tf.math.is_finite(v))) for v in self._float_variables)

    def save(self, step, notes):
        """Writes a checkpoint and removes those that are more than `keep` old.

        Args:
            step: Integer, names the checkpoint.
            notes: Dictionary of plain values, kept inside the checkpoint.

        Raises:
            OSError, tf.errors.OpError: If it cannot be written; older checkpoints are untouched.
        """
        self._notes.assign(json.dumps(notes))
        if not self.write:
            with tempfile.TemporaryDirectory() as elsewhere:
                self._checkpoint.write(f"{elsewhere}/{PREFIX}-{step}")
            return
        try:
            self._checkpoint.write(str(self.directory / f"{PREFIX}-{step}"))
        except (OSError, tf.errors.OpError):
            self._remove_unfinished()
            raise
        written = str(self.directory / f"{PREFIX}-{step}")
        others = [path for path in self.newest_first() if path != written]
        for path in others[self.keep - 1 :]:
            # The index goes first: without it the rest is no checkpoint any more.
            for file in [
                pathlib.Path(f"{path}.index"),
                *self.directory.glob(f"{pathlib.Path(path).name}.data-*"),
            ]:
                file.unlink(missing_ok=True)

    def _remove_unfinished(self):
        """Removes what a killed or failed write has left: parts, and data without an index."""
        for path in self.directory.glob(f"{PREFIX}-*_temp*"):
            shutil.rmtree(path, ignore_errors=True)
        for path in self.directory.glob(f"{PREFIX}-*.data-*"):
            name = path.name.partition(".data-")[0]
            if not any(path.with_name(f"{name}.{end}").exists() for end in ("index", "damaged")):
                path.unlink(missing_ok=True)


def _step(path):
    return int(path.name.removeprefix(f"{PREFIX}-").partition(".")[0])


def _damage(path):
    """What is wrong with a checkpoint, or `None`: reading a value verifies its checksum."""
    try:
        reader = tf.train.load_checkpoint(path)
        for name in reader.get_variable_to_shape_map():
            reader.get_tensor(name)
    except (tf.errors.OpError, ValueError, RuntimeError, OSError, IndexError) as error:
        return _first_line(error)
    return None


def _first_line(error):
    return (str(error).strip() or type(error).__name__).splitlines()[0]
