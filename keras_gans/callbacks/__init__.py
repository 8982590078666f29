"""What happens between epochs and between steps."""

from keras_gans.callbacks.checkpoints import Checkpoints
from keras_gans.callbacks.evaluate_samples import EvaluateSamples
from keras_gans.callbacks.sample_grid import SampleGrid
from keras_gans.callbacks.terminate_on_nan import TerminateOnNaN

__all__ = ["Checkpoints", "EvaluateSamples", "SampleGrid", "TerminateOnNaN"]
