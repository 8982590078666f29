"""Which sizes of images a network from image to image takes."""

import tensorflow as tf

LARGEST_MULTIPLE = 1024
LARGEST_FACTOR = 16


def keeps_sides(network, height, width, channels):
    """Whether a network maps images of these sides to images of the same sides.

    The network is traced, which costs a fraction of a second and computes nothing: what Keras knows
    about shapes beforehand misses that the maps which a U-Net joins do not fit.

    Args:
        network: `keras.Model` from images to images.
        height, width, channels: Integers.
    """
    trace = tf.function(lambda images: network(images, training=False))
    spec = tf.TensorSpec((1, height, width, channels), tf.float32)
    try:
        shape = trace.get_concrete_function(spec).structured_outputs.shape
    except (ValueError, TypeError):  # TensorFlow and Keras refuse shapes by one or the other
        return False
    return tuple(shape[1:3]) == (height, width)


def side_multiple(network, channels):
    """The smallest power of 2 such that the network takes images whose sides are multiples of it.

    They have to be of some size, see `smallest_side`.

    Returns:
        Integer, 1 for a network without strides, or `None` for one of a single size.
    """
    multiple = 1
    while multiple <= LARGEST_MULTIPLE:
        if keeps_sides(network, 17 * multiple, 19 * multiple, channels):
            return multiple
        multiple *= 2
    return None


def smallest_side(network, channels, multiple):
    """The smallest multiple that the network takes as the side of a square.

    Reflections at a border need some pixels of the image, and TensorFlow only looks when it
    computes them, so squares are translated until it succeeds.

    Args:
        network, channels, multiple: As for and from `side_multiple`.

    Raises:
        ValueError: If the network takes no small image at all.
    """
    for side in range(multiple, LARGEST_FACTOR * multiple + 1, multiple):
        try:
            network(tf.zeros((1, side, side, channels)), training=False)
            return side
        except (ValueError, TypeError, tf.errors.InvalidArgumentError):
            continue
    raise ValueError(
        f"`network` must take squares of at most {LARGEST_FACTOR} times {multiple} pixels. "
        f"Received: network={network.name!r}"
    )
