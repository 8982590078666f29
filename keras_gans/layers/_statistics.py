"""Mean and deviation of feature maps."""

from keras import ops


def normalize_maps(x, epsilon):
    """Every map of every sample with mean 0 and variance 1, in float32.

    Args:
        x: Tensor `(batch_size, height, width, channels)`, or with another number of sides.
        epsilon: Float, added to the variance, which is divided by the number of positions.

    Returns:
        Tuple of float32 tensors `(normalized, mean, deviation)`, the latter two with sides of 1;
        the deviation is `sqrt(variance + epsilon)`.
    """
    x = ops.cast(x, "float32")
    # The mean is taken off first: E[x^2] - E[x]^2 loses all digits of a map far from 0.
    axes = tuple(range(1, len(x.shape) - 1))
    mean = ops.mean(x, axis=axes, keepdims=True)
    centred = x - mean
    deviation = ops.sqrt(ops.mean(ops.square(centred), axis=axes, keepdims=True) + epsilon)
    return centred / deviation, mean, deviation


def check_maps(name, shape):
    """Raises a `ValueError` for maps of a single position, which a normalization sets to 0."""
    if len(shape) < 3 or all(side == 1 for side in shape[1:-1]):
        raise ValueError(
            f"`{name}` must be maps (batch_size, height, width, channels) of more than one "
            f"position. Received: {name} of shape {tuple(shape)}"
        )
