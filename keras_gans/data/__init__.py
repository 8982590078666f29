"""Sources in, minibatches out: float32 in `[-1, 1]`, channels last."""

from keras_gans.data.arrays import batches_of_arrays
from keras_gans.data.batches import Batches, batches_of_examples

__all__ = ["Batches", "batches_of_arrays", "batches_of_examples"]
