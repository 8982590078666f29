"""Adaptive discriminator augmentation: changes of images, as many as the discriminator needs."""

import math

import keras
import tensorflow as tf
from keras import ops

from keras_gans.layers._image_augmentation import ImageAugmentation
from keras_gans.layers._image_transforms import matrices, product, recolour, resample
from keras_gans.utils.checks import check_at_least

PIPE = ("blits", "geometry", "color")


@keras.saving.register_keras_serializable(package="keras_gans")
class AdaptiveAugment(ImageAugmentation):
    """Changes images before a discriminator judges them, each change with probability `p`, which
    rises while the discriminator is too sure of the real images and falls while it is not.

    It goes before real images and fakes, in both players' steps; hand the layer to a model,
    `kg.DCGAN(..., augment=AdaptiveAugment())`, which does that, moves `p` after each step and logs
    it as `augmentation_probability`. Changes that leave most images alone (`p` below 0.8 or so) do
    not show in what the generator learns; certain ones may.

    What overfitting shows in is `r`, the mean sign of the discriminator's logits of real images. At
    every `interval`-th minibatch `p` moves by the number of real images since the last move over
    `images`, up where `r` is above `target` and down where it is below, and never below 0.
    `p` is kept as a whole number of images, the weight `raised`, so that it is exact.

    The changes, in this order, each drawn for every sample:

    - `"blits"`: mirror image; a turn by a multiple of 90 degrees; a move by whole pixels of at most
      an eighth of the size.
    - `"geometry"`: size times `2^N(0, 0.2^2)`; a turn by any angle; stretching, width times and
      height over `2^N(0, 0.2^2)`; another turn; a move by N(0, 0.125^2) of the size. Each of the
      turns has the probability `1 - sqrt(1 - p)`, so that one of them happens with `p`.
    - `"color"`: brightness plus N(0, 0.2^2); contrast times `2^N(0, 0.5^2)`; lightness turned
      over; on colour images hue turned by any angle and saturation times `2^N(0, 1)`.

    Departure from the official code, which resamples at twice the resolution through the low-pass
    filter of a wavelet: here one bilinear resampling makes all moves and turns. Where a move is not
    by whole pixels, fine detail is softened, and shrunken images alias; in exchange the step
    stays cheap on processors and its gradient is exact. Images are mirrored at their borders as
    often as needed; there, once.

    Args:
        target: Float in (-1, 1), the `r` that is held; or `None`, and `p` stays as it is.
        images: Integer >= 1, real images in which `p` rises from 0 to 1: the paper's 500,000, or
            100,000 when a trained model goes on with other data.
        interval: Integer >= 1, minibatches from move to move.
        probability: Float in [0, 1], `p` at first.
        pipe: Tuple of some of `"blits"`, `"geometry"` and `"color"`.
        seed: Integer in `[0, 2**31)`; layers of equal seeds draw equal numbers.
        **kwargs: `name` and `dtype` of `keras.layers.Layer`.

    Call arguments:
        images: Tensor `(batch_size, height, width, 3 or 1)` with values in `[-1, 1]`, or a list of
            such, of any sizes, in which the images of a sample are changed alike.
        training: Boolean, whether to change anything.

    Returns:
        What was given, changed; computed in float32 whatever the layer returns. Values may leave
        `[-1, 1]`.

    Raises:
        ValueError: If an argument is out of range, or for images of another shape.

    Reference:
        Karras et al., 2020, "Training Generative Adversarial Networks with Limited Data"
        (arXiv:2006.06676), sections 2 and 3, appendix B and official code (pipe "bgc").
    """

    uniforms = 21
    normals = 7

    def __init__(
        self,
        target=0.6,
        images=500_000,
        interval=4,
        probability=0.0,
        pipe=PIPE,
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        if target is not None and not -1 < target < 1:
            raise ValueError(f"`target` must be None or in (-1, 1). Received: target={target}")
        check_at_least(1, images=images, interval=interval)
        if not 0 <= probability <= 1:
            raise ValueError(
                f"`probability` must be in [0, 1]. Received: probability={probability}"
            )
        if not pipe or not set(pipe) <= set(PIPE) or len(set(pipe)) < len(pipe):
            raise ValueError(
                f"`pipe` must be a tuple of different names out of {PIPE}. Received: pipe={pipe}"
            )
        self.target = target
        self.images = images
        self.interval = interval
        self.initial_probability = probability
        self.pipe = tuple(pipe)

    def build(self, images_shape):
        super().build(images_shape)
        start = round(self.initial_probability * self.images)
        self.raised = self._add_counter("raised", (), keras.initializers.Constant(start))
        # Since the last move: the sum of the signs, how many, of how many images and minibatches.
        self.watched = self._add_counter("watched", (4,), "zeros")

    def _add_counter(self, name, shape, initializer):
        return self.add_weight(
            name=name,
            shape=shape,
            dtype="int64",
            initializer=initializer,
            trainable=False,
            aggregation="only_first_replica",
        )

    @property
    def adapts(self):
        """Whether `p` is to move."""
        return self.target is not None

    def probability(self):
        """Scalar float32: `p`. From 1 on, where it may go, every change happens."""
        return ops.cast(self.raised, "float32") / self.images

    def adapt(self, real_logits):
        """Takes the discriminator's word on a minibatch of real images, and moves `p` when due.

        On several replicas each brings the logits of its part.

        Args:
            real_logits: Tensor `(batch_size, ...)`, any number of logits an image, positive where
                the discriminator holds an image for real.
        """
        if not self.adapts:
            return
        signs = ops.sign(ops.cast(ops.stop_gradient(real_logits), "float32"))
        num_images = ops.shape(signs)[0]
        news = [ops.sum(signs), ops.size(signs), num_images]
        news = _sum_over_replicas(ops.stack([ops.cast(number, "float32") for number in news]))
        news = ops.concatenate([ops.cast(news, "int64"), ops.ones((1,), "int64")], axis=0)
        watched = ops.convert_to_tensor(self.watched) + news
        is_due = watched[3] >= self.interval
        mean_sign = ops.cast(watched[0], "float32") / ops.cast(watched[1], "float32")
        direction = ops.cast(ops.sign(mean_sign - self.target), "int64")
        raised = ops.convert_to_tensor(self.raised)
        moved = ops.maximum(raised + direction * watched[2], 0)
        self.raised.assign(ops.where(is_due, moved, raised))
        self.watched.assign(ops.where(is_due, ops.zeros_like(watched), watched))

    def transform(self, images, draws):
        if "blits" in self.pipe or "geometry" in self.pipe:
            images = resample(images, self._sources(draws, *images.shape[1:3]))
        if "color" in self.pipe:
            images = recolour(images, self._colours(draws, images.shape[-1]))
        return images

    def _chosen(self, draws, *values, probability=None):
        """The values where a sample is one of those that are changed, elsewhere 0: no change."""
        probability = self.probability() if probability is None else probability
        changes = draws.uniform() < probability
        values = [ops.where(changes, value, 0.0) for value in values]
        return values if len(values) > 1 else values[0]

    def _sources(self, draws, height, width):
        """Where in the images the pixels come from; see `resample`.

        The inverse of the first change stands first: it is the last one on the way back.
        """
        steps = []
        if "blits" in self.pipe:
            mirrored = self._chosen(draws, draws.integer(0, 1))
            steps.append(_stretching(1.0 - 2.0 * mirrored, 1.0))
            turns = ops.cast(self._chosen(draws, draws.integer(0, 3)), "int32")
            cosines, sines = ((1.0, 0.0, -1.0, 0.0), (0.0, 1.0, 0.0, -1.0))  # exact
            steps.append(_turn(*[ops.take(ops.array(table), turns) for table in (cosines, sines)]))
            moves = self._chosen(draws, *[draws.uniform(-0.125, 0.125) for _ in range(2)])
            steps.append(
                _move(*[ops.round(m * n) for m, n in zip(moves, (width, height), strict=True)])
            )
        if "geometry" in self.pipe:
            p = ops.clip(self.probability(), 0.0, 1.0)
            either = 1.0 - ops.sqrt(1.0 - p)
            size = 2.0 ** self._chosen(draws, draws.normal(0.2))
            steps.append(_stretching(1.0 / size, 1.0 / size))
            angle = self._chosen(draws, draws.uniform(-math.pi, math.pi), probability=either)
            steps.append(_turn(ops.cos(angle), ops.sin(angle)))
            stretch = 2.0 ** self._chosen(draws, draws.normal(0.2))
            steps.append(_stretching(1.0 / stretch, stretch))
            angle = self._chosen(draws, draws.uniform(-math.pi, math.pi), probability=either)
            steps.append(_turn(ops.cos(angle), ops.sin(angle)))
            across, down = self._chosen(draws, *[draws.normal(0.125) for _ in range(2)])
            steps.append(_move(across * width, down * height))
        return product(*steps)

    def _colours(self, draws, channels):
        """What becomes of colours; see `recolour`. The last change stands first."""
        brightness = self._chosen(draws, draws.normal(0.2))
        contrast = 2.0 ** self._chosen(draws, draws.normal(0.5))
        turned_over = self._chosen(draws, draws.integer(0, 1))
        steps = [
            _about_gray(along=1.0 - 2.0 * turned_over, across=1.0),
            _about_gray(along=contrast, across=contrast),
            matrices(
                [
                    [1.0, 0.0, 0.0, brightness],
                    [0.0, 1.0, 0.0, brightness],
                    [0.0, 0.0, 1.0, brightness],
                    [0.0, 0.0, 0.0, 1.0],
                ]
            ),
        ]
        if channels == 3:  # a gray image has neither hue nor saturation
            hue = self._chosen(draws, draws.uniform(-math.pi, math.pi))
            saturation = 2.0 ** self._chosen(draws, draws.normal(1.0))
            steps = [
                _about_gray(along=1.0, across=saturation),
                _about_gray(along=1.0, across=ops.cos(hue), around=ops.sin(hue)),
                *steps,
            ]
        return product(*steps)

    def get_config(self):
        return {
            **super().get_config(),
            "target": self.target,
            "images": self.images,
            "interval": self.interval,
            "probability": self.initial_probability,
            "pipe": self.pipe,
        }


# The changes on the way back, as matrices


def _stretching(width, height):
    return matrices([[width, 0.0, 0.0], [0.0, height, 0.0], [0.0, 0.0, 1.0]])


def _turn(cosine, sine):
    return matrices([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])


def _move(across, down):
    return matrices([[1.0, 0.0, -across], [0.0, 1.0, -down], [0.0, 0.0, 1.0]])


def _about_gray(along, across, around=0.0):
    """Multiplies what of a colour lies along the gray axis and what lies across it, and adds the
    latter, turned by 90 degrees around the axis, times `around`."""
    third, root = (along - across) / 3.0, around / 3.0**0.5
    before, after = third - root, third + root
    return matrices(
        [
            [across + third, before, after, 0.0],
            [after, across + third, before, 0.0],
            [before, after, across + third, 0.0],
            [0.0, 0.0, 0.0, 1.0],
        ]
    )


def _sum_over_replicas(values):
    context = tf.distribute.get_replica_context()
    return values if context is None else context.all_reduce(tf.distribute.ReduceOp.SUM, values)
