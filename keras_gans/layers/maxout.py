"""Maxout units."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_gans")
class Maxout(keras.layers.Layer):
    """Dense units that each keep the largest of several affine pieces of the input.

    Unit `j` computes `max over k of (x @ W[:, j, k] + b[j, k])`: a learned convex, piecewise linear
    activation. For `units=240, pieces=5` an input `(batch_size, 784)` becomes `(batch_size, 240)`.

    Args:
        units: Integer >= 1, number of outputs.
        pieces: Integer >= 1, affine pieces a unit; 1 makes it a linear dense layer.
        kernel_initializer: Initializer of the weights `(input_dim, units * pieces)`.
        **kwargs: `name` and `dtype` of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor `(..., input_dim)`.

    Returns:
        Tensor `(..., units)`.

    Raises:
        ValueError: If `units` or `pieces` is below 1.

    Reference:
        Goodfellow et al., 2013, "Maxout Networks" (arXiv:1302.4389), section 2.
    """

    def __init__(self, units, pieces, kernel_initializer="glorot_uniform", **kwargs):
        super().__init__(**kwargs)
        if units < 1 or pieces < 1:
            raise ValueError(
                f"`units` and `pieces` must be at least 1. Received: units={units}, pieces={pieces}"
            )
        self.units = units
        self.pieces = pieces
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        width = self.units * self.pieces
        self.kernel = self.add_weight(
            name="kernel", shape=(input_shape[-1], width), initializer=self.kernel_initializer
        )
        self.bias = self.add_weight(name="bias", shape=(width,), initializer="zeros")

    def call(self, inputs):
        affine = ops.matmul(inputs, self.kernel) + self.bias
        pieces = ops.reshape(affine, (*ops.shape(affine)[:-1], self.units, self.pieces))
        return ops.max(pieces, axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "pieces": self.pieces,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
