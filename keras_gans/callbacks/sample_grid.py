"""SampleGrid: what the generator makes, after every epoch, from the same latents."""

import pathlib
import tempfile

import keras
import numpy as np
import PIL.Image
import tensorflow as tf

from keras_gans.callbacks.animation import write_gif
from keras_gans.utils.image_grid import save_samples
from keras_gans.utils.pixels import is_image_shape


class SampleGrid(keras.callbacks.Callback):
    """Writes `side * side` samples as one picture after every epoch, always from the same latents.

    The samples come from `model.sample`, hence from the moving average of the generator where one
    is kept (`ema_decay`). Images are placed in a grid, points (`data_shape` of rank 1) are drawn as
    a scatter plot. The pictures are `epoch_0001.png`, `epoch_0002.png`, ...; at the end
    `training.gif` shows all that lie in the folder up to the last epoch, so that a training that
    was resumed is shown from its first epoch on.

    Args:
        directory: Folder of the pictures; it is made if need be.
        side: Integer >= 1; `side * side` samples are drawn.
        seed: Integer >= 0, the seed of the latents.
        every: Integer >= 1, epochs from one picture to the next.
        log_dir: `None`, or TensorBoard's folder, where the pictures then appear as the images of
            the run `samples`. The step is Keras's epoch, which counts from 0.
        animate: Whether `training.gif` is made.
        sample_arguments: `None`, or a dictionary of further arguments of `model.sample`, such as
            `{"labels": ...}` for a conditional model.

    Raises:
        ValueError: If an argument is out of range; and in `fit`, if the model does not sample
            images or points.
        OSError: In `fit`, before the first epoch, if the folder cannot be written to.

    Example:
        >>> model.fit(data, epochs=20, callbacks=[SampleGrid("runs/a/samples")])
    """

    def __init__(
        self,
        directory,
        side=8,
        seed=0,
        every=1,
        log_dir=None,
        animate=True,
        sample_arguments=None,
    ):
        super().__init__()
        if side < 1 or every < 1 or seed < 0:
            raise ValueError(
                "`side` and `every` must be at least 1 and `seed` at least 0. "
                f"Received: side={side}, every={every}, seed={seed}"
            )
        self.directory = pathlib.Path(directory)
        self.side = side
        self.seed = seed
        self.every = every
        self.log_dir = None if log_dir is None else pathlib.Path(log_dir)
        self.animate = animate
        self.sample_arguments = sample_arguments or {}

    def on_train_begin(self, logs=None):
        data_shape = getattr(self.model, "data_shape", ())
        if len(data_shape) != 1 and not is_image_shape(data_shape):
            raise ValueError(
                "`SampleGrid` draws models of images (height, width, 1 or 3) and of points "
                f"(dimensions,). Received: {type(self.model).__name__} with "
                f"data_shape={data_shape}"
            )
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
        samples = self.model.sample(self.side**2, seed=self.seed, **self.sample_arguments)
        save_samples(samples, path, columns=self.side)
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
