import keras
import numpy as np
import pytest

from keras_gans import networks
from tests.networks.checks import (
    check_half_precision,
    check_network,
    check_refuses,
    kernels,
    layers_of,
    trainable,
)


class TestBEGAN:
    @pytest.mark.parametrize(
        ("size", "width", "decoder", "autoencoder"),
        [
            (64, 128, 1_716_611, 13_405_379),
            (64, 64, 563_395, 4_011_651),
            (32, 64, 489_539, 2_310_979),
        ],
    )
    def test_parameters(self, size, width, decoder, autoencoder):
        shape = (size, size, 3)
        assert trainable(networks.build_began_decoder(64, shape, width)) == decoder
        assert trainable(networks.build_began_autoencoder(shape, width, 64)) == autoencoder

    @pytest.mark.parametrize("channels", [1, 3])
    @pytest.mark.parametrize("size", [28, 32, 64, 128])
    def test_shapes_and_saving(self, size, channels, tmp_path):
        shape = (size, size, channels)
        assert check_network(networks.build_began_decoder(5, shape, 2), tmp_path).shape[1:] == shape
        autoencoder = networks.build_began_autoencoder(shape, 2, 5)
        assert check_network(autoencoder, tmp_path).shape[1:] == shape
        assert autoencoder.get_layer("embedding").output.shape == (None, 5)

    def test_float32_outputs_in_half_precision(self):
        check_half_precision(lambda: networks.build_began_decoder(width=2))
        check_half_precision(lambda: networks.build_began_autoencoder(width=2))

    def test_smallest_maps(self):
        for size, smallest in ((28, 7), (32, 8), (64, 8), (128, 8)):
            autoencoder = networks.build_began_autoencoder((size, size, 1), 2, 5)
            (flatten,) = layers_of(autoencoder, keras.layers.Flatten)
            assert flatten.input.shape[1:3] == (smallest, smallest)

    def test_nothing_but_dense_convolution_and_upsampling(self):
        """No normalization, no dropout, no squashing of the output, biases everywhere."""
        for network in (
            networks.build_began_decoder(width=2),
            networks.build_began_autoencoder(width=2),
        ):
            assert not network.non_trainable_variables
            assert all(x.use_bias for x in network.layers if hasattr(x, "use_bias"))
            assert network.layers[-1].activation is keras.activations.linear
            allowed = ("InputLayer", "Dense", "Reshape", "Flatten", "Conv2D", "UpSampling2D")
            assert {layer.__class__.__name__ for layer in network.layers} <= set(allowed)

    def test_weights_start_by_glorots_rule(self):
        for kernel in kernels(networks.build_began_autoencoder(width=16)):
            area = np.prod(kernel.shape[:-2])
            limit = np.sqrt(6 / (area * (kernel.shape[-2] + kernel.shape[-1])))
            assert np.abs(kernel).max() <= limit * 1.0001
            np.testing.assert_allclose(kernel.std(), limit / np.sqrt(3), rtol=0.1)

    @pytest.mark.parametrize("image_shape", [(48, 48, 3), (32, 28, 3), (32, 32, 2)])
    def test_other_shapes_are_refused(self, image_shape):
        check_refuses(image_shape, networks.build_began_decoder, networks.build_began_autoencoder)
