"""Convolution with an equalized learning rate."""

import keras
from keras import ops

from keras_gans.layers._equalized import SQRT_2, Equalized
from keras_gans.utils.checks import check_at_least


@keras.saving.register_keras_serializable(package="keras_gans")
class EqualizedConv2D(Equalized):
    """Convolution whose weight is scaled when it is used, by `gain / sqrt(k * k * channels)`.

    What the scale is for is said at `EqualizedDense`. Stride 1: the papers resize apart from
    their convolutions.

    Args:
        filters: Integer >= 1, channels of the output.
        kernel_size: Integer >= 1, height and width of the kernel.
        padding: `"same"` or `"valid"`, of `keras.layers.Conv2D`.
        gain: Float > 0. `sqrt(2)` before (leaky) ReLUs, 1 for the layers that give RGB images.
        lr_multiplier: Float > 0.
        use_bias: Boolean; the bias starts at 0.
        **kwargs: `name` and `dtype` of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor `(batch_size, height, width, channels)`.

    Returns:
        Tensor `(batch_size, height, width, filters)`; `kernel_size - 1` smaller with
        `padding="valid"`.

    Raises:
        ValueError: If a number is out of range.

    Reference:
        Karras et al., 2018, "Progressive Growing of GANs" (arXiv:1710.10196), section 4.1.
    """

    def __init__(
        self,
        filters,
        kernel_size,
        padding="same",
        gain=SQRT_2,
        lr_multiplier=1.0,
        use_bias=True,
        **kwargs,
    ):
        super().__init__(gain, lr_multiplier, use_bias, **kwargs)
        check_at_least(1, filters=filters, kernel_size=kernel_size)
        if padding not in ("same", "valid"):
            raise ValueError(f"`padding` must be 'same' or 'valid'. Received: padding={padding!r}")
        self.filters = filters
        self.kernel_size = kernel_size
        self.padding = padding

    def build(self, input_shape):
        self.add_kernel((self.kernel_size, self.kernel_size, input_shape[-1], self.filters))

    def call(self, inputs):
        return self.add_bias(ops.conv(inputs, self.scaled_kernel(), padding=self.padding))

    def compute_output_shape(self, input_shape):
        batch_size, *sides, _ = input_shape
        lost = self.kernel_size - 1 if self.padding == "valid" else 0
        sides = [None if side is None else side - lost for side in sides]
        return (batch_size, *sides, self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "padding": self.padding,
        }
