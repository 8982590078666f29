"""Spectral normalization that keeps the raw weight and differentiates through its norm."""

import keras
from keras import ops

EPSILON = 1e-12
TRANSPOSED = (
    keras.layers.Conv1DTranspose,
    keras.layers.Conv2DTranspose,
    keras.layers.Conv3DTranspose,
)


@keras.saving.register_keras_serializable(package="keras_gans")
class SpectralNormalization(keras.layers.Wrapper):
    """Runs a layer with `W / sigma(W)` in the place of its weight `W`, `sigma` its largest singular
    value, so that the layer stretches no input by more than 1.

    `sigma = v W u` comes from one power iteration on a stored vector `u`: `v = W u / |W u|`, then
    `u = v W / |v W|`. Both are constants to the gradient, `W` is not: the gradient flows through
    `sigma(W)`. The stored weight is never overwritten.

    A call moves nothing: it takes the step of the power iteration from `u` without keeping it, so
    that real and fake batches, and both players, see the same weight. `follow_kernel` keeps it;
    `AdversarialModel.descend` calls that after every step of the player that owns the layer,
    however often the layer was called in between.

    `keras.layers.SpectralNormalization` differs: each training call overwrites the weight with its
    normalised value, and no gradient flows through `sigma`.

    Args:
        layer: A layer with a `kernel` or with `embeddings`, such as `Dense`, `Conv2D`,
            `Conv2DTranspose` or `Embedding`. Of a kernel `(height, width, in, out)` the matrix
            `(height * width * in, out)` is normalised; a transposed convolution's kernel
            `(height, width, out, in)` is brought to that order first. Biases are left alone.
        **kwargs: `name` of `keras.layers.Layer`.

    Call arguments:
        inputs: What the layer takes.

    Returns:
        What the layer returns. `sigma` is computed in float32 whatever the layer computes in.

    Raises:
        ValueError: If the layer has no such weight.

    Reference:
        Miyato et al., 2018, "Spectral Normalization for Generative Adversarial Networks"
        (arXiv:1802.05957), section 2.1 and algorithm 1.
    """

    def __init__(self, layer, **kwargs):
        # Without autocast the norm is taken in float32; the layer casts for itself.
        super().__init__(layer, autocast=False, **kwargs)

    def build(self, input_shape=None):
        super().build(input_shape)
        self.u = self.add_weight(
            name="u",
            shape=(self._matrix().shape[-1],),
            initializer=keras.initializers.RandomNormal(stddev=1.0),
            trainable=False,
            dtype="float32",
            aggregation="only_first_replica",
        )

    def call(self, inputs, **kwargs):
        weight = self._weight()
        normalized = ops.convert_to_tensor(weight) / self.sigma()
        with keras.StatelessScope(state_mapping=[(weight, normalized)]):
            return self.layer(inputs, **kwargs)

    def sigma(self):
        """Scalar float32: the estimate of the largest singular value that a call divides by."""
        matrix = self._matrix()
        v, u = _power_iteration(ops.stop_gradient(matrix), ops.convert_to_tensor(self.u))
        return ops.sum(v * ops.matmul(matrix, u))

    def follow_kernel(self, iterations=1):
        """Moves `u` by power iterations, after the weight has changed.

        Args:
            iterations: Integer >= 1; 20 or so make an estimate exact that starts at random.
        """
        matrix, u = self._matrix(), ops.convert_to_tensor(self.u)
        for _ in range(iterations):
            _, u = _power_iteration(matrix, u)
        self.u.assign(u)

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)

    def _weight(self):
        for name in ("kernel", "embeddings"):
            weight = getattr(self.layer, name, None)
            if weight is not None:
                return weight
        raise ValueError(
            "`layer` must have a `kernel` or `embeddings` to normalise. "
            f"Received: layer of type {type(self.layer).__name__}"
        )

    def _matrix(self):
        weight = ops.convert_to_tensor(self._weight())
        if isinstance(self.layer, TRANSPOSED):
            weight = ops.swapaxes(weight, -2, -1)
        return ops.cast(ops.reshape(weight, (-1, weight.shape[-1])), "float32")


def _power_iteration(matrix, u):
    """One step towards the leading singular vectors `v` `(rows,)` and `u` `(columns,)`."""
    v = _unit(ops.matmul(matrix, u))
    u = _unit(ops.matmul(v, matrix))
    return ops.stop_gradient(v), ops.stop_gradient(u)


def _unit(vector):
    return vector / (ops.sqrt(ops.sum(ops.square(vector))) + EPSILON)
