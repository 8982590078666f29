import keras
import numpy as np
import pytest

from keras_gans import networks
from keras_gans.layers import InstanceNormalization
from tests.networks.checks import (
    check_half_precision,
    check_images,
    kernels,
    layers_of,
    trainable,
)


def build(input_shape=(16, 16, 3), width=2, blocks=2, **kwargs):
    return networks.build_resnet_translator(input_shape, width=width, blocks=blocks, **kwargs)


class TestResNetTranslator:
    @pytest.mark.parametrize(
        "arguments, nine, six",
        [
            ({}, 11_378_179, 7_837_699),
            ({"affine": True}, 11_388_675, 7_845_123),
            ({"instance_norm": False}, 11_383_427, 7_841_411),
            ({"dropout": 0.5}, 11_378_179, 7_837_699),
            ({"input_shape": (None, None, 1), "output_channels": 1}, 11_365_633, 7_825_153),
        ],
    )
    def test_parameters(self, arguments, nine, six):
        assert trainable(networks.build_resnet_translator(**arguments)) == nine
        assert trainable(networks.build_resnet_translator(blocks=6, **arguments)) == six

    @pytest.mark.parametrize(
        "arguments",
        [{}, {"affine": True}, {"instance_norm": False}, {"dropout": 0.5}, {"blocks": 1}],
    )
    def test_shapes_and_saving(self, arguments, tmp_path):
        network = build((16, 24, 1), output_channels=2, **arguments)
        check_images(network, (16, 24, 2), tmp_path)

    def test_any_multiple_of_4(self):
        network = build((None, None, 3))
        for height, width in ((8, 8), (20, 36)):
            images = np.zeros((1, height, width, 3), "float32")
            assert network(images).shape == images.shape

    def test_float32_outputs_in_half_precision(self):
        check_half_precision(build)

    def test_blocks_add_to_their_input(self):
        """A block whose second convolution is zero gives back its input, negative values too."""
        network = build(instance_norm=False)
        for block in (1, 2):
            layer = network.get_layer(f"block_{block}_second")
            layer.kernel.assign(keras.ops.zeros_like(layer.kernel))
        first, second = layers_of(network, keras.layers.Add)
        at = keras.Model(network.input, [first.output, second.output])
        shift = network.get_layer("block_1_second_norm")
        shift.beta.assign(keras.ops.full_like(shift.beta, -3.0))
        one, other = at(np.random.default_rng(0).normal(size=(1, 16, 16, 3)).astype("float32"))
        assert np.min(one) < 0
        np.testing.assert_array_equal(one, other)

    def test_mirrors_keep_a_flat_image_flat(self):
        network = build((8, 12, 1))
        first = keras.Model(network.input, network.get_layer("first").output)
        maps = np.array(first(np.ones((1, 8, 12, 1), "float32")))
        np.testing.assert_allclose(maps, np.broadcast_to(maps[:, :1, :1], maps.shape), atol=1e-6)

    def test_zeros_around_the_halvings(self):
        """Where all weights are 1, `down_1` counts what it sees: 3x3 pixels but at its start."""
        network = build((8, 8, 1))
        layer = network.get_layer("down_1")
        layer.kernel.assign(keras.ops.ones_like(layer.kernel))
        (padding,) = [
            padding
            for padding in layers_of(network, keras.layers.ZeroPadding2D)
            if padding.output is layer.input
        ]
        down = keras.Model(padding.input, layer.output)
        counts = np.array(down(np.ones((1, 8, 8, 2), "float32")))[0, :, :, 0] / 2
        np.testing.assert_array_equal(counts[0], [4, 6, 6, 6])
        np.testing.assert_array_equal(counts[-1], [6, 9, 9, 9])

    def test_where_it_drops_out(self):
        assert layers_of(build(), keras.layers.Dropout) == []
        dropouts = layers_of(build(dropout=0.25), keras.layers.Dropout)
        assert [layer.rate for layer in dropouts] == [0.25, 0.25]

    def test_instance_normalization_behind_every_convolution_but_the_last(self):
        for affine in (False, True):
            norms = layers_of(build(affine=affine), InstanceNormalization)
            assert len(norms) == 3 + 2 * 2 + 2
            assert {(layer.affine, layer.epsilon) for layer in norms} == {(affine, 1e-5)}

    def test_initial_deviations(self):
        for kernel in kernels(build(width=16)):
            np.testing.assert_allclose(kernel.std(), 0.02, rtol=0.1)

    @pytest.mark.parametrize(
        "input_shape", [(18, 16, 3), (16, 30, 3), (4, 16, 3), (16, 16), (None, 15, 3)]
    )
    def test_other_sides_are_refused(self, input_shape):
        with pytest.raises(ValueError, match="`input_shape` must be.*multiples of 4 .*Received"):
            build(input_shape)

    def test_no_blocks_are_refused(self):
        with pytest.raises(ValueError, match="`blocks` must be an integer of at least 1"):
            build(blocks=0)
