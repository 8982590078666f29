"""MGAN's generators, unshared in their first layer, and their discriminator with a classifier.

The generators come in two networks. The stems hold the first layer of every generator; the body is
what all of them share, and takes the `num_generators` outputs of a latent as so many samples, so
that its batch normalization sees all generators at once.
"""

import math

import keras
from keras import layers

from keras_gans.networks._common import batch_norm, halvings, normal, truncated_normal
from keras_gans.networks.perceptron import build_perceptron

SIZES = (28, 32, 64)


def _deconvolution(filters):
    return layers.Conv2DTranspose(
        filters, 5, strides=2, padding="same", kernel_initializer=normal()
    )


def _heads(x, num_generators, deviation):
    """`D` and `C` share everything but these last layers."""
    return [
        layers.Dense(units, kernel_initializer=normal(deviation), dtype="float32", name=name)(x)
        for units, name in ((1, "logits"), (num_generators, "generator_logits"))
    ]


def build_mgan_stems(latent_dim=100, num_generators=10, image_shape=(32, 32, 3), width=128):
    """First layer of every generator: dense, with batch normalization of each unit, and ReLU.

    Args:
        latent_dim: Integer, size of the latent vector, which all generators are given.
        num_generators: Integer, `K`.
        image_shape: Tuple `(size, size, channels)`; size 28, 32 or 64, channels 1 or 3.
        width: Integer, channels at the highest hidden resolution of the body.

    Returns:
        `keras.Model` from `(batch_size, latent_dim)` to `(batch_size, num_generators, 4, 4,
        4 * width)`; `(7, 7, 2 * width)` for 28 pixels and `(4, 4, 8 * width)` for 64. With the
        defaults 8,437,760 of the generators' 12,544,131 parameters.

    Raises:
        ValueError: For other image shapes.

    Reference:
        Hoang et al., 2018, "MGAN: Training Generative Adversarial Nets with Multiple Generators"
        (arXiv:1708.02556), and its official code for CIFAR-10; the other sizes are ours.
    """
    smallest, stages = halvings(image_shape, SIZES)
    maps = (num_generators, smallest, smallest, width * 2 ** (stages - 1))
    latents = keras.Input((latent_dim,), name="latents")
    x = layers.Dense(math.prod(maps), kernel_initializer=normal())(latents)
    x = layers.ReLU()(batch_norm()(x))
    return keras.Model(latents, layers.Reshape(maps, name="maps")(x), name="stems")


def build_mgan_body(image_shape=(32, 32, 3), width=128):
    """The layers that all generators share: transposed 5x5 convolutions with stride 2.

    Batch normalization has a gain and no offset, beside the bias of its convolution.

    Args:
        image_shape: Tuple `(size, size, channels)`; size 28, 32 or 64, channels 1 or 3.
        width: Integer, channels at the highest hidden resolution.

    Returns:
        `keras.Model` from one generator's maps `(batch_size, 4, 4, 4 * width)`, see
        `build_mgan_stems`, to `(batch_size, *image_shape)` in `[-1, 1]` (tanh). With the defaults
        4,106,371 parameters.

    Raises:
        ValueError: For other image shapes.

    Reference:
        Hoang et al., 2018 (arXiv:1708.02556), and its official code for CIFAR-10.
    """
    smallest, stages = halvings(image_shape, SIZES)
    maps = keras.Input((smallest, smallest, width * 2 ** (stages - 1)), name="maps")
    x = maps
    for stage in reversed(range(stages - 1)):
        x = _deconvolution(width * 2**stage)(x)
        x = layers.ReLU()(batch_norm(center=False)(x))
    x = _deconvolution(image_shape[-1])(x)
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return keras.Model(maps, images, name="body")


