"""Embedded pairs and domains for translation between images, whose truth is known."""

import colorsys
import os

import numpy as np

from keras_gans.data import glyph_rendering
from keras_gans.data.glyph_rendering import FONTS, render, render_outline
from keras_gans.data.memory import to_unit_range
from keras_gans.utils.checks import check_at_least

TASKS = ("outline", "colour", "slant", "weight")
SPLITS = ("train", "test")
NUM_EXAMPLES = {"train": 10_000, "test": 1_000}
VERSION = 1
SLANT = 0.5  # shift to the right over one height, which is 27 degrees
WEIGHT = 0.1  # how much thicker the pen of a bold digit is, in digit heights
PALETTE = np.array(  # colour of each digit, red, green and blue in [0, 1]: ten equidistant hues
    [colorsys.hsv_to_rgb(digit / 10, 0.85, 1.0) for digit in range(10)], np.float32
)


def _fonts_without(*words):
    return [number for number, name in enumerate(FONTS) if not any(word in name for word in words)]


UPRIGHT_FONTS = _fonts_without("Oblique", "Ita", "cmmi", "cmti")
LIGHT_FONTS = _fonts_without("Bol", "cmb")


def glyph_pairs(task, *, split="test", image_size=32, num_examples=None):
    """Aligned images of a translation between glyphs, to evaluate with.

    ```python
    upright, slanted, labels = glyph_pairs("slant", image_size=32)
    error = np.abs(model.translate(upright) - slanted).mean()
    ```

    The digits are drawn as those of `"glyphs"`, but for what a task needs:

    - `"outline"`: the boundary of a digit, and the digit filled;
    - `"colour"`: a gray digit, and the same in the colour `glyph_tasks.PALETTE[label]`;
    - `"slant"`: an upright digit, and the same leaning to the right by 27 degrees;
    - `"weight"`: a digit of a thin pen, and the same in bold.

    Pair `i` is a pure function of the task, the split, `i` and the size, and shows the same digit
    at every size. The digits 0 to 9 come in turn.

    Args:
        task: One of those names.
        split: "train" or "test", which have no glyph in common.
        image_size: Height and width.
        num_examples: How many pairs; by default 10,000 to train on and 1,000 to test.

    Returns:
        Tuple of NumPy arrays `(a, b, labels)`: float32 `(num_examples, image_size, image_size, 1)`
        in `[-1, 1]`, `b` with 3 channels for `"colour"`, and int32 `(num_examples,)`.

    Raises:
        ValueError: For another task or split, and sizes or numbers that are no positive integers.
    """
    num_examples = _checked_number(task, split, image_size, num_examples)
    a, b, labels = render_pairs(task, split, image_size, range(num_examples))
    return _in_unit_range(a), _in_unit_range(b), labels


def glyph_domains(task, *, split="train", image_size=32, num_examples=None):
    """Two domains of glyphs, of which no two images show the same glyph.

    The first domain holds the first images of pairs 0 to `num_examples - 1` of `glyph_pairs`, the
    second one the second images of as many pairs after these.

    Args:
        task, split, image_size: As for `glyph_pairs`.
        num_examples: Images of each domain.

    Returns:
        Tuple of float32 NumPy arrays `(a, b)`, as those of `glyph_pairs`.

    Raises:
        ValueError: As `glyph_pairs`.
    """
    num_examples = _checked_number(task, split, image_size, num_examples)
    return tuple(map(_in_unit_range, render_domains(task, split, image_size, num_examples)))


def render_pairs(task, split, image_size, indices):
    """`(a, b, labels)` of these pairs, images in uint8."""
    a, b = (render_side(task, side, split, image_size, indices) for side in (0, 1))
    return a, b, np.array([index % 10 for index in indices], np.int32)


def render_domains(task, split, image_size, num_examples):
    """`(a, b)` of two domains without a common glyph, in uint8."""
    return tuple(
        render_side(
            task, side, split, image_size, range(side * num_examples, (side + 1) * num_examples)
        )
        for side in (0, 1)
    )


