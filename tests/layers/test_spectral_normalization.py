import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from keras_gans.layers import SpectralNormalization


def wrapped(layer, input_shape, iterations=50):
    layer = SpectralNormalization(layer)
    layer.build((None, *input_shape))
    layer.follow_kernel(iterations)
    return layer


def largest_singular_value(kernel):
    return np.linalg.svd(np.reshape(kernel, (-1, kernel.shape[-1])), compute_uv=False)[0]


class TestSpectralNormalization:
    def test_matrix_by_hand(self):
        """A 2x2 matrix of ones stretches (1, 1) by 2, so the output is halved."""
        layer = wrapped(layers.Dense(2, kernel_initializer="ones"), (2,))
        np.testing.assert_allclose(layer.sigma(), 2.0, rtol=1e-6)
        np.testing.assert_allclose(layer(np.array([[1.0, 3.0]])), [[2.0, 2.0]], rtol=1e-6)

    @pytest.mark.parametrize(
        "make, input_shape",
        [
            (lambda: layers.Dense(5), (3,)),
            (lambda: layers.Conv2D(5, 3, padding="same"), (4, 4, 2)),
            (lambda: layers.Conv2DTranspose(5, 4, strides=2), (4, 4, 2)),
            (lambda: layers.Conv1D(5, 3), (6, 2)),
        ],
    )
    def test_divides_by_the_largest_singular_value(self, make, input_shape):
        layer = wrapped(make(), input_shape)
        inputs = np.random.default_rng(0).normal(size=(2, *input_shape)).astype("float32")
        kernel = layer.layer.kernel.numpy()
        if isinstance(layer.layer, layers.Conv2DTranspose):  # (height, width, out, in)
            kernel = np.swapaxes(kernel, -2, -1)
        np.testing.assert_allclose(layer.sigma(), largest_singular_value(kernel), rtol=1e-4)
        plain = layer.layer(inputs)  # the bias starts at 0
        np.testing.assert_allclose(layer(inputs), plain / layer.sigma(), rtol=1e-4, atol=1e-6)

    def test_embedding(self):
        layer = SpectralNormalization(layers.Embedding(7, 3))
        layer.build((None,))
        layer.follow_kernel(50)
        table = layer.layer.embeddings.numpy()
        np.testing.assert_allclose(
            layer(np.array([4])), table[[4]] / largest_singular_value(table), rtol=1e-4
        )

    def test_bias_is_left_alone(self):
        layer = wrapped(layers.Dense(2, kernel_initializer="ones", bias_initializer="ones"), (2,))
        np.testing.assert_allclose(layer(np.zeros((1, 2))), [[1.0, 1.0]])

    def test_gradient_flows_through_sigma(self):
        """Against the exact gradient, by automatic differentiation of a singular value."""
        layer = wrapped(layers.Dense(5), (3,), iterations=200)
        kernel = layer.layer.kernel
        x = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
        with tf.GradientTape() as tape:
            loss = ops.sum(layer(x) ** 2)
        received = tape.gradient(loss, kernel.value)
        exact = tf.Variable(kernel.numpy())
        with tf.GradientTape() as tape:
            sigma = tf.linalg.svd(exact, compute_uv=False)[0]
            loss = tf.reduce_sum(tf.matmul(x, exact / sigma) ** 2)
        np.testing.assert_allclose(received, tape.gradient(loss, exact), rtol=1e-3, atol=1e-5)

    def test_gradient_is_orthogonal_to_the_kernel(self):
        """Scaling the kernel changes nothing, so the gradient has no part along it."""
        layer = wrapped(layers.Dense(5), (3,))
        with tf.GradientTape() as tape:
            loss = ops.sum(layer(np.ones((2, 3), "float32")) ** 3)
        gradient = tape.gradient(loss, layer.layer.kernel.value).numpy()
        assert np.abs(gradient).max() > 1e-2
        assert abs(np.sum(gradient * layer.layer.kernel.numpy())) < 1e-4

    @pytest.mark.parametrize("training", [True, False])
    def test_calls_change_nothing(self, training):
        model = keras.Sequential([keras.Input((3,)), SpectralNormalization(layers.Dense(5))])
        before = [value.copy() for value in model.get_weights()]
        first = model(np.ones((2, 3)), training=training)
        np.testing.assert_array_equal(first, model(np.ones((2, 3)), training=training))
        for old, new in zip(before, model.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)

    def test_follow_kernel_comes_closer_and_moves_u_only(self):
        layer = SpectralNormalization(layers.Dense(30))
        layer.build((None, 40))
        kernel = layer.layer.kernel.numpy()
        exact = largest_singular_value(kernel)
        errors = []
        for _ in range(6):
            errors.append(exact - float(layer.sigma()))
            layer.follow_kernel()
        assert errors == sorted(errors, reverse=True) and errors[-1] >= -1e-5
        np.testing.assert_array_equal(layer.layer.kernel.numpy(), kernel)

    def test_save_and_load(self, tmp_path):
        model = keras.Sequential([keras.Input((3,)), SpectralNormalization(layers.Dense(5))])
        model.layers[0].follow_kernel(2)
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        np.testing.assert_array_equal(model(np.ones((2, 3))), loaded(np.ones((2, 3))))
        np.testing.assert_array_equal(model.layers[0].u, loaded.layers[0].u)

    def test_config_keeps_the_layer(self):
        layer = SpectralNormalization(layers.Dense(5), name="normal")
        clone = SpectralNormalization.from_config(layer.get_config())
        assert clone.get_config() == layer.get_config()
        assert clone.layer.units == 5

    @pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
    def test_norm_is_float32_in_mixed_precision(self, policy):
        keras.config.set_dtype_policy(policy)
        layer = wrapped(layers.Dense(5, kernel_initializer="ones"), (4,))
        output = layer(np.ones((2, 4), "float32"))
        assert keras.backend.standardize_dtype(output.dtype) == policy.removeprefix("mixed_")
        assert layer.sigma().dtype == tf.float32 and layer.layer.kernel.dtype == "float32"
        np.testing.assert_allclose(layer.sigma(), 20**0.5, rtol=1e-6)
        np.testing.assert_allclose(output, np.full((2, 5), 4 / 20**0.5), rtol=1e-2)

    def test_compiles_with_xla(self):
        layer = wrapped(layers.Dense(5), (3,))
        x = np.ones((2, 3), "float32")
        np.testing.assert_allclose(tf.function(layer, jit_compile=True)(x), layer(x), rtol=1e-5)

    def test_layers_without_a_weight_are_refused(self):
        with pytest.raises(ValueError, match="`layer`.*kernel.*Received: layer of type ReLU"):
            SpectralNormalization(layers.ReLU())(np.ones((1, 2)))
