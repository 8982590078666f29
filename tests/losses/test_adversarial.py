import numpy as np
import pytest
import tensorflow as tf

from keras_gans import losses

REAL = np.array([[2.0], [-1.0], [0.5]], "float32")
FAKE = np.array([[1.0], [-3.0], [0.0]], "float32")


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits.astype("float64")))


class TestMinimax:
    def test_discriminator_equals_the_value_function(self):
        value = np.log(sigmoid(REAL)).mean() + np.log(1 - sigmoid(FAKE)).mean()
        loss = losses.minimax_discriminator_loss(REAL, FAKE)
        np.testing.assert_allclose(loss, -value, rtol=1e-6)

    def test_generator_equals_its_part_of_the_value_function(self):
        loss = losses.minimax_generator_loss(FAKE)
        np.testing.assert_allclose(loss, np.log(1 - sigmoid(FAKE)).mean(), rtol=1e-6)

    def test_undecided_discriminator_pays_log_4(self):
        zeros = np.zeros((5, 1), "float32")
        np.testing.assert_allclose(losses.minimax_discriminator_loss(zeros, zeros), np.log(4))

    def test_generator_gradient_vanishes_where_fakes_are_rejected(self):
        logit = tf.Variable([[-20.0]])
        with tf.GradientTape(persistent=True) as tape:
            minimax = losses.minimax_generator_loss(logit)
            non_saturating = losses.non_saturating_generator_loss(logit)
        assert abs(float(tape.gradient(minimax, logit)[0, 0])) < 1e-8
        np.testing.assert_allclose(tape.gradient(non_saturating, logit), [[-1.0]], rtol=1e-6)


class TestNonSaturating:
    def test_equals_minus_the_log_of_the_probability(self):
        loss = losses.non_saturating_generator_loss(FAKE)
        np.testing.assert_allclose(loss, -np.log(sigmoid(FAKE)).mean(), rtol=1e-6)


@pytest.mark.parametrize("extreme", [-1e4, 1e4])
def test_extreme_logits_stay_finite(extreme):
    logits = np.full((2, 1), extreme, "float32")
    assert np.isfinite(losses.minimax_discriminator_loss(logits, logits))
    assert np.isfinite(losses.minimax_generator_loss(logits))
    assert np.isfinite(losses.non_saturating_generator_loss(logits))


def test_patch_maps_are_averaged_over_their_positions():
    map_logits = np.broadcast_to(FAKE[:, None, None], (3, 4, 5, 1))
    np.testing.assert_allclose(
        losses.non_saturating_generator_loss(map_logits),
        losses.non_saturating_generator_loss(FAKE),
        rtol=1e-6,
    )


def test_half_precision_logits_give_float32_losses():
    loss = losses.minimax_discriminator_loss(tf.cast(REAL, "float16"), tf.cast(FAKE, "float16"))
    assert loss.dtype == tf.float32
