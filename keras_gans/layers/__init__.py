"""Keras layers that several papers share, one a file."""

from keras_gans.layers.maxout import Maxout
from keras_gans.layers.spectral_normalization import SpectralNormalization

__all__ = ["Maxout", "SpectralNormalization"]
