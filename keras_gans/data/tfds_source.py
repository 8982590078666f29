"""Any TensorFlow Datasets name: read through TFDS, held in memory where it fits."""

import contextlib
import functools
import socket
import urllib.request

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds

from keras_gans.data import order
from keras_gans.data.batches import Batches, count_steps
from keras_gans.data.lookup import held
from keras_gans.data.memory import empty_array, share, to_unit_range
from keras_gans.data.preprocess import fit_images
from keras_gans.data.request import NoLabelsError

SHUFFLE_BUFFER = 10_000  # encoded examples; TFDS wrote them in random order already
DRAINED = 256  # examples on their way into memory


def from_tfds(name, request):
    """`Batches` of the data set that TFDS calls `name` or `name/config`.

    Raises:
        ValueError: For a name, split or configuration that does not exist, for a data set without
            images, or without labels where they are asked for, and for images of several sizes
            without `image_size`.
        RuntimeError: If the data is not prepared and cannot be downloaded.
    """
    builder = tfds.builder(name, data_dir=request.data_dir)
    prepare(builder, name)
    return from_builder(builder, request)


def prepare(builder, name):
    """Downloads and prepares the data once; says what to do where that is impossible."""
    if builder.data_path.exists():
        return
    try:
        with _fail_fast_when_offline():
            builder.download_and_prepare()
    except Exception as error:  # downloads fail in many ways
        reason = str(error).strip().split("\n")[0][:200]
        raise RuntimeError(
            f"The data set {name!r} is not prepared in {builder.data_path.parent} and could not be "
            f"downloaded: prepare it once where there is internet with `tfds.load({name!r}, "
            "data_dir=folder)`, copy that folder here and pass it as `data_dir`. "
            f"({type(error).__name__}: {reason})"
        ) from error


def from_builder(builder, request):
    """`Batches` of a prepared TFDS builder."""
    image_key, label_key = _feature_keys(builder.info, request.labels)
    num_examples = split_info(builder.info, request.split).num_examples
    keys = [key for key in (image_key, label_key) if key]
    encoded = encoded_examples(builder, request.split, keys)
    decode, fit = _decoder(builder.info.features[image_key], image_key, label_key, request)
    image_shape = encoded.map(decode).map(fit).element_spec[0].shape
    if not image_shape.is_fully_defined():
        raise ValueError(
            f"`image_size` and `channels` must be given for {builder.info.full_name}, whose images "
            f"differ. Received: image_size={request.image_size}, channels={request.channels}"
        )
    attributes = {
        "description": f"{builder.info.full_name} [{request.split}]",
        "class_names": builder.info.features[label_key].names if label_key else None,
    }
    count_steps(num_examples, request.batch_size)  # before the data is read
    batched = functools.partial(_batched, decode=decode, fit=fit)
    if request.fits_in_memory(num_examples * int(np.prod(image_shape))):
        images, labels = drained(batched(encoded, DRAINED), num_examples, image_shape)
        labels = labels if label_key else None
        return held(images, (0, 255)).batches(labels, request.batching(), **attributes)
    return _streamed(encoded, batched, num_examples, request, attributes)


def _feature_keys(info, with_labels):
    """Names of the image feature and, where asked for, of the label."""
    features = info.features
    images = [key for key in features if isinstance(features[key], tfds.features.Image)]
    labels = [key for key in features if isinstance(features[key], tfds.features.ClassLabel)]
    supervised = [key for key in info.supervised_keys or () if isinstance(key, str)]
    images.sort(key=lambda key: key not in supervised)
    labels.sort(key=lambda key: (key not in supervised, key != "label"))
    if not images:
        raise ValueError(
            f"`source` must name a data set with images. Received: {info.full_name} with features "
            f"{sorted(features)}"
        )
    if with_labels and not labels:
        raise NoLabelsError(
            f"`labels` asks for labels, but {info.full_name} has none among its features "
            f"{sorted(features)}. Received: labels=True"
        )
    return images[0], labels[0] if with_labels else None


