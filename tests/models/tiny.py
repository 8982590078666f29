"""Networks that are small enough to train within a test, with everything that can go wrong."""

import keras
import numpy as np
from keras import layers

LATENT_DIM = 3


def build_generator(data_shape=(2,), latent_dim=LATENT_DIM, batch_norm=True, units=8):
    latents = keras.Input((latent_dim,))
    x = layers.Dense(units)(latents)
    if batch_norm:
        x = layers.BatchNormalization(momentum=0.9)(x)
    x = layers.Activation("tanh")(x)
    x = layers.Dense(int(np.prod(data_shape)), dtype="float32")(x)
    return keras.Model(latents, layers.Reshape(data_shape, dtype="float32")(x))


def build_discriminator(data_shape=(2,), dropout=0.3, units=8):
    samples = keras.Input(data_shape)
    x = layers.Flatten()(samples)
    x = layers.LeakyReLU(0.2)(layers.Dense(units)(x))
    if dropout:
        x = layers.Dropout(dropout)(x)
    return keras.Model(samples, layers.Dense(1, dtype="float32")(x))


def build_model(model_class, batch_norm=True, dropout=0.3, compiled=True, **kwargs):
    model = model_class(
        data_shape=(2,),
        latent_dim=LATENT_DIM,
        generator=build_generator(batch_norm=batch_norm),
        discriminator=build_discriminator(dropout=dropout),
        **kwargs,
    )
    if compiled:
        model.compile()
    return model


def points(num=64, seed=0):
    return np.random.default_rng(seed).normal(size=(num, 2)).astype("float32")
