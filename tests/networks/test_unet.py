import keras
import numpy as np
import pytest

from keras_gans import networks
from keras_gans.layers import InstanceNormalization
from tests.networks.checks import check_half_precision, check_images, layers_of, trainable


def build(input_shape=(32, 32, 3), width=2, **kwargs):
    return networks.build_unet_generator(input_shape, width=width, **kwargs)


def dropout_sides(network):
    """Height of every map that is dropped from, in the order of the decoder."""
    return [layer.output.shape[1] for layer in layers_of(network, keras.layers.Dropout)]


class TestUNet:
    @pytest.mark.parametrize(
        "size, channels, output_channels, instance_norm, parameters",
        [
            (256, 3, 3, False, 54_413_955),
            (256, 1, 3, False, 54_411_907),
            (256, 3, 1, False, 54_409_857),
            (256, 1, 1, False, 54_407_809),
            (256, 3, 3, True, 54_409_603),
            (128, 3, 3, False, 41_828_995),
            (128, 3, 3, True, 41_825_667),
        ],
    )
    def test_parameters(
        self, size, channels, output_channels, instance_norm, parameters, monkeypatch
    ):
        def zeros(initializer, shape, dtype=None):
            return keras.ops.zeros(shape, dtype)  # much faster than 54 million draws

        monkeypatch.setattr(keras.initializers.RandomNormal, "__call__", zeros)
        network = networks.build_unet_generator(
            (size, size, channels), output_channels, instance_norm=instance_norm
        )
        assert trainable(network) == parameters

    @pytest.mark.parametrize("instance_norm", [False, True])
    @pytest.mark.parametrize("size", [32, 64])
    def test_shapes_and_saving(self, size, instance_norm, tmp_path):
        network = build((size, size, 1), output_channels=2, instance_norm=instance_norm)
        check_images(network, (size, size, 2), tmp_path)

    @pytest.mark.parametrize("size, downs", [(32, 5), (128, 7), (256, 8), (512, 9)])
    def test_the_innermost_map_is_one_pixel(self, size, downs):
        network = build((size, size, 3), width=1)
        assert len(layers_of(network, keras.layers.Conv2DTranspose)) == downs
        assert network.get_layer(f"encoder_{downs}").output.shape == (None, 1, 1, 8)
        assert network.get_layer("decoder_1").output.shape == (None, 2, 2, 8)

    def test_other_sides_than_one_square(self):
        assert build((64, 96, 3)).get_layer("encoder_5").output.shape == (None, 2, 3, 16)
        network = build((None, None, 3), downs=5)
        for height, width in ((32, 32), (64, 96)):
            images = np.zeros((1, height, width, 3), "float32")
            assert network(images, training=False).shape == images.shape

    def test_float32_outputs_in_half_precision(self):
        check_half_precision(build)

    @pytest.mark.parametrize(
        "arguments, sides",
        [
            ({}, [2, 4, 8]),  # the paper and Torch
            ({"dropout_layers": (2, 3, 4)}, [4, 8, 16]),  # PyTorch
            ({"dropout_layers": ()}, []),
            ({"dropout": 0.0}, []),
        ],
    )
    def test_where_it_drops_out(self, arguments, sides):
        assert dropout_sides(build((256, 256, 3), width=1, **arguments)) == sides

    def test_dropout_is_its_noise(self):
        """With `training=True` two calls differ, and not without dropout."""
        images = np.random.default_rng(0).normal(size=(1, 32, 32, 3)).astype("float32")
        with_dropout, without = build(), build(dropout=0.0)
        assert np.any(with_dropout(images, training=True) != with_dropout(images, training=True))
        np.testing.assert_array_equal(
            without(images, training=True), without(images, training=True)
        )

    def test_normalization_everywhere_but_at_the_ends_and_at_the_innermost(self):
        norms = {f"encoder_{level}_norm" for level in range(2, 5)}
        norms |= {f"decoder_{level}_norm" for level in range(1, 5)}
        for instance_norm, layer_class in (
            (False, keras.layers.BatchNormalization),
            (True, InstanceNormalization),
        ):
            network = build(instance_norm=instance_norm)
            assert {layer.name for layer in layers_of(network, layer_class)} == norms
            for layer in layers_of(network, layer_class):
                assert layer.epsilon == 1e-5

    def test_batch_normalization_follows_by_a_tenth(self):
        network = build()
        (norm, *_) = layers_of(network, keras.layers.BatchNormalization)
        images = np.random.default_rng(0).normal(size=(4, 32, 32, 3)).astype("float32")
        maps = keras.Model(network.input, norm.input)(images)
        network(images, training=True)
        np.testing.assert_allclose(
            norm.moving_mean, 0.1 * np.mean(maps, axis=(0, 1, 2)), rtol=1e-4, atol=1e-8
        )

    def test_initial_deviations(self):
        network = build((64, 64, 3), width=16)
        kernels = [layer.kernel.numpy() for layer in network.layers if hasattr(layer, "kernel")]
        assert len(kernels) == 12
        for kernel in kernels:
            np.testing.assert_allclose(kernel.std(), 0.02, rtol=0.1)
        gains = np.concatenate(
            [layer.gamma for layer in layers_of(network, keras.layers.BatchNormalization)]
        )
        np.testing.assert_allclose([gains.mean(), gains.std()], [1.0, 0.02], atol=0.003)

    @pytest.mark.parametrize(
        "input_shape", [(16, 16, 3), (48, 64, 3), (33, 32, 3), (0, 0, 3), (32, 32), (None, 40, 3)]
    )
    def test_sides_that_do_not_halve_five_times_are_refused(self, input_shape):
        with pytest.raises(ValueError, match="`input_shape` must be.*multiples of 32.*Received"):
            build(input_shape, downs=5)

    def test_refusals(self):
        with pytest.raises(ValueError, match="`input_shape`.*multiples of 32.*.40, 40, 3."):
            build((40, 40, 3))
        with pytest.raises(ValueError, match="`input_shape`.*multiples of 128.*.64, 64, 3."):
            build((64, 64, 3), downs=7)
        with pytest.raises(ValueError, match="`downs` must be given.*Received: downs=None"):
            build((None, None, 3))
        with pytest.raises(ValueError, match="`downs` must be an integer of at least 5"):
            build(downs=4)
        for dropout_layers in ((0,), (5,), (1, 6)):
            with pytest.raises(ValueError, match="`dropout_layers` must name.*1 to 4.*Received"):
                build(dropout_layers=dropout_layers)
