"""The Inception network of December 2015 that published FIDs and Inception scores use.

Layer for layer the network that torch-fidelity and pytorch-fid load: torchvision's Inception v3
with the differences of the TensorFlow graph of 2015, which are average pooling that leaves the
padding out of its averages, max pooling in the last mixed block, and 1008 classes.
"""

import keras
import numpy as np
from keras import layers

TAPS = ("64", "192", "768", "2048", "logits_unbiased", "logits")


def build_inception(state):
    """Builds the network with its weights.

    Args:
        state: Dict of NumPy arrays under their PyTorch names, such as
            `"Mixed_5b.branch1x1.conv.weight"`.

    Returns:
        Functional model from float32 images `(batch, 299, 299, 3)`, scaled to about `[-1, 1]`, to
        a dict of its taps: averages over the image after the first max pooling (`"64"`), the
        second (`"192"`), the 17x17 blocks (`"768"`) and the last block (`"2048"`), and the 1008
        logits without and with their bias.

    Raises:
        ValueError: If an array is missing or has another shape.

    Reference:
        Szegedy et al., 2016, "Rethinking the Inception Architecture for Computer Vision"
        (arXiv:1512.00567); `feature_extractor_inceptionv3.py` of torch-fidelity.
    """
    network = _Network(state)
    convolution, average = network.convolution, layers.GlobalAveragePooling2D()
    inputs = keras.Input((299, 299, 3))

    x = convolution(inputs, "Conv2d_1a_3x3", 32, 3, strides=2, padding="valid")
    x = convolution(x, "Conv2d_2a_3x3", 32, 3, padding="valid")
    x = convolution(x, "Conv2d_2b_3x3", 64, 3)
    x = layers.MaxPooling2D(3, 2)(x)
    taps = {"64": average(x)}

    x = convolution(x, "Conv2d_3b_1x1", 80, 1)
    x = convolution(x, "Conv2d_4a_3x3", 192, 3, padding="valid")
    x = layers.MaxPooling2D(3, 2)(x)
    taps["192"] = average(x)

    x = network.block_35(x, "Mixed_5b", pool_filters=32)
    x = network.block_35(x, "Mixed_5c", pool_filters=64)
    x = network.block_35(x, "Mixed_5d", pool_filters=64)
    x = network.reduction_17(x, "Mixed_6a")
    x = network.block_17(x, "Mixed_6b", filters=128)
    x = network.block_17(x, "Mixed_6c", filters=160)
    x = network.block_17(x, "Mixed_6d", filters=160)
    x = network.block_17(x, "Mixed_6e", filters=192)
    taps["768"] = average(x)

    x = network.reduction_8(x, "Mixed_7a")
    x = network.block_8(x, "Mixed_7b", layers.AveragePooling2D(3, 1, padding="same"))
    x = network.block_8(x, "Mixed_7c", layers.MaxPooling2D(3, 1, padding="same"))
    taps["2048"] = average(x)

    taps["logits_unbiased"] = network.dense(taps["2048"], "fc", 1008)
    taps["logits"] = taps["logits_unbiased"] + network.array("fc.bias", (1008,))
    return keras.Model(inputs, taps, name="inception_2015")


