import numpy as np
import pytest
import tensorflow as tf

from keras_gans.layers import PixelNormalization
from tests.battery import check_layer


class TestPixelNormalization:
    def test_battery(self):
        x = np.ones((2, 3, 3, 4), "float32")
        check_layer(PixelNormalization, {"epsilon": 1e-6}, x, expected_shape=(2, 3, 3, 4))

    def test_worked_by_hand(self):
        # mean square of (1, 7) is 25
        np.testing.assert_allclose(PixelNormalization()(np.array([[1.0, 7.0]])), [[0.2, 1.4]])

    @pytest.mark.parametrize("shape", [(4, 512), (2, 3, 5, 6)])
    def test_agrees_with_numpy(self, shape):
        x = np.random.default_rng(0).normal(size=shape).astype("float32")
        expected = x / np.sqrt((x.astype("float64") ** 2).mean(axis=-1, keepdims=True) + 1e-8)
        np.testing.assert_allclose(PixelNormalization()(x), expected, atol=1e-5)

    def test_every_pixel_gets_mean_square_one_and_keeps_its_direction(self):
        x = np.random.default_rng(0).normal(size=(2, 3, 3, 8)) * [[[[100.0]]], [[[0.01]]]]
        outputs = PixelNormalization()(x).numpy()
        np.testing.assert_allclose((outputs**2).mean(axis=-1), 1.0, rtol=1e-3)
        np.testing.assert_allclose(PixelNormalization()(3 * x), outputs, rtol=1e-3)

    def test_a_pixel_does_not_depend_on_the_others(self):
        x = np.random.default_rng(0).normal(size=(1, 2, 2, 4)).astype("float32")
        moved = x.copy()
        moved[0, 0, 0] *= 7
        np.testing.assert_allclose(
            PixelNormalization()(moved)[0, 1], PixelNormalization()(x)[0, 1], rtol=1e-6
        )

    @pytest.mark.parametrize("policy", ["float32", "mixed_float16", "mixed_bfloat16"])
    @pytest.mark.parametrize("size", [0.0, 1e-4, 1000.0])
    def test_finite_at_any_size(self, size, policy):
        """In float16 the square of 1000 is infinite, and 1e-8 is 0."""
        x = tf.constant(size * np.array([[1.0, -1.0]]), "float32")
        layer = PixelNormalization(dtype=policy)
        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs = layer(x)
        assert outputs.dtype == policy.removeprefix("mixed_")
        size = size / np.sqrt(size**2 + 1e-8)
        np.testing.assert_allclose(outputs, [[size, -size]], rtol=1e-2)
        assert np.all(np.isfinite(tape.gradient(outputs, x)))

    def test_epsilon_of_zero_is_refused(self):
        with pytest.raises(ValueError, match="epsilon=0"):
            PixelNormalization(epsilon=0)
