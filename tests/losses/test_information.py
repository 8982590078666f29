import numpy as np
import scipy.stats

from keras_gans import losses

CODES = np.eye(4, dtype="float32")[[0, 2, 3]]


class TestCategorical:
    def test_nothing_read_costs_the_entropy(self):
        logits = np.zeros((3, 4), "float32")
        np.testing.assert_allclose(
            losses.categorical_cross_entropy(CODES, logits), np.log(4), rtol=1e-6
        )
        np.testing.assert_allclose(losses.categorical_information(CODES, logits), 0.0, atol=1e-6)

    def test_everything_read_is_the_entropy_of_the_code(self):
        np.testing.assert_allclose(
            losses.categorical_information(CODES, 100 * CODES), np.log(4), rtol=1e-6
        )

    def test_mean_is_over_the_batch_and_not_over_the_classes(self):
        """Probabilities 1/2 for the right and 1/6 for every other: log 2, however many."""
        logits = np.log(np.array([[0.5, 1 / 6, 1 / 6, 1 / 6]], "float32"))
        np.testing.assert_allclose(
            losses.categorical_cross_entropy(CODES[:1], logits), np.log(2), rtol=1e-5
        )


class TestGaussian:
    codes = np.array([[0.5, -0.25], [-1.0, 0.75]], "float32")
    means = np.array([[0.0, 0.25], [-1.0, 0.5]], "float32")

    def test_fixed_deviation_against_scipy(self):
        likelihood = scipy.stats.norm.logpdf(self.codes, self.means).sum(axis=1).mean()
        np.testing.assert_allclose(
            losses.gaussian_information(self.codes, self.means),
            2 * np.log(2) + likelihood,
            rtol=1e-5,
        )

    def test_learned_deviation_against_scipy(self):
        deviations = np.array([[0.5, 0.1], [0.2, 2.0]], "float32")
        likelihood = scipy.stats.norm.logpdf(self.codes, self.means, deviations).sum(axis=1).mean()
        np.testing.assert_allclose(
            losses.gaussian_information(self.codes, self.means, np.log(deviations)),
            2 * np.log(2) + likelihood,
            rtol=1e-5,
        )

    def test_is_a_lower_bound_of_the_information(self):
        """A code seen through Gaussian noise, read by the best linear Gaussian `Q`."""
        rng = np.random.default_rng(0)
        codes = rng.uniform(-1, 1, (200_000, 1))
        seen = codes + rng.normal(scale=0.3, size=codes.shape)
        # The information of a sum is the entropy of the sum less that of the noise.
        density, edges = np.histogram(seen, bins=400, density=True)
        width = edges[1] - edges[0]
        density = density[density > 0]
        information = -np.sum(density * np.log(density)) * width - scipy.stats.norm.entropy(
            scale=0.3
        )
        slope = np.var(codes) / (np.var(codes) + 0.09)
        deviation = np.sqrt(np.var(codes - slope * seen))
        bound = losses.gaussian_information(
            codes, slope * seen, np.full_like(codes, np.log(deviation))
        )
        assert 0.75 * information < float(bound) < information
