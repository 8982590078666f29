"""Dropout that is a part of what a generator draws from."""

import keras
import tensorflow as tf
from keras import ops

from keras_gans.utils import randomness
from keras_gans.utils.checks import check_place


@keras.saving.register_keras_serializable(package="keras_gans")
class LatentDropout(keras.layers.Dropout):
    """Dropout that goes on when the generator samples, with masks that the latents decide.

    A generator that is trained with dropout may learn to take its variety from the masks, and to
    pass over its latents; with dropout off it then makes one sample again and again. In training
    this layer is Keras's `Dropout`. Otherwise it drops as well, by a mask that is drawn from the
    bits of the sample's first two latents: the same latents give the same sample, alone or among
    others, here and in an export.

    Args:
        rate: Float in [0, 1), share of the values that are dropped; the others are divided by
            `1 - rate`.
        place: Integer in `[0, 2**14)`, which such layer of the network this is; layers of one
            network with equal places would drop the same units.
        **kwargs: `name`, `seed` and `dtype` of `keras.layers.Dropout`.

    Call arguments:
        inputs: Tensor `(batch_size, units)`.
        latents: Tensor `(batch_size, latent_dim)`, float32.
        training: Whether masks are fresh in every call.

    Returns:
        Tensor of the shape of `inputs`.

    Raises:
        ValueError: If `rate` or `place` is out of range.

    Reference:
        Srivastava et al., 2014, "Dropout: A Simple Way to Prevent Neural Networks from
        Overfitting", for training; that the masks stay as noise is as in Isola et al., 2017
        (arXiv:1611.07004), section 3.2, and that latents decide them is ours.
    """

    def __init__(self, rate, place, **kwargs):
        # Without autocast the latents arrive with all their bits.
        super().__init__(rate, autocast=False, **kwargs)
        check_place(place)
        if rate >= 1:
            raise ValueError(f"`rate` must be less than 1. Received: rate={rate}")
        self.place = place

    def build(self, inputs_shape, latents_shape=None):
        super().build(inputs_shape)

    def call(self, inputs, latents, training=False):
        inputs = ops.cast(inputs, self.compute_dtype)
        if training or not self.rate:
            return super().call(inputs, training=training)
        kept = self.draw(latents, inputs.shape[-1])
        return ops.where(kept, inputs / (1.0 - self.rate), ops.zeros_like(inputs))

    def draw(self, latents, units):
        """Which units a call outside training keeps: boolean `(batch_size, units)`."""
        bits = tf.bitcast(ops.cast(latents[:, :2], "float32"), tf.int32)
        if latents.shape[-1] == 1:
            bits = tf.repeat(bits, 2, axis=1)
        seeds = randomness.another(ops.cast(bits, "int64"), self.place)
        return randomness.uniform_by_sample((units,), seeds) >= self.rate

    def compute_output_shape(self, inputs_shape, latents_shape=None):
        return inputs_shape

    def get_config(self):
        return {**super().get_config(), "place": self.place}
