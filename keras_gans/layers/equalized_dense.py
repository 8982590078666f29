"""Dense layer with an equalized learning rate."""

import keras
from keras import ops

from keras_gans.layers._equalized import SQRT_2, Equalized
from keras_gans.utils.checks import check_at_least


@keras.saving.register_keras_serializable(package="keras_gans")
class EqualizedDense(Equalized):
    """Dense layer whose weight is scaled when it is used: `x @ (scale * kernel) + lr * bias`.

    `kernel` is stored with standard deviation `1 / lr_multiplier` and
    `scale = gain / sqrt(inputs) * lr_multiplier`, so that outputs start with the variance of He's
    rule whatever the multiplier. Adam steps all stored weights by about the same amount, hence all
    scaled ones by the same share of their size; that is what "equalized" means, and a scale in the
    initializer would not do it. A multiplier below 1 makes the steps smaller by that factor.

    Args:
        units: Integer >= 1, number of outputs.
        gain: Float > 0. `sqrt(2)` before (leaky) ReLUs; 1 for outputs, and for styles; ProGAN's
            first layer `sqrt(2) / 4`.
        lr_multiplier: Float > 0; 0.01 in StyleGAN's mapping network. It is all that slows the
            network down: the optimizer's learning rate stays.
        use_bias: Boolean; the bias starts at 0 and is multiplied by `lr_multiplier` only.
        **kwargs: `name` and `dtype` of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor `(batch_size, ..., inputs)`.

    Returns:
        Tensor `(batch_size, ..., units)`.

    Raises:
        ValueError: If a number is out of range.

    Reference:
        Karras et al., 2018, "Progressive Growing of GANs" (arXiv:1710.10196), section 4.1;
        `lr_multiplier`: Karras et al., 2019, StyleGAN (arXiv:1812.04948), appendix C.
    """

    def __init__(self, units, gain=SQRT_2, lr_multiplier=1.0, use_bias=True, **kwargs):
        super().__init__(gain, lr_multiplier, use_bias, **kwargs)
        check_at_least(1, units=units)
        self.units = units

    def build(self, input_shape):
        self.add_kernel((input_shape[-1], self.units))

    def call(self, inputs):
        return self.add_bias(ops.matmul(inputs, self.scaled_kernel()))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units}
