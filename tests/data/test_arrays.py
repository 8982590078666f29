import numpy as np
import pytest
import tensorflow as tf

from keras_gans import data

RANDOM = np.random.default_rng(0)
BYTES = RANDOM.integers(0, 256, (6, 5, 7, 3), np.uint8)
BYTES[0, 0, 0] = 0, 128, 255


def all_of(source, **settings):
    """All examples in the source's order."""
    batches = data.load(source, **{"batch_size": 1, "shuffle": False, **settings})
    return np.concatenate([np.asarray(x) for x in batches.as_numpy_iterator()])


class TestValues:
    @pytest.mark.parametrize("in_memory", [True, False])
    def test_bytes_become_minus_one_to_one(self, in_memory):
        images = all_of(BYTES, in_memory=in_memory)
        assert images.dtype == np.float32
        np.testing.assert_allclose(images[0, 0, 0], [-1.0, 128 / 127.5 - 1.0, 1.0], atol=1e-7)
        np.testing.assert_array_equal(images, BYTES.astype("float32") / np.float32(127.5) - 1)

    @pytest.mark.parametrize("in_memory", [True, False])
    def test_floats_keep_every_digit(self, in_memory):
        images = RANDOM.uniform(-1, 1, (4, 3, 3, 1)).astype("float32")
        images[0, 0, 0, 0] = 1e-20
        np.testing.assert_array_equal(all_of(images, in_memory=in_memory), images)

    def test_value_range_is_mapped(self):
        images = np.array([0.0, 0.25, 1.0]).reshape(3, 1, 1, 1)
        mapped = all_of(images, value_range=(0, 1))
        np.testing.assert_allclose(mapped.ravel(), [-1.0, -0.5, 1.0])

    def test_floats_whose_black_may_be_0_are_warned_of(self, recwarn):
        images = RANDOM.uniform(0, 1, (4, 3, 3, 1)).astype("float32")
        with pytest.warns(UserWarning, match=r"no value below 0.*`value_range=\(0, 1\)`"):
            all_of(images)
        recwarn.clear()
        for source, settings in (
            (images, {"value_range": (0, 1)}),
            (images, {"value_range": (-1, 1)}),
            (images - 0.1, {}),
            (BYTES, {}),
            (images[:, :, 0, 0], {}),
        ):
            all_of(source, **settings)
        assert not [warning for warning in recwarn if warning.category is UserWarning]

    def test_points_stay_as_they_are(self):
        points = RANDOM.normal(0.0, 50.0, (5, 2)).astype("float32")
        np.testing.assert_array_equal(all_of(points), points)

    def test_tensors_are_taken_too(self):
        np.testing.assert_array_equal(all_of(tf.constant(BYTES)), all_of(BYTES))

    def test_later_changes_of_the_array_do_not_show(self):
        images = BYTES.copy()
        batches = data.load(images, batch_size=6, shuffle=False)
        images[:] = 0
        assert next(iter(batches)).numpy().max() == 1.0

    def test_labels_stay_with_their_images(self):
        images = np.arange(10, dtype="uint8").reshape(10, 1, 1, 1)
        batches = data.load((images, np.arange(10)[:, None]), batch_size=5, labels=True)
        for x, labels in batches.from_step(0).take(4):
            assert labels.dtype == tf.int32
            np.testing.assert_allclose((x[:, 0, 0, 0] + 1) * 127.5, labels, atol=1e-4)
        assert batches.num_classes == 10

    def test_labels_are_left_out_unless_asked_for(self):
        assert all_of((BYTES, np.zeros(6, int))).shape == BYTES.shape


