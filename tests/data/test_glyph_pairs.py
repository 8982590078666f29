import numpy as np
import pytest
import scipy.ndimage

from keras_gans import data
from keras_gans.data import glyph_tasks
from keras_gans.data.glyph_tasks import PALETTE, TASKS
from tests.data.test_glyphs import lean


def pairs(task, image_size=64, num_examples=40, **settings):
    """Pairs in `[0, 1]`, and their labels."""
    a, b, labels = data.glyph_pairs(
        task, image_size=image_size, num_examples=num_examples, **settings
    )
    return (a + 1) / 2, (b + 1) / 2, labels


class TestGlyphPairs:
    @pytest.mark.parametrize("task", TASKS)
    def test_shapes_ranges_and_labels(self, task):
        a, b, labels = data.glyph_pairs(task, num_examples=20)
        assert a.shape == (20, 32, 32, 1) and b.shape == (20, 32, 32, 3 if task == "colour" else 1)
        assert a.dtype == b.dtype == np.float32 and labels.dtype == np.int32
        assert (a.min(), b.min()) == (-1.0, -1.0) and a.max() == b.max() == 1.0
        np.testing.assert_array_equal(labels, np.arange(20) % 10)

    @pytest.mark.parametrize("task", TASKS)
    def test_a_pair_is_a_function_of_its_number_split_and_task(self, task):
        a, b, _ = data.glyph_pairs(task, num_examples=5)
        again = data.glyph_pairs(task, num_examples=3)
        np.testing.assert_array_equal(a[:3], again[0])
        np.testing.assert_array_equal(b[:3], again[1])
        other = data.glyph_pairs(task, num_examples=5, split="train")[0]
        assert not {image.tobytes() for image in a} & {image.tobytes() for image in other}

    @pytest.mark.parametrize("task", TASKS)
    @pytest.mark.parametrize("size", [28, 32])
    def test_a_pair_looks_alike_at_every_size(self, task, size):
        for large, small in zip(pairs(task, 4 * size)[:2], pairs(task, size)[:2], strict=True):
            num, _, _, channels = large.shape
            shrunk = large.reshape(num, size, 4, size, 4, channels).mean((2, 4))
            assert np.abs(shrunk - small).mean() < 0.012

    def test_an_outline_is_the_boundary_of_what_is_filled(self):
        outlines, filled, _ = pairs("outline", num_examples=60)
        for outline, inside in zip(outlines[..., 0], filled[..., 0] > 0.5, strict=True):
            to_edge = np.where(
                inside,
                scipy.ndimage.distance_transform_edt(inside),
                scipy.ndimage.distance_transform_edt(~inside),
            )
            assert outline[to_edge > 3.5].max(initial=0.0) == 0.0  # neither outside nor inside
            assert np.mean(outline[to_edge <= 1.0] > 0.3) > 0.9  # all along the edge
            assert outline[inside].mean() < 0.75  # there is something left to fill

    def test_colour_says_which_digit_it_is(self):
        gray, colour, labels = pairs("colour")
        np.testing.assert_allclose(
            colour, gray * PALETTE[labels][:, None, None, :], atol=1.01 / 255
        )
        nearest = np.abs(colour.max((1, 2))[:, None] - PALETTE).sum(-1).argmin(1)
        np.testing.assert_array_equal(nearest, labels)

    def test_slanted_digits_lean_by_the_slant_and_upright_ones_do_not(self):
        upright, slanted, labels = pairs("slant", num_examples=200)
        added = [lean(b) - lean(a) for a, b in zip(upright[..., 0], slanted[..., 0], strict=True)]
        assert np.mean(added) == pytest.approx(glyph_tasks.SLANT, abs=0.02)
        assert np.min(added) > 0.3
        zeros = [lean(image) for image in upright[labels == 0, ..., 0]]
        assert np.mean(zeros) == pytest.approx(0.0, abs=0.05)
        np.testing.assert_allclose(slanted.mean((1, 2)), upright.mean((1, 2)), atol=0.02)

    def test_bold_digits_are_thin_ones_widened_evenly(self):
        thin, bold, _ = pairs("weight", num_examples=20)
        assert (bold >= thin).all()
        half = glyph_tasks.WEIGHT / 2 * 64 * 20 / 28  # pixels, times a scale of 0.63 to 0.99
        for before, after in zip(thin[..., 0], bold[..., 0], strict=True):
            away = scipy.ndimage.distance_transform_edt(before < 0.1)
            added = away[(before < 0.1) & (after > 0.5)]
            assert 1.0 <= np.quantile(added, 0.9) < half + 0.5
        assert 1.5 < bold.sum() / thin.sum() < 3.0

    @pytest.mark.parametrize("task", TASKS)
    def test_hardly_any_digit_reaches_over_the_edge(self, task):
        for images in pairs(task, 32, 200)[:2]:
            images = images.max(-1)
            edges = np.stack([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]])
            assert (edges.max((0, 2)) > 0.5).mean() < 0.06


