"""A whole run of a small recipe, as one of several workers: IMAGES.npz OUTPUT."""

import pathlib
import sys

from keras_gans import training
from tests.training.test_run import TinyRecipe

if __name__ == "__main__":
    images, output = sys.argv[1:]
    training.run(TinyRecipe(data=images, output=pathlib.Path(output), epochs=2, strategy="auto"))
