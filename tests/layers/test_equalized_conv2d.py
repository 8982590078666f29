import keras
import numpy as np
import pytest

from keras_gans.layers import EqualizedConv2D
from tests.battery import check_layer


def maps(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


class TestEqualizedConv2D:
    @pytest.mark.parametrize(("padding", "size"), [("same", 5), ("valid", 3)])
    def test_battery(self, padding, size):
        kwargs = {
            "filters": 3,
            "kernel_size": 3,
            "padding": padding,
            "gain": 1.0,
            "lr_multiplier": 0.1,
            "use_bias": True,
        }
        check_layer(EqualizedConv2D, kwargs, maps(2, 5, 5, 4), expected_shape=(2, size, size, 3))

    def test_worked_by_hand(self):
        """A kernel of ones over 2 channels: a corner sums 4 pixels of each, the centre 9."""
        layer = EqualizedConv2D(1, 3, gain=3.0)
        layer.build((None, 3, 3, 2))
        layer.kernel.assign(np.ones((3, 3, 2, 1)))
        layer.bias.assign([0.5])
        outputs = layer(np.ones((1, 3, 3, 2)))[0, :, :, 0]
        scale = 3 / np.sqrt(3 * 3 * 2)
        np.testing.assert_allclose(outputs[0, 0], 8 * scale + 0.5, rtol=1e-6)
        np.testing.assert_allclose(outputs[1, 1], 18 * scale + 0.5, rtol=1e-6)

    @pytest.mark.parametrize("kernel_size", [1, 3])
    def test_agrees_with_numpy(self, kernel_size):
        x = maps(2, 6, 5, 4)
        layer = EqualizedConv2D(3, kernel_size, lr_multiplier=0.1)
        layer.build(x.shape)
        layer.bias.assign([1.0, 2.0, 3.0])
        kernel = layer.kernel.numpy() * np.sqrt(2 / (kernel_size**2 * 4)) * 0.1
        around = kernel_size // 2
        padded = np.pad(x, [(0, 0), (around, around), (around, around), (0, 0)])
        expected = 0.1 * np.array([1.0, 2.0, 3.0]) + sum(
            padded[:, i : i + 6, j : j + 5] @ kernel[i, j]
            for i in range(kernel_size)
            for j in range(kernel_size)
        )
        np.testing.assert_allclose(layer(x), expected, atol=1e-5)

    def test_is_a_convolution_with_scaled_weights(self):
        x = maps(2, 5, 5, 4)
        layer = EqualizedConv2D(3, 3, gain=1.0)
        plain = keras.layers.Conv2D(3, 3, padding="same")
        outputs, _ = layer(x), plain(x)
        plain.set_weights([layer.kernel.numpy() / 6, layer.bias.numpy()])
        np.testing.assert_allclose(outputs, plain(x), atol=1e-5)

    def test_variance_stays_about_one_through_the_depth(self):
        x = maps(8, 8, 8, 64)
        for _ in range(8):
            x = EqualizedConv2D(64, 3)(np.pad(x, [(0, 0), (4, 4), (4, 4), (0, 0)], mode="wrap"))
            x = keras.layers.LeakyReLU(0.2)(x)[:, 4:-4, 4:-4].numpy()
        assert 0.5 < np.mean(np.square(x)) < 2.0

    def test_parameters_of_the_papers_layers(self):
        for filters, kernel_size, channels, parameters in (
            (512, 3, 512, 2_359_808),
            (3, 1, 512, 1_539),
            (512, 3, 513, 2_364_416),
        ):
            layer = EqualizedConv2D(filters, kernel_size)
            layer.build((None, 4, 4, channels))
            assert layer.count_params() == parameters
        layer = EqualizedConv2D(16, 3, use_bias=False)
        layer.build((None, 4, 4, 32))
        assert layer.count_params() == 4_608

    @pytest.mark.parametrize(
        ("kwargs", "message"),
        [
            ({"filters": 0, "kernel_size": 3}, "filters=0"),
            ({"filters": 1, "kernel_size": 0}, "kernel_size=0"),
            ({"filters": 1, "kernel_size": 3, "padding": "reflect"}, "padding='reflect'"),
            ({"filters": 1, "kernel_size": 3, "gain": -1}, "gain=-1"),
        ],
    )
    def test_arguments_out_of_range_are_refused(self, kwargs, message):
        with pytest.raises(ValueError, match=message):
            EqualizedConv2D(**kwargs)