class TestGlyphDomains:
    @pytest.mark.parametrize("task", TASKS)
    def test_no_glyph_is_in_both(self, task):
        a, b = data.glyph_domains(task, num_examples=20)
        first, second, _ = data.glyph_pairs(task, num_examples=40, split="train")
        np.testing.assert_array_equal(a, first[:20])
        np.testing.assert_array_equal(b, second[20:])
        assert not {image.tobytes() for image in b} & {image.tobytes() for image in second[:20]}


class TestLoading:
    def test_pairs_are_those_of_glyph_pairs(self):
        settings = {"direction": "BtoA", "shuffle": False}
        for split, count in {None: 12, "test": 5}.items():
            batches = data.load_pairs("glyphs/colour_12_5", split=split, **settings)
            target_of, input_of, _ = data.glyph_pairs(
                "colour", split=split or "train", num_examples=count
            )
            colour, gray = batches.arrays()
            np.testing.assert_array_equal(colour, input_of)
            np.testing.assert_array_equal(gray, target_of)

    def test_unpaired_are_those_of_glyph_domains(self):
        batches = data.load_unpaired("glyphs/slant_12_5", image_size=28, shuffle=False)
        for images, expected in zip(
            batches.arrays(),
            data.glyph_domains("slant", image_size=28, num_examples=12),
            strict=True,
        ):
            np.testing.assert_array_equal(images, expected)

    def test_jitter_can_be_asked_for(self):
        settings = {"direction": "AtoB", "shuffle": False, "batch_size": 12}
        plain, jittered = (
            next(data.load_pairs("glyphs/colour_12_5", **settings, **jitter).as_numpy_iterator())
            for jitter in ({}, {"load_size": 36, "flip": True})
        )
        assert plain[0].shape == jittered[0].shape == (12, 32, 32, 1)
        assert not np.array_equal(plain[0], jittered[0])
        gray, colour = jittered
        np.testing.assert_allclose(  # still one digit
            (colour.max(-1) + 1) / 2, (gray[..., 0] + 1) / 2, atol=1.01 / 255
        )

    def test_channels_can_be_made_alike(self):
        batches = data.load_pairs("glyphs/colour_5_5", direction="AtoB", channels=3, shuffle=False)
        gray, colour = batches.arrays()
        assert gray.shape == colour.shape == (5, 32, 32, 3)
        np.testing.assert_array_equal(gray[..., 0], gray[..., 2])

    def test_the_full_sets(self):
        assert glyph_tasks.parse("glyphs/weight", "train") == ("weight", 10_000)
        assert glyph_tasks.parse("glyphs/weight", "test") == ("weight", 1_000)

    @pytest.mark.parametrize("source", ["glyphs", "glyphs/32", "glyphs/bold", "glyphs/slant_5"])
    def test_tasks_that_do_not_exist(self, source):
        with pytest.raises(
            ValueError, match=f"`source` must be.*glyphs/outline.*source='{source}'"
        ):
            data.load_pairs(source, direction="AtoB")
        with pytest.raises(ValueError, match=f"`source_a` must be.*source_a='{source}'"):
            data.load_unpaired(source)

    def test_impossible_arguments(self):
        for settings, message in [
            ({"task": "bold"}, "`task`.*task='bold'"),
            ({"split": "val"}, "`split`.*split='val'"),
            ({"image_size": 0}, "`image_size`.*image_size=0"),
            ({"num_examples": 0}, "`num_examples`.*num_examples=0"),
        ]:
            with pytest.raises(ValueError, match=message):
                data.glyph_pairs(**{"task": "slant", **settings})
        with pytest.raises(ValueError, match="`split`.*split='val'"):
            data.load_pairs("glyphs/slant", direction="AtoB", split="val")
