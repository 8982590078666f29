"""A channel that tells a discriminator how varied its batch is."""

import keras
from keras import ops

from keras_gans.utils.checks import check_at_least, check_positive


@keras.saving.register_keras_serializable(package="keras_gans")
class MinibatchStdDev(keras.layers.Layer):
    """Appends a channel that holds the mean standard deviation within the sample's group.

    The batch falls into groups of `group_size`. For each feature at each position the deviation
    over the group is `sqrt(variance + epsilon)`, the variance divided by the size of the group.
    Its mean over positions and channels is one number, which fills the new channel of all samples
    of the group: `(batch_size, 4, 4, 512)` becomes `(batch_size, 4, 4, 513)`. A generator that
    repeats itself gives itself away there.

    Groups are strided as in the official code: with `n` groups, samples `i`, `i + n`, `i + 2 * n`,
    ... are together. A batch smaller than `group_size` is one group, as there. Where the batch
    does not divide, the official code stops; here a group is the largest that divides, 3 for a
    batch of 6. A group of 1 has the deviation `sqrt(epsilon)`.

    On several replicas the groups are those of the replica's part of the batch, as in the official
    code; the same batch on one device is grouped otherwise, so that steps agree only in
    distribution.

    Args:
        group_size: Integer >= 1. 4 in the official code, 16 for the runs of ProGAN's paper.
        epsilon: Float > 0, inside the root, which is taken in float32 whatever the layer computes
            in.
        **kwargs: `name` and `dtype` of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor `(batch_size, height, width, channels)`.

    Returns:
        Tensor `(batch_size, height, width, channels + 1)`.

    Raises:
        ValueError: If a number is out of range.

    Reference:
        Karras et al., 2018, "Progressive Growing of GANs" (arXiv:1710.10196), section 3 and
        official code.
    """

    def __init__(self, group_size=4, epsilon=1e-8, **kwargs):
        super().__init__(**kwargs)
        check_at_least(1, group_size=group_size)
        check_positive(epsilon=epsilon)
        self.group_size = group_size
        self.epsilon = epsilon

    def call(self, inputs):
        batch_size, height, width, channels = ops.shape(inputs)
        size = self._size_of_groups(batch_size)
        num_groups = batch_size // size
        groups = ops.reshape(
            ops.cast(inputs, "float32"), (size, num_groups, height, width, channels)
        )
        deviations = ops.sqrt(ops.var(groups, axis=0) + self.epsilon)
        means = ops.mean(deviations, axis=(1, 2, 3))  # (num_groups,)
        # Sample i belongs to group i % num_groups.
        maps = ops.broadcast_to(
            ops.reshape(means, (1, num_groups, 1, 1, 1)), (size, num_groups, height, width, 1)
        )
        maps = ops.reshape(maps, (batch_size, height, width, 1))
        return ops.concatenate([inputs, ops.cast(maps, inputs.dtype)], axis=-1)

    def _size_of_groups(self, batch_size):
        """The largest divisor of the batch size up to `group_size`."""
        sizes = range(self.group_size, 0, -1)
        if isinstance(batch_size, int):
            return next(size for size in sizes if batch_size % size == 0)
        sizes = ops.arange(1, self.group_size + 1, dtype="int32")
        divides = ops.equal(ops.mod(batch_size, sizes), 0)
        return ops.max(ops.where(divides, sizes, 1))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + 1)

    def get_config(self):
        return {**super().get_config(), "group_size": self.group_size, "epsilon": self.epsilon}
