"""TranslationGrid: what the generators make of the same examples, after every epoch."""

import numpy as np

from keras_gans.callbacks.epoch_pictures import EpochPictures
from keras_gans.utils.image_grid import save_image_grid
from keras_gans.utils.pixels import is_image_shape


class TranslationGrid(EpochPictures):
    """Writes examples and their translations as one picture after every epoch, a row an example.

    pix2pix shows input, output and target side by side; CycleGAN shows an image of a, its
    translation and what comes back of that, and the same from b. Translations are those of
    `model.translate` with one seed, hence of the moving averages of the generators where they are
    kept (`ema_decay`). Examples are best taken from data that the model does not train on.

    The pictures are `epoch_0001.png`, `epoch_0002.png`, ...; at the end `training.gif` shows all
    that lie in the folder up to the last epoch, so that a training that was resumed is shown from
    its first epoch on.

    Args:
        directory: Folder of the pictures; it is made if need be.
        batch: Tuple of two arrays `(num, height, width, 1 or 3)`, floating in `[-1, 1]`: inputs and
            targets, or images of both domains.
        seed: Integer >= 0, the seed of the generator's noise.
        every: Integer >= 1, epochs from one picture to the next.
        log_dir: `None`, or TensorBoard's folder, where the pictures then appear as the images of
            the run `samples`. The step is Keras's epoch, which counts from 0.
        animate: Whether `training.gif` is made.

    Raises:
        ValueError: If an argument is out of range, or `batch` is no such tuple; and in `fit`, if
            the model translates no images or not those.
        OSError: In `fit`, before the first epoch, if the folder cannot be written to.

    Example:
        >>> test = load_pairs("facades/", split="test", direction="BtoA", augment=False)
        >>> grid = TranslationGrid("runs/a/samples", test.arrays(limit=8))
        >>> model.fit(data, epochs=200, callbacks=[grid])
    """

    def __init__(self, directory, batch, seed=0, every=1, log_dir=None, animate=True):
        if every < 1 or seed < 0:
            raise ValueError(
                "`every` must be at least 1 and `seed` at least 0. "
                f"Received: every={every}, seed={seed}"
            )
        shapes = [np.shape(images) for images in batch]
        if len(shapes) != 2 or not all(map(_are_images, shapes)):
            raise ValueError(
                "`batch` must be a tuple of two arrays of images, (num, height, width, 1 or 3) "
                f"with num >= 1. Received: batch with shapes {shapes}"
            )
        if shapes[0][0] != shapes[1][0]:
            raise ValueError(
                "`batch` must hold equally many images on both sides. "
                f"Received: batch with shapes {shapes}"
            )
        super().__init__(directory, every, log_dir, animate)
        self.batch = tuple(np.asarray(images) for images in batch)
        self.seed = seed

    def check_model(self):
        if not hasattr(self.model, "showcase"):
            raise ValueError(
                "`TranslationGrid` draws models that translate images. "
                f"Received: {type(self.model).__name__}"
            )
        self.model.check_batch(*self.batch)

    def draw(self, path):
        pictures = self.model.showcase(*self.batch, seed=self.seed).values()
        channels = max(images.shape[-1] for images in pictures)
        in_rows = np.stack([_with_channels(images, channels) for images in pictures], axis=1)
        save_image_grid(in_rows.reshape(-1, *in_rows.shape[2:]), path, columns=len(pictures))


def _are_images(shape):
    return len(shape) == 4 and shape[0] > 0 and is_image_shape(shape[1:])


def _with_channels(images, channels):
    """Gray images beside colour ones as colour."""
    if images.shape[-1] == channels:
        return images
    return np.repeat(images, channels, axis=-1)
