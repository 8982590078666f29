"""Draws docs/figures/augmentation.png: `python docs/figures/make_augmentation.py`."""

import pathlib

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from keras_gans.data import glyphs
from keras_gans.layers import AdaptiveAugment, DiffAugment
from keras_gans.utils.image_grid import image_grid
from keras_gans.utils.pixels import to_uint8

SIZE, COLUMNS, MARGIN = 28, 10, 190
PAPER, INK = np.array([0.15, 0.2, 0.35]), np.array([1.0, 0.75, 0.3])  # colours in [0, 1]
ROWS = {
    "as they are": None,
    "color": DiffAugment(policy=("color",)),
    "translation": DiffAugment(policy=("translation",)),
    "cutout": DiffAugment(policy=("cutout",)),
    "DiffAugment": DiffAugment(),
    "AdaptiveAugment, p = 0.2": AdaptiveAugment(probability=0.2),
    "p = 0.5": AdaptiveAugment(probability=0.5),
    "p = 0.8": AdaptiveAugment(probability=0.8),
    "p = 1": AdaptiveAugment(probability=1.0),
}


def main():
    drawn = [glyphs.example(0, 11 * column, SIZE)[0] for column in range(COLUMNS)]
    share = np.stack(drawn)[..., None] / 255.0
    images = (2.0 * (PAPER + share * (INK - PAPER)) - 1.0).astype("float32")
    rows = [images if layer is None else layer(images, training=True) for layer in ROWS.values()]
    grid = image_grid(np.asarray(to_uint8(np.concatenate(rows))), columns=COLUMNS)
    picture = Image.new("RGB", (MARGIN + grid.shape[1], grid.shape[0]), "white")
    picture.paste(Image.fromarray(grid), (MARGIN, 0))
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(size=14)
    for row, label in enumerate(ROWS):
        middle = (row + 0.5) * grid.shape[0] / len(ROWS)
        draw.text((MARGIN - 8, middle), label, fill="black", anchor="rm", font=font)
    path = pathlib.Path(__file__).with_name("augmentation.png")
    picture.save(path, optimize=True)
    print(f"{path}: {picture.width}x{picture.height}, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
