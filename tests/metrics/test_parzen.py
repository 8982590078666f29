import numpy as np
import pytest
import scipy.stats

from keras_gans.metrics.parzen import BANDWIDTHS, choose_bandwidth, parzen_log_likelihood

random = np.random.default_rng(0)
samples, test = random.normal(size=(400, 3)), random.normal(size=(300, 3))


class TestParzenLogLikelihood:
    def test_by_hand(self):
        likelihood = parzen_log_likelihood([[0.0], [1.0]], [[0.0], [1.0]], bandwidth=1.0)
        density = (1 + np.exp(-0.5)) / 2 / np.sqrt(2 * np.pi)
        assert likelihood == pytest.approx((np.log(density), 0.0))

    def test_agrees_with_a_direct_sum(self):
        densities = [scipy.stats.norm.pdf(x - samples, scale=0.4).prod(axis=1).mean() for x in test]
        likelihood = parzen_log_likelihood(test, samples, bandwidth=0.4)
        assert likelihood.mean == pytest.approx(np.mean(np.log(densities)))
        assert likelihood.standard_error == pytest.approx(np.std(np.log(densities)) / 300**0.5)

    def test_far_points_stay_finite(self):
        far = parzen_log_likelihood([[1e4] * 784], np.zeros((10, 784)), bandwidth=0.1)
        assert np.isfinite(far.mean)

    def test_better_samples_are_likelier(self):
        shifted = parzen_log_likelihood(test, samples + 2.0, bandwidth=0.5)
        assert parzen_log_likelihood(test, samples, bandwidth=0.5).mean > shifted.mean

    @pytest.mark.parametrize("bandwidth", [0.0, -1.0])
    def test_bandwidth_must_be_positive(self, bandwidth):
        with pytest.raises(ValueError, match=rf"`bandwidth` must be.*bandwidth={bandwidth}"):
            parzen_log_likelihood(test, samples, bandwidth)

    def test_different_widths_are_refused(self):
        with pytest.raises(ValueError, match=r"`points` and `samples`.*one width"):
            parzen_log_likelihood(test, samples[:, :2], 1.0)


class TestChooseBandwidth:
    def test_the_papers_grid(self):
        rounded = [0.1, 0.129, 0.167, 0.215, 0.278, 0.359, 0.464, 0.599, 0.774, 1.0]
        np.testing.assert_allclose(BANDWIDTHS, rounded, atol=1e-3)

    def test_takes_the_likeliest(self):
        chosen = choose_bandwidth(test, samples)
        means = [parzen_log_likelihood(test, samples, s).mean for s in BANDWIDTHS]
        assert chosen == BANDWIDTHS[int(np.argmax(means))]
        assert 0.1 < chosen < 1.0
