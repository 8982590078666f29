import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gans.layers import InstanceNormalization
from tests.battery import check_layer


def maps(*shape, scale=1.0):
    return (scale * (2 + 3 * np.random.default_rng(0).normal(size=shape))).astype("float32")


class TestInstanceNormalization:
    def test_battery(self):
        kwargs = {"epsilon": 1e-8, "affine": True}
        check_layer(InstanceNormalization, kwargs, maps(2, 3, 4, 5), (2, 3, 4, 5))

    def test_worked_by_hand(self):
        # 1 and 3: mean 2, variance 1 (divided by 2); 0 and 8: mean 4, variance 16
        x = np.array([[1.0, 0.0], [3.0, 8.0]]).reshape(1, 1, 2, 2)
        layer = InstanceNormalization(epsilon=1e-12, affine=True)
        layer.build(x.shape)
        layer.gamma.assign([10.0, 1.0])
        layer.beta.assign([0.0, 5.0])
        np.testing.assert_allclose(layer(x)[0, 0], [[-10, 4], [10, 6]], rtol=1e-6)

    @pytest.mark.parametrize("shape", [(3, 4, 5, 6), (3, 7, 2), (2, 3, 4, 5, 2)])
    def test_agrees_with_numpy(self, shape):
        x = maps(*shape).astype("float64")
        axes = tuple(range(1, x.ndim - 1))
        mean, variance = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
        expected = (x - mean) / np.sqrt(variance + 1e-5)
        np.testing.assert_allclose(InstanceNormalization()(x), expected, atol=1e-5)

    def test_agrees_with_group_normalization_of_single_channels(self):
        x = maps(3, 4, 5, 6)
        keras_layer = keras.layers.GroupNormalization(-1, epsilon=1e-5, center=False, scale=False)
        np.testing.assert_allclose(InstanceNormalization()(x), keras_layer(x), atol=1e-5)

    def test_has_no_weights_unless_asked(self):
        plain, affine = InstanceNormalization(), InstanceNormalization(affine=True)
        for layer in (plain, affine):
            layer.build((None, 4, 4, 7))
        assert plain.weights == [] and affine.count_params() == 14

    def test_contrast_and_brightness_of_a_sample_do_not_matter(self):
        x = maps(2, 8, 8, 3)
        outputs = InstanceNormalization()(x).numpy()
        changed = InstanceNormalization()(x * [[[[5.0]]], [[[0.5]]]] + 7.0)
        np.testing.assert_allclose(changed, outputs, atol=1e-4)
        np.testing.assert_allclose(outputs.mean(axis=(1, 2)), 0.0, atol=1e-6)
        np.testing.assert_allclose(outputs.std(axis=(1, 2)), 1.0, rtol=1e-4)

    def test_a_large_mean_costs_no_digits(self):
        """E[x^2] - E[x]^2 would have no digit left in float32."""
        x = np.random.default_rng(0).normal(size=(1, 64, 64, 1))
        np.testing.assert_allclose(
            InstanceNormalization()((x + 10_000).astype("float32")),
            InstanceNormalization()(x),
            atol=2e-3,
        )

    @pytest.mark.parametrize("policy", ["float32", "mixed_float16", "mixed_bfloat16"])
    @pytest.mark.parametrize("scale", [0.0, 1e-3, 1000.0])
    def test_finite_at_any_size(self, scale, policy):
        x = tf.constant(maps(1, 4, 4, 2, scale=scale))
        layer = InstanceNormalization(epsilon=1e-8, dtype=policy)
        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs = layer(x)
        assert outputs.dtype == policy.removeprefix("mixed_")
        assert np.all(np.isfinite(outputs)) and np.all(np.isfinite(tape.gradient(outputs, x)))
        if scale:
            np.testing.assert_allclose(np.std(outputs, axis=(1, 2)), 1.0, rtol=2e-2)

    @pytest.mark.parametrize("shape", [(2, 1, 1, 3), (2, 3)])
    def test_single_positions_are_refused(self, shape):
        with pytest.raises(ValueError, match="more than one position.*inputs of shape"):
            InstanceNormalization()(maps(*shape))

    def test_epsilon_of_zero_is_refused(self):
        with pytest.raises(ValueError, match="epsilon=0"):
            InstanceNormalization(epsilon=0)
