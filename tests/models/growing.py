"""Growing games of 4 and 8 pixels that train within a test, and a schedule for them."""

import keras
import numpy as np

import keras_gans as kg
from keras_gans import networks

SIZE, LATENT_DIM, WIDTH = 8, 4, 4
SCHEDULE = kg.data.GrowthSchedule(
    resolution=SIZE,
    stable_images=16,
    fade_images=32,
    batch_sizes={4: 8, 8: 4},
    learning_rate=0.002,
    learning_rates={8: 0.003},
)
SHAPE = (SIZE, SIZE, 1)
MADE = {"image_shape": SHAPE, "base_width": 2 * WIDTH, "max_width": WIDTH}


def build_progan(growing=True, seed=0, group_size=2, **kwargs):
    keras.utils.set_random_seed(seed)
    return kg.ProGAN(
        image_shape=SHAPE,
        latent_dim=LATENT_DIM,
        generator=networks.build_progan_generator(LATENT_DIM, growing=growing, **MADE),
        discriminator=networks.build_progan_discriminator(
            growing=growing, group_size=group_size, **MADE
        ),
        **kwargs,
    )


def build_stylegan(growing=True, seed=0, group_size=2, **kwargs):
    keras.utils.set_random_seed(seed)
    return kg.StyleGAN(
        image_shape=SHAPE,
        latent_dim=LATENT_DIM,
        mapping=networks.build_style_mapping(LATENT_DIM, 4, 2),
        synthesis=networks.build_style_synthesis(style_dim=4, growing=growing, **MADE),
        discriminator=networks.build_style_discriminator(
            growing=growing, group_size=group_size, **MADE
        ),
        **kwargs,
    )


def make_noisy(model):
    """Gives the noise of a StyleGAN weight, which it has not at first: the constant's maps are then
    all the same, and normalising them makes gradients of rounding errors."""
    for layer in model._flatten_layers():
        if isinstance(layer, kg.layers.NoiseInjection):
            layer.weight.assign(np.full(layer.weight.shape, 0.5))


BUILDERS = {"ProGAN": build_progan, "StyleGAN": build_stylegan}


def images(num=48, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (num, *SHAPE)).astype("float32")


def batches(steps_per_epoch=7):
    return kg.data.grown(kg.data.load(images(), batch_size=4), SCHEDULE, steps_per_epoch)


def fit_growing(model, epochs=None, callbacks=(), steps_per_epoch=7):
    data = batches(steps_per_epoch)
    growth = kg.callbacks.ProgressiveGrowth(SCHEDULE)
    return model.fit(
        data, epochs=epochs or data.epochs, callbacks=[growth, *callbacks], verbose=0
    ).history
