"""Draws docs/figures/glyphs.png: `python docs/figures/make_glyphs.py`."""

import pathlib

import numpy as np
from PIL import Image

from keras_gans.data import glyphs

SIZE, COLUMNS = 28, 24


def main():
    rows = [
        [glyphs.example(0, 10 * column + digit, SIZE)[0] for column in range(COLUMNS)]
        for digit in range(10)
    ]
    picture = np.block(rows)
    path = pathlib.Path(__file__).with_name("glyphs.png")
    Image.fromarray(picture).save(path, optimize=True)
    print(f"{path}: {picture.shape[1]}x{picture.shape[0]}")


if __name__ == "__main__":
    main()
