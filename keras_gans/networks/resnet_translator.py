"""The generator of CycleGAN, a residual network from image to image."""

import keras
from keras import layers

from keras_gans.networks._image_to_image import check_sides, convolution, normalized, padded
from keras_gans.utils.checks import check_at_least


def build_resnet_translator(
    input_shape=(256, 256, 3),
    output_channels=3,
    width=64,
    blocks=9,
    instance_norm=True,
    affine=False,
    dropout=0.0,
):
    """Two halvings, residual blocks at a quarter of the size, and two doublings.

    Args:
        input_shape: Tuple `(height, width, channels)` of the images to translate, in `[-1, 1]`.
            Sides are multiples of 4 and at least 8, or `None` for any such size.
        output_channels: Integer, channels of the translated images.
        width: Integer, channels at full size; the blocks have 4 times as many.
        blocks: Integer >= 1, number of residual blocks; the paper has 9, and 6 for 128 pixels.
        instance_norm: Boolean, instance normalization; otherwise batch normalization, whose
            convolutions have no biases.
        affine: Boolean, whether instance normalization has a gain and an offset for each channel.
            The release in Torch and early ones in PyTorch have them, later ones have not.
        dropout: Float in `[0, 1)`, share of values dropped within each block; the paper drops
            none, the official code offers 0.5.

    Returns:
        `keras.Model` from `(batch_size, *input_shape)` to `(batch_size, height, width,
        output_channels)` in `[-1, 1]` (tanh). 11,378,179 parameters with the defaults, 7,837,699
        for 6 blocks.

    Raises:
        ValueError: For sides that are no multiples of 4 or less than 8, and no blocks.

    Reference:
        Zhu et al., 2017, "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial
        Networks" (arXiv:1703.10593), appendix, after Johnson et al., 2016 (arXiv:1603.08155).
        Convolutions of stride 1 are padded by reflection, those of stride 2 by zeros.
    """
    check_sides("input_shape", input_shape, multiple=4, smallest=8)
    check_at_least(1, blocks=blocks)
    use_bias = instance_norm

    def hidden(x, filters, kernel_size, name, **kwargs):
        x = convolution(filters, kernel_size, use_bias=use_bias, name=name, **kwargs)(x)
        return normalized(x, instance_norm, f"{name}_norm", affine)

    inputs = keras.Input(input_shape, name="inputs")
    x = layers.ReLU()(hidden(padded(inputs, 3, reflect=True), width, 7, "first"))
    for stage in (1, 2):
        x = hidden(padded(x, 1), width * 2**stage, 3, f"down_{stage}", strides=2)
        x = layers.ReLU()(x)
    for block in range(1, blocks + 1):
        shortcut = x
        x = hidden(padded(x, 1, reflect=True), 4 * width, 3, f"block_{block}_first")
        x = layers.ReLU()(x)
        if dropout:
            x = layers.Dropout(dropout)(x)
        x = hidden(padded(x, 1, reflect=True), 4 * width, 3, f"block_{block}_second")
        x = layers.Add()([shortcut, x])
    for stage in (1, 2):
        name = f"up_{stage}"
        filters = width * 2 ** (2 - stage)
        x = convolution(
            filters, 3, layers.Conv2DTranspose, strides=2, use_bias=use_bias, name=name
        )(x)
        # 2 n + 1 rows and columns, of which PyTorch's padding 1 and output padding 1 leave the
        # last 2 n.
        x = layers.Cropping2D(((1, 0), (1, 0)))(x)
        x = layers.ReLU()(normalized(x, instance_norm, f"{name}_norm", affine))
    x = convolution(output_channels, 7, name="last")(padded(x, 3, reflect=True))
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return keras.Model(inputs, images, name="generator")
