import numpy as np
import pytest
import tensorflow as tf

from keras_gans.layers import MinibatchStdDev
from tests.battery import check_layer


def maps(batch_size, seed=0):
    shape = (batch_size, 2, 3, 4)
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def by_numpy(x, size):
    """The new channel, group by group."""
    num_groups = len(x) // size
    channel = np.zeros((*x.shape[:-1], 1))
    for group in range(num_groups):
        members = [group + i * num_groups for i in range(size)]
        variance = np.mean((x[members] - x[members].mean(axis=0)) ** 2, axis=0)
        channel[members] = np.sqrt(variance + 1e-8).mean()
    return channel


class TestMinibatchStdDev:
    def test_battery(self):
        kwargs = {"group_size": 2, "epsilon": 1e-6}
        check_layer(MinibatchStdDev, kwargs, maps(4), expected_shape=(4, 2, 3, 5))

    def test_worked_by_hand(self):
        """Samples 0 and 2 are a group, 1 and 3 another; features 0 and 1 of each."""
        x = np.array([[1.0, 5.0], [0.0, 0.0], [3.0, 5.0], [0.0, 8.0]]).reshape(4, 1, 1, 2)
        outputs = MinibatchStdDev(group_size=2)(x).numpy()[:, 0, 0]
        np.testing.assert_array_equal(outputs[:, :2], x[:, 0, 0])
        # deviations 1 and 0 in the first group, 0 and 4 in the second
        np.testing.assert_allclose(outputs[:, 2], [0.5, 2.0, 0.5, 2.0], rtol=1e-3)

    @pytest.mark.parametrize(
        ("batch_size", "group_size", "size"),
        [
            (8, 4, 4),
            (4, 4, 4),
            (12, 4, 4),
            (16, 16, 16),
            (3, 4, 3),
            (6, 4, 3),
            (7, 4, 1),
            (1, 4, 1),
        ],
    )
    @pytest.mark.parametrize("known", [True, False])
    def test_agrees_with_numpy(self, batch_size, group_size, size, known):
        layer = MinibatchStdDev(group_size)
        signature = tf.TensorSpec((batch_size if known else None, 2, 3, 4))
        outputs = tf.function(layer, input_signature=[signature])(maps(batch_size))
        np.testing.assert_array_equal(outputs[..., :-1], maps(batch_size))
        np.testing.assert_allclose(outputs[..., -1:], by_numpy(maps(batch_size), size), atol=1e-5)

    def test_a_generator_that_repeats_itself_is_seen(self):
        repeated = np.repeat(maps(1), 8, axis=0)
        np.testing.assert_allclose(MinibatchStdDev()(repeated)[..., -1], 1e-4, rtol=1e-3)
        assert np.min(MinibatchStdDev()(maps(8))[..., -1]) > 0.3

    def test_grows_with_the_spread(self):
        one, three = (MinibatchStdDev()(scale * maps(8))[..., -1] for scale in (1, 3))
        np.testing.assert_allclose(three, 3 * np.array(one), rtol=1e-5)

    @pytest.mark.parametrize("policy", ["float32", "mixed_float16", "mixed_bfloat16"])
    @pytest.mark.parametrize("scale", [0.0, 1000.0])
    def test_finite_at_any_size(self, scale, policy):
        x = tf.constant(scale * maps(4))
        layer = MinibatchStdDev(dtype=policy)
        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs = layer(x)
        assert outputs.dtype == policy.removeprefix("mixed_")
        np.testing.assert_allclose(outputs[..., -1:], by_numpy(x.numpy(), 4), rtol=1e-2)
        assert np.all(np.isfinite(tape.gradient(outputs, x)))

    @pytest.mark.parametrize("kwargs", [{"group_size": 0}, {"epsilon": 0.0}])
    def test_numbers_out_of_range_are_refused(self, kwargs):
        ((name, value),) = kwargs.items()
        with pytest.raises(ValueError, match=f"{name}={value}"):
            MinibatchStdDev(**kwargs)
