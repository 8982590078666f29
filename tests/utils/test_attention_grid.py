import numpy as np
import PIL.Image
import pytest

from keras_gans.utils.attention_grid import attention_rows, save_attention_grid


@pytest.fixture
def images():
    """One image of 8 pixels, black but for a spot in each half."""
    images = np.full((1, 8, 8, 1), -1.0, "float32")
    images[0, 2:4, 4:6] = images[0, 6:8, 0:2] = 1.0
    return images


def test_rows_by_hand(images):
    maps = np.full((1, 4, 4, 2, 2), 0.25)
    maps[0, 1, 2] = [[0.1, 0.2], [0.3, 0.4]]  # where the upper spot looks
    rows = attention_rows(images, maps)[..., 0]
    assert rows.shape == (7, 8, 8)
    np.testing.assert_array_equal(rows[0], images[0, ..., 0])
    for number, (row, column) in enumerate([(0, 0), (1, 2), (3, 0)]):
        marked = images[0, ..., 0].copy()
        marked[2 * row : 2 * row + 2, 2 * column : 2 * column + 2] = 0.0
        np.testing.assert_array_equal(rows[1 + 2 * number], marked)
    np.testing.assert_array_equal(rows[2], 0.0)  # looks everywhere alike
    expected = np.array([[-1.0, -1 / 3], [1 / 3, 1.0]]).repeat(4, 0).repeat(4, 1)
    np.testing.assert_allclose(rows[4], expected, atol=1e-6)


def test_small_differences_are_seen(images):
    maps = np.full((1, 4, 4, 2, 2), 0.25)
    maps[0, 0, 0, 1, 1] += 1e-3
    assert np.ptp(attention_rows(images, maps)[2]) == pytest.approx(2.0)


def test_a_row_for_each_image_in_colour(images, tmp_path):
    several = images.repeat(2, axis=0).repeat(3, axis=-1)
    save_attention_grid(several, np.full((2, 4, 4, 2, 2), 0.25), tmp_path / "a.png")
    width, height = PIL.Image.open(tmp_path / "a.png").size
    assert width / height == pytest.approx(7 / 2, rel=0.05)