class TestFitting:
    def test_center_cuts_the_middle_and_pad_adds_black(self):
        image = np.zeros((1, 2, 4, 1), np.uint8)
        image[0, :, 1:3] = 255
        image[0, :, 3] = 100
        np.testing.assert_array_equal(all_of(image, image_size=2), np.ones((1, 2, 2, 1)))
        padded = all_of(image, image_size=4, crop="pad")
        np.testing.assert_array_equal(padded[0, [0, 3]], -np.ones((2, 4, 1)))
        np.testing.assert_array_equal(padded[0, 1:3], all_of(image)[0])

    def test_shrinking_averages(self):
        board = np.indices((64, 64)).sum(0) % 2 * 255  # alternating pixels: plain sampling aliases
        small = all_of(board.astype("uint8").reshape(1, 64, 64, 1), image_size=8)
        np.testing.assert_allclose(small, 0.0, atol=0.02)

    def test_floats_and_bytes_shrink_alike(self):
        floats = BYTES.astype("float32") / 127.5 - 1
        np.testing.assert_allclose(
            all_of(floats, image_size=3), all_of(BYTES, image_size=3), atol=1.01 / 255
        )

    @pytest.mark.parametrize("value, expected", [(0.0, -1.0), (1.0, 1.0)])
    def test_floats_of_another_range_are_mapped_once(self, value, expected):
        source = np.full((2, 2, 2, 1), value)
        enlarged = all_of(source, value_range=(0, 1), image_size=4)
        np.testing.assert_allclose(enlarged, np.full((2, 4, 4, 1), expected), atol=1e-6)

    def test_bars_of_floats_are_black(self):
        padded = all_of(np.ones((1, 2, 4, 1)), value_range=(-1, 1), image_size=4, crop="pad")
        np.testing.assert_array_equal(padded[0, [0, 3]], -np.ones((2, 4, 1)))
        np.testing.assert_allclose(padded[0, 1:3], np.ones((2, 4, 1)), atol=1e-6)

    def test_the_luma_of_floats_is_not_rounded(self):
        red = np.array([1.0, -1.0, -1.0]).reshape(1, 1, 1, 3)
        np.testing.assert_allclose(all_of(red, channels=1), [[[[-0.402]]]], atol=1e-6)

    def test_channels(self):
        colour = np.array([255, 0, 0, 0, 255, 0, 0, 0, 255], np.uint8).reshape(1, 1, 3, 3)
        gray = (all_of(colour, channels=1) + 1) * 127.5
        np.testing.assert_allclose(gray.ravel(), np.round([76.245, 149.685, 29.07]), atol=1e-4)
        as_colour = all_of(BYTES[..., :1], channels=3)
        np.testing.assert_array_equal(as_colour, np.repeat(all_of(BYTES[..., :1]), 3, axis=-1))


class TestRefusals:
    @pytest.mark.parametrize(
        ("source", "message"),
        [
            (np.zeros((9, 4, 4), "uint8"), r"images\[..., None\].*shape .9, 4, 4."),
            (np.zeros((9, 3, 4, 4), "uint8"), r"transpose\(0, 2, 3, 1\).*shape .9, 3, 4, 4."),
            (np.zeros((9, 4, 4, 2), "uint8"), "1 or 3.*shape .9, 4, 4, 2."),
            (np.zeros((9, 4, 4, 1, 1), "uint8"), "`source` must hold images"),
            (np.zeros((9, 4, 4, 1), "int32"), "dtype uint8.*dtype int32"),
            (np.full((9, 4, 4, 1), 1.5), r"value_range=\(low, high\).*from 1.5 to 1.5"),
            (np.full((9, 4, 4, 1), np.nan), "finite.*144 values"),
            (np.full((9, 2), np.inf), "finite.*18 values"),
            ((np.zeros((9, 4, 4, 1), "uint8"), np.zeros(8, int)), "8 labels for 9 examples"),
            ((np.zeros((9, 4, 4, 1), "uint8"), np.zeros((9, 3), int)), "argmax"),
            ((np.zeros((9, 4, 4, 1), "uint8"), np.zeros(9)), "integers.*float64"),
            ((np.zeros((9, 4, 4, 1), "uint8"), np.full(9, -1)), "negative.*-1"),
            (np.array([np.zeros(2), np.zeros(3)], object), "equally large rows"),
        ],
    )
    def test_arrays_that_do_not_fit(self, source, message):
        with pytest.raises(ValueError, match=message):
            data.load(source, batch_size=4)

    def test_nan_in_a_late_chunk(self):
        images = np.zeros((100, 300, 300, 1), "float32")
        images[99] = np.nan
        with pytest.raises(ValueError, match="`source` must be finite.*90000 values.*example 92"):
            data.load(images, batch_size=10)

    def test_labels_where_there_are_none(self):
        with pytest.raises(data.NoLabelsError, match="`labels`.*Received: labels=True"):
            data.load(BYTES, batch_size=2, labels=True)

    def test_splits_of_arrays(self):
        with pytest.raises(ValueError, match="`split`.*Received: split='test'"):
            data.load(BYTES, batch_size=2, split="test")

    def test_sources_of_another_kind(self):
        with pytest.raises(TypeError, match="`source`.*type dict"):
            data.load({"images": BYTES})
