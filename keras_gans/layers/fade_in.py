"""The blend of an old and a new path in a network that grows."""

import keras


@keras.saving.register_keras_serializable(package="keras_gans")
class FadeIn(keras.layers.Layer):
    """Blends a newly grown path into the path it replaces: `(1 - alpha) * old + alpha * new`.

    `alpha` is a non-trainable weight in `[0, 1]`, 0 at first: adding a block does not disturb a
    trained network. Whoever grows the network raises it to 1; the official code counts the other
    way, from 1 to 0.

    Call arguments:
        old: Tensor `(batch_size, ...)`, the path used so far. In a generator the smaller RGB image,
            upsampled; in a discriminator the features of the image that was pooled first.
        new: Tensor of the same shape, the path through the new block.

    Returns:
        Tensor of the same shape.

    Raises:
        ValueError: If the shapes differ.

    Reference:
        Karras et al., 2018, "Progressive Growing of GANs" (arXiv:1710.10196), figure 2.
    """

    def build(self, old_shape, new_shape):
        if old_shape != new_shape:
            raise ValueError(
                "`FadeIn` blends two paths of the same shape. "
                f"Received: old_shape={old_shape}, new_shape={new_shape}"
            )
        self.alpha = self.add_weight(
            name="alpha",
            shape=(),
            initializer="zeros",
            trainable=False,
            aggregation="only_first_replica",
        )

    def call(self, old, new):
        return (1.0 - self.alpha) * old + self.alpha * new

    def compute_output_shape(self, old_shape, new_shape):
        return old_shape
