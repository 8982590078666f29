"""Draws docs/figures/glyph_pairs.png: `python docs/figures/make_glyph_pairs.py`."""

import pathlib

import numpy as np
from PIL import Image

from keras_gans.data import glyph_tasks

SIZE, COLUMNS, GAP = 32, 20, 6  # pixels, digits in a row, pixels between the tasks
LEVELS = 8  # of gray besides black, for a small file


def main():
    rows = []
    for task in glyph_tasks.TASKS:
        pair = glyph_tasks.render_pairs(task, "test", SIZE, range(COLUMNS))[:2]
        rows += [np.concatenate(list(_coloured(images)), axis=1) for images in pair]
        rows.append(np.full((GAP, COLUMNS * SIZE, 3), 255, np.uint8))
    picture = np.concatenate(rows[:-1])
    picture = np.uint8(np.round(picture / 255 * LEVELS) * 255 / LEVELS)
    path = pathlib.Path(__file__).with_name("glyph_pairs.png")
    Image.fromarray(picture).save(path, optimize=True)
    print(f"{path}: {picture.shape[1]}x{picture.shape[0]}")


def _coloured(images):
    return images if images.shape[-1] == 3 else np.repeat(images, 3, axis=-1)


if __name__ == "__main__":
    main()
