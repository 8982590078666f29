"""What several families of networks share: their time's initializers, layers and shape check."""

import keras
from keras import layers


def normal(deviation=0.02, mean=0.0):
    """A new initializer on every call: one object shared by layers would repeat its values."""
    return keras.initializers.RandomNormal(mean, deviation)


def truncated_normal(deviation=0.02):
    """A new initializer that redraws what lies two deviations off, as TensorFlow 1 codes use."""
    return keras.initializers.TruncatedNormal(0.0, deviation)


def uniform(limit):
    """A new initializer on every call, uniform on `[-limit, limit]`."""
    return keras.initializers.RandomUniform(-limit, limit)


def decayed(layer, *args, rate, kernel_initializer=None, **kwargs):
    """`layer` without bias, weights N(0, 0.02), decayed as codes of DCGAN's family do.

    They add `rate` times the weight to its gradient; Keras squares the weight, hence half. With
    `rate` 0 nothing decays.
    """
    return layer(
        *args,
        use_bias=False,
        kernel_initializer=kernel_initializer or normal(),
        kernel_regularizer=keras.regularizers.L2(0.5 * rate) if rate else None,
        **kwargs,
    )


def batch_norm(**kwargs):
    """Batch normalization as the papers of the time used it.

    Several official codes normalise by batch statistics even when they sample. Moving averages
    make a sample independent of its neighbours; they follow with decay 0.9, and 1e-5 where those
    codes say 1e-8 keeps a channel that went quiet from being blown up.
    """
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, **kwargs)


def layer_norm():
    """Statistics of all pixels and channels of a sample, one gain and offset a channel."""
    return layers.GroupNormalization(groups=1, epsilon=1e-5)


def halvings(image_shape, sizes, smallest=4):
    """How a square image shrinks by factors of 2.

    Args:
        image_shape: Tuple `(size, size, channels)`.
        sizes: Tuple of integers, the sizes that the family of networks is built for.
        smallest: Integer, height of the smallest map; 7 for 28 pixels whatever it says.

    Returns:
        Tuple `(smallest, stages)`: height of the smallest map and number of halvings to it.

    Raises:
        ValueError: For other image shapes.
    """
    height, width, channels = image_shape if len(image_shape) == 3 else (0, 0, 0)
    if height != width or height not in sizes or channels not in (1, 3):
        raise ValueError(
            f"`image_shape` must be (size, size, channels) with a size of {sizes} and 1 or 3 "
            "channels; pass networks of your own for other shapes. "
            f"Received: image_shape={tuple(image_shape)}"
        )
    if height == 28:
        smallest = 7
    return smallest, (height // smallest).bit_length() - 1


def unit_pixels(images):
    """Values of `[-1, 1]` mapped to the `[0, 1]` of papers on MNIST, as one vector a sample."""
    return layers.Flatten()(layers.Rescaling(0.5, offset=0.5)(images))


def sigmoid_images(x, data_shape):
    """The sigmoid output of papers on MNIST, mapped from `[0, 1]` to the library's `[-1, 1]`."""
    x = layers.Activation("sigmoid", dtype="float32")(x)
    x = layers.Rescaling(2.0, offset=-1.0, dtype="float32")(x)
    return layers.Reshape(data_shape, dtype="float32", name="images")(x)


def condition_maps(condition, feature_maps):
    """`condition` repeated at every pixel of `feature_maps` and appended to its channels."""
    height, width = feature_maps.shape[1:3]
    maps = layers.RepeatVector(height * width)(condition)
    maps = layers.Reshape((height, width, condition.shape[-1]))(maps)
    return layers.Concatenate()([feature_maps, maps])
