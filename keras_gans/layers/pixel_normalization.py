"""Normalization of the feature vector of every pixel."""

import keras
from keras import ops

from keras_gans.utils.checks import check_positive


@keras.saving.register_keras_serializable(package="keras_gans")
class PixelNormalization(keras.layers.Layer):
    """Scales the vector at every position to mean square 1: `x / sqrt(mean(x**2) + epsilon)`.

    The mean runs over the channels. There is nothing to learn and no batch to wait for. In ProGAN
    it follows each activation of the generator, never the discriminator's, and it comes first for
    latents.

    Args:
        epsilon: Float > 0, inside the root, which is taken in float32 whatever the layer computes
            in; the official code, which does not, takes 1e-4 in float16.
        **kwargs: `name` and `dtype` of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor `(batch_size, ..., channels)`.

    Returns:
        Tensor of the same shape.

    Raises:
        ValueError: If `epsilon` is not greater than 0.

    Reference:
        Karras et al., 2018, "Progressive Growing of GANs" (arXiv:1710.10196), section 4.2.
    """

    def __init__(self, epsilon=1e-8, **kwargs):
        super().__init__(**kwargs)
        check_positive(epsilon=epsilon)
        self.epsilon = epsilon

    def call(self, inputs):
        x = ops.cast(inputs, "float32")
        x = x * ops.rsqrt(ops.mean(ops.square(x), axis=-1, keepdims=True) + self.epsilon)
        return ops.cast(x, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}
