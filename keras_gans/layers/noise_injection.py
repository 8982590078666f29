"""Noise for the details that a style does not decide."""

import keras
from keras import ops

from keras_gans.utils import randomness
from keras_gans.utils.checks import check_place


@keras.saving.register_keras_serializable(package="keras_gans")
class NoiseInjection(keras.layers.Layer):
    """Adds one map of noise to all channels, times a weight for each: `x + weight * noise`.

    The weights start at 0, so that the layer passes its input on at first. The noise is, in this
    order: the maps that are given; drawn from the seed pairs that are given, one for each sample,
    so that an image depends on its own pair and not on its neighbours; the stored map.

    A network hands the same pairs to all its noise layers, and each draws noise of its own because
    of its `place`. `randomness.pairs` makes them:
    `randomness.draw_for_replica(lambda num: randomness.pairs(num, model.next_seed()), batch_size)`
    in a step, `randomness.pairs(num, seed_pair)` for samples.

    Args:
        place: Integer in `[0, 2**14)`, which noise layer of the network this is; layers of one
            network with equal places would draw equal noise.
        stored: Boolean, whether to keep one map, drawn once, for calls that bring no noise. It is
            a non-trainable weight `(height, width, 1)`.
        **kwargs: `name` and `dtype` of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor `(batch_size, height, width, channels)`.
        noise: Tensor `(batch_size, height, width, 1)`, or with one row for all samples.
        seeds: Integer tensor `(batch_size, 2)`, seed pairs.

    Returns:
        Tensor of the shape of `inputs`.

    Raises:
        ValueError: If `place` is out of range, for noise and seeds at once, for noise of another
            shape, and for neither where no map is stored.

    Reference:
        Karras et al., 2019, "A Style-Based Generator Architecture for GANs" (arXiv:1812.04948),
        figure 1 and official code.
    """

    def __init__(self, place, stored=True, **kwargs):
        # Without autocast noise is drawn, and seeds arrive, as they are.
        super().__init__(autocast=False, **kwargs)
        check_place(place)
        self.place = place
        self.stored = stored

    def build(self, input_shape):
        self.weight = self.add_weight(name="weight", shape=(input_shape[-1],), initializer="zeros")
        if self.stored:
            self.noise = self.add_weight(
                name="noise",
                shape=(*input_shape[1:3], 1),
                initializer=keras.initializers.RandomNormal(stddev=1.0),
                trainable=False,
            )

    def call(self, inputs, noise=None, seeds=None):
        if noise is not None and seeds is not None:
            raise ValueError("`noise` and `seeds` must not both be given.")
        if noise is not None and (len(noise.shape) != 4 or noise.shape[-1] != 1):
            raise ValueError(
                "`noise` must be one map a sample, (batch_size, height, width, 1). "
                f"Received: noise of shape {tuple(noise.shape)}"
            )
        if seeds is not None:
            noise = self.draw(seeds, *ops.shape(inputs)[1:3])
        elif noise is None:
            if not self.stored:
                raise ValueError("`noise` or `seeds` must be given where no map is stored.")
            noise = self.noise
        weighted = ops.convert_to_tensor(self.weight) * ops.cast(noise, "float32")
        return ops.cast(inputs, self.compute_dtype) + ops.cast(weighted, self.compute_dtype)

    def draw(self, seeds, height, width):
        """The noise that a call draws: `(batch_size, height, width, 1)`, float32.

        Args:
            seeds: Integer tensor `(batch_size, 2)`, seed pairs.
            height, width: Integers.
        """
        seeds = randomness.another(ops.cast(seeds, "int64"), self.place)
        return randomness.normal_by_sample((height, width, 1), seeds)

    def compute_output_shape(self, inputs_shape, noise_shape=None, seeds_shape=None):
        return inputs_shape

    def get_config(self):
        return {**super().get_config(), "place": self.place, "stored": self.stored}
