"""What `fit` and `evaluate` are handed, looked at before it can ruin a training."""

import keras
import tensorflow as tf

from keras_gans.utils.checks import assert_pixels, check_finite, check_pixels, holds_images

NAMES = ("x", "y")


def checked(x, y, images_in, names=NAMES):
    """The data `x`, whose values are looked at now if they are at hand, and else when it is read.

    Args:
        x, y: What `fit` takes. Batches of `keras_gans.data` were looked at when they were made.
        images_in: `AdversarialModel.images_in`, which says what of it must lie in `[-1, 1]`.
        names: What messages call `x` and `y`.

    Raises:
        ValueError: For arrays or tensors that hold NaN or infinity, or images of another range.
    """
    if not isinstance(x, tf.data.Dataset) or hasattr(x, "from_step"):
        check_finite(**dict(zip(names, (x, y), strict=True)))
        check_pixels(**_called(names, images_in(x, y)))
        return x

    def images_of(batch):
        x, y, _ = keras.utils.unpack_x_y_sample_weight(batch)
        return _called(names, images_in(x, y))

    def look(*batch):
        batch = batch if len(batch) > 1 else batch[0]
        with tf.control_dependencies(assert_pixels(**images_of(batch))):
            return tf.nest.map_structure(lambda t: t if t is None else tf.identity(t), batch)

    if any(map(holds_images, images_of(x.element_spec).values())):
        return x.map(look)
    return x


def one_epoch(x, y, images_in, names=NAMES):
    """Held-out data, `checked`, that is the same whenever and however often it is read."""
    return x.first_epoch() if hasattr(x, "first_epoch") else checked(x, y, images_in, names)


def checked_held_out(data, images_in):
    """`validation_data` of any kind that `fit` takes, `checked`."""
    names = ("validation_data", "validation_data[1]")
    if isinstance(data, tuple | list):
        x, y = (*data, None)[:2]
        checked(x, y, images_in, names)
        return data
    return None if data is None else one_epoch(data, None, images_in, names)


def _called(names, images):
    """Dictionary from these names to the images in `x` and `y`."""
    return {names[NAMES.index(name)]: value for name, value in images.items()}
