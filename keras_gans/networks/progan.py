"""The networks of Progressive GAN: every resolution has its block, which fades in when it is new.

Both networks are built in full. With `growing=True` they have an output for every resolution, and
`keras.Model(generator.input, generator.outputs[k])` and
`keras.Model(discriminator.inputs[k], discriminator.outputs[k])` are the networks of `4 * 2**k`
pixels: they hold the layers that they need and share them with those of other resolutions. How far
a block has faded in is the weight `alpha` of the layer `fade_<resolution>`, from 0 to 1.
"""

import keras
from keras import layers

from keras_gans.layers import (
    Blur,
    ChannelBias,
    EqualizedConv2D,
    EqualizedDense,
    FadeIn,
    MinibatchStdDev,
    PixelNormalization,
)
from keras_gans.networks._progressive import ListModel, channels_by_resolution, images_from


def _convolve(x, filters, name):
    x = EqualizedConv2D(filters, 3, name=name)(x)
    return PixelNormalization()(layers.LeakyReLU(0.2)(x))


def build_progan_generator(
    latent_dim=512, image_shape=(1024, 1024, 3), base_width=8192, max_width=512, growing=True
):
    """Generator of pairs of 3x3 convolutions after nearest upsampling, pixels normalised.

    Args:
        latent_dim: Integer, size of the latent vector, which is normalised first.
        image_shape: Tuple `(size, size, channels)`; a power of two of at least 4, channels 1 or 3.
        base_width: Integer; maps of `resolution` pixels have
            `min(2 * base_width // resolution, max_width)` channels.
        max_width: Integer, the most channels of any layer.
        growing: Boolean, whether the network gives the images of all resolutions.

    Returns:
        `keras.Model` from `(batch_size, latent_dim)` to the list of images at 4, 8, ..., size
        pixels, float32 and linear: they lie in `[-1, 1]` only as far as training brings them there.
        From 8 pixels on an image is `FadeIn` of the upsampled image that the resolution below gives
        by itself and of the new one; at first `alpha` is 0. With `growing=False` the last image
        alone, of the new path. 23,079,115 parameters with the defaults, 23,071,507 without growing.

    Raises:
        ValueError: For other image shapes, and for a `base_width` that leaves the last maps without
            channels.

    Reference:
        Karras et al., 2018, "Progressive Growing of GANs for Improved Quality, Stability, and
        Variation" (arXiv:1710.10196), table 2 and official code. The official code stores the
        kernel after an upsampling flipped, where it fuses the two.
    """
    channels = channels_by_resolution(image_shape, base_width, max_width)
    latents = keras.Input((latent_dim,), name="latents")
    x = PixelNormalization()(latents)
    # The paper's 4x4 convolution of a single pixel, whose fan-in counts all 16 positions.
    gain = 2.0**0.5 / 4
    x = EqualizedDense(16 * channels[4], gain=gain, use_bias=False, name="dense_4")(x)
    x = ChannelBias(name="bias_4")(layers.Reshape((4, 4, channels[4]))(x))
    x = PixelNormalization()(layers.LeakyReLU(0.2)(x))
    maps = [_convolve(x, channels[4], "conv_4")]
    for resolution in list(channels)[1:]:
        x = layers.UpSampling2D(2)(maps[-1])
        x = _convolve(x, channels[resolution], f"conv_{resolution}_0")
        maps.append(_convolve(x, channels[resolution], f"conv_{resolution}_1"))
    images = images_from(maps, image_shape[-1], growing)
    model = ListModel if growing else keras.Model
    return model(latents, images, name="generator")


def _apply(stack, x):
    for layer in stack:
        x = layer(x)
    return x


def _from_rgb(resolution, filters):
    return [EqualizedConv2D(filters, 1, name=f"from_rgb_{resolution}"), layers.LeakyReLU(0.2)]


def _down_block(resolution, channels, blur):
    """Layers that halve the height of maps of `resolution` pixels."""
    return [
        EqualizedConv2D(channels[resolution], 3, name=f"conv_{resolution}_0"),
        layers.LeakyReLU(0.2),
        *([Blur(name=f"blur_{resolution}")] if blur else []),
        EqualizedConv2D(channels[resolution // 2], 3, use_bias=False, name=f"conv_{resolution}_1"),
        layers.AveragePooling2D(2),
        ChannelBias(name=f"bias_{resolution}_1"),
        layers.LeakyReLU(0.2),
    ]


def _head(filters, units, group_size):
    """Layers from the maps of 4 pixels to the logit."""
    return [
        MinibatchStdDev(group_size, name="minibatch_std_dev"),
        EqualizedConv2D(filters, 3, name="conv_4"),
        layers.LeakyReLU(0.2),
        layers.Flatten(),
        EqualizedDense(units, name="dense_4"),
        layers.LeakyReLU(0.2),
        EqualizedDense(1, gain=1.0, dtype="float32", name="logits"),
    ]


def build_progan_discriminator(
    image_shape=(1024, 1024, 3),
    base_width=8192,
    max_width=512,
    growing=True,
    blur=False,
    group_size=4,
):
    """Discriminator of pairs of 3x3 convolutions before average pooling, the generator's mirror.

    Args:
        image_shape: Tuple `(size, size, channels)`; a power of two of at least 4, channels 1 or 3.
        base_width: Integer; maps of `resolution` pixels have
            `min(2 * base_width // resolution, max_width)` channels.
        max_width: Integer, the most channels of any layer.
        growing: Boolean, whether the network judges images of all resolutions.
        blur: Boolean, whether to blur before every convolution that is pooled, as StyleGAN does.
        group_size: Integer, samples of a group of `MinibatchStdDev`; 16 for the paper's runs.

    Returns:
        `keras.Model` from the list of images at 4, 8, ..., size pixels to the list of their logits
        `(batch_size, 1)`, float32, higher for real. A logit depends on the images of its own
        resolution only, and each goes through the same layers from there down; its first block is
        blended by `FadeIn` with the path that pools the images, not the maps. With `growing=False`
        from the images of full size to their logits. 23,087,249 parameters with the defaults,
        23,077,137 without growing.

    Raises:
        ValueError: For other image shapes, for a `base_width` that leaves the first maps without
            channels, and for a `group_size` less than 1.

    Reference:
        Karras et al., 2018, "Progressive Growing of GANs" (arXiv:1710.10196), table 2 and official
        code. As that does with its default settings, maps are pooled before bias and LeakyReLU;
        the paper's table pools after them.
    """
    channels = channels_by_resolution(image_shape, base_width, max_width)
    judged = list(channels) if growing else [image_shape[0]]
    from_rgb = {size: _from_rgb(size, channels[size]) for size in judged}
    blocks = {size: _down_block(size, channels, blur) for size in list(channels)[1:]}
    head = _head(channels[4], min(base_width, max_width), group_size)
    inputs, logits = [], []
    for resolution in judged:
        name = f"images_{resolution}" if growing else "images"
        images = keras.Input((resolution, resolution, image_shape[-1]), name=name)
        x = _apply(from_rgb[resolution], images)
        for size in [size for size in reversed(blocks) if size <= resolution]:
            x = _apply(blocks[size], x)
            if growing and size == resolution:
                pooled = layers.AveragePooling2D(2, dtype="float32")(images)
                old = _apply(from_rgb[size // 2], pooled)
                x = FadeIn(name=f"fade_{resolution}")(old, x)
        inputs.append(images)
        logits.append(_apply(head, x))
    if growing:
        return ListModel(inputs, logits, name="discriminator")
    return keras.Model(inputs[0], logits[0], name="discriminator")
