"""BiGAN's perceptrons for MNIST: a generator, an encoder and a discriminator of pairs."""

import math

import keras
from keras import layers

from keras_gans.networks._common import batch_norm, decayed, sigmoid_images, unit_pixels

DECAY = 2.5e-5


def _dense(units, **kwargs):
    return decayed(layers.Dense, units, rate=DECAY, **kwargs)


def _batch_norm():
    return batch_norm(center=False, scale=False)


def build_bigan_generator(latent_dim=50, data_shape=(28, 28, 1), width=1024):
    """Generator with two hidden layers of rectifiers; the latents enter both.

    No layer has a bias, and batch normalization has neither gain nor bias.

    Args:
        latent_dim: Integer, size of the latent vector.
        data_shape: Tuple, shape of one generated sample; 784 pixels in the paper.
        width: Integer, units of each hidden layer.

    Returns:
        `keras.Model` from `(batch_size, latent_dim)` to `(batch_size, *data_shape)` in `[-1, 1]`.
        1,953,792 parameters with the defaults.

    Reference:
        Donahue et al., 2016, "Adversarial Feature Learning" (arXiv:1605.09782), section 4, and
        its official code for the permutation-invariant MNIST, from which the second entry of the
        latents is. The sigmoid is mapped to the library's `[-1, 1]`.
    """
    latents = keras.Input((latent_dim,), name="latents")
    x = layers.ReLU()(_batch_norm()(_dense(width)(latents)))
    x = layers.Add()([_dense(width)(x), _dense(width)(latents)])
    x = layers.ReLU()(_batch_norm()(x))
    images = sigmoid_images(_dense(math.prod(data_shape))(x), data_shape)
    return keras.Model(latents, images, name="generator")


def build_bigan_encoder(data_shape=(28, 28, 1), latent_dim=50, width=1024):
    """Encoder with two hidden layers; the second is named "features".

    Args:
        data_shape: Tuple, shape of one sample with values in `[-1, 1]`.
        latent_dim: Integer, size of the latent vector.
        width: Integer, units of each hidden layer.

    Returns:
        `keras.Model` from `(batch_size, *data_shape)` to latents `(batch_size, latent_dim)` in
        `[-1, 1]`. The features, which the paper classifies, are
        `keras.Model(encoder.input, encoder.get_layer("features").output)`, `(batch_size, width)`.
        1,902,592 parameters with the defaults.

    Reference:
        Donahue et al., 2016 (arXiv:1605.09782), section 4, and its official code, where
        `2 * sigmoid(a) - 1` squashes the latents into the range of their uniform prior. Its pixels
        lie in `[0, 1]`, to which the input is mapped.
    """
    images = keras.Input(data_shape, name="images")
    x = layers.LeakyReLU(0.2)(_dense(width)(unit_pixels(images)))
    x = layers.LeakyReLU(0.2, name="features")(_batch_norm()(_dense(width)(x)))
    x = layers.Activation("sigmoid", dtype="float32")(_dense(latent_dim)(x))
    latents = layers.Rescaling(2.0, offset=-1.0, dtype="float32", name="latents")(x)
    return keras.Model(images, latents, name="encoder")


def build_bigan_discriminator(data_shape=(28, 28, 1), latent_dim=50, width=1024):
    """Discriminator of pairs; the latents are added at the second hidden layer.

    Args:
        data_shape: Tuple, shape of one sample with values in `[-1, 1]`.
        latent_dim: Integer, size of the latent vector.
        width: Integer, units of each hidden layer.

    Returns:
        `keras.Model` from the list of samples `(batch_size, *data_shape)` and latents
        `(batch_size, latent_dim)` to logits `(batch_size, 1)`, all 0 at first because the last
        layer is. 1,903,616 parameters with the defaults.

    Reference:
        Donahue et al., 2016 (arXiv:1605.09782), section 4, and its official code. Pixels are
        mapped to `[0, 1]` as in the encoder.
    """
    images = keras.Input(data_shape, name="images")
    latents = keras.Input((latent_dim,), name="latents")
    x = layers.LeakyReLU(0.2)(_dense(width)(unit_pixels(images)))
    x = layers.Add()([_dense(width)(x), _dense(width)(latents)])
    x = layers.LeakyReLU(0.2)(_batch_norm()(x))
    logits = _dense(1, kernel_initializer="zeros", dtype="float32", name="logits")(x)
    return keras.Model([images, latents], logits, name="discriminator")
