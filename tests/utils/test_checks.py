import numpy as np
import pytest

from keras_gans.utils.checks import (
    check_divides,
    check_finite,
    check_not_negative,
    check_pixels,
    check_positive,
    check_shape_tuple,
    check_share,
)


class TestCheckDivides:
    def test_one_replica_takes_anything(self):
        check_divides(np.zeros((7, 2)), 3, replicas=1)

    @pytest.mark.parametrize("num, batch_size", [(64, 32), (64, None), (12, 8)])
    def test_even_batches_pass(self, num, batch_size):
        check_divides(np.zeros((num, 2)), batch_size, replicas=2)

    @pytest.mark.parametrize("num, batch_size", [(64, 3), (65, 32), (17, 16)])
    def test_uneven_batches_are_refused(self, num, batch_size):
        with pytest.raises(ValueError, match="multiple of the 2 replicas"):
            check_divides(np.zeros((num, 2)), batch_size, replicas=2)

    def test_batches_know_their_size(self):
        from keras_gans import data

        with pytest.raises(ValueError, match="batch_size=16"):
            check_divides(data.load(np.zeros((32, 2), "float32"), batch_size=16), None, replicas=3)


def test_check_finite_counts_and_names():
    check_finite(x=np.zeros(3), y=None, labels=np.array([1, 2]))
    with pytest.raises(ValueError, match="`y` must be finite. Received: 2 of 3"):
        check_finite(x=np.zeros(3), y=np.array([np.nan, 1.0, np.inf]))


def test_check_pixels_looks_at_images_only():
    image = np.ones((2, 3, 3, 1), "float32")
    check_pixels(x=image, y=None, points=np.full((4, 2), 7.0), bytes=np.uint8(255 * image))
    for wrong, values in ((255 * image, "255 to 255"), (-1.5 * image, "-1.5 to -1.5")):
        with pytest.raises(ValueError, match=rf"`x` must hold images in \[-1, 1\].*{values}"):
            check_pixels(x=wrong)


@pytest.mark.parametrize("shape", [(), (3, 0), (2.0,)])
def test_check_shape_tuple(shape):
    with pytest.raises(ValueError, match="`image_shape`"):
        check_shape_tuple("image_shape", shape)


@pytest.mark.parametrize(
    "check, good, bad",
    [
        (check_positive, [1, 0.5, np.float32(2)], [0, -1, float("nan"), "1", None]),
        (check_not_negative, [0, 0.0, 3], [-1e-9, float("nan"), "0", None]),
        (check_share, [1, 0.25, np.float32(1)], [0, 1.0001, float("nan"), "1", None]),
    ],
)
def test_ranges_refuse_what_is_no_number(check, good, bad):
    for value in good:
        check(rate=value)
    for value in bad:
        with pytest.raises(ValueError, match=f"`rate` must .*Received: rate={value!r}"):
            check(rate=value)
