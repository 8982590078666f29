"""Games small enough that a training takes a moment."""

import keras
import numpy as np

import keras_gans as kg


def tiny_gan(data_shape=(2,), compiled=True, **kwargs):
    """Compiled DCGAN of two small perceptrons; its generator has batch statistics."""
    size = int(np.prod(data_shape))
    generator = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(16),
            keras.layers.BatchNormalization(),
            keras.layers.ReLU(),
            keras.layers.Dense(size, activation="tanh"),
            keras.layers.Reshape(data_shape),
        ]
    )
    discriminator = keras.Sequential(
        [
            keras.Input(data_shape),
            keras.layers.Flatten(),
            keras.layers.Dense(16),
            keras.layers.LeakyReLU(0.2),
            keras.layers.Dense(1),
        ]
    )
    model = kg.DCGAN(
        data_shape=data_shape,
        latent_dim=4,
        generator=generator,
        discriminator=discriminator,
        **kwargs,
    )
    if compiled:
        model.compile()
    return model


def tiny_data(data_shape=(2,), num=64):
    return np.random.default_rng(0).uniform(-1, 1, (num, *data_shape)).astype("float32")


def train(model, callbacks=(), epochs=1, data=None, **kwargs):
    """History of a quiet training in batches of 32, in the same order every epoch."""
    data = tiny_data(model.data_shape) if data is None else data
    arguments = {"batch_size": 32, "verbose": 0, "shuffle": False, **kwargs}
    return model.fit(data, epochs=epochs, callbacks=list(callbacks), **arguments).history
