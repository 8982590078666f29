import numpy as np
import pytest
import tensorflow as tf

from keras_gans.layers import StyleTransferNormalization
from tests.battery import check_layer


def images(seed=0, shape=(3, 4, 5, 2)):
    random = np.random.default_rng(seed)
    scales = 1 + 3 * random.uniform(size=(shape[0], 1, 1, shape[-1]))
    return (scales * (1 + random.normal(size=shape))).astype("float32")


class TestStyleTransferNormalization:
    def test_battery(self):
        inputs = [images(), images(1, (3, 6, 6, 2))]
        check_layer(StyleTransferNormalization, {"epsilon": 1e-6}, inputs, (3, 4, 5, 2))

    def test_worked_by_hand(self):
        content = np.array([1.0, 3.0]).reshape(1, 1, 2, 1)  # mean 2, deviation 1
        style = np.array([0.0, 10.0, 0.0, 10.0]).reshape(1, 2, 2, 1)  # mean 5, deviation 5
        outputs = StyleTransferNormalization(epsilon=1e-12)([content, style])
        np.testing.assert_allclose(outputs[0, 0, :, 0], [0.0, 10.0], atol=1e-5)

    def test_agrees_with_numpy(self):
        x, y = images(), images(1)
        mean, deviation = (
            {name: f(a, axis=(1, 2), keepdims=True) for name, a in (("x", x), ("y", y))}
            for f in (np.mean, lambda a, **axes: np.sqrt(np.var(a, **axes) + 1e-5))
        )
        expected = deviation["y"] * (x - mean["x"]) / deviation["x"] + mean["y"]
        np.testing.assert_allclose(StyleTransferNormalization()([x, y]), expected, atol=1e-5)

    def test_the_statistics_are_those_of_the_style(self):
        content, style = images(shape=(3, 8, 8, 2)), images(1, (3, 5, 9, 2))
        outputs = StyleTransferNormalization()([content, style]).numpy()
        np.testing.assert_allclose(outputs.mean(axis=(1, 2)), style.mean(axis=(1, 2)), atol=1e-4)
        np.testing.assert_allclose(outputs.std(axis=(1, 2)), style.std(axis=(1, 2)), rtol=1e-4)

    def test_an_image_in_its_own_style_stays(self):
        np.testing.assert_allclose(
            StyleTransferNormalization()([images(), images()]), images(), atol=1e-5
        )

    @pytest.mark.parametrize("policy", ["float32", "mixed_float16", "mixed_bfloat16"])
    def test_flat_content_and_style_have_finite_gradients(self, policy):
        x, y = tf.ones((1, 3, 3, 2)), 1000 * tf.ones((1, 3, 3, 2))
        with tf.GradientTape() as tape:
            tape.watch([x, y])
            outputs = StyleTransferNormalization(dtype=policy)([x, y])
        np.testing.assert_allclose(outputs, y, rtol=1e-2)
        assert all(np.all(np.isfinite(gradient)) for gradient in tape.gradient(outputs, [x, y]))

    @pytest.mark.parametrize(
        ("style_shape", "message"),
        [
            ((3, 4, 5, 3), "same channels.*3, 4, 5, 3"),
            ((3, 1, 1, 2), "more than one position.*y of"),
        ],
    )
    def test_other_styles_are_refused(self, style_shape, message):
        with pytest.raises(ValueError, match=message):
            StyleTransferNormalization()([images(), np.zeros(style_shape)])

    def test_epsilon_of_zero_is_refused(self):
        with pytest.raises(ValueError, match="epsilon=0"):
            StyleTransferNormalization(epsilon=0)
