"""The end of a discriminator that is told the class."""

import keras
from keras import ops

from keras_gans.layers._labels import as_one_hot
from keras_gans.layers.spectral_normalization import SpectralNormalization
from keras_gans.utils.checks import check_at_least


@keras.saving.register_keras_serializable(package="keras_gans")
class ProjectionHead(keras.layers.Layer):
    """Logits of features `h` with a label `y`: `dense(h) + <h, embedding(y)>`.

    The first term asks whether the features look real, the second whether they look like the class.
    Both weights are spectrally normalised. For 1024 features and 1000 classes 1,025 + 1,024,000
    parameters.

    Args:
        num_classes: Integer >= 1, number of classes.
        use_bias: Boolean, whether the first term has a bias.
        kernel_initializer: Initializer of both weights. Their scale does not matter to the logits.
        **kwargs: `name` and `dtype` of `keras.layers.Layer`; networks say `dtype="float32"`.

    Call arguments:
        inputs: List `[features, labels]`: tensor `(batch_size, num_features)`, the **sum** (not the
            mean) over the positions of the last maps, and labels as integers `(batch_size,)` or
            one-hot vectors `(batch_size, num_classes)`.

    Returns:
        Tensor `(batch_size, 1)`.

    Raises:
        ValueError: If `num_classes` is below 1, and for features or labels of another shape.

    Reference:
        Miyato & Koyama, 2018, "cGANs with Projection Discriminator" (arXiv:1802.05637), section 3.
    """

    def __init__(self, num_classes, use_bias=True, kernel_initializer="glorot_uniform", **kwargs):
        # Without autocast labels stay as they are; the two layers cast for themselves.
        super().__init__(autocast=False, **kwargs)
        check_at_least(1, num_classes=num_classes)
        self.num_classes = num_classes
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        features_shape, _ = input_shape
        if len(features_shape) != 2:
            raise ValueError(
                "Features must be one vector a sample, (batch_size, num_features). "
                f"Received: features of shape {tuple(features_shape)}"
            )
        self.dense = self._normalized(1, self.use_bias, "dense")
        self.dense.build(features_shape)
        # A dense layer on one-hot labels is an embedding.
        self.embedding = self._normalized(features_shape[-1], False, "embedding")
        self.embedding.build((None, self.num_classes))

    def _normalized(self, units, use_bias, name):
        dense = keras.layers.Dense(
            units,
            use_bias=use_bias,
            kernel_initializer=self.kernel_initializer.clone(),
            dtype=self.dtype_policy,
            name=name,
        )
        return SpectralNormalization(dense, dtype=self.dtype_policy, name=name)

    def call(self, inputs):
        features, labels = inputs
        embedded = self.embedding(as_one_hot(labels, self.num_classes))
        features = ops.cast(features, embedded.dtype)
        return self.dense(features) + ops.sum(features * embedded, axis=-1, keepdims=True)

    def compute_output_shape(self, input_shape):
        return (input_shape[0][0], 1)

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
