"""What layers share that change images at random, each sample in its own way."""

import keras
from keras import ops

from keras_gans.utils import randomness

AUGMENTATION = 1 << 28  # marks the noise of augmentations, which no model draws


class ImageAugmentation(keras.layers.Layer):
    """Changes images in training and passes them on as they are otherwise.

    A subclass says how many numbers a sample needs, `uniforms` and `normals`, and what they do to
    images, `transform`. The numbers are a pure function of the seed, of how many training calls
    there were, which is a weight, `calls`, and of the sample's place in the global batch.

    Args:
        seed: Integer in `[0, 2**31)`; layers of equal seeds draw equal numbers.
        **kwargs: `name` and `dtype` of `keras.layers.Layer`.

    Call arguments:
        images: Tensor `(batch_size, height, width, 3 or 1)`, or a list of such, of any sizes, in
            which the images of a sample are changed alike.
        training: Boolean, whether to change anything.

    Returns:
        What was given, changed. It is computed in float32 whatever the layer returns.
    """

    uniforms = 0
    normals = 0

    def __init__(self, seed=0, **kwargs):
        # Without autocast images of full precision arrive as such.
        super().__init__(autocast=False, **kwargs)
        if not isinstance(seed, int) or not 0 <= seed < 2**31:
            raise ValueError(f"`seed` must be an integer in [0, 2**31). Received: seed={seed}")
        self.seed = seed

    def build(self, images_shape):
        is_list = isinstance(images_shape[0], list | tuple)
        for shape in images_shape if is_list else [images_shape]:
            if len(shape) != 4 or shape[-1] not in (1, 3):
                raise ValueError(
                    "`images` must have the shape (batch_size, height, width, 3 or 1). "
                    f"Received: images of shape {tuple(shape)}"
                )
        # Every replica counts for itself, and all alike: they may not meet within a condition, in
        # which a discriminator is called for a penalty that is due now and then.
        self.calls = self.add_weight(
            name="calls", shape=(), dtype="int64", initializer="zeros", trainable=False
        )

    def call(self, images, training=False):
        parts = keras.tree.flatten(images)
        if training:
            numbers = self._draw(ops.shape(parts[0])[0])
            parts = [self._changed(part, numbers) for part in parts]
        parts = [ops.cast(part, self.compute_dtype) for part in parts]
        return parts if isinstance(images, list | tuple) else parts[0]

    def transform(self, images, draws):
        """Images, float32 with sizes that are known, changed by numbers from `draws`."""
        raise NotImplementedError

    def _draw(self, batch_size):
        """The numbers of this replica's samples, `(batch_size, uniforms + normals)`."""
        seed = randomness.seed_pair(self.seed, AUGMENTATION, self.calls.value)
        self.calls.assign_add(1)

        def draw(num):
            uniform = randomness.uniform((num, self.uniforms), seed, low=0.0)
            normal = randomness.normal((num, self.normals), randomness.another(seed, 0))
            return ops.concatenate([uniform, normal], axis=1)

        return randomness.draw_for_replica(draw, batch_size)

    def _changed(self, images, numbers):
        if None in images.shape[1:]:
            raise ValueError(
                "`images` must have a size that is known where they are augmented. "
                f"Received: images of shape {tuple(images.shape)}"
            )
        uniform, normal = numbers[:, : self.uniforms], numbers[:, self.uniforms :]
        return self.transform(ops.cast(images, "float32"), Draws(uniform, normal))

    def compute_output_shape(self, images_shape):
        return images_shape

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}


class Draws:
    """Numbers that were drawn for the samples of a batch, handed out one for each sample a time.

    Args:
        uniform: Tensor `(batch_size, num)`, uniform on `[0, 1)`.
        normal: Tensor `(batch_size, num)`, standard normal.
    """

    def __init__(self, uniform, normal):
        self._uniform = iter(ops.unstack(uniform, uniform.shape[1], axis=1))
        self._normal = iter(ops.unstack(normal, normal.shape[1], axis=1))

    def uniform(self, low=0.0, high=1.0):
        """Tensor `(batch_size,)`, uniform on `[low, high)`."""
        return low + (high - low) * next(self._uniform)

    def integer(self, low, high):
        """Tensor `(batch_size,)`, float32, uniform on `{low, ..., high}`."""
        return low + ops.floor((high - low + 1) * next(self._uniform))

    def normal(self, deviation):
        """Tensor `(batch_size,)`, normal with mean 0."""
        return deviation * next(self._normal)
