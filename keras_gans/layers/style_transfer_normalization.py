"""Instance normalization whose scale and shift are the statistics of a style image."""

import keras
from keras import ops

from keras_gans.layers._statistics import check_maps, normalize_maps
from keras_gans.utils.checks import check_positive


@keras.saving.register_keras_serializable(package="keras_gans")
class StyleTransferNormalization(keras.layers.Layer):
    """Adaptive instance normalization as style transfer has it, with nothing to learn:
    `sigma(y) * (x - mu(x)) / sigma(x) + mu(y)`.

    Every channel of the content `x` gets the mean and the deviation that it has in the style `y`.
    `sigma` is `sqrt(variance + epsilon)`, the variance divided by the number of positions, taken in
    float32; a style equal to the content changes nothing.

    `AdaptiveInstanceNormalization` is StyleGAN's form, which takes a vector.

    Args:
        epsilon: Float > 0, added to the variances.
        **kwargs: `name` and `dtype` of `keras.layers.Layer`.

    Call arguments:
        inputs: List `[x, y]` of maps `(batch_size, height, width, channels)` with the same number
            of channels; their sizes may differ.

    Returns:
        Tensor of the shape of `x`.

    Raises:
        ValueError: If `epsilon` is not greater than 0, for maps of a single position, and if the
            channels differ.

    Reference:
        Huang & Belongie, 2017, "Arbitrary Style Transfer in Real-time with Adaptive Instance
        Normalization" (arXiv:1703.06868), equation 8.
    """

    def __init__(self, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        check_positive(epsilon=epsilon)
        self.epsilon = epsilon

    def build(self, input_shape):
        x_shape, y_shape = input_shape
        check_maps("x", x_shape)
        check_maps("y", y_shape)
        if x_shape[-1] != y_shape[-1]:
            raise ValueError(
                "Content and style must have the same channels. "
                f"Received: x of shape {tuple(x_shape)}, y of shape {tuple(y_shape)}"
            )

    def call(self, inputs):
        content, style = inputs
        normalized, _, _ = normalize_maps(content, self.epsilon)
        _, mean, deviation = normalize_maps(style, self.epsilon)
        return ops.cast(deviation * normalized + mean, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}