def build_mgan_discriminator(image_shape=(32, 32, 3), num_generators=10, width=128):
    """Discriminator and classifier of generators in one: 5x5 convolutions with stride 2.

    Unlike in DCGAN the first convolution has batch normalization too.

    Args:
        image_shape: Tuple `(size, size, channels)`; size 28, 32 or 64, channels 1 or 3.
        num_generators: Integer, `K`.
        width: Integer, channels of the first convolution.

    Returns:
        `keras.Model` from `(batch_size, *image_shape)` to the list of `logits` `(batch_size, 1)`,
        higher for real, and `generator_logits` `(batch_size, num_generators)`. With the defaults
        4,198,411 parameters.

    Raises:
        ValueError: For other image shapes.

    Reference:
        Hoang et al., 2018 (arXiv:1708.02556), and its official code for CIFAR-10.
    """
    _, stages = halvings(image_shape, SIZES)
    images = keras.Input(image_shape, name="images")
    x = images
    for stage in range(stages):
        x = layers.Conv2D(
            width * 2**stage,
            5,
            strides=2,
            padding="same",
            kernel_initializer=truncated_normal(),
        )(x)
        x = layers.LeakyReLU(0.2)(batch_norm()(x))
    heads = _heads(layers.Flatten()(x), num_generators, 0.01)
    return keras.Model(images, heads, name="discriminator")


def build_mgan_point_stems(latent_dim=256, num_generators=8, width=128):
    """First layer of every generator of points: dense with ReLU.

    Args:
        latent_dim: Integer, size of the latent vector, which all generators are given.
        num_generators: Integer, `K`.
        width: Integer, units of each generator.

    Returns:
        `keras.Model` from `(batch_size, latent_dim)` to `(batch_size, num_generators, width)`.
        263,168 parameters with the defaults.

    Reference:
        Hoang et al., 2018 (arXiv:1708.02556), the experiment with eight Gaussians on a ring.
        Weights N(0, 0.02), biases 0.
    """
    latents = keras.Input((latent_dim,), name="latents")
    x = layers.Dense(num_generators * width, activation="relu", kernel_initializer=normal())(
        latents
    )
    return keras.Model(latents, layers.Reshape((num_generators, width))(x), name="stems")


def build_mgan_point_body(width=128, data_shape=(2,)):
    """The layers that all generators of points share: dense with ReLU, and a linear output.

    Args:
        width: Integer, units of the stems and of the hidden layer.
        data_shape: Tuple, shape of one point.

    Returns:
        `keras.Model` from `(batch_size, width)` to `(batch_size, *data_shape)`. 16,770 parameters
        with the defaults.

    Reference:
        Hoang et al., 2018 (arXiv:1708.02556), the experiment with eight Gaussians on a ring.
    """
    return build_perceptron((width,), data_shape, (width,), kernel_initializer=normal, name="body")


def build_mgan_point_discriminator(data_shape=(2,), num_generators=8, width=128):
    """Discriminator and classifier of points: one hidden layer with LeakyReLU of slope 0.2.

    Args:
        data_shape: Tuple, shape of one point.
        num_generators: Integer, `K`.
        width: Integer, units of the hidden layer.

    Returns:
        `keras.Model` from `(batch_size, *data_shape)` to the list of `logits` `(batch_size, 1)`
        and `generator_logits` `(batch_size, num_generators)`. 1,545 parameters with the defaults.

    Reference:
        Hoang et al., 2018 (arXiv:1708.02556), the experiment with eight Gaussians on a ring.
    """
    points = keras.Input(data_shape, name="points")
    x = layers.Dense(width, kernel_initializer=normal())(layers.Flatten()(points))
    heads = _heads(layers.LeakyReLU(0.2)(x), num_generators, 0.02)
    return keras.Model(points, heads, name="discriminator")


def build_separate_generators(build_generator, num_generators):
    """Stems of generators that share nothing, to be followed by a body that changes nothing.

    Args:
        build_generator: Function without arguments that makes one generator, a `keras.Model` from
            `(batch_size, latent_dim)` to `(batch_size, *data_shape)`.
        num_generators: Integer, `K`.

    Returns:
        `keras.Model` from `(batch_size, latent_dim)` to
        `(batch_size, num_generators, *data_shape)`.

    Reference:
        Hoang et al., 2018 (arXiv:1708.02556), for the game; its default networks share their body.
    """
    generators = [build_generator() for _ in range(num_generators)]
    latents = keras.Input(generators[0].input_shape[1:], name="latents")
    # Names of their own: networks of one name cannot stand in one model.
    for number, generator in enumerate(generators):
        generator.name = f"generator_{number}"
    samples = [layers.Reshape((1, *g.output_shape[1:]))(g(latents)) for g in generators]
    joined = layers.Concatenate(axis=1)(samples) if num_generators > 1 else samples[0]
    return keras.Model(latents, joined, name="stems")
