import pytest

from keras_gans.utils.pixels import images_at_once


@pytest.mark.parametrize(
    "shape, most, num",
    [
        ((28, 28, 1), 64, 64),
        ((64, 64, 3), 500, 500),
        ((128, 128, 3), 500, 128),
        ((256, 256, 3), 64, 32),
        ((1024, 1024, 3), 64, 2),
        ((4096, 4096, 3), 64, 1),
        ((2,), 64, 64),
    ],
)
def test_fewer_large_images_at_once(shape, most, num):
    """As many as have 2,097,152 pixels together."""
    assert images_at_once(shape, most) == num
