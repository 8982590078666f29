"""Training from the shell: a recipe's settings become a run with everything written down."""

from keras_gans.training.recipe import Recipe
from keras_gans.training.run import run

__all__ = ["Recipe", "run"]
