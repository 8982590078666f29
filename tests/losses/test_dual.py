import numpy as np
import pytest
import tensorflow as tf

from keras_gans import losses

ONE = np.full((3, 1), np.log(np.e - 1.0), "float32")  # softplus of it is 1


class TestLogSoftplus:
    def test_equals_the_logarithm_in_float64(self):
        logits = np.linspace(-30, 30, 121)
        expected = np.log(np.log1p(np.exp(logits)))
        received = losses.log_softplus(logits.astype("float32"))
        np.testing.assert_allclose(received, expected, rtol=1e-5, atol=1e-6)

    @pytest.mark.parametrize("logit, slope", [(-1000.0, 1.0), (-15.001, 1.0), (1000.0, 1e-3)])
    def test_finite_with_finite_gradient_where_softplus_underflows(self, logit, slope):
        logits = tf.Variable([logit])
        with tf.GradientTape() as tape:
            value = losses.log_softplus(logits)
        assert np.isfinite(value).all()
        np.testing.assert_allclose(tape.gradient(value, logits), [slope], rtol=1e-4)


class TestDual:
    def test_where_both_answer_one(self):
        np.testing.assert_allclose(losses.dual_real_discriminator_loss(ONE, ONE), 1.0, rtol=1e-6)
        np.testing.assert_allclose(losses.dual_fake_discriminator_loss(ONE, ONE), 1.0, rtol=1e-6)
        np.testing.assert_allclose(losses.dual_generator_loss(ONE, ONE), -1.0, rtol=1e-6)

    @pytest.mark.parametrize("weight", [1.0, 0.2])
    def test_best_discriminators_are_density_ratios(self, weight):
        """Twice as many real points as fakes at one place, with `softplus(t)` as the answer there.

        D1 = alpha p_data / p_model and D2 = beta p_model / p_data are stationary.
        """
        for loss, ratio in [
            (losses.dual_real_discriminator_loss, weight * 2.0),
            (losses.dual_fake_discriminator_loss, weight * 0.5),
        ]:
            logit = tf.Variable([np.log(np.expm1(ratio))], dtype="float32")
            with tf.GradientTape() as tape:
                # The mean over real points counts them once, so two real points weigh 2.
                on_real = loss(logit, tf.stop_gradient(logit), weight)
                on_fake = loss(tf.stop_gradient(logit), logit, weight)
                total = 2.0 * on_real + on_fake
            np.testing.assert_allclose(tape.gradient(total, logit), [0.0], atol=1e-5)

    def test_first_rewards_real_samples_and_second_rewards_fakes(self):
        high, low = ONE + 1, ONE - 1
        assert losses.dual_real_discriminator_loss(high, low) < losses.dual_real_discriminator_loss(
            low, high
        )
        assert losses.dual_fake_discriminator_loss(low, high) < losses.dual_fake_discriminator_loss(
            high, low
        )

    def test_alpha_and_beta_weigh_the_logarithms_only(self):
        """With both answers 1 the logarithms are 0, and no weight matters."""
        np.testing.assert_allclose(
            losses.dual_real_discriminator_loss(ONE, ONE, alpha=0.1), 1.0, rtol=1e-6
        )
        two = np.full((3, 1), np.log(np.e**2 - 1.0), "float32")
        np.testing.assert_allclose(
            losses.dual_fake_discriminator_loss(ONE, two, beta=0.1),
            1.0 - 0.1 * np.log(2.0),
            rtol=1e-5,
        )

    def test_generator_gains_from_both(self):
        logits = tf.Variable(ONE)
        with tf.GradientTape(persistent=True) as tape:
            first = losses.dual_generator_loss(logits, ONE)
            second = losses.dual_generator_loss(ONE, logits)
        assert (tape.gradient(first, logits).numpy() < 0).all()  # raise D1
        assert (tape.gradient(second, logits).numpy() > 0).all()  # lower D2
