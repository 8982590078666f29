import numpy as np
import pytest

from keras_gans.layers import FadeIn
from tests.battery import check_layer


class TestFadeIn:
    old, new = np.zeros((2, 8, 8, 3), "float32"), np.ones((2, 8, 8, 3), "float32")

    def test_battery(self):
        check_layer(FadeIn, {}, (self.old, self.new), expected_shape=(2, 8, 8, 3))

    @pytest.mark.parametrize("alpha", [0.0, 0.25, 1.0])
    def test_alpha_weighs_the_new_path(self, alpha):
        layer = FadeIn()
        layer.build(self.old.shape, self.new.shape)
        layer.alpha.assign(alpha)
        np.testing.assert_allclose(layer(self.old, self.new), np.full_like(self.old, alpha))

    def test_agrees_with_numpy(self):
        random = np.random.default_rng(0)
        old, new = random.normal(size=(2, 2, 4, 4, 3)).astype("float32")
        layer = FadeIn()
        layer.build(old.shape, new.shape)
        layer.alpha.assign(0.3)
        np.testing.assert_allclose(layer(old, new), old + 0.3 * (new - old), atol=1e-6)

    def test_starts_as_the_old_path_and_trains_nothing(self):
        layer = FadeIn()
        random = np.random.default_rng(0).normal(size=self.old.shape).astype("float32")
        np.testing.assert_array_equal(layer(random, self.new), random)
        assert layer.trainable_weights == [] and len(layer.non_trainable_weights) == 1

    def test_paths_of_different_shape_are_refused(self):
        with pytest.raises(ValueError, match="same shape.*new_shape=.2, 4, 4, 3."):
            FadeIn()(self.old, self.new[:, ::2, ::2])
