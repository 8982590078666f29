"""What the networks of pix2pix and CycleGAN share."""

from keras import layers

from keras_gans.layers import InstanceNormalization, ReflectionPadding2D
from keras_gans.networks._common import batch_norm, normal


def convolution(filters, kernel_size, layer=layers.Conv2D, **kwargs):
    """A convolution whose weights start from N(0, 0.02)."""
    return layer(filters, kernel_size, kernel_initializer=normal(), **kwargs)


def padded(x, padding, reflect=False):
    """`x` with `padding` rows and columns at every side, mirrored or zeros.

    For odd kernels of stride 2 and even ones of stride 1, and for odd sides, `padding="same"` of
    Keras adds more at the end than at the start, or keeps the size; the official codes pad all
    sides alike.
    """
    layer = ReflectionPadding2D if reflect else layers.ZeroPadding2D
    return layer(padding)(x)


def normalized(x, instance_norm, name, affine=False):
    """Instance normalization, with a gain and an offset where `affine`, or batch normalization.

    Either has epsilon 1e-5; gains of batch normalization start from N(1, 0.02).
    """
    if instance_norm:
        return InstanceNormalization(epsilon=1e-5, affine=affine, name=name)(x)
    return batch_norm(gamma_initializer=normal(mean=1.0), name=name)(x)


def check_sides(name, shape, multiple=1, smallest=1):
    """Raises a `ValueError` unless `shape` is (height, width, channels) with sides that fit.

    Sides are `None`, for images of any size, or multiples of `multiple` and at least `smallest`.
    """
    sides = shape[:2] if len(shape) == 3 and shape[2] else (0, 0)
    if any(side is not None and (side % multiple or side < smallest) for side in sides):
        rule = f"at least {smallest}"
        if multiple > 1:
            rule = f"multiples of {multiple} and {rule}"
        raise ValueError(
            f"`{name}` must be (height, width, channels) with sides that are {rule}, or None. "
            f"Received: {name}={tuple(shape)}"
        )
