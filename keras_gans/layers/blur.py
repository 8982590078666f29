"""The small blur of StyleGAN's resampling."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="keras_gans")
class Blur(keras.layers.Layer):
    """Blurs every channel by `[1, 2, 1] / 4`, down and across, with zeros around the image.

    After nearest upsampling it makes the upsampling bilinear, away from the border. StyleGAN blurs
    after the generator's upsampling convolution and before the discriminator's downsampling one.

    Call arguments:
        inputs: Tensor `(batch_size, height, width, channels)`.

    Returns:
        Tensor of the same shape.

    Reference:
        Karras et al., 2019, "A Style-Based Generator Architecture for GANs" (arXiv:1812.04948),
        section 2 and official code.
    """

    def build(self, input_shape):
        line = np.array([1, 2, 1]) / 4
        square = np.outer(line, line)[:, :, None, None]
        self.filter = np.repeat(square, input_shape[-1], axis=2)  # (3, 3, channels, 1)

    def call(self, inputs):
        kernel = ops.convert_to_tensor(self.filter, self.compute_dtype)
        return ops.depthwise_conv(inputs, kernel, padding="same")

    def compute_output_shape(self, input_shape):
        return input_shape
