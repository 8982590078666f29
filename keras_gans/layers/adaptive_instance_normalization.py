"""Instance normalization whose scale and shift come from a style vector."""

import keras
from keras import ops

from keras_gans.layers._statistics import check_maps, normalize_maps
from keras_gans.layers.equalized_dense import EqualizedDense
from keras_gans.utils.checks import check_positive


@keras.saving.register_keras_serializable(package="keras_gans")
class AdaptiveInstanceNormalization(keras.layers.Layer):
    """StyleGAN's form: `normalized(x) * (scale + 1) + shift`, both from a style vector.

    An equalized dense layer with gain 1 maps the style `w` to `scale` and `shift` of each channel.
    Its bias starts at 0; the `+ 1` alone makes scales start around 1. For C channels and styles of
    512 numbers `1026 * C` parameters.

    `StyleTransferNormalization` is the form that takes the statistics of a style image.

    Args:
        epsilon: Float > 0, added to the variance.
        **kwargs: `name` and `dtype` of `keras.layers.Layer`.

    Call arguments:
        inputs: List `[x, styles]`: maps `(batch_size, height, width, channels)` and vectors
            `(batch_size, style_dim)`.

    Returns:
        Tensor of the shape of `x`.

    Raises:
        ValueError: If `epsilon` is not greater than 0, for maps of a single position, and for
            styles that are not one vector a sample.

    Reference:
        Karras et al., 2019, "A Style-Based Generator Architecture for GANs" (arXiv:1812.04948),
        equation 1 and official code.
    """

    def __init__(self, epsilon=1e-8, **kwargs):
        super().__init__(**kwargs)
        check_positive(epsilon=epsilon)
        self.epsilon = epsilon

    def build(self, input_shape):
        x_shape, styles_shape = input_shape
        check_maps("x", x_shape)
        if len(styles_shape) != 2:
            raise ValueError(
                "`styles` must be one vector a sample, (batch_size, style_dim). "
                f"Received: styles of shape {tuple(styles_shape)}"
            )
        self.style = EqualizedDense(
            2 * x_shape[-1], gain=1.0, dtype=self.dtype_policy, name="style"
        )
        self.style.build(styles_shape)

    def call(self, inputs):
        x, styles = inputs
        normalized, _, _ = normalize_maps(x, self.epsilon)
        sides = [1] * (len(x.shape) - 2)
        style = ops.reshape(self.style(styles), (-1, *sides, 2 * x.shape[-1]))
        scale, shift = ops.split(style, 2, axis=-1)
        return ops.cast(normalized, self.compute_dtype) * (scale + 1.0) + shift

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}
