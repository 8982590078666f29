import numpy as np
import pytest

from keras_gans.utils.tiling import _pieces, in_tiles, reflected, up_to_multiple


class TestReflected:
    @pytest.mark.parametrize("height, width", [(3, 4), (5, 7), (12, 4), (3, 30)])
    def test_is_numpys_reflection(self, height, width):
        images = np.random.default_rng(0).normal(size=(2, 3, 4, 1)).astype("float32")
        pads = ((0, 0), (0, height - 3), (0, width - 4), (0, 0))
        np.testing.assert_array_equal(
            reflected(images, height, width), np.pad(images, pads, mode="reflect")
        )

    def test_single_rows_are_repeated(self):
        np.testing.assert_array_equal(reflected(np.full((1, 1, 1, 3), 7.0), 3, 2), 7.0)


def test_up_to_multiple():
    assert [up_to_multiple(side, 4) for side in (1, 4, 5, 8)] == [4, 4, 8, 8]


def blurred(images):
    """Mean over 5x5 pixels, zeros outside: looks two pixels far."""
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (5, 5), axis=(1, 2))
    return windows.mean(axis=(-1, -2))


def coarse(images):
    """2x2 blocks, each of one colour."""
    return images[:, ::2, ::2].repeat(2, axis=1).repeat(2, axis=2)


class TestInTiles:
    image = np.random.default_rng(0).normal(size=(45, 34, 3)).astype("float32")

    @pytest.mark.parametrize("tile", [(16, 16), (16, 12), (20, 40), (50, 50)])
    @pytest.mark.parametrize("sides", [(45, 34), (45, 5), (16, 16)])
    def test_what_looks_no_further_than_a_quarter_of_the_overlap_sees_no_tiles(self, tile, sides):
        image = self.image[: sides[0], : sides[1]]
        np.testing.assert_allclose(
            in_tiles(blurred, image, tile, 8), blurred(image[None])[0], atol=1e-6
        )

    def test_a_smaller_overlap_shows(self):
        tiled = in_tiles(blurred, self.image, (16, 16), 0)
        assert np.abs(tiled - blurred(self.image[None])[0]).max() > 0.1

    def test_pieces_have_the_size_of_a_tile(self):
        sizes = set()

        def note(images):
            sizes.add(images.shape)
            return images[..., :1]

        result = in_tiles(note, self.image, (16, 50), 5)
        assert sizes == {(1, 16, 34, 3)} and result.shape == (45, 34, 1)

    def test_pieces_begin_at_multiples(self):
        image = self.image[:44]
        np.testing.assert_allclose(
            in_tiles(coarse, image, (16, 16), 5, multiple=2), coarse(image[None])[0], atol=1e-6
        )
        assert np.abs(in_tiles(coarse, image, (16, 16), 5) - coarse(image[None])[0]).max() > 0.1

    @pytest.mark.parametrize("side, size, overlap", [(45, 16, 8), (45, 16, 15), (33, 16, 1)])
    def test_weights_fade_and_sum_to_one(self, side, size, overlap):
        total = np.zeros(side)
        pieces = _pieces(side, size, overlap, 1)
        for start, weights in pieces:
            assert (weights >= 0).all()
            total[start : start + size] += weights
        np.testing.assert_allclose(total, 1.0, atol=1e-6)
        assert pieces[0][0] == 0 and pieces[-1][0] == side - size

    def test_neighbours_fade_linearly(self):
        (_, first), (_, second) = _pieces(12, 8, 4, 1)
        np.testing.assert_allclose(first, [1, 1, 1, 1, 1, 0.75, 0.25, 0])
        np.testing.assert_allclose(second, first[::-1])
