"""What happens between epochs and between steps."""

from keras_gans.callbacks.checkpoints import Checkpoints
from keras_gans.callbacks.evaluate_samples import EvaluateSamples
from keras_gans.callbacks.progressive_growth import ProgressiveGrowth
from keras_gans.callbacks.sample_grid import SampleGrid
from keras_gans.callbacks.terminate_on_nan import TerminateOnNaN
from keras_gans.callbacks.translation_grid import TranslationGrid

__all__ = [
    "Checkpoints",
    "EvaluateSamples",
    "ProgressiveGrowth",
    "SampleGrid",
    "TerminateOnNaN",
    "TranslationGrid",
]
