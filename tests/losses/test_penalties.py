import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from keras_gans import losses

REAL = np.array([[1.0, 2.0], [3.0, -1.0]], "float32")
FAKE = np.array([[0.0, 1.0], [5.0, 5.0]], "float32")


class TestInputGradientNorms:
    def test_linear_critic_has_the_norm_of_its_weights(self):
        weights = tf.constant([[3.0], [4.0]])
        norms = losses.input_gradient_norms(lambda x: ops.matmul(x, weights), REAL)
        np.testing.assert_allclose(norms, [5.0, 5.0], rtol=1e-6)

    def test_quadratic_critic_by_hand(self):
        norms = losses.input_gradient_norms(lambda x: ops.sum(x**2, axis=-1), REAL)
        np.testing.assert_allclose(norms, 2 * np.linalg.norm(REAL, axis=1), rtol=1e-6)

    def test_norm_is_over_all_axes_but_the_first(self):
        images = np.ones((2, 3, 4, 1), "float32")
        norms = losses.input_gradient_norms(lambda x: ops.sum(x, axis=(1, 2, 3)), images)
        np.testing.assert_allclose(norms, [12**0.5] * 2, rtol=1e-6)

    def test_a_map_of_logits_counts_as_their_sum(self):
        """Every 2x2 field of ones answers with its sum: each pixel has the slope 1."""
        kernel = np.ones((2, 2, 1, 1), "float32")
        norms = losses.input_gradient_norms(
            lambda x: ops.conv(x, kernel, strides=2), np.ones((3, 4, 6, 1), "float32")
        )
        np.testing.assert_allclose(norms, [24**0.5] * 3, rtol=1e-6)

    def test_a_flat_critic_has_a_finite_second_gradient(self):
        weight = tf.Variable([[0.0], [0.0]])
        with tf.GradientTape() as tape:
            norms = losses.input_gradient_norms(lambda x: ops.matmul(x, weight), REAL)
            loss = ops.mean(norms)
        assert np.isfinite(tape.gradient(loss, weight)).all()

    @pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
    def test_slopes_that_float16_cannot_hold(self, policy):
        """Two layers of 1e-4: each of a million pixels has a slope of 1e-8, below any float16."""
        layers = [
            keras.layers.Dense(
                1,
                use_bias=False,
                kernel_initializer=keras.initializers.Constant(1e-4),
                dtype=policy,
            )
            for _ in range(2)
        ]
        norms = losses.input_gradient_norms(
            lambda x: layers[1](layers[0](x)), np.ones((1, 1_000_000), "float32")
        )
        assert norms.dtype == tf.float32
        np.testing.assert_allclose(norms, [1e-5], rtol=0.02)

    def test_steep_slopes_in_float16(self):
        """A lost step would not help: the scale of the loss has no part in this gradient."""
        layer = keras.layers.Dense(
            1, kernel_initializer=keras.initializers.Constant(40.0), dtype="mixed_float16"
        )
        norms = losses.input_gradient_norms(layer, REAL)
        np.testing.assert_allclose(norms, [40 * 2**0.5] * 2, rtol=1e-6)


