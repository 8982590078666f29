import numpy as np
import pytest
import scipy.ndimage
import scipy.signal
import scipy.stats

from keras_gans.metrics.sliced_wasserstein import (
    count_levels,
    expand,
    laplacian_pyramid,
    shrink,
    sliced_wasserstein,
    sliced_wasserstein_distance,
)

from .pictures import smooth_images

random = np.random.default_rng(0)


def independent_shrink(image):
    """One channel, by the 5x5 filter over a padded image, and every second pixel."""
    row = np.array([1, 4, 6, 4, 1]) / 16
    padded = np.pad(image, 2, mode="reflect")
    return scipy.signal.convolve2d(padded, np.outer(row, row), mode="valid")[::2, ::2]


def independent_expand(image):
    row = np.array([1, 4, 6, 4, 1]) / 16
    spread = np.zeros((2 * image.shape[0], 2 * image.shape[1]))
    spread[::2, ::2] = image
    padded = np.pad(spread, 2, mode="reflect")
    return 4 * scipy.signal.convolve2d(padded, np.outer(row, row), mode="valid")


class TestPyramid:
    images = smooth_images(2, 32)

    def test_agrees_with_an_independent_version(self):
        pyramid = laplacian_pyramid(self.images, 2)
        for image, fine, coarse in zip(self.images, *pyramid, strict=True):
            for channel in range(3):
                expected = independent_shrink(image[..., channel])
                np.testing.assert_allclose(coarse[..., channel], expected, atol=1e-6)
                expected = image[..., channel] - independent_expand(expected)
                np.testing.assert_allclose(fine[..., channel], expected, atol=1e-6)

    def test_levels_add_up_to_the_image(self):
        fine, middle, coarse = laplacian_pyramid(self.images, 3)
        np.testing.assert_allclose(fine + expand(middle + expand(coarse)), self.images, atol=1e-6)

    def test_flat_images_stay_flat(self):
        flat = np.full((1, 16, 16, 1), 0.5, "float32")
        np.testing.assert_allclose(shrink(flat), 0.5, rtol=1e-6)
        np.testing.assert_allclose(expand(flat), 0.5, rtol=1e-6)

    @pytest.mark.parametrize(("side", "levels"), [(16, 1), (28, 1), (32, 2), (48, 2), (128, 4)])
    def test_levels_end_at_16_pixels(self, side, levels):
        assert count_levels((1, side, side, 3), 16) == levels


class TestSlicedWasserstein:
    def test_agrees_with_scipy_in_one_dimension(self):
        first, second = random.normal(size=(50, 1)), 1 + random.normal(size=(50, 1))
        distance = sliced_wasserstein(first, second, 6, np.random.default_rng(0))
        expected = scipy.stats.wasserstein_distance(first[:, 0], second[:, 0])
        assert distance == pytest.approx(expected)

    def test_a_shift_has_the_closed_form(self):
        # E|cos| of a random direction in the plane is 2 / pi
        points = random.normal(size=(100, 2))
        distance = sliced_wasserstein(
            points, points + np.array([3.0, 4.0]), 4000, np.random.default_rng(0)
        )
        assert distance == pytest.approx(5.0 * 2 / np.pi, rel=0.02)


class TestSlicedWassersteinDistance:
    def test_equal_pictures_differ_only_by_chance_and_others_by_more(self):
        real, same = smooth_images(128, 32), smooth_images(128, 32, seed=2)
        rough = smooth_images(128, 32, sigma=0.7, seed=3)
        options = {"patches_per_image": 16, "directions": 64}
        floor = sliced_wasserstein_distance(real, same, **options)
        distance = sliced_wasserstein_distance(real, rough, **options)
        assert list(floor) == [32, 16, "average"]
        assert floor["average"] == pytest.approx((floor[32] + floor[16]) / 2)
        assert distance[32] > 2 * floor[32]
        assert distance["average"] > 1.5 * floor["average"]

    def test_agrees_with_an_independent_version(self):
        # One patch fits each image, so there is no chance in the places.
        # 300 images: more than the 256 whose patches are cut at once.
        real, generated = smooth_images(300, 7), smooth_images(300, 7, sigma=1.0, seed=2)
        options = {"patches_per_image": 1, "smallest_resolution": 7, "directions": 8}
        distances = sliced_wasserstein_distance(real, generated, seed=5, **options)
        generator = np.random.default_rng([5, 0])
        axes = generator.normal(size=(7 * 7 * 3, 8))
        axes /= np.sqrt((axes**2).sum(axis=0))
        normalised = [
            ((x - x.mean(axis=(0, 1, 2))) / x.std(axis=(0, 1, 2))).reshape(300, -1)
            for x in (real.astype("float64"), generated.astype("float64"))
        ]
        expected = np.mean(
            [scipy.stats.wasserstein_distance(*(x @ axis for x in normalised)) for axis in axes.T]
        )
        assert distances[7] == pytest.approx(1e3 * expected, rel=1e-5)

    def test_a_level_holds_its_own_band_only(self):
        """Flat images have no details, whatever their gray is."""
        grays = ([0.5, 0.5, -0.5, -0.5], [0.5, 0.5, 0.5, -0.5])
        flat = [
            np.broadcast_to(np.reshape(g, (4, 1, 1, 1)), (4, 32, 32, 1)).astype("float32")
            for g in grays
        ]
        distances = sliced_wasserstein_distance(*flat, patches_per_image=4, directions=4)
        assert distances[32] == 0.0 and distances[16] > 0

    def test_is_a_function_of_its_seed(self):
        images = smooth_images(8, 16), smooth_images(8, 16, seed=2)
        options = {"patches_per_image": 4, "directions": 8}
        first, again, other = (
            sliced_wasserstein_distance(*images, seed=seed, **options) for seed in (0, 0, 1)
        )
        assert first == again != other

    def test_gray_and_constant_images_are_scored(self):
        gray = smooth_images(8, 16, channels=1)
        distances = sliced_wasserstein_distance(gray, np.zeros_like(gray), directions=8)
        assert np.isfinite(distances[16])

    @pytest.mark.parametrize(
        ("real_shape", "generated_shape", "message"),
        [
            ((4, 16, 16, 3), (5, 16, 16, 3), "one shape.*generated of shape .5, 16, 16, 3."),
            ((4, 8, 8, 3), (4, 8, 8, 3), "at least 16 pixels.*4, 8, 8, 3"),
            ((4, 33, 33, 3), (4, 33, 33, 3), "halve evenly 1 times.*4, 33, 33, 3"),
            ((16, 16, 3), (16, 16, 3), "`real` must be images of shape"),
        ],
    )
    def test_bad_shapes_are_refused(self, real_shape, generated_shape, message):
        with pytest.raises(ValueError, match=message):
            sliced_wasserstein_distance(
                np.zeros(real_shape, "float32"), np.zeros(generated_shape, "float32")
            )

    def test_pixels_up_to_255_are_refused(self):
        images = np.full((2, 16, 16, 3), 255.0)
        with pytest.raises(ValueError, match=r"lie in \[-1, 1\].*from 255 to 255"):
            sliced_wasserstein_distance(images, images)
        with pytest.raises(ValueError, match=r"uint8 images are scaled.*dtype uint8"):
            sliced_wasserstein_distance(images.astype("uint8"), images)
