import keras
import numpy as np
import pytest

from keras_gans.layers import downsample, upsample

images = np.random.default_rng(0).normal(size=(2, 4, 6, 3)).astype("float32")


class TestUpsample:
    def test_pixels_become_squares(self):
        outputs = upsample(np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 2, 2, 1))
        np.testing.assert_array_equal(
            outputs[0, :, :, 0], [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
        )

    @pytest.mark.parametrize("factor", [1, 2, 4])
    def test_agrees_with_keras(self, factor):
        np.testing.assert_array_equal(
            upsample(images, factor), keras.layers.UpSampling2D(factor)(images)
        )

    def test_no_factor_is_refused(self):
        with pytest.raises(ValueError, match="factor=0"):
            upsample(images, 0)


class TestDownsample:
    def test_squares_become_their_mean(self):
        outputs = downsample(np.arange(8.0, dtype="float32").reshape(1, 2, 4, 1))
        np.testing.assert_array_equal(outputs[0, :, :, 0], [[2.5, 4.5]])

    def test_agrees_with_numpy(self):
        expected = images.reshape(2, 2, 2, 3, 2, 3).mean(axis=(2, 4))
        np.testing.assert_allclose(downsample(images), expected, atol=1e-6)

    def test_undoes_upsampling(self):
        np.testing.assert_allclose(downsample(upsample(images, 4), 4), images, atol=1e-6)

    def test_two_steps_are_one_of_four(self):
        big = upsample(images, 2).numpy() + np.random.default_rng(1).normal(size=(2, 8, 12, 3))
        twice = downsample(downsample(big))
        np.testing.assert_allclose(downsample(big, 4), twice, atol=1e-6)

    def test_sides_that_do_not_divide_are_refused(self):
        with pytest.raises(ValueError, match=r"factor=4.*2, 4, 6, 3"):
            downsample(images, 4)
