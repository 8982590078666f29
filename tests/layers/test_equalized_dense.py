import keras
import numpy as np
import pytest

from keras_gans.layers import EqualizedDense, PixelNormalization
from tests.battery import check_layer


class TestEqualizedDense:
    def test_battery(self):
        kwargs = {"units": 3, "gain": 0.5, "lr_multiplier": 0.1, "use_bias": False}
        check_layer(EqualizedDense, kwargs, np.ones((2, 4), "float32"), expected_shape=(2, 3))

    def test_worked_by_hand(self):
        layer = EqualizedDense(1, gain=3.0, lr_multiplier=0.5)
        layer.build((None, 4))
        layer.kernel.assign([[1.0], [2.0], [3.0], [4.0]])
        layer.bias.assign([8.0])
        # 3 / sqrt(4) * 0.5 = 0.75 times (1 + 2 + 3 + 4), and 0.5 * 8
        np.testing.assert_allclose(layer(np.ones((1, 4))), [[0.75 * 10 + 4]], rtol=1e-6)

    def test_agrees_with_numpy(self):
        x = np.random.default_rng(0).normal(size=(2, 3, 7)).astype("float32")
        layer = EqualizedDense(5, lr_multiplier=0.01)
        layer.build(x.shape)
        layer.bias.assign(np.arange(5))
        expected = np.sqrt(2 / 7) * 0.01 * (x @ layer.kernel.numpy()) + 0.01 * np.arange(5)
        np.testing.assert_allclose(layer(x), expected, atol=1e-5)

    @pytest.mark.parametrize("lr_multiplier", [1.0, 0.01])
    def test_weights_are_stored_large_and_used_small(self, lr_multiplier):
        layer = EqualizedDense(512, lr_multiplier=lr_multiplier)
        layer.build((None, 512))
        np.testing.assert_allclose(np.std(layer.kernel), 1 / lr_multiplier, rtol=0.01)
        np.testing.assert_allclose(np.std(layer.scaled_kernel()), np.sqrt(2 / 512), rtol=0.01)
        np.testing.assert_array_equal(layer.bias, np.zeros(512))

    def test_mapping_network_has_the_papers_parameters_and_keeps_its_variance(self):
        """Eight layers of 512 with multiplier 0.01: latents leave them as large as they came."""
        latents = keras.Input((512,))
        x = PixelNormalization()(latents)
        for _ in range(8):
            x = keras.layers.LeakyReLU(0.2)(EqualizedDense(512, lr_multiplier=0.01)(x))
        mapping = keras.Model(latents, x)
        assert mapping.count_params() == 2_101_248
        styles = mapping(np.random.default_rng(0).normal(size=(256, 512)))
        assert 0.5 < np.mean(np.square(styles)) < 2.0

    @pytest.mark.parametrize("lr_multiplier", [1.0, 0.01])
    def test_steps_of_adam_are_equal_shares_of_the_weights(self, lr_multiplier):
        """Adam moves every stored weight by its rate, so a weight that is used by
        `rate * lr_multiplier` of its typical size, whatever the width."""
        for inputs in (16, 256):
            layer = EqualizedDense(8, lr_multiplier=lr_multiplier, use_bias=False)
            layer.build((None, inputs))
            before = layer.scaled_kernel().numpy()
            optimizer = keras.optimizers.Adam(0.001, 0.0, 0.99, epsilon=1e-12)
            gradient = np.random.default_rng(0).normal(size=(inputs, 8)).astype("float32")
            optimizer.apply([keras.ops.convert_to_tensor(gradient)], [layer.kernel])
            step = np.abs(layer.scaled_kernel().numpy() - before)
            share = np.mean(step) / np.sqrt(2 / inputs)
            np.testing.assert_allclose(share, 0.001 * lr_multiplier, rtol=1e-2)

    def test_computes_in_float16_with_stored_weights_of_hundreds(self):
        layer = EqualizedDense(64, lr_multiplier=0.01, dtype="mixed_float16")
        outputs = layer(np.ones((2, 512), "float32"))
        assert outputs.dtype == "float16" and np.all(np.isfinite(outputs))
        expected = np.sum(layer.scaled_kernel().numpy(), axis=0)
        np.testing.assert_allclose(outputs[0], expected, atol=0.02)

    @pytest.mark.parametrize(
        ("kwargs", "message"),
        [
            ({"units": 0}, "units=0"),
            ({"units": 2, "gain": 0.0}, "gain=0.0"),
            ({"units": 2, "lr_multiplier": -1}, "lr_multiplier=-1"),
        ],
    )
    def test_numbers_out_of_range_are_refused(self, kwargs, message):
        with pytest.raises(ValueError, match=message):
            EqualizedDense(**kwargs)