def render_side(task, side, split, image_size, indices):
    """First (`side` 0) or second images of these pairs, uint8 `(n, size, size, 1 or 3)`."""
    draw = _DRAW[task][side]
    images = [draw(*_digit(task, split, index), image_size) for index in indices]
    return np.stack([image if image.ndim == 3 else image[..., np.newaxis] for image in images])


def _digit(task, split, index):
    """`Factors` of what both images of a pair have in common, and their noise."""
    generator = np.random.default_rng([VERSION, TASKS.index(task), SPLITS.index(split), index])
    factors = glyph_rendering.draw_factors(generator, label=index % 10)
    noise = generator.standard_normal(glyph_rendering.NOISE_SHAPE)
    pen, place = generator.uniform(size=2)  # which pen and font, where a task restricts them
    changed = {  # smaller and nearer to the middle, so that hardly any reaches over the edge
        "scale": 0.9 * factors.scale,
        "shift_x": 0.5 * factors.shift_x,
        "shift_y": 0.5 * factors.shift_y,
    }
    if task == "outline":  # a thick pen, which leaves something to fill
        changed |= {"stroke": 0.04 + 0.04 * pen}
    elif task == "slant":  # nothing else leans
        font = UPRIGHT_FONTS[int(place * len(UPRIGHT_FONTS))]
        changed |= {"font": font, "slant": 0.0, "rotation": 0.0}
    elif task == "weight":
        font = LIGHT_FONTS[int(place * len(LIGHT_FONTS))]
        changed |= {"font": font, "stroke": 0.01 * pen}
    return factors._replace(**changed), noise


def _coloured(factors, noise, size):
    gray = render(factors, noise, size)
    return np.uint8(gray[..., np.newaxis] * PALETTE[factors.label] + 0.5)


def _slanted(factors, noise, size):
    return render(factors._replace(slant=SLANT), noise, size)


def _bold(factors, noise, size):
    return render(factors._replace(stroke=factors.stroke + WEIGHT), noise, size)


_DRAW = {  # from the factors, the noise and the size to the first and to the second image
    "outline": (render_outline, render),
    "colour": (render, _coloured),
    "slant": (render, _slanted),
    "weight": (render, _bold),
}


def is_name(source):
    """Whether a source is called "glyphs", or "glyphs/..." and is no folder."""
    if not isinstance(source, str) or source.split("/")[0] != "glyphs":
        return False
    return "/" not in source or not os.path.isdir(source)


def is_task(source):
    """Whether a source is called after a task, such as "glyphs/slant"."""
    return is_name(source) and source.partition("/")[2].split("_")[0] in TASKS


def parse(source, split, name="source"):
    """Task and number of examples of "glyphs/slant" or "glyphs/slant_1000_200", `name`'s value."""
    task, *counts = source.removeprefix("glyphs").removeprefix("/").split("_")
    if task not in TASKS or len(counts) not in (0, 2) or not all(map(str.isdecimal, counts)):
        names = ", ".join(f"'glyphs/{task}'" for task in TASKS)
        raise ValueError(
            f"`{name}` must be one of {names}, or of a small set such as "
            f"'glyphs/{TASKS[0]}_1000_200', with examples to train on and to test. "
            f"Received: {name}={source!r}"
        )
    _check_split(split)
    return task, int(counts[SPLITS.index(split)]) if counts else NUM_EXAMPLES[split]


def _checked_number(task, split, image_size, num_examples):
    if task not in TASKS:
        raise ValueError(f"`task` must be one of {TASKS}. Received: task={task!r}")
    _check_split(split)
    num_examples = NUM_EXAMPLES[split] if num_examples is None else num_examples
    check_at_least(1, image_size=image_size, num_examples=num_examples)
    return num_examples


def _check_split(split):
    if split not in SPLITS:
        raise ValueError(f"`split` of glyphs must be one of {SPLITS}. Received: split={split!r}")


def _in_unit_range(images):
    return to_unit_range(images, (0, 255)).numpy()