class TestGradientPenalty:
    def slope_at(self, mix):
        """A critic whose slope is the length of its input: the penalty tells where it was taken."""
        mix = np.full(2, mix, "float32")
        return losses.gradient_penalty(lambda x: 0.5 * ops.sum(x**2, axis=-1), REAL, FAKE, mix)

    @pytest.mark.parametrize("mix, samples", [(0.0, REAL), (1.0, FAKE)])
    def test_the_ends_are_the_real_and_the_fake_batch(self, mix, samples):
        expected = np.mean((np.linalg.norm(samples, axis=1) - 1) ** 2)
        np.testing.assert_allclose(self.slope_at(mix), expected, rtol=1e-5)

    def test_every_example_has_a_mix_of_its_own(self):
        penalty = losses.gradient_penalty(
            lambda x: 0.5 * ops.sum(x**2, axis=-1), REAL, FAKE, np.array([0.0, 1.0], "float32")
        )
        lengths = np.linalg.norm([REAL[0], FAKE[1]], axis=1)
        np.testing.assert_allclose(penalty, np.mean((lengths - 1) ** 2), rtol=1e-5)

    def test_second_gradient_of_a_linear_critic(self):
        """d/dw (|w| - 1)^2 = 2 (|w| - 1) w / |w|; for w = (3, 4) that is 8 (0.6, 0.8)."""
        weights = tf.Variable([[3.0], [4.0]])
        with tf.GradientTape() as tape:
            penalty = losses.gradient_penalty(
                lambda x: ops.matmul(x, weights), REAL, FAKE, np.array([0.3, 0.6], "float32")
            )
        np.testing.assert_allclose(penalty, 16.0, rtol=1e-5)
        np.testing.assert_allclose(tape.gradient(penalty, weights), [[4.8], [6.4]], rtol=1e-5)

    @pytest.mark.parametrize("real, fake", [("float32", "bfloat16"), ("float64", "float32")])
    def test_real_and_fake_of_different_types(self, real, fake):
        penalty = losses.gradient_penalty(
            lambda x: 0.5 * ops.sum(x**2, axis=-1),
            tf.cast(REAL, real),
            tf.cast(FAKE, fake),
            np.array([0.0, 1.0], "float32"),
        )
        lengths = np.linalg.norm([REAL[0], FAKE[1]], axis=1)
        np.testing.assert_allclose(penalty, np.mean((lengths - 1) ** 2), rtol=1e-5)
        assert penalty.dtype == tf.float32

    def test_no_gradient_reaches_the_generator(self):
        fake = tf.Variable(FAKE)
        with tf.GradientTape() as tape:
            penalty = losses.gradient_penalty(
                lambda x: ops.sum(x**2, axis=-1), REAL, fake, np.ones(2, "float32")
            )
        assert tape.gradient(penalty, fake) is None


class TestOtherPenalties:
    weights = tf.constant([[3.0], [4.0]])

    def test_one_sided_looks_at_steep_slopes_only(self):
        def penalty(slope):
            critic = lambda x: slope / 5.0 * ops.matmul(x, self.weights)  # noqa: E731
            return float(
                losses.one_sided_gradient_penalty(critic, REAL, FAKE, np.ones(2, "float32"))
            )

        assert penalty(0.5) == 0.0
        np.testing.assert_allclose(penalty(3.0), 4.0, rtol=1e-5)

    def test_r1_is_half_the_squared_slope_at_the_real_samples(self):
        def steep_there(x):  # the slope is the length of the input
            return 0.5 * ops.sum(x**2, axis=-1)

        expected = 0.5 * np.mean(np.sum(REAL**2, axis=1))
        np.testing.assert_allclose(losses.r1_penalty(steep_there, REAL), expected, rtol=1e-5)
        expected = 0.5 * np.mean(np.sum(FAKE**2, axis=1))
        np.testing.assert_allclose(losses.r2_penalty(steep_there, FAKE), expected, rtol=1e-5)

    def test_r1_of_a_linear_critic_and_its_gradient(self):
        weights = tf.Variable(self.weights)
        with tf.GradientTape() as tape:
            penalty = losses.r1_penalty(lambda x: ops.matmul(x, weights), REAL)
        np.testing.assert_allclose(penalty, 12.5, rtol=1e-5)
        np.testing.assert_allclose(tape.gradient(penalty, weights), self.weights, rtol=1e-5)

    def test_r2_sends_no_gradient_into_the_generator(self):
        fake = tf.Variable(FAKE)
        with tf.GradientTape() as tape:
            penalty = losses.r2_penalty(lambda x: ops.sum(x**3, axis=-1), fake)
        assert tape.gradient(penalty, fake) is None

    def test_drift_is_the_mean_square(self):
        np.testing.assert_allclose(losses.drift_penalty(np.array([[3.0], [-1.0]])), 5.0)
