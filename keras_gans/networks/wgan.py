"""The networks of WGAN: convolutional ones and perceptrons."""

import keras
from keras import layers

from keras_gans.networks._common import batch_norm, halvings, normal
from keras_gans.networks.perceptron import build_perceptron
from keras_gans.networks.wgan_gp import build_wgan_gp_critic, build_wgan_gp_generator

SIZES = (28, 32, 64)


def _convolution(layer, filters, **kwargs):
    """The official padding of 1 is what "same" does for a 4x4 kernel and stride 2 on even sizes."""
    return layer(filters, 4, use_bias=False, kernel_initializer=normal(), **kwargs)


def _batch_norm():
    return batch_norm(gamma_initializer=normal(mean=1.0))


def build_wgan_generator(latent_dim=100, image_shape=(64, 64, 3), width=64):
    """Generator of transposed 4x4 convolutions and batch normalization, without biases.

    The first convolution spreads a single pixel with `latent_dim` channels over 4x4.

    Args:
        latent_dim: Integer, size of the latent vector.
        image_shape: Tuple `(size, size, channels)`; size 28, 32 or 64, channels 1 or 3. For 28 the
            network is `build_wgan_gp_generator` with batch normalization.
        width: Integer, channels at the highest hidden resolution.

    Returns:
        `keras.Model` from `(batch_size, latent_dim)` to `(batch_size, *image_shape)` in `[-1, 1]`
        (tanh). 3,576,704 parameters with the defaults.

    Raises:
        ValueError: For other image shapes.

    Reference:
        Arjovsky et al., 2017, "Wasserstein GAN" (arXiv:1701.07875), section 4, and its official
        code, where 32 pixels take one stage fewer. The paper has no 28 pixels.
    """
    _, stages = halvings(image_shape, SIZES)
    if image_shape[0] == 28:
        return build_wgan_gp_generator(latent_dim, image_shape, width, batch_norm=True)
    latents = keras.Input((latent_dim,), name="latents")
    x = layers.Reshape((1, 1, latent_dim))(latents)
    x = _convolution(layers.Conv2DTranspose, width * 2 ** (stages - 1), padding="valid")(x)
    x = layers.ReLU()(_batch_norm()(x))
    for stage in reversed(range(stages - 1)):
        x = _convolution(layers.Conv2DTranspose, width * 2**stage, strides=2, padding="same")(x)
        x = layers.ReLU()(_batch_norm()(x))
    x = _convolution(layers.Conv2DTranspose, image_shape[-1], strides=2, padding="same")(x)
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return keras.Model(latents, images, name="generator")


def build_wgan_critic(image_shape=(64, 64, 3), width=64):
    """Critic of 4x4 convolutions and batch normalization, without biases.

    Args:
        image_shape: Tuple `(size, size, channels)`; size 28, 32 or 64, channels 1 or 3. For 28 the
            network is `build_wgan_gp_critic` with batch normalization.
        width: Integer, channels of the first convolution.

    Returns:
        `keras.Model` from `(batch_size, *image_shape)` to scores `(batch_size, 1)`. 2,765,568
        parameters with the defaults.

    Raises:
        ValueError: For other image shapes.

    Reference:
        Arjovsky et al., 2017 (arXiv:1701.07875), section 4, and its official code, which averages
        the scores of a batch inside the critic.
    """
    _, stages = halvings(image_shape, SIZES)
    if image_shape[0] == 28:
        return build_wgan_gp_critic(image_shape, width, batch_norm=True)
    images = keras.Input(image_shape, name="images")
    x = _convolution(layers.Conv2D, width, strides=2, padding="same")(images)
    x = layers.LeakyReLU(0.2)(x)
    for stage in range(1, stages):
        x = _convolution(layers.Conv2D, width * 2**stage, strides=2, padding="same")(x)
        x = layers.LeakyReLU(0.2)(_batch_norm()(x))
    x = _convolution(layers.Conv2D, 1, padding="valid", dtype="float32")(x)
    scores = layers.Flatten(dtype="float32", name="scores")(x)
    return keras.Model(images, scores, name="critic")


def _fan_in_uniform():
    """U(-1, 1) / sqrt(fan_in), what the official code's framework starts dense layers with."""
    return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")


def build_wgan_mlp_generator(latent_dim=100, data_shape=(64, 64, 3), width=512):
    """Perceptron generator: three hidden layers of rectifiers and a linear output.

    Args:
        latent_dim: Integer, size of the latent vector.
        data_shape: Tuple, shape of one generated sample.
        width: Integer, units of each hidden layer.

    Returns:
        `keras.Model` from `(batch_size, latent_dim)` to `(batch_size, *data_shape)`, unbounded.
        6,880,768 parameters with the defaults.

    Reference:
        Arjovsky et al., 2017 (arXiv:1701.07875), section 4 (a "4-layer ReLU-MLP with 512 units"),
        and its official code. Biases start at 0, where that code draws them like the weights.
    """
    widths = (width, width, width)
    return build_perceptron(
        (latent_dim,), data_shape, widths, kernel_initializer=_fan_in_uniform, name="generator"
    )


def build_wgan_mlp_critic(data_shape=(64, 64, 3), width=512):
    """Perceptron critic, the mirror of `build_wgan_mlp_generator`.

    Args:
        data_shape: Tuple, shape of one sample.
        width: Integer, units of each hidden layer.

    Returns:
        `keras.Model` from `(batch_size, *data_shape)` to scores `(batch_size, 1)`. 6,817,793
        parameters with the defaults.

    Reference:
        Arjovsky et al., 2017 (arXiv:1701.07875), section 4, and its official code.
    """
    widths = (width, width, width)
    return build_perceptron(
        data_shape, (1,), widths, kernel_initializer=_fan_in_uniform, name="critic"
    )
