import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gans.layers import SelfAttention, SpectralNormalization
from tests.battery import check_layer


def maps(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def built(inputs, gamma=0.7, **kwargs):
    layer = SelfAttention(**kwargs)
    layer.build(inputs.shape)
    layer.gamma.assign(gamma)
    return layer


def used_kernel(convolution):
    """The 1x1 kernel that a call applies, as a matrix."""
    if isinstance(convolution, SpectralNormalization):
        return convolution.layer.kernel.numpy()[0, 0] / convolution.sigma().numpy()
    return convolution.kernel.numpy()[0, 0]


def by_numpy(layer, x):
    """Outputs and weights in float64, written as sums over positions."""
    x = x.astype("float64")
    query, key, value = (x @ used_kernel(k) for k in (layer.query, layer.key, layer.value))
    batch_size, height, width, _ = x.shape
    if layer.pooled:
        key, value = (
            np.max(
                [
                    a[:, i : height - height % 2 : 2, j : width - width % 2 : 2]
                    for i in (0, 1)
                    for j in (0, 1)
                ],
                axis=0,
            )
            for a in (key, value)
        )
    attended = key.shape[1:3]
    query, key, value = (a.reshape(batch_size, -1, a.shape[-1]) for a in (query, key, value))
    scores = np.einsum("bjc,bic->bji", query, key)
    weights = np.exp(scores) / np.exp(scores).sum(axis=2, keepdims=True)
    gathered = np.einsum("bji,bic->bjc", weights, value) @ used_kernel(layer.output_map)
    outputs = layer.gamma.numpy() * gathered.reshape(x.shape) + x
    return outputs, weights.reshape(batch_size, height, width, *attended)


class TestSelfAttention:
    @pytest.mark.parametrize("pooled", [True, False])
    def test_battery(self, pooled):
        kwargs = {"pooled": pooled, "spectral_normalization": pooled}
        check_layer(SelfAttention, kwargs, maps(2, 4, 6, 16), expected_shape=(2, 4, 6, 16))

    @pytest.mark.parametrize(
        ("channels", "parameters"), [(256, 81_921), (128, 20_481), (64, 5_121)]
    )
    def test_parameters_of_the_official_code(self, channels, parameters):
        layer = SelfAttention()
        layer.build((None, 32, 32, channels))
        assert sum(np.prod(w.shape) for w in layer.trainable_weights) == parameters
        assert layer.value.layer.filters == channels // 2

    def test_parameters_of_the_paper(self):
        layer = SelfAttention(pooled=False)
        layer.build((None, 32, 32, 64))
        assert sum(np.prod(w.shape) for w in layer.trainable_weights) == 64**2 // 2 + 1
        assert layer.value.layer.filters == layer.query.layer.filters == 8

    @pytest.mark.parametrize("spectral_normalization", [True, False])
    @pytest.mark.parametrize("pooled", [True, False])
    @pytest.mark.parametrize("shape", [(2, 4, 6, 16), (1, 7, 5, 8)])
    def test_agrees_with_numpy(self, shape, pooled, spectral_normalization):
        x = maps(*shape)
        layer = built(x, pooled=pooled, spectral_normalization=spectral_normalization)
        outputs, weights = by_numpy(layer, x)
        np.testing.assert_allclose(layer(x), outputs, atol=1e-5)
        np.testing.assert_allclose(layer.attention_map(x), weights, atol=1e-5)

    def test_two_positions_by_hand(self):
        """Query and key are channel 0, the value is channel 1, which is written to channel 2."""
        layer = SelfAttention(pooled=False, spectral_normalization=False)
        layer.build((None, 1, 2, 8))
        layer.gamma.assign(2.0)
        for convolution, at in ((layer.query, (0, 0)), (layer.key, (0, 0)), (layer.value, (1, 0))):
            kernel = np.zeros(convolution.kernel.shape)
            kernel[0, 0][at] = 1.0
            convolution.kernel.assign(kernel)
        kernel = np.zeros(layer.output_map.kernel.shape)
        kernel[0, 0, 0, 2] = 1.0
        layer.output_map.kernel.assign(kernel)
        x = np.zeros((1, 1, 2, 8), "float32")
        x[0, 0, :, 0] = [1.0, 2.0]
        x[0, 0, :, 1] = [10.0, 20.0]
        # Position 0 has the scores 1 * (1, 2), position 1 the scores 2 * (1, 2).
        shares = 1 / (1 + np.exp([-1.0, -2.0]))  # of position 1
        outputs = layer(x).numpy()[0, 0]
        np.testing.assert_allclose(outputs[:, 2], 2 * (10 * (1 - shares) + 20 * shares), rtol=1e-6)
        np.testing.assert_array_equal(outputs[:, :2], x[0, 0, :, :2])

    def test_starts_as_the_identity(self):
        x = maps(2, 4, 4, 16)
        np.testing.assert_array_equal(SelfAttention()(x), x)

    def test_gamma_moves_first(self):
        """With gamma 0 no gradient reaches the convolutions, and one reaches gamma."""
        x = maps(2, 4, 4, 16)
        layer = built(x, gamma=0.0)
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer(x) ** 2)
        gradients = tape.gradient(loss, [v.value for v in layer.trainable_variables])
        by_name = dict(zip((v.path for v in layer.trainable_variables), gradients, strict=True))
        for path, gradient in by_name.items():
            assert np.any(gradient) == path.endswith("gamma"), path

    @pytest.mark.parametrize("pooled", [True, False])
    def test_weights_sum_to_one_over_the_attended_positions(self, pooled):
        weights = built(maps(2, 4, 6, 16), pooled=pooled).attention_map(3 * maps(2, 4, 6, 16))
        assert weights.shape == ((2, 4, 6, 2, 3) if pooled else (2, 4, 6, 4, 6))
        np.testing.assert_allclose(np.sum(weights, axis=(3, 4)), 1.0, rtol=1e-5)
        assert np.ptp(np.sum(weights, axis=(1, 2))) > 0.1  # over the queries they do not

    def test_no_position_is_special(self):
        """Moving the pixels about moves the outputs about, and changes nothing else."""
        x = maps(1, 4, 4, 16)
        order = np.random.default_rng(0).permutation(16)
        shuffled = x.reshape(1, 16, 16)[:, order].reshape(x.shape)
        layer = built(x, pooled=False)
        expected = layer(x).numpy().reshape(1, 16, 16)[:, order].reshape(x.shape)
        np.testing.assert_allclose(layer(shuffled), expected, atol=1e-5)

    def test_far_pixels_reach_each_other(self):
        x = maps(1, 8, 8, 16)
        moved = x.copy()
        moved[0, -1, -1] += 5.0
        layer = built(x)
        assert np.abs(layer(moved).numpy() - layer(x).numpy())[0, 0, 0].max() > 1e-4

    def test_maps_of_a_layer_in_a_model(self):
        inputs = keras.Input((4, 4, 8))
        x = keras.layers.Conv2D(16, 3, padding="same")(inputs)
        model = keras.Model(inputs, SelfAttention(name="attention")(x))
        layer = model.get_layer("attention")
        seen = keras.Model(model.input, layer.attention_map(layer.input))
        images = maps(2, 4, 4, 8)
        assert seen(images).shape == (2, 4, 4, 2, 2)
        np.testing.assert_allclose(
            seen(images), layer.attention_map(model.layers[1](images)), atol=1e-6
        )

    def test_power_iterations_are_found_and_the_spectral_norms_become_one(self):
        layer = built(maps(1, 4, 4, 16))
        wrappers = [x for x in layer._flatten_layers() if isinstance(x, SpectralNormalization)]
        assert len(wrappers) == 4
        for wrapper in wrappers:
            wrapper.follow_kernel(100)
            norm = np.linalg.svd(used_kernel(wrapper), compute_uv=False)[0]
            np.testing.assert_allclose(norm, 1.0, rtol=1e-4)

    def test_weights_start_differently(self):
        layer = SelfAttention(spectral_normalization=False)
        layer.build((None, 4, 4, 16))
        assert not np.array_equal(layer.query.kernel.numpy(), layer.key.kernel.numpy())

    @pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
    def test_scores_beyond_float16(self, policy):
        """Scores of about 10^6 are infinite in float16."""
        x = 1000 * maps(1, 4, 4, 16)
        layer = built(x, dtype=policy)
        outputs = layer(x)
        assert outputs.dtype == policy.removeprefix("mixed_")
        assert np.all(np.isfinite(outputs)) and layer.attention_map(x).dtype == tf.float32

    def test_unknown_sizes(self):
        layer = built(maps(1, 4, 4, 8))
        call = tf.function(layer, input_signature=[tf.TensorSpec((None, None, None, 8))])
        for size in (4, 6):
            np.testing.assert_allclose(
                call(maps(2, size, size, 8)), layer(maps(2, size, size, 8)), atol=1e-6
            )

    @pytest.mark.parametrize(
        ("shape", "message"),
        [
            ((1, 4, 4, 12), "multiple of 8 channels.*1, 4, 4, 12"),
            ((1, 16, 8), "multiple of 8 channels.*1, 16, 8"),
            ((1, 1, 4, 8), "at least 2 pixels.*1, 1, 4, 8"),
        ],
    )
    def test_other_maps_are_refused(self, shape, message):
        with pytest.raises(ValueError, match=message):
            SelfAttention()(maps(*shape))
