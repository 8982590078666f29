import numpy as np
import PIL.Image
import pytest

from keras_gans.utils.image_grid import (
    SEPARATOR,
    SEPARATOR_GRAY,
    check_image_path,
    image_grid,
    save_image_grid,
    save_points,
    save_samples,
)


def levels(*values, size=3, channels=1):
    """Images of one level each."""
    return np.stack([np.full((size, size, channels), value) for value in values])


class TestImageGrid:
    def test_rows_first_with_lines_between(self):
        grid = image_grid(levels(10, 20, 30, 40).astype("uint8"), columns=2)
        assert grid.shape == (2 * 3 + SEPARATOR, 2 * 3 + SEPARATOR, 1) and grid.dtype == np.uint8
        assert grid[0, 0] == 10 and grid[0, -1] == 20 and grid[-1, 0] == 30 and grid[-1, -1] == 40
        assert (grid[3 : 3 + SEPARATOR] == SEPARATOR_GRAY).all()
        assert (grid[:, 3 : 3 + SEPARATOR] == SEPARATOR_GRAY).all()

    def test_floats_become_the_bytes_that_an_export_makes(self):
        grid = image_grid(levels(-1.0, 0.0, 1.0, 2.0), columns=4)
        assert [int(grid[0, 5 * place, 0]) for place in range(4)] == [0, 128, 255, 255]

    def test_the_last_row_is_filled_up(self):
        grid = image_grid(levels(0, 0, 0, channels=3).astype("uint8"), columns=2)
        assert grid.shape == (8, 8, 3)
        assert (grid[5:, 5:] == SEPARATOR_GRAY).all()

    def test_fewer_images_than_columns_make_a_shorter_row(self):
        assert image_grid(levels(0, 0).astype("uint8"), columns=8).shape == (3, 8, 1)

    @pytest.mark.parametrize(
        ("images", "columns", "message"),
        [
            (np.zeros((2, 3, 3)), 1, r"shape \(num, height, width, 1 or 3\).*\(2, 3, 3\)"),
            (np.zeros((2, 3, 3, 2)), 1, "1 or 3"),
            (np.zeros((0, 3, 3, 1)), 1, "num >= 1"),
            (np.zeros((2, 3, 3, 1), "int64"), 1, "floating.*int64"),
            (np.zeros((2, 3, 3, 1)), 0, "`columns` must be at least 1"),
        ],
    )
    def test_refusals(self, images, columns, message):
        with pytest.raises(ValueError, match=message):
            image_grid(images, columns)


class TestSaveImageGrid:
    @pytest.mark.parametrize(("size", "factor"), [(28, 3), (64, 1), (128, 1), (4, 8)])
    def test_small_images_are_enlarged_without_blur(self, tmp_path, size, factor):
        images = np.random.default_rng(0).integers(0, 255, (16, size, size, 3), np.uint8)
        save_image_grid(images, tmp_path / "grid.png", columns=8)
        with PIL.Image.open(tmp_path / "grid.png") as picture:
            pixels = np.asarray(picture)
        assert pixels.shape[1] == 8 * size * factor + 7 * SEPARATOR
        np.testing.assert_array_equal(
            pixels[: size * factor : factor, : size * factor : factor], images[0]
        )

    def test_gray_stays_gray(self, tmp_path):
        save_image_grid(levels(0, 255).astype("uint8"), tmp_path / "grid.png", columns=2)
        with PIL.Image.open(tmp_path / "grid.png") as picture:
            assert picture.mode == "L"

    def test_columns_out_of_range_are_refused(self, tmp_path):
        with pytest.raises(ValueError, match="`columns`"):
            save_image_grid(levels(0.0), tmp_path / "grid.png", columns=0)


class TestSavePoints:
    def dark(self, points, tmp_path):
        """Pixels inside the axes that a point colours."""
        save_points(points, tmp_path / "points.png")
        with PIL.Image.open(tmp_path / "points.png") as picture:
            pixels = np.asarray(picture).astype(int)
        assert pixels.shape == (500, 500, 3)
        return pixels[..., 2] - pixels[..., 0] > 40

    def test_a_point_is_drawn_where_it_lies(self, tmp_path):
        rows, columns = np.nonzero(self.dark([[0.5, 0.5]] * 4, tmp_path))
        assert 0 < len(rows) < 100
        assert rows.mean() < 200 and columns.mean() > 300  # upper right

    def test_other_dimensions_draw_as_well(self, tmp_path):
        assert self.dark(np.random.default_rng(0).normal(size=(50, 1)), tmp_path).any()
        assert self.dark(np.random.default_rng(0).normal(size=(50, 5)), tmp_path).any()

    def test_points_that_are_not_finite_are_left_out(self, tmp_path):
        assert self.dark([[np.nan, 0.0], [0.5, 0.5]], tmp_path).any()
        assert not self.dark([[np.nan, np.inf]], tmp_path).any()
        assert not self.dark([[np.nan]], tmp_path).any()

    def test_other_ranks_are_refused(self, tmp_path):
        with pytest.raises(ValueError, match=r"\(num, dimensions\).*\(3,\)"):
            save_points(np.zeros(3), tmp_path / "points.png")


class TestPaths:
    def test_samples_are_drawn_by_their_rank(self, tmp_path):
        save_samples(np.zeros((4, 2)), tmp_path / "points.png", columns=2)
        save_samples(np.zeros((4, 8, 8, 1)), tmp_path / "images.jpg", columns=2)
        assert PIL.Image.open(tmp_path / "points.png").size == (500, 500)
        assert PIL.Image.open(tmp_path / "images.jpg").format == "JPEG"

    @pytest.mark.parametrize("name", ["grid", "grid.txt", "grid.npz"])
    def test_a_suffix_of_no_image_is_refused(self, name, tmp_path):
        with pytest.raises(ValueError, match=r"suffix of an image format.*Received: .*grid"):
            check_image_path(tmp_path / name)

    def test_a_missing_folder_is_named(self, tmp_path):
        with pytest.raises(FileNotFoundError, match=r"no folder .*missing"):
            check_image_path(tmp_path / "missing" / "grid.png")
