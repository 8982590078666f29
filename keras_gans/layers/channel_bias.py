"""A bias apart from the layer it belongs to."""

import keras


@keras.saving.register_keras_serializable(package="keras_gans")
class ChannelBias(keras.layers.Layer):
    """Adds one trainable number to each channel, from 0.

    For networks that do something between a weight and its bias: StyleGAN blurs and adds noise
    there, ProGAN folds its first dense layer into 4x4 maps (so that 512 biases do for 8192
    outputs) and pools.

    Args:
        **kwargs: `name` and `dtype` of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor `(batch_size, ..., channels)`.

    Returns:
        Tensor of the same shape.

    Reference:
        Karras et al., 2019, "A Style-Based Generator Architecture for GANs" (arXiv:1812.04948),
        figure 1 and official code.
    """

    def build(self, input_shape):
        self.bias = self.add_weight(name="bias", shape=(input_shape[-1],), initializer="zeros")

    def call(self, inputs):
        return inputs + self.bias

    def compute_output_shape(self, input_shape):
        return input_shape
