"""Normalization of every map of every sample by itself."""

import keras
from keras import ops

from keras_gans.layers._statistics import check_maps, normalize_maps
from keras_gans.utils.checks import check_positive


@keras.saving.register_keras_serializable(package="keras_gans")
class InstanceNormalization(keras.layers.Layer):
    """Gives every channel of every sample mean 0 and variance 1 over its positions.

    `(x - mean) / sqrt(variance + epsilon)`, the variance divided by the number of positions, in
    float32 whatever the layer computes in. It does the same in training and in inference.

    | where | epsilon | affine |
    |---|---|---|
    | CycleGAN's official code in PyTorch (the default here) | 1e-5 | no |
    | StyleGAN's official code | 1e-8 | no |
    | tensorflow-addons | 1e-3 | yes |

    Args:
        epsilon: Float > 0, added to the variance.
        affine: Boolean, whether a `gamma` and a `beta` for each channel follow, ones and zeros at
            first.
        **kwargs: `name` and `dtype` of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor `(batch_size, height, width, channels)`, or with another number of sides.

    Returns:
        Tensor of the same shape.

    Raises:
        ValueError: If `epsilon` is not greater than 0, and for maps of a single position, of which
            nothing would be left.

    Reference:
        Ulyanov et al., 2016, "Instance Normalization: The Missing Ingredient for Fast Stylization"
        (arXiv:1607.08022).
    """

    def __init__(self, epsilon=1e-5, affine=False, **kwargs):
        super().__init__(**kwargs)
        check_positive(epsilon=epsilon)
        self.epsilon = epsilon
        self.affine = affine

    def build(self, input_shape):
        check_maps("inputs", input_shape)
        if self.affine:
            shape = (input_shape[-1],)
            self.gamma = self.add_weight(name="gamma", shape=shape, initializer="ones")
            self.beta = self.add_weight(name="beta", shape=shape, initializer="zeros")

    def call(self, inputs):
        normalized, _, _ = normalize_maps(inputs, self.epsilon)
        normalized = ops.cast(normalized, self.compute_dtype)
        return normalized * self.gamma + self.beta if self.affine else normalized

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon, "affine": self.affine}
