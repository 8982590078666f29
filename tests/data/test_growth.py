import dataclasses

import numpy as np
import pytest

from keras_gans import data
from keras_gans.data import GrowthSchedule

IMAGES = np.random.default_rng(0).uniform(-1, 1, (40, 16, 16, 1)).astype("float32")
SMALL = GrowthSchedule(
    resolution=16, stable_images=20, fade_images=10, batch_sizes={4: 8, 8: 5, 16: 3}
)


class TestGrowthSchedule:
    @pytest.mark.parametrize(
        "kimg, resolution, alpha",
        [
            (0, 4, 1.0),
            (599.9, 4, 1.0),
            (600.1, 8, 0.0002),
            (900, 8, 0.5),
            (1200, 8, 1.0),
            (1799.9, 8, 1.0),
            (2100, 16, 0.5),
            (9_600, 1024, 1.0),
            (12_000, 1024, 1.0),
        ],
    )
    def test_is_the_papers_at_1024_pixels(self, kimg, resolution, alpha):
        """1.2 million images a level; the official code's level of detail is 8 at 600,000 images,
        7.5 at 900,000, 7 at 1,200,000 and 0 from 9,600,000 on."""
        schedule = GrowthSchedule(resolution=1024, total_images=12_000_000, batch_sizes=20)
        moment = schedule.at(int(kimg * 1000) // 20)
        assert moment.resolution == resolution
        assert moment.alpha == pytest.approx(alpha, abs=1e-4)
        assert moment.images == pytest.approx(kimg * 1000, abs=20)
        assert schedule.steps == 600_000

    def test_starts_at_8_pixels_for_stylegan(self):
        schedule = GrowthSchedule(resolution=1024, start=8, batch_sizes=8, total_images=25_000_000)
        assert schedule.at(0).resolution == 8
        assert schedule.at(900_000 // 8).resolution == 16
        assert schedule.at(900_000 // 8).alpha == 0.5
        assert schedule.at(8_400_000 // 8).alpha == 1.0
        assert schedule.segments[-1].first_image == 8_400_000

    def test_batch_sizes_and_rates_of_a_resolution_begin_with_its_fade(self):
        schedule = dataclasses.replace(SMALL, learning_rate=0.001, learning_rates={8: 0.01})
        assert [segment.steps for segment in schedule.segments] == [3, 2, 4, 4, 7]
        assert [segment.batch_size for segment in schedule.segments] == [8, 5, 5, 3, 3]
        assert [segment.first_image for segment in schedule.segments] == [0, 24, 34, 54, 66]
        assert [segment.learning_rate for segment in schedule.segments] == [
            *(0.001, 0.01, 0.01, 0.001, 0.001),
        ]
        alphas = [schedule.at(step).alpha for step in range(3, 6)]
        assert alphas == [0.0, 0.5, 1.0]
        assert schedule.steps == 20

    def test_sizes_that_are_not_named_are_those_below(self):
        schedule = GrowthSchedule(resolution=16, batch_sizes={4: 64, 8: 32})
        assert schedule.batch_size_at(16) == 32

    def test_defaults_are_those_of_one_device(self):
        schedule = GrowthSchedule(resolution=1024)
        sizes = [schedule.batch_size_at(resolution) for resolution in schedule.resolutions]
        assert sizes == [128, 128, 128, 64, 32, 16, 8, 4, 4]

    @pytest.mark.parametrize(
        "wrong, message",
        [
            ({"resolution": 48}, "`resolution` must be a power of two"),
            ({"start": 2}, "`start` must be a power of two"),
            ({"start": 32}, "`start` must not be larger"),
            ({"stable_images": 0}, "`stable_images` must be at least 1"),
            ({"batch_sizes": 0}, "`batch_sizes` must be at least 1"),
            ({"batch_sizes": {8: 4}}, "`batch_sizes` must be at least 1"),
            ({"learning_rates": {8: 0.0}, "learning_rate": 0.1}, "greater than 0"),
            ({"learning_rates": {8: 0.1}}, "`learning_rate` must be given"),
            ({"learning_rates": {9: 0.1}, "learning_rate": 0.1}, "name resolutions.*9"),
            ({"total_images": 66}, "more than 66.*16 pixels are faded in"),
        ],
    )
    def test_refuses(self, wrong, message):
        with pytest.raises(ValueError, match=message):
            dataclasses.replace(SMALL, **wrong)


class TestGrown:
    @pytest.fixture(scope="class")
    @classmethod
    def batches(cls):
        return data.grown(data.load(IMAGES, batch_size=7, seed=3), SMALL, steps_per_epoch=6)

    def test_shapes_follow_the_schedule(self, batches):
        shapes = [batch.shape for batch in batches.from_step(0).take(21)]
        sizes = [(8, 4)] * 3 + [(5, 8)] * 6 + [(3, 16)] * 12
        assert shapes == [(batch, size, size, 1) for batch, size in sizes]
        assert batches.epochs == 4 and batches.steps_per_epoch == 6
        assert batches.data_shape == (16, 16, 1)
        assert len(list(batches)) == 6

    def test_images_are_means_of_blocks(self, batches):
        whole = data.load(IMAGES, batch_size=8, seed=3).from_step(0)
        for small, large in zip(batches.from_step(0).take(3), whole.take(3), strict=True):
            blocks = np.reshape(large, (8, 4, 4, 4, 4, 1)).mean(axis=(2, 4))
            np.testing.assert_allclose(small, blocks, atol=1e-6)

    @pytest.mark.parametrize("step", [2, 4, 25])
    def test_any_step_can_be_the_first(self, batches, step):
        expected = batches.from_step(0).skip(step).take(4)
        for one, other in zip(batches.from_step(step).take(4), expected, strict=True):
            np.testing.assert_array_equal(one, other)

    def test_large_images_are_shrunk_in_parts(self, batches, monkeypatch):
        monkeypatch.setattr(data.growth, "BYTES_AT_ONCE", 4 * 16 * 16 * 4)  # four images
        assert [batches._images_at_once(size) for size in (8, 5, 3)] == [4, 1, 3]
        first = next(iter(batches.from_step(0)))
        fours = data.load(IMAGES, batch_size=4, seed=3).from_step(0)
        whole = np.concatenate(list(fours.take(2)))
        np.testing.assert_allclose(
            first, whole.reshape(8, 4, 4, 4, 4, 1).mean(axis=(2, 4)), atol=1e-6
        )
        for one, other in zip(
            batches.from_step(2).take(3), batches.from_step(0).skip(2), strict=False
        ):
            np.testing.assert_array_equal(one, other)

    def test_mirrors_half_of_the_images_by_the_step(self):
        source = data.load(IMAGES, batch_size=4, seed=3)
        plain = list(data.grown(source, SMALL).from_step(13).take(40))
        mirrored = data.grown(source, SMALL, mirror=True)
        flips = 0
        for one, other in zip(plain, mirrored.from_step(13).take(40), strict=True):
            for image, seen in zip(one.numpy(), other.numpy(), strict=True):
                is_flipped = not np.array_equal(image, seen)
                np.testing.assert_array_equal(seen, image[:, ::-1] if is_flipped else image)
                flips += is_flipped
        assert 40 < flips < 80  # 60 of 120 expected
        later = mirrored.from_step(15).take(2)
        for one, other in zip(later, mirrored.from_step(13).skip(2), strict=False):
            np.testing.assert_array_equal(one, other)

    def test_labels_come_along(self):
        labels = np.arange(40)
        constant = np.broadcast_to(labels.reshape(40, 1, 1, 1), IMAGES.shape).astype("uint8")
        source = data.load((constant, labels), batch_size=4, labels=True, seed=3)
        images, drawn = next(iter(data.grown(source, SMALL).from_step(4)))
        assert images.shape == (5, 8, 8, 1) and len(set(drawn.numpy())) == 5
        np.testing.assert_allclose((images[:, 0, 0, 0] + 1) * 127.5, drawn, atol=1e-3)

    def test_refuses_other_sources(self):
        with pytest.raises(ValueError, match="images of 16 pixels"):
            data.grown(data.load(IMAGES[:, :8, :8], batch_size=4), SMALL)
        with pytest.raises(ValueError, match="`source` must be `Batches`"):
            data.grown(IMAGES, SMALL)
        with pytest.raises(ValueError, match="`steps_per_epoch` must be at least 1"):
            data.grown(data.load(IMAGES, batch_size=4), SMALL, steps_per_epoch=0)


class TestRebatched:
    @pytest.mark.parametrize("in_memory", [True, False])
    def test_holds_the_same_examples_in_the_order_of_the_seed(self, in_memory):
        source = data.load(IMAGES, batch_size=4, seed=3, in_memory=in_memory)
        fives = source.rebatched(5)
        assert fives.batch_size == 5 and fives.steps_per_epoch == 8
        expected = np.concatenate(list(source.from_step(0).take(10)))
        np.testing.assert_array_equal(np.concatenate(list(fives.from_step(0).take(8))), expected)
        assert source.rebatched(4) is source

    def test_of_a_stream_can_start_anywhere(self):
        source = data.mixture_of_gaussians("ring", batch_size=6, steps_per_epoch=4)
        eights = source.rebatched(8)
        assert eights.steps_per_epoch == 3
        for step, first, count in ((0, 0, 4), (3, 4, 4)):  # three of 8 are four of 6
            points = np.concatenate(list(eights.from_step(step).take(3)))
            expected = np.concatenate(list(source.from_step(first).take(count)))
            np.testing.assert_array_equal(points, expected)
        expected = eights.from_step(0).skip(2).take(3)
        for one, other in zip(eights.from_step(2).take(3), expected, strict=True):
            np.testing.assert_array_equal(one, other)
            assert one.shape == (8, 2)
