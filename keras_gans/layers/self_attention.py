"""Self-attention over the positions of feature maps."""

import keras
from keras import ops

from keras_gans.layers.spectral_normalization import SpectralNormalization


@keras.saving.register_keras_serializable(package="keras_gans")
class SelfAttention(keras.layers.Layer):
    """Adds to every position what it gathers from all others: `y = gamma * o + x`, gamma from 0.

    A position `j` weighs the positions `i` by `softmax over i of <query(x_j), key(x_i)>`, without
    a division by the root of the width, and gathers `o_j = output(sum_i weight_ij * value(x_i))`.
    All four maps are 1x1 convolutions without bias. Maps `(batch_size, 32, 32, 256)` keep their
    shape; 81,921 parameters.

    The paper and its official code differ:

    - `pooled=True`, the code: keys and values are max-pooled by 2x2, so that attention goes to a
      quarter of the positions; values have C/2 channels. `1.25 * C**2 + 1` parameters.
    - `pooled=False`, the paper: all positions, values of C/8 channels. `C**2 / 2 + 1` parameters.

    Args:
        pooled: Boolean, see above.
        spectral_normalization: Boolean, whether the four weights have spectral norm 1, as in the
            paper.
        kernel_initializer: Initializer of the four weights.
        **kwargs: `name` and `dtype` of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor `(batch_size, height, width, channels)`, channels a multiple of 8.

    Returns:
        Tensor of the same shape.

    Raises:
        ValueError: For inputs of another rank, channels that are no multiple of 8, or maps too
            small to be pooled.

    Reference:
        Zhang et al., 2018, "Self-Attention Generative Adversarial Networks" (arXiv:1805.08318),
        section 3 and official code.
    """

    def __init__(
        self,
        pooled=True,
        spectral_normalization=True,
        kernel_initializer="glorot_uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.pooled = pooled
        self.spectral_normalization = spectral_normalization
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        if len(input_shape) != 4 or input_shape[-1] % 8:
            raise ValueError(
                "`inputs` must be feature maps (batch_size, height, width, channels) with a "
                f"multiple of 8 channels. Received: inputs of shape {tuple(input_shape)}"
            )
        if self.pooled and 1 in input_shape[1:3]:
            raise ValueError(
                "`inputs` must be at least 2 pixels high and wide to be pooled. "
                f"Received: inputs of shape {tuple(input_shape)}"
            )
        channels = input_shape[-1]
        value_channels = channels // (2 if self.pooled else 8)
        self.query = self._convolution(channels // 8, "query")
        self.key = self._convolution(channels // 8, "key")
        self.value = self._convolution(value_channels, "value")
        self.output_map = self._convolution(channels, "output_map")
        for layer in (self.query, self.key, self.value):
            layer.build(input_shape)
        self.output_map.build((*input_shape[:-1], value_channels))
        self.gamma = self.add_weight(name="gamma", shape=(), initializer="zeros")

    def _convolution(self, filters, name):
        # A new initializer for each: one object would repeat its values.
        initializer = self.kernel_initializer.clone()
        layer = keras.layers.Conv2D(
            filters,
            1,
            use_bias=False,
            kernel_initializer=initializer,
            dtype=self.dtype_policy,
            name=name,
        )
        if self.spectral_normalization:
            return SpectralNormalization(layer, dtype=self.dtype_policy, name=name)
        return layer

    def call(self, inputs):
        weights = ops.cast(self._weights(inputs), self.compute_dtype)
        values = _positions(self._attended(self.value(inputs)))
        gathered = ops.matmul(weights, values)  # (batch_size, positions, value channels)
        height, width = ops.shape(inputs)[1:3]
        gathered = ops.reshape(gathered, (-1, height, width, gathered.shape[-1]))
        return self.gamma * self.output_map(gathered) + inputs

    def attention_map(self, inputs):
        """Where every position looks.

        Args:
            inputs: What a call takes. For a layer of a functional model, `layer.input` gives a
                model of its maps: `keras.Model(model.input, layer.attention_map(layer.input))`.

        Returns:
            Tensor `(batch_size, height, width, attended_height, attended_width)`, float32, that
            sums to 1 over the last two axes; with `pooled=True` those are half as long.
        """
        height, width = ops.shape(inputs)[1:3]
        shrink = 2 if self.pooled else 1
        shape = (-1, height, width, height // shrink, width // shrink)
        return ops.reshape(self._weights(inputs), shape)

    def _weights(self, inputs):
        """Tensor `(batch_size, positions, attended positions)`, float32, whose rows sum to 1."""
        # In float32: scores are not scaled down, and float16 ends at 65504.
        queries = ops.cast(_positions(self.query(inputs)), "float32")
        keys = ops.cast(_positions(self._attended(self.key(inputs))), "float32")
        return ops.softmax(ops.matmul(queries, ops.swapaxes(keys, 1, 2)), axis=-1)

    def _attended(self, maps):
        return ops.max_pool(maps, 2, strides=2) if self.pooled else maps

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "pooled": self.pooled,
            "spectral_normalization": self.spectral_normalization,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }


def _positions(maps):
    """Maps `(batch_size, height, width, channels)` as `(batch_size, height * width, channels)`."""
    height, width, channels = ops.shape(maps)[1:]
    return ops.reshape(maps, (-1, height * width, channels))
