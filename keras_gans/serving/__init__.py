"""Trained generators where TensorFlow Serving finds them."""

from keras_gans.serving.exported import Exported
from keras_gans.serving.publish import publish

__all__ = ["Exported", "publish"]
