"""Images of TensorFlow Datasets for translation, where any example can be looked up."""

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds

from keras_gans.data.lookup import Lookup, held
from keras_gans.data.preprocess import fit_images
from keras_gans.data.tfds_source import (
    DRAINED,
    decode_image,
    drained,
    encoded_examples,
    prepare,
    split_info,
)

DIFFERENT_SIZES = "the two images of an example differ in size"


def prepared_builder(name, data_dir):
    """TFDS builder of a data set, downloaded where it is not prepared; raises as `from_tfds`."""
    builder = tfds.builder(name, data_dir=data_dir)
    prepare(builder, name)
    return builder


def images_of_builder(builder, keys, request):
    """`Lookup` of the images in one or two features of a prepared TFDS builder.

    The two images of an example become one with the channels of both. What does not fit in memory
    is held there as TFDS stores it, encoded, and decoded when it is needed.

    Args:
        builder: TFDS builder.
        keys: Names of one or two image features.
        request: The `Request`, whose `image_size` is not `None`.

    Raises:
        ValueError: For a split that does not exist, images of several numbers of channels
            without `channels`, and an example whose two images differ in size; where examples are
            decoded when they are needed, that is an error of TensorFlow.
    """
    num_examples = split_info(builder.info, request.split).num_examples
    description = f"{builder.info.full_name} [{request.split}]"
    encoded = encoded_examples(builder, request.split, keys)

    def image(example):
        return _joined(
            [decode_image(builder.info.features[key], example[key]) for key in keys], request
        )

    shape = encoded.map(image).element_spec.shape
    if not shape.is_fully_defined():
        raise ValueError(
            f"`channels` must be given for {builder.info.full_name}, whose images differ. "
            f"Received: channels={request.channels}"
        )
    if not request.fits_in_memory(num_examples * int(np.prod(shape))):
        return _decoded_on_demand(encoded, keys, image, shape, description)
    images = encoded.map(lambda example: (image(example),), tf.data.AUTOTUNE, deterministic=True)
    try:
        images, _ = drained(images.batch(DRAINED), num_examples, shape)
    except tf.errors.InvalidArgumentError as error:
        if DIFFERENT_SIZES not in str(error):
            raise
        raise ValueError(
            "`source` must hold pairs of images of one size. "
            f"Received: {description}, where {DIFFERENT_SIZES}"
        ) from error
    return held(images, (0, 255), description)


def image_keys(info):
    """Names of the image features: those of the supervised keys first, then by name."""
    images = [key for key, feature in info.features.items() if _is_image(feature)]
    supervised = [key for key in info.supervised_keys or () if key in images]
    return supervised + sorted(set(images) - set(supervised))


def _is_image(feature):
    return isinstance(feature, tfds.features.Image)


def _joined(images, request):
    """One or two images of the size asked for, their channels joined."""
    sizes = [tf.shape(image)[:2] for image in images]
    same = tf.debugging.assert_equal(sizes[0], sizes[-1], DIFFERENT_SIZES)
    with tf.control_dependencies([same]):
        images = [tf.identity(image) for image in images]
    fitted = [
        fit_images(image, request.image_size, request.channels, request.crop) for image in images
    ]
    return tf.concat(fitted, axis=-1)


def _decoded_on_demand(encoded, keys, image, shape, description):
    columns = {key: [] for key in keys}
    for example in encoded.as_numpy_iterator():
        for key in keys:
            columns[key].append(example[key])
    columns = {key: tf.constant(column) for key, column in columns.items()}

    def take(indices):
        examples = {key: tf.gather(column, indices) for key, column in columns.items()}
        images = tf.map_fn(image, examples, fn_output_signature=tf.uint8)
        return tf.ensure_shape(images, (indices.shape[0], *shape))

    return Lookup(take, len(columns[keys[0]]), tuple(shape), (0, 255), description)
