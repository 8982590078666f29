"""The networks of StyleGAN: latents are mapped to styles, which tell a constant what to become."""

import keras
from keras import layers, ops

from keras_gans.layers import (
    AdaptiveInstanceNormalization,
    Blur,
    ChannelBias,
    EqualizedConv2D,
    EqualizedDense,
    LearnedConstant,
    NoiseInjection,
    PixelNormalization,
)
from keras_gans.networks._progressive import ListModel, channels_by_resolution, images_from
from keras_gans.networks.progan import build_progan_discriminator
from keras_gans.utils.checks import check_at_least


def build_style_mapping(latent_dim=512, style_dim=512, num_layers=8, lr_multiplier=0.01):
    """Dense layers with LeakyReLU of slope 0.2 from normalised latents `z` to styles `w`.

    Args:
        latent_dim: Integer, size of the latent vector `z`.
        style_dim: Integer, size of the style `w` and of every hidden layer.
        num_layers: Integer >= 1.
        lr_multiplier: Float > 0, how much more slowly this network learns than the others; its
            layers see to that themselves, see `EqualizedDense`.

    Returns:
        `keras.Model` from `(batch_size, latent_dim)` to `(batch_size, style_dim)`, float32.
        2,101,248 parameters with the defaults.

    Raises:
        ValueError: If a number is out of range.

    Reference:
        Karras et al., 2019, "A Style-Based Generator Architecture for GANs" (arXiv:1812.04948),
        figure 1, appendix C and official code.
    """
    check_at_least(1, num_layers=num_layers)
    latents = keras.Input((latent_dim,), name="latents")
    x = PixelNormalization()(latents)
    for number in range(num_layers):
        x = EqualizedDense(style_dim, lr_multiplier=lr_multiplier, name=f"dense_{number}")(x)
        x = layers.LeakyReLU(0.2)(x)
    styles = layers.Activation("linear", dtype="float32", name="styles")(x)
    return keras.Model(latents, styles, name="mapping")


def build_style_synthesis(
    image_shape=(1024, 1024, 3), style_dim=512, base_width=8192, max_width=512, growing=True
):
    """Generator that starts from a learned constant and is told by styles and noise what to draw.

    Each resolution has two epilogues, after the constant or a convolution: noise, bias, LeakyReLU
    of slope 0.2 and adaptive instance normalization, in this order. Styles are one for each.

    Args:
        image_shape: Tuple `(size, size, channels)`; a power of two of at least 4, channels 1 or 3.
        style_dim: Integer, size of a style.
        base_width: Integer; maps of `resolution` pixels have
            `min(2 * base_width // resolution, max_width)` channels.
        max_width: Integer, the most channels of any layer.
        growing: Boolean, whether the network gives the images of all resolutions.

    Returns:
        `keras.Model` from the list of `styles` `(batch_size, num_styles, style_dim)`, coarse to
        fine with `num_styles = 2 * log2(size) - 2`, and `noise_seeds` `(batch_size, 2)`, int64, of
        which the noise of a sample is a pure function (`NoiseInjection`). Its images are those of
        `build_progan_generator`: a list of all resolutions, or the last with `growing=False`,
        float32 and linear. 24,118,379 parameters with the defaults.

    Raises:
        ValueError: For other image shapes, and for a `base_width` that leaves the last maps without
            channels.

    Reference:
        Karras et al., 2019, "A Style-Based Generator Architecture for GANs" (arXiv:1812.04948),
        figure 1, appendix C and official code. That code also stores one map of noise for each
        epilogue, 2.8 million numbers at 1024 pixels; the same seeds for every sample are the same
        noise for every sample, so that nothing is stored here.
    """
    channels = channels_by_resolution(image_shape, base_width, max_width)
    styles = keras.Input((2 * len(channels), style_dim), name="styles")
    noise_seeds = keras.Input((2,), dtype="int64", name="noise_seeds")
    style_of_place = ops.unstack(styles, axis=1)

    def epilogue(x, place):
        name = f"{x.shape[1]}_{place % 2}"
        x = NoiseInjection(place, stored=False, name=f"noise_{name}")(x, seeds=noise_seeds)
        x = layers.LeakyReLU(0.2)(ChannelBias(name=f"bias_{name}")(x))
        return AdaptiveInstanceNormalization(name=f"style_{name}")([x, style_of_place[place]])

    def convolution(resolution, number):
        name = f"conv_{resolution}_{number}"
        return EqualizedConv2D(channels[resolution], 3, use_bias=False, name=name)

    maps = []
    for stage, resolution in enumerate(channels):
        if stage == 0:
            x = LearnedConstant((4, 4, channels[4]), name="constant")(styles)
        else:
            x = convolution(resolution, 0)(layers.UpSampling2D(2)(maps[-1]))
            x = Blur(name=f"blur_{resolution}")(x)
        x = convolution(resolution, 1)(epilogue(x, 2 * stage))
        maps.append(epilogue(x, 2 * stage + 1))
    images = images_from(maps, image_shape[-1], growing)
    model = ListModel if growing else keras.Model
    return model([styles, noise_seeds], images, name="synthesis")


def build_style_discriminator(
    image_shape=(1024, 1024, 3), base_width=8192, max_width=512, growing=True, group_size=4
):
    """`build_progan_discriminator` that blurs before it pools.

    Args, returns and raises: see there.

    Reference:
        Karras et al., 2019 (arXiv:1812.04948), section 2 and official code.
    """
    return build_progan_discriminator(
        image_shape, base_width, max_width, growing, blur=True, group_size=group_size
    )
