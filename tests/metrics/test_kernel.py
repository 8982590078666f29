import numpy as np
import pytest

from keras_gans.metrics.kernel import kernel_distance, polynomial_kernel, squared_mmd


def test_kernel_by_hand():
    first, second = np.array([[1.0, 2.0]]), np.array([[3.0, 1.0], [0.0, 0.0]])
    np.testing.assert_allclose(polynomial_kernel(first, second), [[3.5**3, 1.0]])


class TestSquaredMmd:
    def test_by_hand(self):
        real, generated = np.array([[0.0], [1.0]]), np.array([[1.0], [2.0]])
        # off the diagonal: k(0, 1) = 1 and k(1, 2) = 27; across: 1, 1, 8, 27
        assert squared_mmd(real, generated) == pytest.approx(1 + 27 - 2 * (1 + 1 + 8 + 27) / 4)

    def test_is_unbiased(self):
        random = np.random.default_rng(0)
        distances = [squared_mmd(*random.normal(size=(2, 20, 4))) for _ in range(400)]
        assert abs(np.mean(distances)) < 3 * np.std(distances) / np.sqrt(400)
        assert min(distances) < 0


class TestKernelDistance:
    def test_agrees_with_torch_fidelity(self, golden, feature_sets):
        real, generated = feature_sets.real_and_generated()
        distance = kernel_distance(real, generated, subsets=20, subset_size=100)
        mean = golden["kernel_inception_distance_mean"]
        assert distance.mean == pytest.approx(mean, rel=1e-9, abs=0)
        std = golden["kernel_inception_distance_std"]
        assert distance.std == pytest.approx(std, rel=1e-9, abs=0)

    def test_whole_sets_as_one_subset_are_the_mmd(self):
        real, generated = np.random.default_rng(1).normal(size=(2, 30, 4))
        distance = kernel_distance(real, generated, subsets=1, subset_size=30)
        assert distance == pytest.approx((squared_mmd(real, generated), 0.0))

    def test_too_few_samples_are_refused(self):
        with pytest.raises(ValueError, match=r"`generated` must hold at least 1000.*999 samples"):
            kernel_distance(np.zeros((1000, 2)), np.zeros((999, 2)))

    def test_subsets_of_one_are_refused(self):
        with pytest.raises(ValueError, match=r"`subset_size` must be at least 2.*subset_size=1"):
            kernel_distance(np.zeros((9, 2)), np.zeros((9, 2)), subset_size=1)
