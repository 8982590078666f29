"""Digits drawn from fonts as if by hand: slanted, turned, shifted, warped, with an uneven pen."""

import functools
import pathlib
from typing import NamedTuple

import matplotlib
import numpy as np
import scipy.ndimage
from PIL import Image, ImageFont

# The fonts that ship with matplotlib and hold digits, each looked at.
FONTS = (
    "DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique",
    "DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSansMono-Oblique", "DejaVuSansMono-BoldOblique",
    "DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif-Italic", "DejaVuSerif-BoldItalic",
    "STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "STIXGeneralBolIta",
    "cmb10", "cmmi10", "cmr10", "cmss10", "cmti10", "cmtt10",
)  # fmt: skip

DIGIT_HEIGHT = 20 / 28  # of the image's side at scale 1, as in MNIST
MASK_HEIGHT = 192  # pixels of a digit where its distances are measured
MASK_SIDE = 320  # pixels; the margin leaves room for bold strokes and warps
KNOTS = 5  # of the noise that warps a digit, along each axis
NOISE_SHAPE = (3, KNOTS, KNOTS)
WARP = 0.05  # standard deviation of the warp, in digit heights
PRESSURE = 0.012  # standard deviation of the pen's unevenness, in digit heights
OUTLINE = 0.06  # width of the line around a digit, in digit heights


class Factors(NamedTuple):
    """What an example is drawn from.

    `label` is the digit and `font` the index in `FONTS`. `slant` is the shift to the right over one
    height, `rotation` is in degrees counter-clockwise, `scale` is relative to MNIST's 20 of 28
    pixels, `shift_x` (right) and `shift_y` (down) are in sides of the image, and `stroke` is how
    much thicker the pen is than the font's, in heights of the digit.
    """

    label: int
    font: int
    slant: float
    rotation: float
    scale: float
    shift_x: float
    shift_y: float
    stroke: float


CONTINUOUS_FACTORS = Factors._fields[2:]


def draw_factors(generator, label):
    """Random `Factors` of one digit."""
    return Factors(
        label=label,
        font=int(generator.integers(len(FONTS))),
        slant=generator.normal(0.0, 0.25),
        rotation=generator.normal(0.0, 12.0),
        scale=generator.uniform(0.7, 1.1),
        shift_x=generator.uniform(-0.08, 0.08),
        shift_y=generator.uniform(-0.08, 0.08),
        stroke=generator.uniform(-0.02, 0.06),
    )


def render(factors, noise, size):
    """Draws one digit, white on black.

    Args:
        factors: `Factors`.
        noise: Float array of `NOISE_SHAPE`, of standard normal numbers: how the digit is warped
            along y and x, and how unevenly the pen presses.
        size: Integer, pixels of a side; the same factors and noise look alike at every size.

    Returns:
        uint8 array `(size, size)`.
    """
    return _painted(_distance(factors, noise, size))


def render_outline(factors, noise, size):
    """Draws the boundary of what `render` fills, with a line `OUTLINE` digit heights wide."""
    line = OUTLINE * DIGIT_HEIGHT * factors.scale * size
    distance = _distance(factors, noise, size)
    # Where a thick pen has just closed a gap there is no edge, though the distance is small.
    window = 2 * int(np.ceil(line / 2)) + 1
    lowest = scipy.ndimage.minimum_filter(distance, window)
    highest = scipy.ndimage.maximum_filter(distance, window)
    return _painted(np.where(lowest * highest < 0, line / 2 - np.abs(distance), -1.0))


def _painted(distance):
    """White where pixels lie inside by their signed distance, gray where the edge runs through."""
    # A pixel whose centre lies on the edge is half covered.
    return np.uint8(255 * np.clip(0.5 + distance, 0.0, 1.0) + 0.5)


def _distance(factors, noise, size):
    """Distance of each pixel to the digit's edge, in pixels and positive inside."""
    spread = _spread(size)
    warp_y, warp_x, pressure = spread @ noise @ spread.T
    height = DIGIT_HEIGHT * factors.scale
    centres = (np.arange(size) + 0.5) / size - 0.5
    y = (centres[:, None] - factors.shift_y) / height
    x = (centres[None, :] - factors.shift_x) / height
    angle = np.deg2rad(factors.rotation)
    y, x = y * np.cos(angle) + x * np.sin(angle), x * np.cos(angle) - y * np.sin(angle)
    y, x = y + WARP * warp_y, x + factors.slant * y + WARP * warp_x
    distances = _distances(factors.font, factors.label)
    to_mask = len(distances) * MASK_HEIGHT / MASK_SIDE
    mask_points = np.stack([y, x]) * to_mask + (len(distances) - 1) / 2
    distance = scipy.ndimage.map_coordinates(distances, mask_points, order=1, mode="nearest")
    distance += factors.stroke / 2 + PRESSURE * pressure
    return distance * height * size


@functools.cache
def _distances(font, digit):
    """Distance to a digit's outline in heights of the digit, positive inside; a square array.

    Distances, unlike pixels, stay sharp when enlarged and give every stroke width by a threshold.
    """
    path = pathlib.Path(matplotlib.get_data_path(), "fonts", "ttf", f"{FONTS[font]}.ttf")
    font = ImageFont.truetype(str(path), 2 * MASK_HEIGHT, layout_engine=ImageFont.Layout.BASIC)
    mask = font.getmask(str(digit), mode="L")
    glyph = Image.frombytes("L", mask.size, bytes(mask))
    glyph = glyph.crop(glyph.getbbox())
    glyph = glyph.resize((round(glyph.width * MASK_HEIGHT / glyph.height), MASK_HEIGHT))
    canvas = Image.new("L", (MASK_SIDE, MASK_SIDE))
    canvas.paste(glyph, ((MASK_SIDE - glyph.width) // 2, (MASK_SIDE - MASK_HEIGHT) // 2))
    inside = np.asarray(canvas) > 127
    to_outline = scipy.ndimage.distance_transform_edt
    distances = np.where(inside, to_outline(inside) - 0.5, 0.5 - to_outline(~inside))
    distances = distances.reshape(MASK_SIDE // 2, 2, MASK_SIDE // 2, 2).mean((1, 3))
    return np.float32(distances / MASK_HEIGHT)


@functools.cache
def _spread(size):
    """Matrix `(size, KNOTS)` that spreads the noise at the knots smoothly over the pixels."""
    at = (np.arange(size) + 0.5) / size * (KNOTS - 1)
    weights = np.exp(-0.5 * ((at[:, None] - np.arange(KNOTS)) / 0.7) ** 2)
    return weights / np.linalg.norm(weights, axis=1, keepdims=True)
