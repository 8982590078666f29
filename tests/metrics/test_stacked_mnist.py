import numpy as np
import pytest

from keras_gans.metrics.stacked_mnist import read_stacked_digits, stacked_modes


class TestStackedModes:
    def test_each_combination_once_is_perfect(self):
        digits = np.stack(np.unravel_index(np.arange(1000), (10, 10, 10)), axis=1)
        assert stacked_modes(digits) == pytest.approx((1000, 0.0), abs=1e-12)

    def test_collapse_to_one_mode(self):
        modes = stacked_modes(np.full((500, 3), 7))
        assert modes == pytest.approx((1, np.log(1000)))

    def test_order_of_channels_matters(self):
        assert stacked_modes(np.array([[1, 2, 3], [3, 2, 1]])).modes == 2

    def test_a_perfect_generator_scores_the_documented_floor(self):
        digits = np.random.default_rng(0).integers(0, 10, (25_600, 3))
        modes = stacked_modes(digits)
        assert modes.modes == 1000
        assert modes.kl == pytest.approx(999 / (2 * 25_600), rel=0.1)

    def test_bad_digits_are_refused(self):
        with pytest.raises(ValueError, match=r"`digits` must lie in 0 to 9.*from 0 to 10"):
            stacked_modes(np.array([[0, 10, 3]]))
        with pytest.raises(ValueError, match=r"`digits` must be integers.*float"):
            stacked_modes(np.zeros((5, 3)))


class TestReadStackedDigits:
    def test_reads_each_channel_alone(self):
        levels = np.array([[0, 1, 2], [2, 2, 0]])
        images = np.broadcast_to((levels - 1.0)[:, None, None], (2, 8, 8, 3)).astype("float32")

        def classify(images):
            assert images.shape == (2, 8, 8, 1)
            return -np.abs(images.mean(axis=(1, 2)) - [-1.0, 0.0, 1.0])

        np.testing.assert_array_equal(read_stacked_digits(images, classify), levels)
