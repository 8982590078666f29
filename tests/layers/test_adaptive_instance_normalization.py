import numpy as np
import pytest
import tensorflow as tf

from keras_gans.layers import AdaptiveInstanceNormalization, InstanceNormalization
from tests.battery import check_layer


def data(shape=(3, 4, 5, 2), style_dim=7):
    random = np.random.default_rng(0)
    x = (2 + 3 * random.normal(size=shape)).astype("float32")
    return x, random.normal(size=(shape[0], style_dim)).astype("float32")


class TestAdaptiveInstanceNormalization:
    def test_battery(self):
        check_layer(AdaptiveInstanceNormalization, {"epsilon": 1e-6}, list(data()), (3, 4, 5, 2))

    @pytest.mark.parametrize(
        ("channels", "parameters"), [(512, 525_312), (64, 65_664), (16, 16_416)]
    )
    def test_parameters_of_the_paper(self, channels, parameters):
        layer = AdaptiveInstanceNormalization()
        layer.build([(None, 4, 4, channels), (None, 512)])
        assert layer.count_params() == parameters

    def test_worked_by_hand(self):
        layer = AdaptiveInstanceNormalization()
        layer.build([(None, 1, 2, 1), (None, 4)])
        layer.style.kernel.assign(np.array([[2.0, 6.0]] * 4))
        layer.style.bias.assign([0.5, 0.25])
        outputs = layer([np.array([1.0, 3.0]).reshape(1, 1, 2, 1), np.ones((1, 4))])
        # kernels are used over sqrt(4): scale 4 * 1 + 0.5 + 1 = 5.5, shift 4 * 3 + 0.25 = 12.25
        np.testing.assert_allclose(outputs[0, 0, :, 0], [12.25 - 5.5, 12.25 + 5.5], rtol=1e-6)

    def test_agrees_with_numpy(self):
        x, styles = data()
        layer = AdaptiveInstanceNormalization()
        layer.build([x.shape, styles.shape])
        style = styles @ layer.style.kernel.numpy() / np.sqrt(7)
        scale, shift = style[:, None, None, :2], style[:, None, None, 2:]
        mean, variance = x.mean(axis=(1, 2), keepdims=True), x.var(axis=(1, 2), keepdims=True)
        expected = (x - mean) / np.sqrt(variance + 1e-8) * (scale + 1) + shift
        np.testing.assert_allclose(layer([x, styles]), expected, atol=1e-5)

    def test_style_zero_is_instance_normalization(self):
        """Scale 1 comes from the formula alone: the bias starts at 0."""
        x, styles = data()
        outputs = AdaptiveInstanceNormalization()([x, 0 * styles])
        np.testing.assert_allclose(outputs, InstanceNormalization(epsilon=1e-8)(x), atol=1e-6)

    def test_the_style_alone_says_mean_and_deviation(self):
        """Whatever contrast and brightness the maps came with."""
        x, styles = data(shape=(3, 8, 8, 2))
        layer = AdaptiveInstanceNormalization()
        outputs = layer([x, styles]).numpy()
        np.testing.assert_allclose(layer([5 * x + 1, styles]), outputs, atol=1e-4)
        style = layer.style(styles).numpy()
        np.testing.assert_allclose(outputs.mean(axis=(1, 2)), style[:, 2:], atol=1e-5)
        np.testing.assert_allclose(outputs.std(axis=(1, 2)), np.abs(style[:, :2] + 1), atol=1e-4)

    @pytest.mark.parametrize("policy", ["float32", "mixed_float16", "mixed_bfloat16"])
    @pytest.mark.parametrize("scale", [0.0, 1000.0])
    def test_finite_at_any_size(self, scale, policy):
        x, styles = map(tf.constant, data())
        layer = AdaptiveInstanceNormalization(dtype=policy)
        with tf.GradientTape() as tape:
            tape.watch([x, styles])
            outputs = layer([scale * x, styles])
        assert outputs.dtype == policy.removeprefix("mixed_")
        gradients = tape.gradient(
            outputs, [x, styles, *(v.value for v in layer.trainable_variables)]
        )
        assert all(np.all(np.isfinite(value)) for value in (outputs, *gradients))

    @pytest.mark.parametrize(
        ("x_shape", "styles_shape", "message"),
        [
            ((2, 4, 4, 3), (2, 18, 512), "one vector a sample.*2, 18, 512"),
            ((2, 1, 1, 3), (2, 512), "more than one position.*2, 1, 1, 3"),
        ],
    )
    def test_other_shapes_are_refused(self, x_shape, styles_shape, message):
        with pytest.raises(ValueError, match=message):
            AdaptiveInstanceNormalization()([np.zeros(x_shape), np.zeros(styles_shape)])

    def test_epsilon_of_zero_is_refused(self):
        with pytest.raises(ValueError, match="epsilon=0"):
            AdaptiveInstanceNormalization(epsilon=0)
