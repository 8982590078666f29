"""What layers with an equalized learning rate share."""

import math

import keras
from keras import ops

from keras_gans.utils.checks import check_positive

SQRT_2 = math.sqrt(2.0)


class Equalized(keras.layers.Layer):
    """Base of layers that scale their weight when it is used, not when it is made.

    A subclass calls `add_kernel(shape)` in `build`, `scaled_kernel()` and `add_bias(outputs)` in
    `call`.

    Args:
        gain: Float > 0.
        lr_multiplier: Float > 0.
        use_bias: Boolean.
    """

    def __init__(self, gain, lr_multiplier, use_bias, **kwargs):
        super().__init__(**kwargs)
        check_positive(gain=gain, lr_multiplier=lr_multiplier)
        self.gain = gain
        self.lr_multiplier = lr_multiplier
        self.use_bias = use_bias

    def add_kernel(self, shape):
        """Makes the weights for a kernel of `shape`, whose last axis counts the outputs."""
        self.scale = self.gain / math.sqrt(math.prod(shape[:-1])) * self.lr_multiplier
        self.kernel = self.add_weight(
            name="kernel",
            shape=shape,
            initializer=keras.initializers.RandomNormal(stddev=1.0 / self.lr_multiplier),
        )
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=shape[-1:], initializer="zeros")

    def scaled_kernel(self):
        """The weight that is used."""
        return ops.convert_to_tensor(self.kernel) * self.scale

    def add_bias(self, outputs):
        """The outputs plus the bias, where there is one."""
        return outputs + self.bias * self.lr_multiplier if self.use_bias else outputs

    def get_config(self):
        return {
            **super().get_config(),
            "gain": self.gain,
            "lr_multiplier": self.lr_multiplier,
            "use_bias": self.use_bias,
        }
