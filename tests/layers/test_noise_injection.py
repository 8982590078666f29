import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gans.layers import NoiseInjection
from keras_gans.utils import randomness
from tests.battery import check_layer


def maps(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def with_weights(channels=3, place=0, size=4, **kwargs):
    layer = NoiseInjection(place, **kwargs)
    layer.build((None, size, size, channels))
    layer.weight.assign(np.arange(1, channels + 1))
    return layer


def seeds(num, index=0):
    return randomness.pairs(num, randomness.seed_pair(0, 0, index))


class TestNoiseInjection:
    x = maps(2, 4, 4, 3)

    def test_battery(self):
        check_layer(NoiseInjection, {"place": 3, "stored": True}, self.x, (2, 4, 4, 3))

    def test_battery_with_noise(self):
        inputs = (self.x, maps(2, 4, 4, 1))
        check_layer(NoiseInjection, {"place": 0, "stored": False}, inputs, (2, 4, 4, 3))

    def test_parameters(self):
        layer = with_weights(channels=16, size=8)
        assert [w.shape for w in layer.trainable_weights] == [(16,)]
        assert [w.shape for w in layer.non_trainable_weights] == [(8, 8, 1)]
        assert with_weights(stored=False).non_trainable_weights == []

    def test_agrees_with_numpy(self):
        noise = maps(2, 4, 4, 1, seed=1)
        expected = self.x + np.array([1.0, 2.0, 3.0]) * noise
        np.testing.assert_allclose(with_weights()(self.x, noise), expected, atol=1e-6)

    @pytest.mark.parametrize("arguments", [{}, {"noise": maps(2, 4, 4, 1)}, {"seeds": seeds(2)}])
    def test_starts_as_the_identity_and_weights_get_a_gradient(self, arguments):
        layer = NoiseInjection(0)
        with tf.GradientTape() as tape:
            outputs = layer(self.x, **arguments)
            loss = tf.reduce_sum(outputs**2)
        np.testing.assert_array_equal(outputs, self.x)
        assert np.all(tape.gradient(loss, layer.weight.value) != 0)

    def test_stored_noise_is_one_map_for_all_samples_and_calls(self):
        layer = with_weights()
        added = layer(self.x).numpy() - self.x
        np.testing.assert_allclose(added[0], added[1], atol=1e-6)
        np.testing.assert_allclose(added[..., 1], 2 * added[..., 0], atol=1e-5)
        np.testing.assert_allclose(added[0, :, :, :1], layer.noise, atol=1e-6)
        np.testing.assert_array_equal(layer(self.x), layer(self.x))
        assert 0.5 < np.std(layer.noise) < 2.0

    def test_seeds_repeat_and_differ_by_sample_and_place(self):
        first, second = with_weights(place=0), with_weights(place=1)
        added = first(self.x, seeds=seeds(2)).numpy() - self.x
        np.testing.assert_array_equal(first(self.x, seeds=seeds(2)).numpy() - self.x, added)
        np.testing.assert_allclose(added[..., 2], 3 * added[..., 0], atol=1e-5)
        others = (
            added[1],
            second(self.x, seeds=seeds(2))[0] - self.x[0],
            first(self.x, seeds=seeds(2, index=1))[0] - self.x[0],
        )
        for other in others:
            assert np.abs(other - added[0]).max() > 0.5

    def test_noise_is_standard_normal_and_independent(self):
        layer = with_weights(size=64)
        noise = layer.draw(seeds(16), 64, 64).numpy()
        assert noise.shape == (16, 64, 64, 1)
        np.testing.assert_allclose([noise.mean(), noise.std()], [0, 1], atol=0.02)
        correlations = np.corrcoef(noise.reshape(16, -1)) - np.eye(16)
        assert np.abs(correlations).max() < 0.08

    def test_a_sample_does_not_depend_on_its_batch(self):
        """Samples made in batches of any size are the same."""
        layer, x, pairs = with_weights(), maps(5, 4, 4, 3), seeds(5)
        alone = np.concatenate([layer(x[i : i + 1], seeds=pairs[i : i + 1]) for i in range(5)])
        np.testing.assert_array_equal(layer(x, seeds=pairs), alone)

    def test_seeds_are_an_input_of_a_model(self, tmp_path):
        x, pairs = keras.Input((4, 4, 3)), keras.Input((2,), dtype="int64")
        y = NoiseInjection(0)(x, seeds=pairs)
        model = keras.Model([x, pairs], NoiseInjection(1, stored=False)(y, seeds=pairs))
        model.layers[-1].weight.assign([1.0, 1.0, 1.0])
        arguments = [tf.constant(self.x), seeds(2)]
        outputs = model(arguments)
        assert outputs.shape == (2, 4, 4, 3) and np.abs(outputs - self.x).max() > 0.5
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        np.testing.assert_array_equal(loaded(arguments), outputs)
        np.testing.assert_array_equal(model.predict(arguments, batch_size=1, verbose=0), outputs)

    def test_unknown_sizes(self):
        layer = with_weights(stored=False)
        specs = [tf.TensorSpec((None, None, None, 3)), tf.TensorSpec((None, 2), tf.int64)]
        call = tf.function(lambda x, pairs: layer(x, seeds=pairs), input_signature=specs)
        np.testing.assert_allclose(call(self.x, seeds(2)), layer(self.x, seeds=seeds(2)), atol=1e-6)

    @pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
    def test_seeds_survive_mixed_precision(self, policy):
        half = with_weights(dtype=policy)(self.x, seeds=seeds(2))
        assert half.dtype == policy.removeprefix("mixed_")
        np.testing.assert_allclose(half, with_weights()(self.x, seeds=seeds(2)), atol=0.1)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({}, "`noise` or `seeds` must be given"),
            ({"noise": maps(2, 4, 4, 3)}, "one map a sample.*2, 4, 4, 3"),
            ({"noise": maps(2, 4, 4, 1), "seeds": seeds(2)}, "must not both"),
        ],
    )
    def test_other_noise_is_refused(self, arguments, message):
        with pytest.raises(ValueError, match=message):
            NoiseInjection(0, stored=False)(self.x, **arguments)

    @pytest.mark.parametrize("place", [-1, 2**14])
    def test_places_out_of_range_are_refused(self, place):
        with pytest.raises(ValueError, match=f"place={place}"):
            NoiseInjection(place)
