"""A memory of generated images: a discriminator also sees what the generator made before."""

import tensorflow as tf
from keras import ops

from keras_gans.utils import randomness
from keras_gans.utils.checks import check_at_least


class ImageBuffer:
    """Holds some of the images that were generated so far and now and then gives one back.

    For each image in turn: while the buffer is not full, the image is stored and returned. Then, by
    the toss of a coin, either the image is returned and the buffer stays as it is, or an image of
    the buffer, each equally likely, is returned and the new one takes its place.

    There is one buffer for all replicas: each of them gathers the images of all, in the order of
    the global batch, and does the same with them to its copy. What a step does hence does not
    depend on how many devices share the batch.

    Args:
        capacity: Integer, how many images it holds; 0 for a buffer that passes images on.
        image_shape: Tuple, the shape of an image.
        add_weight: The method of the model in whose state the buffer is kept.
        name: Name of the buffer, unique in the model.

    Raises:
        ValueError: If `capacity` is no integer of at least 0.

    Reference:
        Shrivastava et al., 2017, "Learning from Simulated and Unsupervised Images through
        Adversarial Training" (arXiv:1612.07828), section 2.3; in this form, with 50 images, Zhu et
        al., 2017 (arXiv:1703.10593), section 4, and its official codes.
    """

    def __init__(self, capacity, image_shape, add_weight, name):
        check_at_least(0, buffer_size=capacity)
        self.capacity = capacity
        if capacity == 0:
            return
        settings = {
            "initializer": "zeros",
            "trainable": False,
            "aggregation": "only_first_replica",
        }
        self.images = add_weight(
            name=f"{name}_images", shape=(capacity, *image_shape), dtype="float32", **settings
        )
        self.stored = add_weight(name=f"{name}_stored", shape=(), dtype="int64", **settings)

    def exchange(self, images, seed):
        """Shows the buffer new images and returns as many, new and old ones.

        Args:
            images: Tensor `(batch_size, *image_shape)`, in a replica the part of the batch that
                this replica has; no gradient flows back.
            seed: Seed pair of the coins, see `keras_gans.utils.randomness`.

        Returns:
            Tensor of the same shape.
        """
        images = ops.cast(ops.stop_gradient(images), "float32")
        if self.capacity == 0:
            return images
        everyones = _of_all_replicas(images)
        num = ops.shape(everyones)[0]
        keeps_new = randomness.uniform((num,), seed, low=0.0, high=1.0) <= 0.5
        slots = randomness.integers((num,), randomness.another(seed, 0), self.capacity)
        stored = ops.cast(self.stored.value, "int32")
        # Pictures are moved once, at the end. Until then their numbers are: those of the buffer's
        # pictures from 0 on, those of the new ones behind.
        numbers = self.capacity + tf.range(num)
        in_buffer, returned = _moves(
            tf.range(self.capacity), stored, numbers, keeps_new=keeps_new, slots=slots
        )
        pictures = ops.concatenate([self.images.value, everyones], axis=0)
        self.images.assign(tf.gather(pictures, in_buffer))
        self.stored.assign(ops.cast(ops.minimum(stored + num, self.capacity), "int64"))
        all_returned = tf.gather(pictures, returned)
        # As with a draw for the global batch, a replica keeps its own rows.
        return randomness.draw_for_replica(lambda _: all_returned, ops.shape(images)[0])


def _moves(in_buffer, stored, numbers, keeps_new, slots):
    """Which pictures are in the buffer afterwards, and which are returned.

    Args:
        in_buffer: Numbers of the pictures in the buffer's slots, `(capacity,)`.
        stored: Scalar, how many of the slots are in use, the first ones.
        numbers: Numbers of the new pictures, `(num,)`.
        keeps_new: Booleans `(num,)`, the coins: whether a new picture is returned itself.
        slots: Slots `(num,)` that are emptied otherwise.

    Returns:
        Tuple of tensors `(capacity,)` and `(num,)`.
    """
    capacity = ops.shape(in_buffer)[0]

    def move(state, coming):
        in_buffer, stored, _ = state
        number, keeps, slot = coming
        is_full = stored >= capacity
        slot = tf.where(is_full, slot, stored)
        returned = tf.where(is_full & ~keeps, in_buffer[tf.minimum(slot, capacity - 1)], number)
        stores = ~is_full | ~keeps
        here = (tf.range(capacity) == slot) & stores
        return tf.where(here, number, in_buffer), tf.minimum(stored + 1, capacity), returned

    in_buffers, _, returned = tf.scan(
        move, (numbers, keeps_new, slots), initializer=(in_buffer, stored, numbers[0])
    )
    return in_buffers[-1], returned


def _of_all_replicas(images):
    """The images of all replicas, those of the first one first."""
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return images
    return context.all_gather(images, axis=0)
