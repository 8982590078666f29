"""Sources in, `tf.data` out: float32 in `[-1, 1]`, channels last, in an order that can resume."""

from keras_gans.data.batches import Batches
from keras_gans.data.glyph_tasks import glyph_domains, glyph_pairs
from keras_gans.data.growth import GrowingBatches, GrowthSchedule, grown
from keras_gans.data.loading import load
from keras_gans.data.mixtures import Mixture, SwissRoll, grid, mixture_of_gaussians, ring
from keras_gans.data.pairs import load_pairs
from keras_gans.data.request import NoLabelsError
from keras_gans.data.unpaired import load_unpaired

__all__ = [
    "Batches",
    "GrowingBatches",
    "GrowthSchedule",
    "Mixture",
    "NoLabelsError",
    "SwissRoll",
    "glyph_domains",
    "glyph_pairs",
    "grid",
    "grown",
    "load",
    "load_pairs",
    "load_unpaired",
    "mixture_of_gaussians",
    "ring",
]
