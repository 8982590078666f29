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

    def test_a_discriminator_that_is_sure_and_wrong_has_the_whole_gradient(self):
        """softplus(50) twice; probabilities clipped at 1e-7 would give 32.2 and no gradient."""
        real, fake = tf.Variable([[-50.0]]), tf.Variable([[50.0]])
        with tf.GradientTape() as tape:
            loss = losses.minimax_discriminator_loss(real, fake)
        np.testing.assert_allclose(loss, 100.0, rtol=1e-6)
        gradients = tape.gradient(loss, [real, fake])
        np.testing.assert_allclose(gradients, [[[-1.0]], [[1.0]]], rtol=1e-6)


class TestNonSaturating:
    def test_equals_minus_the_log_of_the_probability(self):
        loss = losses.non_saturating_generator_loss(FAKE)
        np.testing.assert_allclose(loss, -np.log(sigmoid(FAKE)).mean(), rtol=1e-6)


class TestLeastSquares:
    def test_by_hand(self):
        """Real (2, -1, .5) to 1: 1 + 4 + .25; fake (1, -3, 0) to 0: 1 + 9 + 0; halves of means."""
        loss = losses.least_squares_discriminator_loss(REAL, FAKE)
        np.testing.assert_allclose(loss, 0.5 * 5.25 / 3 + 0.5 * 10 / 3, rtol=1e-6)
        loss = losses.least_squares_generator_loss(FAKE)
        np.testing.assert_allclose(loss, 0.5 * (0 + 16 + 1) / 3, rtol=1e-6)

    def test_targets_of_pearson_chi_squared(self):
        """(a, b, c) = (-1, 1, 0)."""
        loss = losses.least_squares_discriminator_loss(REAL, FAKE, 1.0, -1.0)
        np.testing.assert_allclose(loss, 0.5 * 5.25 / 3 + 0.5 * (4 + 4 + 1) / 3, rtol=1e-6)
        loss = losses.least_squares_generator_loss(FAKE, target=0.0)
        np.testing.assert_allclose(loss, 0.5 * 10 / 3, rtol=1e-6)

    @pytest.mark.parametrize(
        "targets, is_chi_squared", [((-1.0, 1.0, 0.0), True), ((0.0, 1.0, 1.0), False)]
    )
    def test_which_targets_make_it_pearson_chi_squared(self, targets, is_chi_squared):
        """With the best discriminator, D = (b p + a q) / (p + q), and the generator's target for
        real samples, too, its loss is half of chi^2(p + q || 2 q) for b - c = 1 and b - a = 2.
        """
        fake_target, real_target, generator_target = targets
        p, q = np.array([3, 2, 1, 4]), np.array([1, 2, 4, 3])  # tenths at four places
        best = ((real_target * p + fake_target * q) / (p + q)).astype("float32")
        real, fake = tf.repeat(best, p), tf.repeat(best, q)
        for moved in (best - 0.01, best + 0.01):
            assert losses.least_squares_discriminator_loss(
                tf.repeat(moved, p), tf.repeat(moved, q), real_target, fake_target
            ) > losses.least_squares_discriminator_loss(real, fake, real_target, fake_target)
        paid = losses.least_squares_generator_loss(fake, generator_target)
        paid += losses.least_squares_generator_loss(real, generator_target)
        chi_squared = np.sum((p - q) ** 2 / (p + q)) / 10
        assert np.isclose(paid, 0.5 * chi_squared, rtol=1e-5) == is_chi_squared

    def test_optimal_discriminator_weighs_the_targets(self):
        """Among constants, (b p_data + a p_model) / (p_data + p_model) is best: 1/2 for equals."""
        candidates = np.linspace(-1, 2, 301, dtype="float32")
        paid = [losses.least_squares_discriminator_loss(c[None], c[None]) for c in candidates]
        np.testing.assert_allclose(candidates[np.argmin(paid)], 0.5, atol=1e-6)

    def test_fakes_beyond_the_target_are_pulled_back(self):
        logit = tf.Variable([[3.0]])
        with tf.GradientTape(persistent=True) as tape:
            squares = losses.least_squares_generator_loss(logit)
            entropy = losses.non_saturating_generator_loss(logit)
        assert float(tape.gradient(squares, logit)[0, 0]) == 2.0
        assert float(tape.gradient(entropy, logit)[0, 0]) < 0


class TestWasserstein:
    def test_negative_critic_loss_is_the_distance_of_point_masses(self):
        """f(x) = x is 1-Lipschitz and optimal for masses at 3 and at 1: the distance is 2."""
        real, fake = np.full((4, 1), 3.0), np.full((4, 1), 1.0)
        assert float(losses.wasserstein_critic_loss(real, fake)) == -2.0
        assert float(losses.wasserstein_generator_loss(fake)) == -1.0


