"""An exported model as a function from image files to image files."""

import contextlib

import numpy as np
import PIL.Image
import tensorflow as tf

from keras_gans.data.decoding import read_image
from keras_gans.utils.files import written_whole
from keras_gans.utils.pixels import to_uint8
from keras_gans.utils.tiling import OVERLAP, in_fitting_tiles


@contextlib.contextmanager
def images_of_any_size():
    """Lifts Pillow's bound on pixels, which is against files of strangers."""
    bound, PIL.Image.MAX_IMAGE_PIXELS = PIL.Image.MAX_IMAGE_PIXELS, None
    try:
        yield
    finally:
        PIL.Image.MAX_IMAGE_PIXELS = bound


class Translator:
    """Translates images of any size with a signature from `images` to `images`.

    Args:
        exported: `Exported`, by this library or not; of others, sides are not known to have to be
            multiples of anything.
        direction: Name of the signature, or `None` where there is one direction.
        tile: `None`, or an integer, sides of the tiles of larger images.
        overlap: Integer by which tiles overlap; `None` for a quarter.

    Raises:
        ValueError: If the model does not translate images, or the arguments do not fit it.
    """

    def __init__(self, exported, direction=None, tile=None, overlap=None):
        self.exported = exported
        self.direction = _checked_direction(exported, direction)
        described = exported.description.get("directions", {}).get(self.direction, {})
        (self.input_name,) = exported.inputs_of(self.direction)
        shape = exported.inputs_of(self.direction)[self.input_name].shape.as_list()
        self.channels = shape[3]
        self.fixed = tuple(shape[1:3]) if None not in shape[1:3] else None
        self.multiple = 1 if self.fixed else described.get("side_multiple") or 1
        self.smallest = self.fixed or (described.get("smallest_side") or 1,) * 2
        if self.fixed and tile is not None:
            raise ValueError(
                f"--tile must be left out for a model of {self.fixed[0]}x{self.fixed[1]} pixels, "
                "which are its tiles"
            )
        if tile is not None and (tile < self.smallest[0] or tile % self.multiple):
            raise ValueError(
                f"--tile must be a multiple of {self.multiple} and at least {self.smallest[0]}. "
                f"Received: {tile}"
            )
        self.tile = self.fixed or (None if tile is None else (tile, tile))
        self.overlap = 0
        if self.tile is not None:
            self.overlap = min(self.tile) // OVERLAP if overlap is None else overlap
            if not 0 <= self.overlap < min(self.tile):
                raise ValueError(
                    f"--overlap must be at least 0 and less than a tile of {min(self.tile)} pixels"
                )
        elif overlap is not None:
            raise ValueError("--overlap goes with --tile")

    def translate_file(self, path, place):
        """Translates the image at `path` into a PNG file at `place`.

        Returns:
            What was wrong with the image, or `None`.

        Raises:
            OSError: If the translation cannot be written.
        """
        try:
            pixels = read_image(path, channels=self.channels)
        except (OSError, ValueError) as error:
            cause = error.__cause__ or error
            return f"cannot be decoded ({type(cause).__name__}: {cause})"
        try:
            translated = self(pixels)
        except (ValueError, tf.errors.OpError) as error:
            return str(error).splitlines()[0]
        place.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.asarray(to_uint8(translated))
        with written_whole(place) as aside:
            PIL.Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(aside)
        return None

    def __call__(self, pixels):
        """Translation of a uint8 image `(height, width, channels)`, float32 in `[-1, 1]`."""
        image = pixels.astype("float32") / 127.5 - 1.0
        return in_fitting_tiles(
            self._run, image, self.tile, self.overlap, self.multiple, self.smallest
        )

    def _run(self, images):
        (translated,) = self.exported.run(self.direction, **{self.input_name: images}).values()
        return translated


def _checked_direction(exported, direction):
    names = list(exported.description.get("directions", {}))
    names = names or [name for name in exported.signatures if _maps_images(exported, name)]
    if not names:
        raise ValueError(f"{exported.path} does not translate images: {exported.signatures}")
    if direction is None and len(names) == 1:
        return names[0]
    if direction not in names:
        raise ValueError(
            f"--direction must be one of {', '.join(names)}. Received: direction={direction}"
        )
    return direction


def _maps_images(exported, signature):
    """Whether a signature takes one batch of floating images, gray or colour, and gives one."""
    sides = [exported.inputs_of(signature), exported.outputs_of(signature)]
    if any(len(specs) != 1 for specs in sides):
        return False
    specs = [next(iter(specs.values())) for specs in sides]
    return all(
        spec.dtype.is_floating and spec.shape.rank == 4 and spec.shape[3] in (1, 3)
        for spec in specs
    )
