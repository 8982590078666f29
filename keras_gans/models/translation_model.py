"""Games whose generators map images to images: translating, serving and what is shown."""

from numbers import Integral

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gans.models import network_checks
from keras_gans.models.adversarial_model import AdversarialModel
from keras_gans.models.image_sides import keeps_sides, side_multiple, smallest_side
from keras_gans.models.training_mode import call_in_training_mode
from keras_gans.utils import randomness
from keras_gans.utils.checks import LARGEST_RESIZED, check_at_least, check_shape_tuple
from keras_gans.utils.pixels import encode_png, is_image_shape, to_uint8
from keras_gans.utils.tiling import OVERLAP, in_fitting_tiles, reflected, up_to_multiple

TRANSLATION = 7 << 28  # marks the noise of `translate`, which no step draws


class TranslationModel(AdversarialModel):
    """Generators that translate images, and discriminators that judge the translations.

    Brings what such games share: `translate`, `call`, the serving signatures. A subclass names its
    `directions`, says their shapes in `shapes_of`, and writes its game.

    Class attributes:
        directions: Dictionary from a direction to the name of the generator that takes it, the
            first one being that of `call` and of the signature `serving_default`.
        optimizer_settings: Adam's settings of all players.
        data_rule: What the model trains on, in words for messages.

    Attributes:
        translate_in_training_mode: Whether generators translate as they do in training, with
            dropout and statistics of the batch, instead of with moving averages.

    Args:
        **kwargs: Arguments of `AdversarialModel`.
    """

    directions = {}
    optimizer_settings = {"learning_rate": 2e-4, "beta_1": 0.5, "epsilon": 1e-8}
    translate_in_training_mode = False
    data_rule = ""

    takes_networks_by_name = True

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._sides = {}  # from direction to the multiple and the smallest side

    def default_optimizers(self):
        return {player: keras.optimizers.Adam(**self.optimizer_settings) for player in self.players}

    def check_both(self, x, x_shape, y, y_shape):
        """Raises a `ValueError` unless a batch is two batches of images of these shapes."""
        if y is None:
            raise ValueError(f"{self.data_rule} Received: one batch of images alone")
        network_checks.check_batch("x", x, x_shape)
        network_checks.check_batch("y", y, y_shape)

    def shapes_of(self, direction):
        """Tuple of the shapes `(height, width, channels)` before and after the translation."""
        raise NotImplementedError

    def showcase(self, x, y, seed=0):
        """What is made of examples, to look at.

        Args:
            x, y: Arrays of examples, as the model trains on.
            seed: As in `translate`.

        Returns:
            Dictionary from a word to images `(num, height, width, channels)`, in the order of a
            row in which they stand side by side.
        """
        raise NotImplementedError

    # Translating

    def generator_of(self, direction):
        """The network that translates in a direction: an average where one is kept."""
        return self.inference_network(self.directions[direction])

    def translate(self, images, direction=None, *, batch_size=8, seed=0, tile=None, overlap=None):
        """Translates images, with the moving averages of the generators where they are kept.

        Images may be of other sizes than those that the model trains on, where the generator is
        made of convolutions alone and takes sides `None`, as default ones are and do. They are of
        multiples of the generator's steps then: 4 pixels for CycleGAN's, 256 for pix2pix's of 256.

        In training mode (`translate_in_training_mode`) each image is translated by itself, as in
        the paper's tests, because the statistics of a batch would make it depend on the others.

        Args:
            images: Array `(num, height, width, channels)`, floating in `[-1, 1]`.
            direction: One of `directions`; may be left out where there is only one.
            batch_size: Integer >= 1, how many are handed over at a time; only memory depends on it.
            seed: Integer >= 0 behind the noise of dropout, or array `(num,)` of such, one for each
                image. The same image and seed give the same translation, whatever else is
                translated beside it, and the export has seed 0. All images share the noise of one
                seed.
            tile: `None`, or an integer: images with longer sides than that are translated in
                square tiles of so many pixels, which are blended where they overlap, so that the
                network's memory does not grow with the image. Then the tile has to fit the
                generator and the image does not: it is continued by its mirror image and cut back.
                Each tile is normalised by its own statistics.
            overlap: Integer in `[0, tile)`, pixels by which tiles overlap; a quarter of the tile
                by default. What looks no further than a quarter of the overlap does not notice the
                tiles.

        Returns:
            NumPy array `(num, height, width, other_channels)`, float32 in `[-1, 1]`.

        Raises:
            ValueError: For a direction that is missing or unknown, for images of another shape or
                dtype, for sides that do not fit the generator, and numbers out of range.
        """
        direction = self.check_direction(direction)
        images = np.asarray(images)
        self.check_images(images, direction)
        check_at_least(1, batch_size=batch_size)
        seeds = _checked_seeds(seed, len(images))
        sides = images.shape[1:3]
        if tile is not None:
            tile, overlap = _checked_tile(tile, overlap)
        if tile is None or (tile >= max(sides) and self.fits(*sides, direction)):
            self.check_sides(*sides, direction)
            parts = [slice(at, at + batch_size) for at in range(0, len(images), batch_size)]
            return np.concatenate(
                [self._translate_array(direction, images[part], seeds[part]) for part in parts]
            )
        self.check_sides(tile, tile, direction, name="tile")
        multiple = self.side_multiple(direction) or 1
        smallest = self.smallest_side(direction) or tile
        translated = [
            in_fitting_tiles(
                lambda piece, seed=seed: self._translate_array(direction, piece, seed),
                image,
                (tile, tile),
                overlap,
                multiple,
                (smallest, smallest),
            )
            for image, seed in zip(images, seeds[:, np.newaxis], strict=True)
        ]
        return np.stack(translated)

    def _translate_array(self, direction, images, seeds):
        images = tf.convert_to_tensor(images, tf.float32)
        pairs = tf.stack([randomness.seed_pair(0, TRANSLATION, int(seed)) for seed in seeds])
        return np.asarray(self._translate_batch(direction, images, pairs))

    @tf.function(reduce_retracing=True)
    def _translate_batch(self, direction, images, seeds):
        return self.translated(direction, images, seeds)

    def translated(self, direction, images, seeds):
        """Translations of a tensor, as `translate` makes them.

        Args:
            direction: One of `directions`.
            images: Tensor `(num, height, width, channels)`.
            seeds: Seed pairs `(num, 2)`, see `keras_gans.utils.randomness`.

        Returns:
            Tensor `(num, height, width, other_channels)`, float32.
        """
        network = self.generator_of(direction)
        if not self.translate_in_training_mode:
            return ops.cast(network(images, training=False), "float32")

        def translate_one(image_and_seed):
            image, seed = image_and_seed
            translated = call_in_training_mode(network, image[tf.newaxis], seed)[0]
            return ops.cast(translated, "float32")

        channels = self.shapes_of(direction)[1][-1]
        spec = tf.TensorSpec((*images.shape[1:3], channels), tf.float32)
        # One after the other: the loop would otherwise hold the maps of ten images.
        return tf.map_fn(
            translate_one, (images, seeds), fn_output_signature=spec, parallel_iterations=1
        )

    def _translated_as_served(self, direction, images):
        seeds = tf.tile(
            randomness.seed_pair(0, TRANSLATION, 0)[tf.newaxis], [ops.shape(images)[0], 1]
        )
        return self.translated(direction, images, seeds)

    def call(self, images, training=False):
        """Translates in the first direction, so that `predict` does too; with seed 0."""
        direction = next(iter(self.directions))
        if training:
            return getattr(self, self.directions[direction])(images, training=True)
        return self._translated_as_served(direction, images)

    # What fits

    def check_direction(self, direction):
        """The direction, the only one for `None`; raises a `ValueError` for another."""
        if direction is None and len(self.directions) == 1:
            return next(iter(self.directions))
        if direction not in self.directions:
            raise ValueError(
                f"`direction` must be one of {tuple(self.directions)}. "
                f"Received: direction={direction!r}"
            )
        return direction

    def check_images(self, images, direction):
        """Raises a `ValueError` unless `images` are floating images with the right channels."""
        channels = self.shapes_of(direction)[0][-1]
        if images.ndim != 4 or len(images) == 0 or images.shape[-1] != channels:
            raise ValueError(
                f"`images` must have the shape (num, height, width, {channels}) with num >= 1. "
                f"Received: images with shape {images.shape}"
            )
        network_checks.check_batch("images", images, images.shape[1:])
        if np.abs(images).max() > LARGEST_RESIZED:
            raise ValueError(
                "`images` must be in [-1, 1]; pixels in [0, 255] become so by x / 127.5 - 1. "
                f"Received: images from {images.min()} to {images.max()}"
            )

    def fits(self, height, width, direction):
        """Whether the generator of a direction takes images of these sides."""
        sides, shape = (height, width), self.shapes_of(direction)[0]
        if sides == shape[:2]:
            return True
        multiple, smallest = self._sides_of(direction)
        if multiple is None:
            return keeps_sides(self.generator_of(direction), height, width, shape[-1])
        return all(side % multiple == 0 and side >= smallest for side in sides)

    def check_sides(self, height, width, direction, name="images"):
        """Raises a `ValueError` unless the generator of a direction takes images of these sides."""
        if self.fits(height, width, direction):
            return
        shape, multiple = self.shapes_of(direction)[0], self.side_multiple(direction)
        rule = f"{shape[0]} and {shape[1]}, for which its generator is made"
        if multiple is not None:
            rule = f"multiples of {multiple} and at least {self.smallest_side(direction)}"
        raise ValueError(
            f"`{name}` must have sides that are {rule}. "
            f"Received: {name} with height {height} and width {width}"
        )

    def side_multiple(self, direction):
        """What sides of images must be multiples of, or `None` where only those of training fit.

        Returns:
            Integer >= 1, a power of 2, or `None`.
        """
        return self._sides_of(direction)[0]

    def smallest_side(self, direction):
        """The smallest of these multiples that is large enough, or `None`."""
        return self._sides_of(direction)[1]

    def _sides_of(self, direction):
        if direction not in self._sides:
            network = self.generator_of(direction)
            channels = self.shapes_of(direction)[0][-1]
            multiple = side_multiple(network, channels)
            smallest = multiple and smallest_side(network, channels, multiple)
            self._sides[direction] = (multiple, smallest)
        return self._sides[direction]

    def fit(self, x=None, y=None, **kwargs):
        """Trains as `AdversarialModel.fit` does, on `x` and `y` or batches of both."""
        if isinstance(x, np.ndarray) and isinstance(y, np.ndarray) and len(x) != len(y):
            raise ValueError(
                f"{self.data_rule} Arrays must hold equally many of both. "
                f"Received: x with {len(x)} images, y with {len(y)}"
            )
        return super().fit(x, y, **kwargs)

    def images_in(self, x, y):
        return {"x": x, "y": y}

    # Serving

    def describe(self):
        directions = {
            name: {
                "side_multiple": self.side_multiple(name),
                "smallest_side": self.smallest_side(name),
            }
            for name in self.directions
        }
        return {**super().describe(), "directions": directions}

    def serving_signatures(self):
        """Dictionary from signature to its function and the specifications of its inputs.

        For every direction there is one of its name, from float32 `images` in `[-1, 1]` to
        `images`, and `<direction>_png`, from `image_bytes`, files in PNG or JPEG, for inputs in
        colour also in BMP and GIF, to `png_bytes`. Where the generator takes several sizes, images
        there are of any, each continued by reflection until it fits and cut back, else of its own.
        `serving_default` is the first direction. Noise is that of seed 0 on every call.
        """
        signatures = {}
        for direction in self.directions:
            translate, specs = self._signature_of_images(direction)
            signatures.setdefault("serving_default", (translate, specs))
            signatures[direction] = (translate, specs)
            if all(map(is_image_shape, self.shapes_of(direction))):
                files = [tf.TensorSpec((None,), tf.string, name="image_bytes")]
                signatures[f"{direction}_png"] = (self._translation_of_files(direction), files)
        return signatures

    def _signature_of_images(self, direction):
        shape = self.shapes_of(direction)[0]
        sides = shape[:2] if self.side_multiple(direction) is None else (None, None)

        def translate(images):
            return {"images": self._translated_as_served(direction, images)}

        return translate, [tf.TensorSpec((None, *sides, shape[-1]), tf.float32, name="images")]

    def _translation_of_files(self, direction):
        height, width, channels = self.shapes_of(direction)[0]
        multiple, smallest = self._sides_of(direction)

        def translate_one(file):
            pixels = tf.io.decode_image(file, channels=channels, expand_animations=False)
            images = ops.cast(pixels[tf.newaxis], "float32") / 127.5 - 1.0
            rows, columns = tf.shape(images)[1], tf.shape(images)[2]
            if multiple is None:
                images = tf.ensure_shape(images, (1, height, width, channels))
            else:
                sides = [
                    tf.maximum(up_to_multiple(side, multiple), smallest) for side in (rows, columns)
                ]
                images = tf.ensure_shape(reflected(images, *sides), (1, None, None, channels))
            translated = self._translated_as_served(direction, images)
            return encode_png(to_uint8(translated[:, :rows, :columns]))[0]

        def translate_png(image_bytes):
            return {
                "png_bytes": tf.map_fn(
                    translate_one,
                    image_bytes,
                    fn_output_signature=tf.TensorSpec((), tf.string),
                    parallel_iterations=1,
                )
            }

        return translate_png

    def warmup_inputs(self):
        """Dictionary from signature to its inputs, of a size that every generator takes."""
        inputs = {}
        for name, (_, (spec,)) in self.serving_signatures().items():
            direction = name.removesuffix("_png")
            shape = self.shapes_of(
                direction if direction in self.directions else next(iter(self.directions))
            )[0]
            image = np.zeros((1, *shape), np.float32)
            if spec.dtype == tf.string:
                image = np.array(encode_png(to_uint8(image)), dtype=object)
            inputs[name] = {spec.name: image}
        return inputs


