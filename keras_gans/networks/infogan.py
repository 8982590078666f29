"""InfoGAN's networks: a generator, and a trunk under two heads, `D` and the recognition net `Q`."""

import keras
from keras import layers

from keras_gans.networks._common import batch_norm, halvings, normal, truncated_normal

SIZES = (28, 32, 64)


def _batch_norm():
    return batch_norm(gamma_initializer=normal(mean=1.0))


def _dense(units, **kwargs):
    return layers.Dense(units, kernel_initializer=normal(), **kwargs)


def _deconvolution(filters):
    return layers.Conv2DTranspose(
        filters, 4, strides=2, padding="same", kernel_initializer=normal()
    )


def _convolution(filters):
    return layers.Conv2D(
        filters, 4, strides=2, padding="same", kernel_initializer=truncated_normal()
    )


def build_infogan_generator(latent_dim=74, image_shape=(28, 28, 1)):
    """Generator of two dense layers and transposed 4x4 convolutions with stride 2.

    Args:
        latent_dim: Integer, size of the noise and all codes together; 62 + 10 + 2 on MNIST.
        image_shape: Tuple `(size, size, channels)`; size 28, 32 or 64, channels 1 or 3.

    Returns:
        `keras.Model` from `(batch_size, latent_dim)` to `(batch_size, *image_shape)` in `[-1, 1]`
        (tanh). 6,652,481 parameters with the defaults.

    Raises:
        ValueError: For other image shapes.

    Reference:
        Chen et al., 2016, "InfoGAN: Interpretable Representation Learning by Information
        Maximizing Generative Adversarial Nets" (arXiv:1606.03657), appendix C.1, and its official
        code, whose sigmoid for pixels in `[0, 1]` is tanh here. Its 7x7 maps become 8x8 for 32
        and, with one stage more, for 64 pixels, which are ours.
    """
    smallest, stages = halvings(image_shape, SIZES, smallest=8)
    maps = (smallest, smallest, 64 * 2 ** (stages - 1))
    latents = keras.Input((latent_dim,), name="latents")
    x = layers.ReLU()(_batch_norm()(_dense(1024)(latents)))
    x = layers.ReLU()(_batch_norm()(_dense(smallest * smallest * maps[-1])(x)))
    x = layers.Reshape(maps)(x)
    for stage in reversed(range(stages - 1)):
        x = layers.ReLU()(_batch_norm()(_deconvolution(64 * 2**stage)(x)))
    x = _deconvolution(image_shape[-1])(x)
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return keras.Model(latents, images, name="generator")


def build_infogan_trunk(image_shape=(28, 28, 1), slope=0.1):
    """The layers that discriminator and recognition net share: 4x4 convolutions and one dense.

    Args:
        image_shape: Tuple `(size, size, channels)`; size 28, 32 or 64, channels 1 or 3.
        slope: Float, slope of LeakyReLU for negative values: 0.1 in the paper, 0.01 in its code.

    Returns:
        `keras.Model` from `(batch_size, *image_shape)` to features `(batch_size, 1024)`. 6,558,144
        parameters with the defaults.

    Raises:
        ValueError: For other image shapes.

    Reference:
        Chen et al., 2016 (arXiv:1606.03657), appendix C.1, and its official code.
    """
    _, stages = halvings(image_shape, SIZES, smallest=8)
    images = keras.Input(image_shape, name="images")
    x = layers.LeakyReLU(slope)(_convolution(64)(images))
    for stage in range(1, stages):
        x = layers.LeakyReLU(slope)(_batch_norm()(_convolution(64 * 2**stage)(x)))
    x = _batch_norm()(_dense(1024)(layers.Flatten()(x)))
    return keras.Model(images, layers.LeakyReLU(slope, name="features")(x), name="trunk")


def build_infogan_discriminator(feature_dim=1024):
    """Head `D` on the trunk's features: one dense layer.

    Args:
        feature_dim: Integer, size of the trunk's features.

    Returns:
        `keras.Model` from `(batch_size, feature_dim)` to logits `(batch_size, 1)`. 1,025
        parameters with the default.

    Reference:
        Chen et al., 2016 (arXiv:1606.03657), appendix C.1.
    """
    features = keras.Input((feature_dim,), name="features")
    logits = _dense(1, dtype="float32", name="logits")(features)
    return keras.Model(features, logits, name="discriminator")


def build_infogan_recognition(feature_dim=1024, outputs=14, slope=0.1):
    """Head `Q` on the trunk's features, which guesses the codes: two dense layers.

    Args:
        feature_dim: Integer, size of the trunk's features.
        outputs: Integer, parameters of the code's distribution. On MNIST 14: 10 logits of the
            category, then 2 means, then 2 logarithms of deviations of the continuous codes.
        slope: Float, slope of LeakyReLU for negative values: 0.1 in the paper, 0.01 in its code.

    Returns:
        `keras.Model` from `(batch_size, feature_dim)` to `(batch_size, outputs)`, linear. 133,262
        parameters with the defaults.

    Reference:
        Chen et al., 2016 (arXiv:1606.03657), appendix C.1, and its official code.
    """
    features = keras.Input((feature_dim,), name="features")
    x = layers.LeakyReLU(slope)(_batch_norm()(_dense(128)(features)))
    codes = _dense(outputs, dtype="float32", name="codes")(x)
    return keras.Model(features, codes, name="recognition")
