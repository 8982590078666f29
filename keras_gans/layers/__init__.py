"""Keras layers that several papers share, one a file."""

from keras_gans.layers.maxout import Maxout

__all__ = ["Maxout"]