def checked_shapes(image_shape, **both):
    """The shapes of the images on both sides, which `image_shape` stands for where it is given.

    Args:
        image_shape: Tuple `(height, width, channels)` or `None`.
        **both: The two shapes by the names of their arguments, or `None` for either.

    Raises:
        ValueError: If they are given neither in the one nor in the other way, are no shapes of
            images, or have different sides.
    """
    given = [shape for shape in both.values() if shape is not None]
    first, second = both
    if len(given) != (2 if image_shape is None else 0):
        raise ValueError(
            f"Either `image_shape` or both `{first}` and `{second}` must be given. Received: "
            f"image_shape={image_shape}, {first}={both[first]}, {second}={both[second]}"
        )
    shapes = {}
    for side, shape in both.items():
        name, shape = (side, shape) if image_shape is None else ("image_shape", image_shape)
        check_shape_tuple(name, shape)
        shapes[side] = tuple(shape)
        if len(shape) != 3:
            raise ValueError(
                f"`{name}` must be (height, width, channels). Received: {name}={shape}"
            )
    if shapes[first][:2] != shapes[second][:2]:
        raise ValueError(
            f"`{first}` and `{second}` must have the same height and width. "
            f"Received: {first}={shapes[first]}, {second}={shapes[second]}"
        )
    return tuple(shapes.values())


def _checked_tile(tile, overlap):
    """Both as integers; raises a `ValueError` unless they are some that fit each other."""
    if isinstance(tile, Integral) and overlap is None:
        overlap = tile // OVERLAP
    if not (isinstance(tile, Integral) and isinstance(overlap, Integral) and 0 <= overlap < tile):
        raise ValueError(
            "`tile` must be an integer greater than `overlap`, an integer of at least 0. "
            f"Received: tile={tile!r}, overlap={overlap!r}"
        )
    return int(tile), int(overlap)


def _checked_seeds(seed, num):
    seeds = np.asarray(seed)
    if seeds.dtype.kind not in "iu" or seeds.shape not in ((), (num,)) or (seeds < 0).any():
        raise ValueError(
            "`seed` must be an integer of at least 0, or an array of such with one for each image. "
            f"Received: seed={seed}"
        )
    return np.broadcast_to(seeds, (num,))
