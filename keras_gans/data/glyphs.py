"""The embedded data set: digits in many fonts, as hard as handwriting, with known factors."""

import contextlib
import dataclasses
import io
import sys
import time

import numpy as np
import tensorflow_datasets as tfds
from PIL import Image

from keras_gans.data import glyph_rendering

SIZES = (28, 32, 64, 128)
NUM_TRAIN, NUM_TEST = 60_000, 10_000
SECONDS = {28: 30, 32: 35, 64: 40, 128: 85}  # that the whole set takes on two cores


@dataclasses.dataclass
class GlyphsConfig(tfds.core.BuilderConfig):
    """Pixels of a side and examples of each split; a subset is a set of its own, by its name."""

    name: str = ""  # follows from the others
    size: int = 28
    num_train: int = NUM_TRAIN
    num_test: int = NUM_TEST

    def __post_init__(self):
        self.name = str(self.size)
        if (self.num_train, self.num_test) != (NUM_TRAIN, NUM_TEST):
            self.name += f"_{self.num_train}_{self.num_test}"
        self.description = f"{self.size}x{self.size} pixels."


class Glyphs(tfds.core.GeneratorBasedBuilder):
    """Digits 0 to 9 in 22 fonts, white on black.

    An example is a pure function of the version, its split, its number and the size; example `i`
    shows the same digit at every size. Features: `image` `(size, size, 1)` uint8, `label`, and
    what it was drawn from, `font`, `slant`, `rotation`, `scale`, `shift_x`, `shift_y`, `stroke`,
    in the units of `glyph_rendering.Factors`.
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First rendering."}
    BUILDER_CONFIGS = [GlyphsConfig(size=size) for size in SIZES]

    def _info(self):
        size = self.builder_config.size
        return tfds.core.DatasetInfo(
            builder=self,
            description="Digits rendered in many fonts, warped as if written by hand.",
            features=tfds.features.FeaturesDict(
                {
                    "image": tfds.features.Image(shape=(size, size, 1), encoding_format="png"),
                    "label": tfds.features.ClassLabel(num_classes=10),
                    "font": tfds.features.ClassLabel(names=glyph_rendering.FONTS),
                    **{name: np.float32 for name in glyph_rendering.CONTINUOUS_FACTORS},
                }
            ),
            supervised_keys=("image", "label"),
        )

    def _split_generators(self, dl_manager):
        return {
            "train": self._generate_examples(0, self.builder_config.num_train),
            "test": self._generate_examples(1, self.builder_config.num_test),
        }

    def _generate_examples(self, split, num_examples):
        for index in range(num_examples):
            image, factors = example(split, index, self.builder_config.size)
            yield index, {"image": _png(image), **factors._asdict()}


def example(split, index, size):
    """Example `index` of split 0 (train) or 1 (test): a uint8 image `(size, size)`, its `Factors`.

    The digits come in turn, so that all are equally frequent.
    """
    generator = np.random.default_rng([Glyphs.VERSION.major, split, index])
    factors = glyph_rendering.draw_factors(generator, label=index % 10)
    noise = generator.standard_normal(glyph_rendering.NOISE_SHAPE)
    return glyph_rendering.render(factors, noise, size), factors


def prepare_glyphs(size, data_dir=None, *, num_train=NUM_TRAIN, num_test=NUM_TEST):
    """The glyphs data set as a prepared TFDS builder; it is rendered where it is not cached yet.

    Args:
        size: Integer, pixels of a side: 28, 32, 64 or 128.
        data_dir: Optional folder of TFDS data sets; defaults to where TFDS caches.
        num_train: Integer, examples of the train split; a small set is quick to make.
        num_test: Integer, examples of the test split.

    Returns:
        `tfds.core.DatasetBuilder`, ready for `as_dataset(split="train")`.

    Raises:
        ValueError: If `size` is none of those.
    """
    if size not in SIZES:
        raise ValueError(f"`size` of the glyphs must be one of {SIZES}. Received: size={size}")
    config = GlyphsConfig(size=size, num_train=num_train, num_test=num_test)
    config = Glyphs.builder_configs.get(config.name, config)  # TFDS wants the one that it knows
    builder = Glyphs(config=config, data_dir=data_dir)
    if builder.data_path.exists():
        return builder
    _render_all(builder)
    return Glyphs(config=config, data_dir=data_dir)


def _render_all(builder):
    """Prepares the builder, with one line instead of the several of TFDS."""
    config = builder.builder_config
    share = (config.num_train + config.num_test) / (NUM_TRAIN + NUM_TEST)
    words = f"Rendering the glyphs data set, {config.size} pixels, once into {builder.data_path}"
    print(f"{words}: about {2 + SECONDS[config.size] * share:.0f} s ...", end=" ", file=sys.stderr)
    sys.stderr.flush()
    start = time.perf_counter()
    try:
        with _quiet():
            builder.download_and_prepare()
    except OSError:  # also where another process was quicker, as in training on several workers
        if not builder.data_path.exists():
            raise
    print(f"done in {time.perf_counter() - start:.0f} s", file=sys.stderr)


def _png(image):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "png", compress_level=1)
    return file.getvalue()


@contextlib.contextmanager
def _quiet():
    """Silences what TFDS prints and its progress bars."""
    tqdm = tfds.core.utils.tqdm_utils
    before = tqdm._active
    tfds.display_progress_bar(False)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        tfds.display_progress_bar(before)
