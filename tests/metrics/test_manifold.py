import numpy as np
import pytest

from keras_gans.metrics.manifold import density_coverage, precision_recall

random = np.random.default_rng(0)
real = random.normal(size=(700, 5))


def naive_precision_recall(real, generated, k):
    def share(points, centres):
        inside = []
        for point in points:
            hits = []
            for centre in centres:
                radius = sorted(np.linalg.norm(centres - centre, axis=1))[k]
                hits.append(np.linalg.norm(point - centre) <= radius)
            inside.append(any(hits))
        return np.mean(inside)

    return share(generated, real), share(real, generated)


class TestPrecisionRecall:
    def test_agrees_with_torch_fidelity(self, golden, feature_sets):
        scores = precision_recall(*feature_sets.real_and_generated())
        assert scores.precision == pytest.approx(golden["precision"], rel=1e-7, abs=0)
        assert scores.recall == pytest.approx(golden["recall"], rel=1e-7, abs=0)

    def test_agrees_with_the_definition(self):
        first, second = random.normal(size=(25, 3)), 1.0 + random.normal(size=(30, 3))
        expected = naive_precision_recall(first, second, k=2)
        assert precision_recall(first, second, neighbours=2) == pytest.approx(expected)

    def test_mode_collapse_is_precise_and_recalls_nothing(self):
        collapsed = real[:1] + 1e-3 * random.normal(size=(700, 5))
        precision, recall = precision_recall(real, collapsed)
        assert precision == 1.0
        assert recall < 0.01

    def test_too_much_variety_recalls_all_and_is_imprecise(self):
        precision, recall = precision_recall(real, 4 * random.normal(size=(700, 5)))
        assert precision < 0.3
        assert recall > 0.95

    def test_samples_far_outside_score_zero(self):
        assert precision_recall(real, real + 100.0) == (0.0, 0.0)

    def test_equal_sets_score_one(self):
        assert precision_recall(real, real) == (1.0, 1.0)

    def test_repeated_points_have_balls_of_radius_zero(self):
        repeated = np.repeat(1e3 + random.normal(size=(10, 64)), 5, axis=0).astype("float32")
        assert precision_recall(repeated, repeated) == (1.0, 1.0)
        assert precision_recall(repeated, repeated + 1.0) == (0.0, 0.0)

    def test_one_outlier_can_fool_precision(self):
        with_outlier = np.concatenate([real, [[1e3] * 5]])
        noise = 500 + random.uniform(-50, 50, size=(500, 5))
        assert precision_recall(with_outlier, noise).precision == 1.0
        assert density_coverage(with_outlier, noise).density < 0.3
        assert density_coverage(with_outlier, noise).coverage < 0.01

    def test_too_few_samples_are_refused(self):
        with pytest.raises(ValueError, match=r"`generated` must hold at least 4.*3 samples"):
            precision_recall(real, real[:3])


class TestDensityCoverage:
    def test_agrees_with_the_authors_package(self, golden, feature_sets):
        scores = density_coverage(*feature_sets.real_and_generated())
        assert scores.density == pytest.approx(golden["prdc_density"], rel=1e-12)
        assert scores.coverage == pytest.approx(golden["prdc_coverage"], rel=1e-12)

    def test_equal_distributions_have_density_about_one(self):
        density, coverage = density_coverage(real, random.normal(size=real.shape))
        assert density == pytest.approx(1.0, abs=0.05)
        # Naeem et al., section 3.2: 1 - 1 / 2^k for equally many samples
        assert coverage == pytest.approx(1 - 2.0**-5, abs=0.02)

    def test_mode_collapse_is_dense_and_covers_nothing(self):
        centre = real[np.linalg.norm(real, axis=1).argmin()]
        density, coverage = density_coverage(real, centre + 1e-3 * random.normal(size=(700, 5)))
        assert density > 0.5
        assert coverage < 0.05

    def test_dropping_half_the_modes_halves_the_coverage(self):
        modes = np.concatenate([random.normal(size=(300, 5)), 50 + random.normal(size=(300, 5))])
        assert density_coverage(modes, random.normal(size=(600, 5))).coverage < 0.51

    def test_samples_far_outside_score_zero(self):
        assert density_coverage(real, real + 100.0) == (0.0, 0.0)
