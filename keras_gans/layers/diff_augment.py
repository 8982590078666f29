"""DiffAugment: the three changes of images that let a discriminator learn from few of them."""

import keras
from keras import ops

from keras_gans.layers._image_augmentation import ImageAugmentation
from keras_gans.layers._image_transforms import cut_out, shift


@keras.saving.register_keras_serializable(package="keras_gans")
class DiffAugment(ImageAugmentation):
    """Changes every image at random before a discriminator judges it, real ones and fakes alike.

    A discriminator that has seen few images learns them by heart; of changed ones it cannot. The
    fakes must be changed in the same way, in both players' steps, so that the generator does not
    learn the changes; the gradient reaches it through them. Hand the layer to a model,
    `kg.DCGAN(..., augment=DiffAugment())`, which does all of that.

    - `"color"`: brightness, a number from U(-0.5, 0.5) is added; saturation, the distance of each
      channel to the pixel's mean is multiplied by U(0, 2), which leaves gray images alone;
      contrast, the distance to the image's mean is multiplied by U(0.5, 1.5).
    - `"translation"`: a move by whole pixels, at most an eighth of the size (rounded) each way;
      zeros, middle gray, come in.
    - `"cutout"`: a square of zeros, half the size (rounded), around a place anywhere in the image.

    It acts with `training=True` alone. Values may leave `[-1, 1]`.

    Args:
        policy: Tuple of some of `"color"`, `"translation"` and `"cutout"`, applied in that order.
        seed: Integer in `[0, 2**31)`; layers of equal seeds draw equal numbers.
        **kwargs: `name` and `dtype` of `keras.layers.Layer`.

    Call arguments:
        images: Tensor `(batch_size, height, width, 3 or 1)` with values in `[-1, 1]`, or a list of
            such, of any sizes, in which the images of a sample are changed alike.
        training: Boolean, whether to change anything.

    Returns:
        What was given, changed; computed in float32 whatever the layer returns.

    Raises:
        ValueError: If `policy` is empty or holds an unknown or a repeated name, `seed` is out of
            range, or for images of another shape.

    Reference:
        Zhao et al., 2020, "Differentiable Augmentation for Data-Efficient GAN Training"
        (arXiv:2006.10738), section 3 and official code.
    """

    uniforms = 7

    def __init__(self, policy=("color", "translation", "cutout"), seed=0, **kwargs):
        super().__init__(seed=seed, **kwargs)
        if not policy or not set(policy) <= set(CHANGES) or len(set(policy)) < len(policy):
            raise ValueError(
                f"`policy` must be a tuple of different names out of {tuple(CHANGES)}. "
                f"Received: policy={policy}"
            )
        self.policy = tuple(policy)

    def transform(self, images, draws):
        for name in self.policy:
            images = CHANGES[name](images, draws)
        return images

    def get_config(self):
        return {**super().get_config(), "policy": self.policy}


def _recolour(images, draws):
    images = images + _each(draws.uniform(-0.5, 0.5))
    gray = ops.mean(images, axis=-1, keepdims=True)
    images = gray + _each(draws.uniform(0.0, 2.0)) * (images - gray)
    mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
    return mean + _each(draws.uniform(0.5, 1.5)) * (images - mean)


def _translate(images, draws):
    limits = [_rounded(size / 8) for size in images.shape[1:3]]
    return shift(images, *[draws.integer(-limit, limit) for limit in limits])


def _cut_out(images, draws):
    sides = [_rounded(size / 2) for size in images.shape[1:3]]
    # A square of even side is centred between pixels, and there is one such place more.
    places = [
        draws.integer(0, size - side % 2)
        for size, side in zip(images.shape[1:3], sides, strict=True)
    ]
    return cut_out(images, *places, sides)


CHANGES = {"color": _recolour, "translation": _translate, "cutout": _cut_out}


def _each(numbers):
    """Numbers `(batch_size,)` in the shape that multiplies images."""
    return ops.reshape(numbers, (-1, 1, 1, 1))


def _rounded(number):
    return int(number + 0.5)