class TestHinge:
    def test_by_hand(self):
        """Real: 0 + 2 + .5; fake: 2 + 0 + 1."""
        loss = losses.hinge_discriminator_loss(REAL, FAKE)
        np.testing.assert_allclose(loss, 2.5 / 3 + 3 / 3, rtol=1e-6)
        np.testing.assert_allclose(losses.hinge_generator_loss(FAKE), 2 / 3, rtol=1e-6)

    def test_no_gradient_beyond_the_margins_for_the_discriminator_alone(self):
        real, fake = tf.Variable([[1.5]]), tf.Variable([[-1.5]])
        with tf.GradientTape(persistent=True) as tape:
            discriminator = losses.hinge_discriminator_loss(real, fake)
            generator = losses.hinge_generator_loss(fake)
        assert float(tape.gradient(discriminator, real)[0, 0]) == 0.0
        assert float(tape.gradient(discriminator, fake)[0, 0]) == 0.0
        assert float(tape.gradient(generator, fake)[0, 0]) == -1.0


class TestRelativistic:
    def test_only_differences_count(self):
        loss = losses.relativistic_discriminator_loss(REAL, FAKE)
        np.testing.assert_allclose(loss, -np.log(sigmoid(REAL - FAKE)).mean(), rtol=1e-6)
        moved = losses.relativistic_discriminator_loss(REAL + 7, FAKE + 7)
        np.testing.assert_allclose(loss, moved, rtol=1e-6)

    @pytest.mark.parametrize("shape", [(3,), (2, 1), (3, 2)])
    def test_pairs_that_would_broadcast_are_refused(self, shape):
        for loss in (losses.relativistic_discriminator_loss, losses.relativistic_generator_loss):
            with pytest.raises(ValueError, match=r"one shape.*\(3, 1\)"):
                loss(np.zeros((3, 1), "float32"), np.zeros(shape, "float32"))

    def test_generator_plays_the_same_game_from_the_other_side(self):
        np.testing.assert_allclose(
            losses.relativistic_generator_loss(REAL, FAKE),
            losses.relativistic_discriminator_loss(FAKE, REAL),
        )


TWO_SIDED = [
    losses.minimax_discriminator_loss,
    losses.least_squares_discriminator_loss,
    losses.wasserstein_critic_loss,
    losses.hinge_discriminator_loss,
    losses.relativistic_discriminator_loss,
]
ONE_SIDED = [
    losses.minimax_generator_loss,
    losses.non_saturating_generator_loss,
    losses.least_squares_generator_loss,
    losses.wasserstein_generator_loss,
    losses.hinge_generator_loss,
]


@pytest.mark.parametrize("loss", TWO_SIDED)
def test_higher_logits_mean_more_real_to_the_discriminator(loss):
    """Telling the two apart costs less than taking one for the other."""
    assert float(loss(np.ones((2, 1)), -np.ones((2, 1)))) < float(
        loss(-np.ones((2, 1)), np.ones((2, 1)))
    )


@pytest.mark.parametrize("loss", ONE_SIDED)
def test_higher_logits_mean_more_real_to_the_generator(loss):
    assert float(loss(np.ones((2, 1)))) < float(loss(-np.ones((2, 1))))


OF_TWO_ARRAYS = [
    losses.relativistic_generator_loss,
    losses.dual_real_discriminator_loss,
    losses.dual_fake_discriminator_loss,
    losses.dual_generator_loss,
]


@pytest.mark.parametrize("loss", TWO_SIDED + ONE_SIDED + OF_TWO_ARRAYS + [losses.drift_penalty])
def test_scalar_of_maps_is_the_mean_over_their_positions(loss):
    logits = (REAL, FAKE) if loss in TWO_SIDED + OF_TWO_ARRAYS else (FAKE,)
    maps = [np.broadcast_to(part[:, None, None], (3, 4, 5, 1)) for part in logits]
    assert loss(*maps).shape == ()
    np.testing.assert_allclose(loss(*maps), loss(*logits), rtol=1e-6)


@pytest.mark.parametrize("extreme", [-1e4, 1e4])
def test_extreme_logits_stay_finite(extreme):
    logits = np.full((2, 1), extreme, "float32")
    assert np.isfinite(losses.minimax_discriminator_loss(logits, logits))
    assert np.isfinite(losses.minimax_generator_loss(logits))
    assert np.isfinite(losses.non_saturating_generator_loss(logits))


def test_half_precision_logits_give_float32_losses():
    loss = losses.minimax_discriminator_loss(tf.cast(REAL, "float16"), tf.cast(FAKE, "float16"))
    assert loss.dtype == tf.float32
