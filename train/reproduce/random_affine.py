"""Small changes of how a digit was written: its slant, its width, its place."""

import math

import keras
from keras import ops

from keras_gans.layers._image_augmentation import ImageAugmentation
from keras_gans.layers._image_transforms import matrices, product, resample

ANGLE = math.radians(20.0)
SHEAR = 0.4
STRETCH = 0.15
MOVE = 2.0


@keras.saving.register_keras_serializable(package="keras_gans.reproduce")
class RandomAffine(ImageAugmentation):
    """Every image is turned, sheared, stretched and moved, not so far that a digit is another one.

    `AdaptiveAugment` turns by any angle, in which a 6 is a 9. Here an angle is uniform up to 20
    degrees either way, a shear up to 0.4, a move up to 2 pixels along each axis, and the two axes
    are scaled by `2^N(0, 0.15^2)` each.
    """

    uniforms = 4
    normals = 2

    def transform(self, images, draws):
        angle, shear = draws.uniform(-ANGLE, ANGLE), draws.uniform(-SHEAR, SHEAR)
        width, height = 2.0 ** draws.normal(STRETCH), 2.0 ** draws.normal(STRETCH)
        across, down = draws.uniform(-MOVE, MOVE), draws.uniform(-MOVE, MOVE)
        cosine, sine = ops.cos(angle), ops.sin(angle)
        sources = product(
            matrices([[1.0, shear, across], [0.0, 1.0, down], [0.0, 0.0, 1.0]]),
            matrices([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]]),
            matrices([[width, 0.0, 0.0], [0.0, height, 0.0], [0.0, 0.0, 1.0]]),
        )
        return resample(images, sources)
