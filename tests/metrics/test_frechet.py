import numpy as np
import pytest
import scipy.linalg

from keras_gans.metrics.frechet import FeatureStatistics, frechet_distance

random = np.random.default_rng(0)


def points_with_moments(mean, covariance, count=400):
    """Points whose sample mean and covariance are exactly the given ones."""
    noise = np.random.default_rng(1).normal(size=(count, len(mean)))
    noise -= noise.mean(axis=0)
    whitened = noise @ np.linalg.inv(scipy.linalg.sqrtm(np.cov(noise, rowvar=False)).real)
    return mean + whitened @ scipy.linalg.sqrtm(covariance).real


class TestFrechetDistance:
    def test_agrees_with_torch_fidelity(self, golden, feature_sets):
        distance = frechet_distance(*feature_sets.real_and_generated())
        assert distance == pytest.approx(golden["frechet_inception_distance"], rel=1e-9, abs=0)

    def test_equal_sets_have_distance_zero(self):
        features = random.normal(size=(100, 20)) + 5.0
        assert frechet_distance(features, features) == pytest.approx(0.0, abs=1e-10)

    def test_gaussians_have_the_closed_form(self):
        mean, shift = np.array([1.0, -2.0]), np.array([3.0, 4.0])
        real = points_with_moments(mean, np.diag([4.0, 9.0]))
        generated = points_with_moments(mean + shift, np.diag([1.0, 16.0]))
        # |(3, 4)|^2 + (2 - 1)^2 + (3 - 4)^2: deviations differ by one along each axis
        assert frechet_distance(real, generated) == pytest.approx(27.0, rel=1e-9)

    def test_turned_gaussians_have_the_closed_form(self):
        angle = 0.7
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        first, second = np.diag([4.0, 1.0]), turn @ np.diag([4.0, 1.0]) @ turn.T
        expected = 10.0 - 2 * np.trace(scipy.linalg.sqrtm(first @ second)).real
        distance = frechet_distance(
            points_with_moments(np.zeros(2), first), points_with_moments(np.zeros(2), second)
        )
        assert distance == pytest.approx(expected, rel=1e-9)

    def test_singular_covariances_keep_their_digits(self):
        line = np.linspace(-1, 1, 50)[:, None] * np.ones((1, 30))
        assert frechet_distance(line, line) == pytest.approx(0.0, abs=1e-10)
        variance = line[:, 0].var(ddof=1) * 30  # along the one direction that is used
        expected = (np.sqrt(variance) - 3 * np.sqrt(variance)) ** 2
        assert frechet_distance(line, 3 * line) == pytest.approx(expected, rel=1e-9)

    def test_bias_falls_as_one_over_the_number_of_samples(self):
        # For equal Gaussians it is proportional to 1 / N: four times the samples, a quarter.
        def mean_distance(count):
            draws = np.random.default_rng(3).normal(size=(20, 2, count, 8))
            return np.mean([frechet_distance(*pair) for pair in draws])

        few, many = mean_distance(250), mean_distance(1000)
        assert few / many == pytest.approx(4.0, rel=0.1)

    def test_more_noise_is_farther(self):
        real = random.normal(size=(500, 6))
        distances = [
            frechet_distance(real, real + scale * random.normal(size=real.shape))
            for scale in (0.1, 0.5, 1.0)
        ]
        assert distances == sorted(distances)

    @pytest.mark.parametrize(
        ("real", "generated", "message"),
        [
            (np.zeros((1, 3)), np.zeros((5, 3)), "`real` must hold at least 2.*1 samples"),
            (np.zeros((5, 3)), np.zeros((5, 4)), "one width.*generated of shape .5, 4."),
            (np.zeros((5, 3)), np.full((5, 3), np.nan), "`generated` must be finite.*5 bad rows"),
            (np.zeros((5, 3, 1)), np.zeros((5, 3)), "`real` must be features of shape"),
        ],
    )
    def test_bad_input_is_refused(self, real, generated, message):
        with pytest.raises(ValueError, match=message):
            frechet_distance(real, generated)

    def test_statistics_of_another_width_are_refused(self):
        with pytest.raises(ValueError, match=r"real of width 3, generated of width 4"):
            frechet_distance(FeatureStatistics().update(np.eye(3)), np.eye(4))


class TestFeatureStatistics:
    features = np.random.default_rng(5).normal(size=(101, 7)).astype("float32") + 1000.0

    @pytest.mark.parametrize("batch_size", [1, 16, 200])
    def test_batches_give_the_moments_of_the_whole(self, batch_size):
        statistics = FeatureStatistics()
        for start in range(0, len(self.features), batch_size):
            statistics.update(self.features[start : start + batch_size])
        exact = self.features.astype("float64")
        assert statistics.count == 101
        np.testing.assert_allclose(statistics.mean, exact.mean(axis=0), rtol=1e-14)
        np.testing.assert_allclose(
            statistics.covariance, np.cov(exact, rowvar=False), rtol=1e-9, atol=1e-10
        )

    def test_merged_parts_are_the_whole(self):
        parts = [FeatureStatistics().update(part) for part in np.split(self.features, [0, 30])]
        merged = FeatureStatistics()
        for part in parts:
            merged.merge(part)
        whole = FeatureStatistics().update(self.features)
        assert merged.count == whole.count
        np.testing.assert_allclose(merged.mean, whole.mean, rtol=1e-14)
        np.testing.assert_allclose(merged.covariance, whole.covariance, rtol=1e-9, atol=1e-10)

    def test_merging_leaves_the_other_alone(self):
        other = FeatureStatistics().update(self.features)
        before = other.covariance
        FeatureStatistics().merge(other).update(self.features[:10])
        np.testing.assert_array_equal(other.covariance, before)

    def test_a_batch_of_another_width_is_refused(self):
        with pytest.raises(ValueError, match=r"one width throughout, 7.*\(4, 6\)"):
            FeatureStatistics().update(self.features).update(np.zeros((4, 6)))

    def test_one_sample_has_no_covariance(self):
        with pytest.raises(ValueError, match=r"at least 2 samples.*count=1"):
            _ = FeatureStatistics().update(np.zeros((1, 3))).covariance
