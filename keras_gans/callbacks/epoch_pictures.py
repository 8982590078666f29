"""What callbacks share that draw a picture after every epoch."""

import pathlib
import tempfile

import keras
import numpy as np
import PIL.Image
import tensorflow as tf

from keras_gans.callbacks.animation import write_gif


class EpochPictures(keras.callbacks.Callback):
    """Draws `epoch_0001.png`, `epoch_0002.png`, ..., and `training.gif`, which shows them all.

    The animation is made of the pictures that lie in the folder up to the last epoch, so that a
    training that was resumed is shown from its first epoch on. A subclass says in `draw` what a
    picture shows, and in `check_model` which models it can draw.

    Args:
        directory: Folder of the pictures; it is made if need be.
        every: Integer >= 1, epochs from one picture to the next.
        log_dir: `None`, or TensorBoard's folder, where the pictures then appear as the images of
            the run `samples`. The step is Keras's epoch, which counts from 0.
        animate: Whether `training.gif` is made.

    Raises:
        OSError: In `fit`, before the first epoch, if the folder cannot be written to.
    """

    def __init__(self, directory, every=1, log_dir=None, animate=True):
        super().__init__()
        self.directory = pathlib.Path(directory)
        self.every = every
        self.log_dir = None if log_dir is None else pathlib.Path(log_dir)
        self.animate = animate

    def check_model(self):
        """Raises a `ValueError` for a model that cannot be drawn, before the first epoch."""

    def draw(self, path):
        """Writes the picture of the model as it is now to `path`."""
        raise NotImplementedError

    def on_train_begin(self, logs=None):
        self.check_model()
        _check_writable(self.directory)
        self._last_epoch = None
        self._writer = None
        if self.log_dir is not None:
            self._writer = tf.summary.create_file_writer(str(self.log_dir / "samples"))

    def on_epoch_end(self, epoch, logs=None):
        self._last_epoch = epoch + 1
        if self._last_epoch % self.every:
            return
        path = self.directory / f"epoch_{self._last_epoch:04d}.png"
        self.draw(path)
        if self._writer is not None:
            _log_picture(self._writer, path, epoch)

    def on_train_end(self, logs=None):
        if self._writer is not None:
            self._writer.close()
        # Pictures of later epochs are left from an older and longer training in this folder.
        last_epoch = float("inf") if self._last_epoch is None else self._last_epoch
        paths = {_epoch_of(path): path for path in self.directory.glob("epoch_*.png")}
        frames = [paths[epoch] for epoch in sorted(paths) if 0 < epoch <= last_epoch]
        if self.animate and frames:
            write_gif(frames, self.directory / "training.gif")


def _epoch_of(path):
    number = path.stem.removeprefix("epoch_")
    return int(number) if number.isdecimal() else 0  # 0: no picture of ours


def _log_picture(writer, path, epoch):
    with PIL.Image.open(path) as picture:
        pixels = np.atleast_3d(np.asarray(picture))
    with writer.as_default(step=epoch):
        tf.summary.image("samples", pixels[np.newaxis])
    writer.flush()


def _check_writable(directory):
    """Makes the folder and a file in it: permissions alone tell a superuser nothing."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise type(error)(
            f"`directory` must be a folder that can be written to ({error.strerror}). "
            f"Received: directory={str(directory)!r}"
        ) from error
