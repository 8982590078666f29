import keras
import numpy as np
import tensorflow as tf

from keras_gans.layers import Blur, upsample
from tests.battery import check_layer


def maps(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


class TestBlur:
    def test_battery(self):
        check_layer(Blur, {}, maps(2, 4, 5, 3), expected_shape=(2, 4, 5, 3))

    def test_a_point_spreads_as_1_2_1(self):
        point = np.zeros((1, 5, 5, 1), "float32")
        point[0, 2, 2, 0] = 16.0
        expected = np.zeros((5, 5))
        expected[1:4, 1:4] = [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
        np.testing.assert_allclose(Blur()(point)[0, :, :, 0], expected)

    def test_agrees_with_numpy(self):
        x = maps(2, 4, 5, 3)
        padded = np.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)])
        down = (padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]) / 4
        expected = (down[:, :, :-2] + 2 * down[:, :, 1:-1] + down[:, :, 2:]) / 4
        np.testing.assert_allclose(Blur()(x), expected, atol=1e-6)

    def test_keeps_flat_maps_inside_and_darkens_the_border(self):
        """Zeros, not reflections, lie around the image."""
        outputs = Blur()(np.ones((1, 4, 4, 2), "float32"))[0, :, :, 0]
        np.testing.assert_allclose(outputs[1:3, 1:3], 1.0)
        np.testing.assert_allclose(outputs[0], [9 / 16, 12 / 16, 12 / 16, 9 / 16])

    def test_makes_nearest_upsampling_bilinear_away_from_the_border(self):
        x = maps(1, 6, 6, 2)
        bilinear = tf.image.resize(x, (12, 12), "bilinear")
        blurred = Blur()(upsample(x))
        np.testing.assert_allclose(blurred[:, 1:-1, 1:-1], bilinear[:, 1:-1, 1:-1], atol=1e-6)

    def test_channels_stay_apart_and_nothing_is_trained(self):
        x = maps(1, 4, 4, 2)
        layer = Blur()
        outputs = layer(x).numpy()
        x[..., 1] = 0.0
        np.testing.assert_array_equal(layer(x)[..., 0], outputs[..., 0])
        assert layer.weights == []

    def test_can_be_differentiated_twice(self):
        """A gradient penalty goes through it twice; blurring by hand gives the same."""
        x = tf.constant(maps(1, 4, 4, 2))
        layer = Blur()
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = tf.reduce_sum(layer(x) ** 3) / 3
            penalty = tf.reduce_sum(inner.gradient(y, x) ** 2)
        blurred = layer(x)
        # gradient B(b^2), penalty |B(b^2)|^2, its gradient B(2 b * 2 B(B(b^2)))
        expected = layer(4 * blurred * layer(layer(blurred**2)))
        np.testing.assert_allclose(outer.gradient(penalty, x), expected, atol=1e-4)

    def test_compiles_with_xla(self):
        x = maps(2, 4, 4, 3)
        np.testing.assert_allclose(tf.function(Blur(), jit_compile=True)(x), Blur()(x), atol=1e-6)

    def test_survives_a_model(self, tmp_path):
        model = keras.Sequential([keras.Input((4, 4, 2)), Blur()])
        model.save(tmp_path / "model.keras")
        x = maps(2, 4, 4, 2)
        np.testing.assert_array_equal(
            keras.models.load_model(tmp_path / "model.keras")(x), model(x)
        )