class _Network:
    """Calls layers and gives them the weights that stand under their PyTorch names."""

    def __init__(self, state):
        self.state = state

    def array(self, name, shape):
        if name not in self.state:
            raise ValueError(
                "`weights` must hold every array of the 2015 Inception network. "
                f"Received: weights without {name}, with {sorted(self.state)[:3]} ..."
            )
        array = np.asarray(self.state[name], np.float32)
        if array.shape != tuple(shape):
            raise ValueError(
                f"`weights` must hold {name} of shape {tuple(shape)}. "
                f"Received: {name} of shape {array.shape}"
            )
        return array

    def convolution(self, x, name, filters, kernel_size, strides=1, padding="same"):
        """Convolution without bias, batch normalisation with epsilon 0.001, ReLU."""
        convolution = layers.Conv2D(filters, kernel_size, strides, padding, use_bias=False)
        normalisation = layers.BatchNormalization(epsilon=0.001)
        shape = (filters, x.shape[-1], *convolution.kernel_size)
        y = normalisation(convolution(x), training=False)
        kernel = self.array(f"{name}.conv.weight", shape)
        convolution.set_weights([kernel.transpose(2, 3, 1, 0)])
        parts = ("weight", "bias", "running_mean", "running_var")
        normalisation.set_weights([self.array(f"{name}.bn.{part}", (filters,)) for part in parts])
        return layers.ReLU()(y)

    def dense(self, x, name, units):
        dense = layers.Dense(units, use_bias=False)
        y = dense(x)
        dense.set_weights([self.array(f"{name}.weight", (units, x.shape[-1])).T])
        return y

    def chain(self, x, name, *steps):
        """Convolutions one after the other: `(suffix, filters, kernel_size[, options])`."""
        for suffix, filters, kernel_size, *options in steps:
            x = self.convolution(
                x, f"{name}.{suffix}", filters, kernel_size, **(options[0] if options else {})
            )
        return x

    def block_35(self, x, name, pool_filters):
        """Mixed block on 35x35 maps (torchvision's InceptionA)."""
        pooled = layers.AveragePooling2D(3, 1, padding="same")(x)
        return layers.Concatenate()(
            [
                self.chain(x, name, ("branch1x1", 64, 1)),
                self.chain(x, name, ("branch5x5_1", 48, 1), ("branch5x5_2", 64, 5)),
                self.chain(
                    x,
                    name,
                    ("branch3x3dbl_1", 64, 1),
                    ("branch3x3dbl_2", 96, 3),
                    ("branch3x3dbl_3", 96, 3),
                ),
                self.chain(pooled, name, ("branch_pool", pool_filters, 1)),
            ]
        )

    def reduction_17(self, x, name):
        """From 35x35 to 17x17 maps (torchvision's InceptionB)."""
        halve = {"strides": 2, "padding": "valid"}
        return layers.Concatenate()(
            [
                self.chain(x, name, ("branch3x3", 384, 3, halve)),
                self.chain(
                    x,
                    name,
                    ("branch3x3dbl_1", 64, 1),
                    ("branch3x3dbl_2", 96, 3),
                    ("branch3x3dbl_3", 96, 3, halve),
                ),
                layers.MaxPooling2D(3, 2)(x),
            ]
        )

    def block_17(self, x, name, filters):
        """Mixed block on 17x17 maps with 7-tap filters (torchvision's InceptionC)."""
        pooled = layers.AveragePooling2D(3, 1, padding="same")(x)
        return layers.Concatenate()(
            [
                self.chain(x, name, ("branch1x1", 192, 1)),
                self.chain(
                    x,
                    name,
                    ("branch7x7_1", filters, 1),
                    ("branch7x7_2", filters, (1, 7)),
                    ("branch7x7_3", 192, (7, 1)),
                ),
                self.chain(
                    x,
                    name,
                    ("branch7x7dbl_1", filters, 1),
                    ("branch7x7dbl_2", filters, (7, 1)),
                    ("branch7x7dbl_3", filters, (1, 7)),
                    ("branch7x7dbl_4", filters, (7, 1)),
                    ("branch7x7dbl_5", 192, (1, 7)),
                ),
                self.chain(pooled, name, ("branch_pool", 192, 1)),
            ]
        )

    def reduction_8(self, x, name):
        """From 17x17 to 8x8 maps (torchvision's InceptionD)."""
        halve = {"strides": 2, "padding": "valid"}
        return layers.Concatenate()(
            [
                self.chain(x, name, ("branch3x3_1", 192, 1), ("branch3x3_2", 320, 3, halve)),
                self.chain(
                    x,
                    name,
                    ("branch7x7x3_1", 192, 1),
                    ("branch7x7x3_2", 192, (1, 7)),
                    ("branch7x7x3_3", 192, (7, 1)),
                    ("branch7x7x3_4", 192, 3, halve),
                ),
                layers.MaxPooling2D(3, 2)(x),
            ]
        )

    def block_8(self, x, name, pooling):
        """Mixed block on 8x8 maps, whose last convolutions fork (torchvision's InceptionE)."""
        single = self.chain(x, name, ("branch3x3_1", 384, 1))
        double = self.chain(x, name, ("branch3x3dbl_1", 448, 1), ("branch3x3dbl_2", 384, 3))
        return layers.Concatenate()(
            [
                self.chain(x, name, ("branch1x1", 320, 1)),
                self.chain(single, name, ("branch3x3_2a", 384, (1, 3))),
                self.chain(single, name, ("branch3x3_2b", 384, (3, 1))),
                self.chain(double, name, ("branch3x3dbl_3a", 384, (1, 3))),
                self.chain(double, name, ("branch3x3dbl_3b", 384, (3, 1))),
                self.chain(pooling(x), name, ("branch_pool", 192, 1)),
            ]
        )
