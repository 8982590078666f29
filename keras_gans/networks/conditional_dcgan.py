"""DCGAN's networks with the condition appended at every layer, as its authors train on MNIST."""

import keras
from keras import layers

from keras_gans.networks._common import batch_norm, condition_maps, decayed, halvings

SIZES = (28, 32, 64)
DECAY = 2.5e-5


def _dense(units, **kwargs):
    return decayed(layers.Dense, units, rate=DECAY, **kwargs)


def _convolution(layer, filters):
    return decayed(layer, filters, 5, strides=2, padding="same", rate=DECAY)


def _batch_norm():
    return batch_norm(center=False, scale=False)


def _join(x, condition):
    return layers.Concatenate()([x, condition])


def build_conditional_dcgan_generator(
    latent_dim=100, condition_dim=10, image_shape=(28, 28, 1), width=64
):
    """Generator of two dense layers and transposed 5x5 convolutions, all given the condition.

    No layer has a bias, and batch normalization has neither gain nor bias.

    Args:
        latent_dim: Integer, size of the latent vector.
        condition_dim: Integer, size of the condition, such as the number of classes.
        image_shape: Tuple `(size, size, channels)`; size 28, 32 or 64, channels 1 or 3.
        width: Integer, channels at the highest hidden resolution.

    Returns:
        `keras.Model` from the list of latents `(batch_size, latent_dim)` and conditions
        `(batch_size, condition_dim)`, one-hot or dense, to `(batch_size, *image_shape)` in
        `[-1, 1]` (tanh). 6,820,538 parameters with the defaults.

    Raises:
        ValueError: For other image shapes.

    Reference:
        Radford et al., 2015, "Unsupervised Representation Learning with Deep Convolutional
        Generative Adversarial Networks" (arXiv:1511.06434), supplement 8.1, and its official code
        for MNIST, with the paper's tanh for that code's sigmoid; the padding differs as in
        `build_dcgan_generator`. Its 7x7 maps become 8x8 for 32 and, with one stage more, for 64
        pixels, which are ours.
    """
    smallest, stages = halvings(image_shape, SIZES, smallest=8)
    latents = keras.Input((latent_dim,), name="latents")
    condition = keras.Input((condition_dim,), name="condition")
    maps = (smallest, smallest, width * 2 ** (stages - 1))
    x = _dense(1024)(_join(latents, condition))
    x = layers.ReLU()(_batch_norm()(x))
    x = _dense(smallest * smallest * maps[-1])(_join(x, condition))
    x = layers.Reshape(maps)(layers.ReLU()(_batch_norm()(x)))
    for stage in reversed(range(stages - 1)):
        x = _convolution(layers.Conv2DTranspose, width * 2**stage)(condition_maps(condition, x))
        x = layers.ReLU()(_batch_norm()(x))
    x = _convolution(layers.Conv2DTranspose, image_shape[-1])(condition_maps(condition, x))
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return keras.Model([latents, condition], images, name="generator")


def build_conditional_dcgan_discriminator(image_shape=(28, 28, 1), condition_dim=10, width=64):
    """Discriminator of 5x5 convolutions and two dense layers, all given the condition.

    Args:
        image_shape: Tuple `(size, size, channels)`; size 28, 32 or 64, channels 1 or 3.
        condition_dim: Integer, size of the condition, such as the number of classes.
        width: Integer, channels of the first convolution.

    Returns:
        `keras.Model` from the list of images `(batch_size, *image_shape)` and conditions
        `(batch_size, condition_dim)` to logits `(batch_size, 1)`. 6,688,202 parameters with the
        defaults.

    Raises:
        ValueError: For other image shapes.

    Reference:
        Radford et al., 2015 (arXiv:1511.06434), and its official code for MNIST; see
        `build_conditional_dcgan_generator`.
    """
    _, stages = halvings(image_shape, SIZES, smallest=8)
    images = keras.Input(image_shape, name="images")
    condition = keras.Input((condition_dim,), name="condition")
    x = _convolution(layers.Conv2D, width)(condition_maps(condition, images))
    x = layers.LeakyReLU(0.2)(x)
    for stage in range(1, stages):
        x = _convolution(layers.Conv2D, width * 2**stage)(condition_maps(condition, x))
        x = layers.LeakyReLU(0.2)(_batch_norm()(x))
    x = _dense(1024)(_join(layers.Flatten()(x), condition))
    x = layers.LeakyReLU(0.2)(_batch_norm()(x))
    logits = _dense(1, dtype="float32", name="logits")(_join(x, condition))
    return keras.Model([images, condition], logits, name="discriminator")
