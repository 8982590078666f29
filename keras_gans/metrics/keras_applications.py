"""Features of the networks in `keras.applications`, for scores that no paper's are compared to."""

import keras
import numpy as np

from keras_gans.metrics.cache import content_hash
from keras_gans.metrics.extractor import FeatureExtractor, Reading, in_float32


class KerasApplications(FeatureExtractor):
    """A network of `keras.applications`, its last feature map averaged.

    Not comparable with published FIDs, InceptionV3 included: Keras's is another network, with
    other weights and another resize, than the one of 2015. Use `InceptionFID` for that.

    Args:
        application: Constructor such as `keras.applications.ResNet50`. Its ImageNet weights are
            fetched on first use.
        preprocess: The function that goes with it, such as
            `keras.applications.resnet.preprocess_input`, applied to pixels in `[0, 255]`.
        image_size: Side that images are resized to, bilinearly and with antialiasing. Gray
            images are repeated to three channels.
        weights: As for the application; a path, `"imagenet"`, or None for random weights.
        batch_size: Images read at once.
        **options: Further arguments of the application, such as `alpha` of MobileNet.

    Example:
        >>> extractor = KerasApplications(
        ...     keras.applications.ResNet50, keras.applications.resnet.preprocess_input
        ... )
    """

    published = False

    def __init__(
        self,
        application,
        preprocess,
        image_size=224,
        weights="imagenet",
        batch_size=32,
        **options,
    ):
        self.name = f"keras {application.__name__}"
        self.resize = f"bilinear {image_size}x{image_size}, antialiased"
        self.batch_size = batch_size
        self.preprocess = preprocess
        self.image_size = image_size
        with in_float32():
            self.model = application(
                include_top=False,
                weights=weights,
                pooling="avg",
                input_shape=(image_size, image_size, 3),
                **options,
            )
        every_pixel = np.arange(256, dtype="float32").reshape(1, 16, 16, 1).repeat(3, axis=-1)
        prepared = np.asarray(preprocess(every_pixel))
        self.weights_hash = content_hash(*self.model.get_weights(), prepared)

    def read_batch(self, images, logits):
        pixels = (keras.ops.convert_to_tensor(as_rgb(images)) + 1.0) * 127.5
        size = (self.image_size, self.image_size)
        pixels = keras.ops.image.resize(pixels, size, interpolation="bilinear", antialias=True)
        inputs = self.preprocess(keras.ops.convert_to_numpy(pixels))
        return Reading(self.model.predict_on_batch(inputs), None)


def as_rgb(images):
    """Repeats gray images to three channels.

    Raises:
        ValueError: If images have neither one nor three channels.
    """
    if images.shape[-1] == 1:
        return images.repeat(3, axis=-1)
    if images.shape[-1] != 3:
        raise ValueError(
            "`images` must have 1 or 3 channels for a network trained on photographs. "
            f"Received: images of shape {images.shape}"
        )
    return images
