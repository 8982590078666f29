import keras
import numpy as np
import pytest

from keras_gans.layers import LatentDropout
from tests.battery import check_layer


def latents(num, size=5, seed=0):
    return np.random.default_rng(seed).uniform(size=(num, size)).astype("float32")


class TestLatentDropout:
    ones = np.ones((4, 3000), "float32")

    @pytest.mark.parametrize("size", [1, 5])
    def test_battery(self, size):
        inputs = (self.ones[:, :7], latents(4, size))
        check_layer(LatentDropout, {"rate": 0.25, "place": 3}, inputs, (4, 7))

    @pytest.mark.parametrize("training", [False, True])
    def test_drops_its_share_and_keeps_the_mean(self, training):
        outputs = LatentDropout(0.25, 0)(self.ones, latents(4), training=training).numpy()
        assert set(np.unique(outputs)) == {np.float32(0.0), np.float32(1 / 0.75)}
        np.testing.assert_allclose((outputs == 0).mean(axis=1), 0.25, atol=0.04)

    def test_training_draws_afresh_and_sampling_repeats(self):
        layer = LatentDropout(0.5, 0, seed=1)
        first, second = (layer(self.ones, latents(4), training=True) for _ in range(2))
        assert not np.array_equal(first, second)
        first, second = (layer(self.ones, latents(4)) for _ in range(2))
        np.testing.assert_array_equal(first, second)

    def test_masks_differ_by_sample_and_place_like_coins(self):
        masks = [
            LatentDropout(0.5, place)(self.ones, latents(4)).numpy() == 0 for place in range(2)
        ]
        masks = np.concatenate(masks)
        agreement = (masks[:, None] == masks).mean(axis=2)
        np.testing.assert_allclose(agreement, 0.5 + 0.5 * np.eye(8), atol=0.04)

    def test_a_sample_does_not_depend_on_its_batch(self):
        layer, z = LatentDropout(0.5, 0), latents(4)
        alone = np.concatenate([layer(self.ones[:1], z[i : i + 1]) for i in range(4)])
        np.testing.assert_array_equal(layer(self.ones, z), alone)

    def test_nothing_is_dropped_at_rate_zero(self):
        for training in (False, True):
            outputs = LatentDropout(0.0, 0)(self.ones, latents(4), training=training)
            np.testing.assert_array_equal(outputs, self.ones)

    def test_masks_are_the_same_in_half_precision_and_after_loading(self, tmp_path):
        x, z = keras.Input((3000,)), keras.Input((5,))
        half = keras.Model([x, z], LatentDropout(0.5, 0, dtype="mixed_bfloat16")(x, z))
        expected = LatentDropout(0.5, 0)(self.ones, latents(4))
        np.testing.assert_array_equal(half([self.ones, latents(4)]), expected)
        half.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        np.testing.assert_array_equal(loaded([self.ones, latents(4)]), expected)

    @pytest.mark.parametrize(
        "rate, place", [(1.0, 0), (1.5, 0), (-0.1, 0), (0.5, -1), (0.5, 2**14)]
    )
    def test_refusals(self, rate, place):
        with pytest.raises(ValueError, match="rate|place"):
            LatentDropout(rate, place)
