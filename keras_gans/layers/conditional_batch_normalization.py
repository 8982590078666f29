"""Batch normalization whose scale and shift belong to the class."""

import keras
from keras import ops

from keras_gans.layers._labels import as_one_hot
from keras_gans.utils.checks import check_at_least


@keras.saving.register_keras_serializable(package="keras_gans")
class ConditionalBatchNormalization(keras.layers.Layer):
    """Normalises by the statistics of the whole batch, then scales and shifts by the label's class.

    `y = gamma[label] * (x - mean) / sqrt(variance + epsilon) + beta[label]`. Mean and variance, and
    their moving averages, are shared by all classes; `gamma` and `beta` are tables
    `(num_classes, channels)` of ones and of zeros at first: `2 * num_classes * channels`
    parameters. While all labels agree it is plain batch normalization.

    Args:
        num_classes: Integer >= 1, number of classes.
        momentum: Float in `[0, 1)`, decay of the moving averages. The official code of SAGAN says
            0.999, that of SN-GAN 0.9.
        epsilon: Float > 0, added to the variance. SAGAN 1e-5, SN-GAN 2e-5.
        synchronized: Boolean, whether replicas share the statistics of the batch, as in
            `keras.layers.BatchNormalization`.
        **kwargs: `name` and `dtype` of `keras.layers.Layer`.

    Call arguments:
        inputs: List `[x, labels]`: tensor `(batch_size, ..., channels)`, and labels as integers
            `(batch_size,)` or one-hot vectors `(batch_size, num_classes)`. One-hot vectors that mix
            classes mix their scales and shifts.
        training: Boolean, whether to take, and follow, the statistics of the batch.

    Returns:
        Tensor of the shape of `x`.

    Raises:
        ValueError: If `num_classes` is below 1, or for labels of another shape.

    Reference:
        Dumoulin et al., 2017, "A Learned Representation For Artistic Style" (arXiv:1610.07629),
        and Miyato & Koyama, 2018, "cGANs with Projection Discriminator" (arXiv:1802.05637).
    """

    def __init__(self, num_classes, momentum=0.9, epsilon=1e-5, synchronized=False, **kwargs):
        # Without autocast labels stay as they are; class 2049 is no float16 number.
        super().__init__(autocast=False, **kwargs)
        check_at_least(1, num_classes=num_classes)
        self.num_classes = num_classes
        self.momentum = momentum
        self.epsilon = epsilon
        self.synchronized = synchronized
        self.normalization = keras.layers.BatchNormalization(
            momentum=momentum,
            epsilon=epsilon,
            center=False,
            scale=False,
            synchronized=synchronized,
            dtype=self.dtype_policy,
            name="normalization",
        )

    def build(self, input_shape):
        x_shape, _ = input_shape
        self.normalization.build(x_shape)
        table = (self.num_classes, x_shape[-1])
        self.gamma = self.add_weight(name="gamma", shape=table, initializer="ones")
        self.beta = self.add_weight(name="beta", shape=table, initializer="zeros")

    def call(self, inputs, training=None):
        x, labels = inputs
        x = self.normalization(x, training=training)
        classes = as_one_hot(labels, self.num_classes)
        shape = (-1, *[1] * (len(x.shape) - 2), x.shape[-1])
        gamma, beta = (
            ops.cast(ops.reshape(ops.matmul(classes, table), shape), x.dtype)
            for table in (self.gamma, self.beta)
        )
        return gamma * x + beta

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "synchronized": self.synchronized,
        }
