"""When a growing network grows, and the data that comes at the resolution of the moment."""

import bisect
import dataclasses
import functools
import math

import tensorflow as tf

from keras_gans.data.batches import Batches, ready
from keras_gans.utils import randomness

MIRROR = 11 << 24  # marks which images are mirrored
BYTES_AT_ONCE = 2**26  # of images at the full size, on their way to a smaller one
FIELD = {4: 128, 8: 128, 16: 128, 32: 64, 64: 32, 128: 16, 256: 8, 512: 4, 1024: 4}
"""Batch sizes by resolution of Progressive GAN and StyleGAN on one device."""


@dataclasses.dataclass(frozen=True)
class Segment:
    """A stretch of training at one resolution, stable or fading in."""

    first_step: int
    steps: int
    resolution: int
    fading: bool
    batch_size: int
    learning_rate: float | None
    first_image: int


@dataclasses.dataclass(frozen=True)
class Moment:
    """Where a training stands before a step."""

    segment: int
    """Number of the segment, from 0."""
    resolution: int
    """Height and width of the images in pixels."""
    alpha: float
    """Weight of the newest level, in `[0, 1]`; 1 when it is faded in."""
    batch_size: int
    learning_rate: float | None
    images: int
    """Real images shown before this step."""


@dataclasses.dataclass(frozen=True)
class GrowthSchedule:
    """The schedule of progressive growing: train a resolution, fade in the next, and so on.

    Each resolution trains for `stable_images` real images; then the next one fades in while
    `fade_images` are shown, `alpha` rising linearly from 0. Batch size and learning rate of a
    resolution hold from the beginning of its fade. The last resolution trains on until
    `total_images` were shown.

    Everything is a function of the step, so that a training can go on from any step. A segment
    ends with the step in which its number of images is reached.

    Args:
        resolution: Integer, height and width of the final images: a power of two.
        start: Integer, the resolution of the beginning: 4 for Progressive GAN, 8 for StyleGAN.
        stable_images, fade_images: Integers, 600,000 each in the official codes; 800,000 in the
            runs of the paper.
        total_images: Integer, or `None` to end as soon as the last resolution had its
            `stable_images`.
        batch_sizes: Integer, or dictionary from resolution to batch size; what it does not name
            has the batch size of the next lower resolution that it names. Defaults to those of
            the official codes for one device, `FIELD`.
        learning_rate: `None` to leave the optimizers' own, or float > 0: that of all players at
            the resolutions that `learning_rates` does not name, 0.001 in the papers.
        learning_rates: Dictionary from resolution to learning rate; needs a `learning_rate`.

    Raises:
        ValueError: If a resolution is no power of two or out of order, if a number is out of range,
            if a dictionary names what is no resolution, or if `total_images` ends before the last
            resolution is faded in.

    Reference:
        Karras et al., 2018, "Progressive Growing of GANs" (arXiv:1710.10196), section 2 and
        appendix A, and its official code.
    """

    resolution: int
    start: int = 4
    stable_images: int = 600_000
    fade_images: int = 600_000
    total_images: int | None = None
    batch_sizes: int | dict[int, int] = dataclasses.field(default_factory=lambda: dict(FIELD))
    learning_rate: float | None = None
    learning_rates: dict[int, float] = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        for name in ("resolution", "start"):
            value = getattr(self, name)
            if not _is_resolution(value):
                raise ValueError(
                    f"`{name}` must be a power of two, 4 or more. Received: {name}={value!r}"
                )
        if self.start > self.resolution:
            raise ValueError(
                "`start` must not be larger than `resolution`. "
                f"Received: start={self.start}, resolution={self.resolution}"
            )
        for name in ("stable_images", "fade_images"):
            if getattr(self, name) < 1:
                raise ValueError(
                    f"`{name}` must be at least 1. Received: {name}={getattr(self, name)}"
                )
        if not isinstance(self.batch_sizes, (int, dict)):
            raise ValueError(
                "`batch_sizes` must be an integer, or a dictionary from resolutions to integers. "
                f"Received: batch_sizes={self.batch_sizes!r}"
            )
        if not isinstance(self.learning_rates, dict):
            raise ValueError(
                "`learning_rates` must be a dictionary from resolutions to rates; `learning_rate` "
                f"is that of the others. Received: learning_rates={self.learning_rates!r}"
            )
        rates = [*self.learning_rates.values()]
        rates += [] if self.learning_rate is None else [self.learning_rate]
        if min(rates, default=1) <= 0:
            raise ValueError(f"Learning rates must be greater than 0. Received: {min(rates)}")
        if self.learning_rates and self.learning_rate is None:
            raise ValueError(
                "`learning_rate` must be given for the resolutions that `learning_rates` does not "
                f"name. Received: learning_rates={self.learning_rates}, learning_rate=None"
            )
        for name in ("batch_sizes", "learning_rates"):
            named = getattr(self, name)
            wrong = [] if isinstance(named, int) else [r for r in named if not _is_resolution(r)]
            if wrong:
                raise ValueError(
                    f"`{name}` must name resolutions, powers of two from 4 on. Received: {wrong[0]}"
                )
        if min(self.batch_size_at(resolution) for resolution in self.resolutions) < 1:
            raise ValueError(
                f"`batch_sizes` must be at least 1. Received: batch_sizes={self.batch_sizes}"
            )
        grown_at = self.segments[-1].first_image
        if self.total_images is not None and self.total_images <= grown_at:
            raise ValueError(
                f"`total_images` must be more than {grown_at:,}, when {self.resolution} pixels are "
                f"faded in. Received: total_images={self.total_images}"
            )

    @property
    def resolutions(self):
        """Tuple of the resolutions from `start` to `resolution`."""
        count = (self.resolution // self.start).bit_length()
        return tuple(self.start * 2**level for level in range(count))

    def batch_size_at(self, resolution):
        """Real images in a step at this resolution."""
        if isinstance(self.batch_sizes, int):
            return self.batch_sizes
        named = [size for size in sorted(self.batch_sizes) if size <= resolution]
        return self.batch_sizes[named[-1]] if named else 0

    @functools.cached_property
    def segments(self):
        """Tuple of the `Segment`s of the training, in order."""
        segments = []
        step = image = 0
        for resolution in self.resolutions:
            for fading in (True, False):
                if fading and resolution == self.start:
                    continue
                images = self.fade_images if fading else self.stable_images
                if self.total_images and resolution == self.resolution and not fading:
                    images = self.total_images - image
                batch_size = self.batch_size_at(resolution)
                steps = math.ceil(images / batch_size)
                rate = self.learning_rates.get(resolution, self.learning_rate)
                segments.append(Segment(step, steps, resolution, fading, batch_size, rate, image))
                step += steps
                image += steps * batch_size
        return tuple(segments)

    @functools.cached_property
    def steps(self):
        """Integer, steps of the whole training."""
        return self.segments[-1].first_step + self.segments[-1].steps

    def at(self, step):
        """The `Moment` before a step; after the last one the final segment goes on."""
        starts = [segment.first_step for segment in self.segments]
        number = bisect.bisect_right(starts, step) - 1
        segment = self.segments[number]
        done = step - segment.first_step
        alpha = min(1.0, done * segment.batch_size / self.fade_images) if segment.fading else 1.0
        return Moment(
            number,
            segment.resolution,
            alpha,
            segment.batch_size,
            segment.learning_rate,
            segment.first_image + done * segment.batch_size,
        )


class GrowingBatches(tf.data.Dataset):
    """Batches whose resolution and size follow a `GrowthSchedule`; what `grown` returns.

    As a `tf.data.Dataset` it is the first epoch. `from_step(step)` is the endless stream from any
    step on. Images come averaged over blocks of pixels, the official code's way to make them
    smaller, at the resolution of the step; blending with the resolution below is the model's part.

    Attributes:
        schedule: The `GrowthSchedule`.
        steps_per_epoch: Steps between two epochs ends, when `fit`'s callbacks look.
        epochs: Epochs of the whole schedule, for `fit`.
        data_shape: Shape of a sample of the final resolution.
        batch_size: The largest number that divides the batch sizes of all resolutions.
        num_examples, seed, class_names, num_classes: As the source's.
    """

    def __init__(self, source, schedule, steps_per_epoch, mirror=False):
        self.source = source
        self.schedule = schedule
        self.mirror = mirror
        self.steps_per_epoch = steps_per_epoch
        self.epochs = math.ceil(schedule.steps / steps_per_epoch)
        self.data_shape = source.data_shape
        self.batch_size = math.gcd(*map(schedule.batch_size_at, schedule.resolutions))
        self.num_examples = source.num_examples
        self.seed = source.seed
        self.class_names = source.class_names
        self.num_classes = source.num_classes
        self._first_epoch = self.from_step(0).take(steps_per_epoch)
        super().__init__(tf.data.experimental.to_variant(self._first_epoch))

    def from_step(self, step):
        """Endless `tf.data.Dataset` from global step `step` on: step `k` is batch `k` of the
        source in the batch size of its moment.

        Args:
            step: Python integer, at least 0.
        """
        first = self.schedule.at(step).segment
        stream = None
        for segment in self.schedule.segments[first:]:
            begin = max(step, segment.first_step)
            batches = self._batches(segment, begin)
            if segment is not self.schedule.segments[-1]:
                batches = batches.take(segment.first_step + segment.steps - begin)
            stream = batches if stream is None else stream.concatenate(batches)
        return ready(stream)

    def _batches(self, segment, begin):
        """The batches of a segment's size and resolution from a step on."""
        size = segment.batch_size
        part = self._images_at_once(size)
        shrink = functools.partial(_shrink, resolution=segment.resolution)
        batches = self.source.rebatched(part).from_step(begin * size // part, shrink)
        if part < size:
            batches = batches.unbatch().batch(size, drop_remainder=True)
        if self.mirror:
            steps = tf.data.Dataset.range(begin, tf.int64.max)
            batches = tf.data.Dataset.zip(steps, batches).map(self._mirrored)
        return batches

    def _images_at_once(self, batch_size):
        """How many images of a batch are at their full size at the same time, a divisor."""
        most = max(1, BYTES_AT_ONCE // (4 * math.prod(self.data_shape)))
        parts = range(1, min(most, batch_size) + 1)
        return max(part for part in parts if batch_size % part == 0)

    def _mirrored(self, step, batch):
        images, *labels = batch if isinstance(batch, tuple) else (batch,)
        seed = randomness.seed_pair(self.seed, MIRROR, step)
        coins = randomness.uniform((tf.shape(images)[0], 1, 1, 1), seed)
        images = tf.where(coins < 0, images[:, :, ::-1], images)
        return (images, *labels) if labels else images

    def _inputs(self):
        return [self._first_epoch]

    @property
    def element_spec(self):
        return self._first_epoch.element_spec

    def __repr__(self):
        return (
            f"<GrowingBatches from {self.schedule.start} to {self.schedule.resolution} pixels in "
            f"{self.schedule.steps:,} steps, {self.epochs} epochs of {self.steps_per_epoch}: "
            f"{self.source!r}>"
        )


def grown(source, schedule, steps_per_epoch=1000, mirror=False):
    """Data for a network that grows: each step's images in the resolution of the schedule.

    ```python
    schedule = data.GrowthSchedule(resolution=64, stable_images=60_000, fade_images=60_000)
    batches = data.grown(data.load("glyphs", image_size=64), schedule)
    growth = callbacks.ProgressiveGrowth(schedule)
    model.fit(batches, epochs=batches.epochs, callbacks=[growth])
    ```

    Args:
        source: `Batches` of square images at the final resolution, of any batch size.
        schedule: `GrowthSchedule`.
        steps_per_epoch: Integer >= 1, steps from one look of `fit`'s callbacks to the next.
        mirror: Boolean, whether half of the images, drawn anew in every step, are mirrored, as in
            the papers' trainings on faces.

    Returns:
        `GrowingBatches`.

    Raises:
        ValueError: If the source's images do not have the schedule's resolution, or there are
            fewer than the largest batch holds.
    """
    if steps_per_epoch < 1:
        raise ValueError(
            f"`steps_per_epoch` must be at least 1. Received: steps_per_epoch={steps_per_epoch}"
        )
    wanted = (schedule.resolution, schedule.resolution)
    if not isinstance(source, Batches) or source.data_shape[:2] != wanted:
        raise ValueError(
            f"`source` must be `Batches` of images of {schedule.resolution} pixels, the schedule's "
            f"resolution. Received: source={source!r}"
        )
    return GrowingBatches(source, schedule, min(steps_per_epoch, schedule.steps), mirror)


def _is_resolution(value):
    return isinstance(value, int) and value >= 4 and value & (value - 1) == 0


def _shrink(images, *labels, resolution):
    """Means over equal blocks of pixels."""
    factor = images.shape[1] // resolution
    if factor > 1:
        images = tf.nn.avg_pool2d(images, factor, factor, "VALID")
    return (images, *labels) if labels else images
