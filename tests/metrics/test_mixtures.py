import numpy as np
import pytest

from keras_gans import data
from keras_gans.metrics.mixtures import mixture_modes, symmetric_kl, wasserstein_1

# The ring of the D2GAN and MGAN papers: 8 modes on radius 2, variance 0.02.
ANGLES = 2 * np.pi * np.arange(8) / 8
RING = 2.0 * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)
DEVIATION = np.sqrt(0.02)


def draw_ring(count, seed, modes=8):
    random = np.random.default_rng(seed)
    return RING[random.integers(0, modes, count)] + DEVIATION * random.normal(size=(count, 2))


class TestMixtureModes:
    def test_true_samples_reach_all_modes(self):
        modes = mixture_modes(draw_ring(2500, 0), RING, DEVIATION)
        assert modes[:2] == (8, 8)
        assert modes.high_quality == pytest.approx(1 - np.exp(-4.5), abs=0.006)  # 3 sigma, 2-D

    def test_by_hand(self):
        centres = np.array([[0.0, 0.0], [10.0, 0.0]])
        samples = np.array([[0.0, 2.9], [0.0, 3.1], [9.0, 0.0], [5.0, 0.0]])
        assert mixture_modes(samples, centres, 1.0) == (2, 2, 0.5)

    def test_one_stray_point_makes_a_mode_by_the_published_rule_only(self):
        samples = np.concatenate([draw_ring(999, 1, modes=4), RING[5:6]])
        modes = mixture_modes(samples, RING, DEVIATION)
        assert (modes.modes, modes.modes_with_fair_share) == (5, 4)

    def test_stretched_modes_use_the_mahalanobis_distance(self):
        centres, deviation = np.array([[0.0, 0.0]]), np.array([[1.0, 10.0]])
        assert mixture_modes([[0.0, 25.0]], centres, deviation).high_quality == 1.0
        assert mixture_modes([[25.0, 0.0]], centres, deviation).high_quality == 0.0

    def test_nothing_good_finds_nothing(self):
        assert mixture_modes(np.full((10, 2), 50.0), RING, DEVIATION) == (0, 0, 0.0)

    def test_bad_input_is_refused(self):
        with pytest.raises(ValueError, match=r"points in the plane.*shape .5, 3."):
            mixture_modes(np.zeros((5, 3)), RING, DEVIATION)
        with pytest.raises(ValueError, match=r"`deviation` must be greater than 0.*deviation=0"):
            mixture_modes(np.zeros((5, 2)), RING, 0)


class TestSymmetricKl:
    def test_true_samples_score_the_floor_that_is_documented(self):
        values = [symmetric_kl(draw_ring(50_000, seed), RING, DEVIATION) for seed in range(3)]
        assert min(values) > 0.085
        assert max(values) < 0.11

    def test_collapse_scores_high(self):
        assert symmetric_kl(draw_ring(50_000, 0, modes=1), RING, DEVIATION) > 16
        half = symmetric_kl(draw_ring(50_000, 0, modes=4), RING, DEVIATION)
        assert 1 < half < symmetric_kl(draw_ring(50_000, 0, modes=1), RING, DEVIATION)

    def test_by_hand_on_two_cells(self):
        # A mode at 0 fills both halves alike; three samples of four are on the right.
        samples = np.array([[0.5, 0.1], [0.5, -0.1], [0.5, 0.2], [-0.5, -0.2]])
        p, q = np.full(4, 0.25), np.array([0.25, 1e-10, 0.25, 0.5])
        q = q / q.sum()
        expected = ((p - q) * np.log(p / q)).sum()
        value = symmetric_kl(samples, [[0.0, 0.0]], 0.1, bound=1.0, bins=2)
        assert value == pytest.approx(expected, rel=1e-6)

    def test_samples_outside_of_the_grid_are_a_cell_more(self):
        # A half of the samples is outside; of the others as above, of eight: 2, 0, 1 and 1, rest 4.
        samples = [[0.5, 0.1], [0.5, 0.2], [0.5, -0.1], [-0.5, -0.2]] + 4 * [[9.0, 9.0]]
        inside = 2 * 0.125 * np.log(2) + 0.25 * np.log(0.25e10)
        value = symmetric_kl(np.array(samples), [[0.0, 0.0]], 0.1, bound=1.0, bins=2)
        assert value == pytest.approx(inside + 0.5 * np.log(0.5e10), rel=1e-6)

    def test_weights_by_hand(self):
        # The mode on the right is twice as likely; three samples of four are there.
        samples = np.array([[0.5, 0.5], [0.5, 0.4], [0.4, 0.5], [-0.5, -0.5]])
        centres = [[0.5, 0.5], [-0.5, -0.5]]
        expected = (2 / 3 - 3 / 4) * np.log(8 / 9) + (1 / 3 - 1 / 4) * np.log(4 / 3)
        for weights in ([2, 1], [2 / 3, 1 / 3]):
            value = symmetric_kl(samples, centres, 0.01, weights=weights, bound=1.0, bins=2)
            assert value == pytest.approx(expected, rel=1e-6)

    def test_unequal_modes_have_a_floor_of_their_own(self):
        mixture = data.mixture_of_gaussians("lsgan").mixture
        samples = mixture.sample(50_000, seed=0)
        modes = samples, mixture.centres, mixture.deviation
        assert symmetric_kl(*modes, weights=mixture.weights) < 0.01 < 0.05 < symmetric_kl(*modes)

    @pytest.mark.parametrize("weights", [[1.0], [1.0, -1.0], [0.0, 0.0], [1.0, float("nan")]])
    def test_bad_weights_are_refused(self, weights):
        with pytest.raises(ValueError, match="`weights` must be 2 numbers"):
            symmetric_kl(np.zeros((4, 2)), np.zeros((2, 2)), 0.1, weights=weights)


class TestWasserstein1:
    def test_by_hand(self):
        first, second = np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([[1.0, 0.0], [3.0, 4.0]])
        # (1, 0) stays and (0, 0) goes to (3, 4): cheaper than pairing in order, 1 + sqrt(20)
        assert wasserstein_1(first, second) == pytest.approx(2.5)

    def test_a_shift_costs_its_length(self):
        points = draw_ring(200, 0)
        assert wasserstein_1(points, points + np.array([0.3, 0.4])) == pytest.approx(0.5)

    def test_true_samples_score_the_floor_that_is_documented(self):
        values = [wasserstein_1(draw_ring(800, s), draw_ring(800, s + 100)) for s in range(10)]
        assert (min(values), np.mean(values), max(values)) == pytest.approx(
            (0.09, 0.136, 0.207), abs=0.002
        )

    def test_collapse_scores_high(self):
        assert 1 < wasserstein_1(draw_ring(400, 0), draw_ring(400, 1, modes=1)) < 3

    def test_sets_of_different_size_are_refused(self):
        with pytest.raises(ValueError, match=r"equally many points.*3 points in first, 4"):
            wasserstein_1(np.zeros((3, 2)), np.zeros((4, 2)))