def split_info(info, split):
    """What TFDS knows of a split or slice; raises a `ValueError` if there is no such split."""
    try:
        return info.splits[split]
    except (KeyError, ValueError) as error:
        raise ValueError(
            f"`split` must be one of {sorted(info.splits)} or a slice such as 'train[:10%]'. "
            f"Received: split={split!r}"
        ) from error


def encoded_examples(builder, split, keys):
    """These features of the split in its fixed order, images still encoded."""
    features = builder.info.features
    images = [key for key in features if isinstance(features[key], tfds.features.Image)]
    return builder.as_dataset(
        split=split,
        shuffle_files=False,
        decoders={key: tfds.decode.SkipDecoding() for key in images},
        read_config=tfds.ReadConfig(interleave_cycle_length=1, try_autocache=False),
    ).map(lambda example: {key: example[key] for key in keys})


def _decoder(feature, image_key, label_key, request):
    """Two functions: from an encoded example to a uint8 image and its labels, and on to the fit.

    Labels are an empty tuple or one int32 tensor; the second function also takes batches.
    """

    def decode(example):
        image = decode_image(feature, example[image_key])
        return image, *((tf.cast(example[label_key], tf.int32),) if label_key else ())

    def fit(images, *labels):
        images = fit_images(images, request.image_size, request.channels, request.crop)
        return images, *labels

    return decode, fit


def decode_image(feature, encoded):
    """uint8 image of an image feature; raises a `ValueError` where it has another dtype."""
    if feature.np_dtype not in (np.uint8, np.uint16):
        raise ValueError(
            "`source` must name a data set with 8-bit or 16-bit images. "
            f"Received: images of dtype {feature.np_dtype}"
        )
    image = feature.decode_example(encoded)
    if image.dtype == tf.uint16:
        image = tf.cast(tf.round(tf.cast(image, tf.float32) / 257.0), tf.uint8)
    return image


def _batched(encoded, batch_size, decode, fit):
    """Batches of uint8 images and labels, resized together where the images are of one size."""
    examples = encoded.map(decode, tf.data.AUTOTUNE, deterministic=True)
    if examples.element_spec[0].shape.is_fully_defined():
        return examples.batch(batch_size).map(fit)
    return examples.map(fit, tf.data.AUTOTUNE, deterministic=True).batch(batch_size)


def drained(batches, num_examples, image_shape):
    """All images as one shared tensor, and the labels as an array."""
    images = empty_array((num_examples, *image_shape), np.uint8)
    labels = np.empty(num_examples, np.int32)
    start = 0
    for batch in batches.prefetch(1).as_numpy_iterator():
        rows = slice(start, start + len(batch[0]))
        images[rows] = batch[0]
        labels[rows] = batch[-1] if len(batch) > 1 else 0
        start = rows.stop
    return share(images), labels


def _streamed(encoded, batched, num_examples, request, attributes):
    """`Batches` read from TFDS files through a shuffle buffer, in every epoch anew."""
    steps_per_epoch = count_steps(num_examples, request.batch_size)
    shape = (request.batch_size,)

    def finish(images, *labels):
        images = tf.ensure_shape(images, shape + images.shape[1:])
        images = to_unit_range(images, (0, 255))
        return (images, tf.ensure_shape(labels[0], shape)) if labels else images

    def one_epoch(epoch, first_step):
        examples = encoded
        if request.shuffle:
            examples = order.shuffled(encoded, SHUFFLE_BUFFER, request.seed, epoch)
        examples = examples.skip(first_step * request.batch_size)
        return batched(examples, request.batch_size).take(steps_per_epoch - first_step).map(finish)

    return Batches(
        one_epoch,
        steps_per_epoch=steps_per_epoch,
        num_examples=num_examples,
        **request.batching(),
        **attributes,
    )


@contextlib.contextmanager
def _fail_fast_when_offline():
    """Spares the minutes in which TFDS tries ten times to reach a host that has no address."""
    from tensorflow_datasets.core.download import downloader

    retries = downloader.MAX_RETRIES
    if not urllib.request.getproxies():
        try:
            socket.getaddrinfo("storage.googleapis.com", 443)
        except OSError:
            downloader.MAX_RETRIES = 0
    try:
        yield
    finally:
        downloader.MAX_RETRIES = retries
