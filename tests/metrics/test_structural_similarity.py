import numpy as np
import pytest
import scipy.signal

from keras_gans.metrics.structural_similarity import SCALE_WEIGHTS, diversity_ms_ssim, ms_ssim

from .pictures import smooth_images

first = smooth_images(3, 32, seed=1)
second = np.clip(0.7 * first + 0.3 * smooth_images(3, 32, seed=2), -1, 1)


def independent_ms_ssim(first, second, weights):
    """One channel of one pair, by two-dimensional windows and FFT convolutions."""
    first, second = (np.asarray(image, "float64") * 127.5 + 127.5 for image in (first, second))
    result = 1.0
    for scale, weight in enumerate(weights):
        size = min(11, *first.shape)
        places = np.arange(size) - (size - 1) / 2
        squares = places[:, None] ** 2 + places[None] ** 2
        window = np.exp(-squares / (2 * (size * 1.5 / 11) ** 2))
        window /= window.sum()

        def mean(image, window=window):
            return scipy.signal.fftconvolve(image, window, mode="valid")

        m1, m2 = mean(first), mean(second)
        v1, v2 = mean(first**2) - m1**2, mean(second**2) - m2**2
        covariance = mean(first * second) - m1 * m2
        term = (2 * covariance + 58.5225) / (v1 + v2 + 58.5225)  # (0.03 * 255)^2
        if scale == len(weights) - 1:
            term = term * (2 * m1 * m2 + 6.5025) / (m1**2 + m2**2 + 6.5025)  # (0.01 * 255)^2
        result *= max(term.mean(), 0.0) ** weight
        shape = first.shape[0] // 2, 2, first.shape[1] // 2, 2
        first, second = first.reshape(shape).mean((1, 3)), second.reshape(shape).mean((1, 3))
    return result


class TestMsSsim:
    @pytest.mark.parametrize("weights", [SCALE_WEIGHTS, (0.5, 0.5), (1.0,)])
    def test_agrees_with_an_independent_version(self, weights):
        similarity = ms_ssim(first[..., :1], second[..., :1], weights)
        expected = [
            independent_ms_ssim(a[..., 0], b[..., 0], weights)
            for a, b in zip(first, second, strict=True)
        ]
        np.testing.assert_allclose(similarity, expected, rtol=1e-9)

    def test_agrees_with_tensorflow_where_its_window_fits(self):
        import tensorflow as tf

        large, other = smooth_images(2, 176, seed=3), smooth_images(2, 176, seed=4)
        other = 0.5 * large + 0.5 * other
        expected = [
            tf.image.ssim_multiscale(*((image[..., c, None] + 1) * 127.5 for image in pair), 255)
            for c in range(3)
            for pair in [(large, other)]
        ]
        ours = [ms_ssim(large[..., c, None], other[..., c, None]) for c in range(3)]
        np.testing.assert_allclose(ours, expected, rtol=1e-4)

    def test_equal_images_score_one(self):
        np.testing.assert_allclose(ms_ssim(first, first), 1.0)

    def test_negatives_score_zero(self):
        np.testing.assert_allclose(ms_ssim(first, -first), 0.0)

    def test_sides_that_cannot_be_halved_are_refused(self):
        images = np.zeros((2, 28, 28, 1), "float32")
        with pytest.raises(ValueError, match=r"multiples of 16.*fewer `weights`.*2, 28, 28, 1"):
            ms_ssim(images, images)
        assert ms_ssim(images, images, SCALE_WEIGHTS[:3]) == pytest.approx(1.0)

    def test_different_shapes_are_refused(self):
        with pytest.raises(ValueError, match=r"one shape.*second of shape .2, 32"):
            ms_ssim(first, second[:2])


class TestDiversity:
    def test_collapse_scores_high_and_variety_low(self):
        varied = smooth_images(40, 32, seed=5)
        collapsed = np.repeat(varied[:1], 40, axis=0)
        assert diversity_ms_ssim(collapsed) == pytest.approx(1.0)
        assert diversity_ms_ssim(varied) < 0.3

    def test_pairs_are_neighbours_whatever_the_batch(self):
        images = np.concatenate([first, second, first[:1]])  # 7 images: the last is left
        expected = ms_ssim(images[0:6:2], images[1:6:2]).mean()
        for batch_size in (1, 2, 64):
            assert diversity_ms_ssim(images, batch_size=batch_size) == pytest.approx(expected)
