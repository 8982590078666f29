import numpy as np
import pytest
import tensorflow as tf

from keras_gans.layers import ReflectionPadding2D
from tests.battery import check_layer


def maps(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


class TestReflectionPadding2D:
    def test_battery(self):
        check_layer(ReflectionPadding2D, {"padding": 3}, maps(2, 4, 5, 3), (2, 10, 11, 3))

    def test_worked_by_hand(self):
        square = np.array([[1, 2], [3, 4]], "float32")[None, :, :, None]
        expected = [[4, 3, 4, 3], [2, 1, 2, 1], [4, 3, 4, 3], [2, 1, 2, 1]]
        np.testing.assert_array_equal(ReflectionPadding2D()(square)[0, :, :, 0], expected)

    @pytest.mark.parametrize("padding", [1, 2, 3])
    def test_agrees_with_numpy(self, padding):
        both = (padding, padding)
        expected = np.pad(maps(2, 4, 5, 3), [(0, 0), both, both, (0, 0)], mode="reflect")
        np.testing.assert_array_equal(ReflectionPadding2D(padding)(maps(2, 4, 5, 3)), expected)

    def test_sides_may_be_unknown(self):
        layer = ReflectionPadding2D(2)
        assert layer.compute_output_shape((None, None, 7, 3)) == (None, None, 11, 3)
        padded = tf.function(layer, input_signature=[tf.TensorSpec((None, None, None, 3))])
        for shape in ((2, 4, 5, 3), (1, 3, 3, 3)):
            np.testing.assert_array_equal(padded(maps(*shape)), layer(maps(*shape)))

    @pytest.mark.parametrize("jit_compile", [False, True])
    def test_can_be_differentiated_twice(self, jit_compile):
        """Of `sum(padded**3) / 3` the gradient is `A.T (A x)**2`, by the matrix A of the padding.

        The gradient of that gradient's square is `4 A.T ((A x) * (A A.T (A x)**2))`.
        """
        layer = ReflectionPadding2D(2)
        x = maps(1, 4, 3, 1)
        basis = np.eye(12, dtype="float32").reshape(12, 4, 3, 1)
        matrix = np.array(layer(basis)).reshape(12, -1).T

        @tf.function(jit_compile=jit_compile)
        def gradients(x):
            with tf.GradientTape() as outer:
                outer.watch(x)
                with tf.GradientTape() as inner:
                    inner.watch(x)
                    y = tf.reduce_sum(layer(x) ** 3) / 3
                gradient = inner.gradient(y, x)
                penalty = tf.reduce_sum(gradient**2)
            return gradient, outer.gradient(penalty, x)

        first, second = gradients(tf.constant(x))
        padded = matrix @ x.ravel()
        expected = matrix.T @ padded**2
        np.testing.assert_allclose(np.ravel(first), expected, rtol=1e-4)
        expected = 4 * matrix.T @ (padded * (matrix @ expected))
        np.testing.assert_allclose(np.ravel(second), expected, rtol=1e-4, atol=1e-3)

    @pytest.mark.parametrize("padding", [0, -1, 1.5, None])
    def test_other_paddings_are_refused(self, padding):
        with pytest.raises(ValueError, match="`padding` must be an integer of at least 1"):
            ReflectionPadding2D(padding)

    @pytest.mark.parametrize("shape", [(1, 3, 8, 1), (1, 8, 2, 1)])
    def test_maps_without_enough_to_mirror_are_refused(self, shape):
        with pytest.raises(ValueError, match="`padding` must be less.*padding=3, inputs of shape"):
            ReflectionPadding2D(3)(maps(*shape))
