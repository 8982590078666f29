import numpy as np
import pytest

from keras_gans.layers import DiffAugment
from tests.battery import check_layer
from tests.layers import augmentation_checks as checks
from tests.layers.augmentation_checks import augmented, images

QUARTERS = [0, 0.25, 0.5, 0.75, 1]


def assert_uniform(numbers, low, high):
    assert numbers.min() >= low - 1e-4 and numbers.max() <= high + 1e-4
    expected = low + (high - low) * np.array(QUARTERS)
    np.testing.assert_allclose(np.quantile(numbers, QUARTERS), expected, atol=0.04 * (high - low))


def spans(covered):
    """The span `(first, last + 1)` that is covered in every row of `(num, size)`, in one piece."""
    size = covered.shape[1]
    assert (np.abs(np.diff(covered.astype(int), axis=1)).sum(axis=1) <= 2).all()
    return list(zip(covered.argmax(axis=1), size - covered[:, ::-1].argmax(axis=1), strict=True))


class TestDiffAugment:
    @pytest.mark.parametrize("training", [False, True])
    @pytest.mark.parametrize("channels", [1, 3])
    def test_battery(self, channels, training):
        arguments = {"policy": ("color", "cutout"), "seed": 3}
        x = images(2, channels=channels)
        check_layer(DiffAugment, arguments, x, (2, 8, 8, channels), training=training)

    def test_acts_in_training_alone(self):
        checks.check_passes_on_outside_of_training(DiffAugment(), images(4))

    def test_draws(self):
        checks.check_is_a_function_of_seed_call_and_place(DiffAugment)

    def test_lists(self):
        checks.check_changes_a_list_alike(DiffAugment())

    def test_gradients(self):
        layer = DiffAugment()
        layer.build((None, 4, 4, 3))
        checks.check_gradients(layer)
        checks.check_second_gradients(layer)

    def test_compiles(self):
        checks.check_compiles(DiffAugment())

    def test_half_precision(self):
        checks.check_half_precision(DiffAugment)

    def test_numbers_of_the_paper_for_colour(self):
        """They are read off the result: means, and distances in light and in hue."""
        x = np.repeat(images(1, 2), 4000, axis=0)
        y = augmented(DiffAugment(policy=("color",)), x)
        light = [image.mean(axis=-1)[:, 0, 0] - image.mean(axis=-1)[:, 1, 1] for image in (x, y)]
        hue = [(image[..., 0] - image[..., 1])[:, 0, 0] for image in (x, y)]
        brightness = y.mean(axis=(1, 2, 3)) - x.mean(axis=(1, 2, 3))  # contrast keeps the mean
        contrast = light[1] / light[0]
        saturation = hue[1] / hue[0] / contrast
        assert_uniform(brightness, -0.5, 0.5)
        assert_uniform(contrast, 0.5, 1.5)
        assert_uniform(saturation, 0.0, 2.0)
        correlations = np.corrcoef([brightness, contrast, saturation]) - np.eye(3)
        assert np.abs(correlations).max() < 0.07

    def test_gray_images_have_no_saturation(self):
        """One channel, or three equal ones: the same comes out."""
        x, layer = images(5, channels=1), DiffAugment()
        in_colour = augmented(DiffAugment(), np.repeat(x, 3, axis=-1))
        gray = augmented(layer, x)
        np.testing.assert_allclose(in_colour, np.repeat(gray, 3, axis=-1), atol=1e-6)

    @pytest.mark.parametrize("height, width, down, across", [(32, 32, 4, 4), (8, 20, 1, 3)])
    def test_translation(self, height, width, down, across):
        """At most an eighth each way, all moves equally often, and zeros come in."""
        x = np.zeros((4000, height, width, 1), "float32")
        x[:, height // 2, width // 2] = 1.0
        layer = DiffAugment(policy=("translation",))
        _, rows, columns, _ = np.nonzero(augmented(layer, x))
        moves = np.stack([rows - height // 2, columns - width // 2], axis=1)
        assert len(moves) == 4000
        for distances, limit in zip(moves.T, (down, across), strict=True):
            values, counts = np.unique(distances, return_counts=True)
            np.testing.assert_array_equal(values, np.arange(-limit, limit + 1))
            share = 1 / (2 * limit + 1)
            assert np.abs(counts / 4000 - share).max() < 4 * np.sqrt(share * (1 - share) / 4000)
        ones = augmented(layer, np.ones_like(x))
        expected = (height - np.abs(moves[:, 0])) * (width - np.abs(moves[:, 1]))
        np.testing.assert_array_equal(ones.sum(axis=(1, 2, 3)), expected)
        assert set(np.unique(ones)) == {0.0, 1.0}

    @pytest.mark.parametrize("height, width, sides", [(32, 32, (16, 16)), (5, 8, (3, 4))])
    def test_cutout(self, height, width, sides):
        """Half the size around a place anywhere, so that up to half of the side lies outside."""
        x = np.ones((2000, height, width, 3), "float32")
        y = augmented(DiffAugment(policy=("cutout",)), x)
        assert set(np.unique(y)) == {0.0, 1.0}
        covered = (y == 0).all(axis=-1)
        np.testing.assert_array_equal((y == 0).any(axis=-1), covered)
        lengths = []
        for axis, size, side in ((2, height, sides[0]), (1, width, sides[1])):
            centres = range(size + 1 - side % 2)
            expected = {(max(c - side // 2, 0), min(c - side // 2 + side, size)) for c in centres}
            found = spans(covered.any(axis=axis))
            assert set(found) == expected
            lengths.append(np.array([end - start for start, end in found]))
        counts = covered.sum(axis=(1, 2))
        np.testing.assert_array_equal(counts, lengths[0] * lengths[1])  # a rectangle
        assert counts.max() == sides[0] * sides[1]
        assert counts.min() == ((sides[0] + 1) // 2) * ((sides[1] + 1) // 2)

    def test_the_order_is_that_of_the_policy(self):
        x = images(8) + 3.0
        last = augmented(DiffAugment(policy=("color", "cutout")), x)
        first = augmented(DiffAugment(policy=("cutout", "color")), x)
        assert (last == 0).mean() > 0.05 and (first == 0).mean() == 0

    @pytest.mark.parametrize("policy", [(), "color", ("color", "rotation"), ("color", "color")])
    def test_other_policies_are_refused(self, policy):
        with pytest.raises(ValueError, match="`policy` must be.*'translation'.*Received: policy="):
            DiffAugment(policy=policy)

    @pytest.mark.parametrize("seed", [-1, 2**31, 0.5])
    def test_seeds_out_of_range_are_refused(self, seed):
        with pytest.raises(ValueError, match=f"`seed` must be.*seed={seed}"):
            DiffAugment(seed=seed)

    @pytest.mark.parametrize("shape", [(2, 2), (2, 8, 8), (2, 8, 8, 2)])
    def test_other_shapes_are_refused(self, shape):
        with pytest.raises(ValueError, match="height, width, 3 or 1.*Received: images of shape"):
            DiffAugment()(np.zeros(shape, "float32"))
