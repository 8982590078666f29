"""Random crops and reflections, as the papers on translation train with."""

import dataclasses

import tensorflow as tf

from keras_gans.data import order
from keras_gans.utils import randomness
from keras_gans.utils.checks import check_at_least

JITTER = 211  # purpose of the draws for a first image or a pair; one more for a second image
GLYPH_SIZE = 32  # pixels of a side
PAPER_LOAD_SIZE, PAPER_IMAGE_SIZE = 286, 256  # pixels of a side before and after the crop


@dataclasses.dataclass(frozen=True)
class Jitter:
    """Cuts a random square out of each image and reflects half of them, left to right.

    Every place of the square that lies in the image is equally likely. What is drawn is a pure
    function of the seed, the epoch, the step and the image's place in its batch.

    Args:
        image_size: Height and width of the result.
        load_size: Height and width of the images, at least `image_size`.
        flip: Whether to reflect.
    """

    image_size: int
    load_size: int
    flip: bool

    def __post_init__(self):
        check_at_least(1, image_size=self.image_size)
        if not isinstance(self.load_size, int) or self.load_size < self.image_size:
            raise ValueError(
                "`load_size` must be an integer of at least `image_size`. "
                f"Received: load_size={self.load_size}, image_size={self.image_size}"
            )

    def __call__(self, images, seed, epoch, step, side=0):
        """The jittered batch of one step.

        Args:
            images: Tensor `(n, load_size, load_size, channels)`, n static. Channels stay together,
                so that the two images of a pair are jittered alike as one image.
            seed: Python integer in `[0, 2**31)`.
            epoch, step: int64 scalar tensors.
            side: 0, or 1 for images that are jittered independently of those of side 0.

        Returns:
            Tensor `(n, image_size, image_size, channels)` of the same dtype.
        """
        if self.load_size == self.image_size and not self.flip:
            return images
        pair = randomness.seed_pair(seed, JITTER + side, order.moment(epoch, step))
        draws = randomness.uniform((images.shape[0], 3), pair, low=0.0, high=1.0)
        corners = tf.cast(draws[:, :2] * (self.load_size - self.image_size + 1), tf.int32)
        return self._cut(images, corners, self.flip & (draws[:, 2:] < 0.5))

    def _cut(self, images, corners, reflected):
        """Squares with these upper left corners `(n, 2)`, reflected where `(n, 1)` says so."""
        num, side, _, channels = images.shape
        steps = tf.range(self.image_size)
        rows = tf.range(num)[:, None] * side + corners[:, :1] + steps  # in all images as one
        columns = corners[:, 1:] + tf.where(reflected, self.image_size - 1 - steps, steps)
        places = rows[:, :, None] * side + columns[:, None, :]
        return tf.gather(tf.reshape(images, (-1, channels)), places)


def make_jitter(image_size, load_size, flip, augment, drawn):
    """The `Jitter` of the settings of `load_pairs`.

    Args:
        image_size, load_size, flip, augment: As there; `None` takes the papers' values.
        drawn: Whether the images are glyphs, which by default are small and not jittered.
    """
    if image_size is None:
        image_size = GLYPH_SIZE if drawn else PAPER_IMAGE_SIZE
    check_at_least(1, image_size=image_size)
    if not augment:
        return Jitter(image_size, image_size, flip=False)
    if load_size is None:
        in_paper = (image_size * PAPER_LOAD_SIZE + PAPER_IMAGE_SIZE // 2) // PAPER_IMAGE_SIZE
        load_size = image_size if drawn else in_paper
    return Jitter(image_size, load_size, flip=not drawn if flip is None else bool(flip))
