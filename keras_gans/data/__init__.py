"""Sources in, `tf.data` out: float32 in `[-1, 1]`, channels last, in an order that can resume."""

from keras_gans.data.batches import Batches
from keras_gans.data.loading import load
from keras_gans.data.mixtures import Mixture, SwissRoll, grid, mixture_of_gaussians, ring

__all__ = [
    "Batches",
    "Mixture",
    "SwissRoll",
    "grid",
    "load",
    "mixture_of_gaussians",
    "ring",
]
