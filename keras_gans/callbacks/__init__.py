"""What happens between epochs."""

from keras_gans.callbacks.sample_grid import SampleGrid
from keras_gans.callbacks.terminate_on_nan import TerminateOnNaN

__all__ = ["SampleGrid", "TerminateOnNaN"]
