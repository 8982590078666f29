"""A learned tensor that stands where other networks have their input."""

import keras
from keras import ops

from keras_gans.utils.checks import check_shape_tuple


@keras.saving.register_keras_serializable(package="keras_gans")
class LearnedConstant(keras.layers.Layer):
    """Gives every sample the same trainable tensor, ones at first.

    StyleGAN's synthesis network starts from it: what differs between images comes from styles and
    noise alone.

    Args:
        shape: Tuple of positive integers, the shape for one sample.
        **kwargs: `name` and `dtype` of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor `(batch_size, ...)` with any values; only its first axis counts.

    Returns:
        Tensor `(batch_size, *shape)`.

    Raises:
        ValueError: If `shape` is no tuple of positive integers.

    Reference:
        Karras et al., 2019, "A Style-Based Generator Architecture for GANs" (arXiv:1812.04948),
        section 2 and official code.
    """

    def __init__(self, shape, **kwargs):
        super().__init__(**kwargs)
        check_shape_tuple("shape", shape)
        self.shape = tuple(shape)

    def build(self, input_shape):
        self.constant = self.add_weight(name="constant", shape=self.shape, initializer="ones")

    def call(self, inputs):
        return ops.broadcast_to(self.constant, (ops.shape(inputs)[0], *self.shape))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.shape)

    def get_config(self):
        return {**super().get_config(), "shape": self.shape}
