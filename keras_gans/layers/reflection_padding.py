"""Padding that mirrors an image at its border."""

import keras
from keras import ops

from keras_gans.utils.checks import check_at_least


@keras.saving.register_keras_serializable(package="keras_gans")
class ReflectionPadding2D(keras.layers.Layer):
    """Mirrors maps at their border, which itself is not repeated: `abc` becomes `cbabcba`.

    Where zeros around an image make convolutions paint a frame, reflections do not. CycleGAN's
    generator pads its convolutions of stride 1 so.

    Args:
        padding: Integer >= 1, rows and columns added at every side; less than height and width of
            the maps.
        **kwargs: `name` and `dtype` of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor `(batch_size, height, width, channels)`.

    Returns:
        Tensor `(batch_size, height + 2 * padding, width + 2 * padding, channels)`.

    Raises:
        ValueError: If `padding` is no integer of at least 1, and for maps of no more rows or
            columns than that.

    Reference:
        Johnson et al., 2016, "Perceptual Losses for Real-Time Style Transfer and Super-Resolution"
        (arXiv:1603.08155), supplementary material; Zhu et al., 2017, "Unpaired Image-to-Image
        Translation using Cycle-Consistent Adversarial Networks" (arXiv:1703.10593), appendix.
    """

    def __init__(self, padding=1, **kwargs):
        super().__init__(**kwargs)
        check_at_least(1, padding=padding)
        self.padding = padding

    def build(self, input_shape):
        if any(side is not None and side <= self.padding for side in input_shape[1:3]):
            raise ValueError(
                "`padding` must be less than height and width of the maps. "
                f"Received: padding={self.padding}, inputs of shape {tuple(input_shape)}"
            )

    def call(self, inputs):
        both = (self.padding, self.padding)
        return ops.pad(inputs, ((0, 0), both, both, (0, 0)), mode="reflect")

    def compute_output_shape(self, input_shape):
        batch_size, height, width, channels = input_shape
        sides = (side and side + 2 * self.padding for side in (height, width))
        return (batch_size, *sides, channels)

    def get_config(self):
        return {**super().get_config(), "padding": self.padding}
