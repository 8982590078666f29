import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gans.layers import ConditionalBatchNormalization
from tests.battery import check_layer


def data(batch_size=6, num_classes=3, seed=0, shape=(4, 5, 2)):
    random = np.random.default_rng(seed)
    x = (2 + 3 * random.normal(size=(batch_size, *shape))).astype("float32")
    return x, np.arange(batch_size, dtype="int32") % num_classes


def with_tables(x, num_classes=3, **kwargs):
    layer = ConditionalBatchNormalization(num_classes, **kwargs)
    layer.build([x.shape, (None,)])
    random = np.random.default_rng(1)
    for table in (layer.gamma, layer.beta):
        table.assign(random.normal(size=table.shape))
    return layer


class TestConditionalBatchNormalization:
    @pytest.mark.parametrize("one_hot", [True, False])
    def test_battery(self, one_hot):
        x, labels = data()
        labels = np.eye(3, dtype="float32")[labels] if one_hot else labels
        kwargs = {"num_classes": 3, "momentum": 0.99, "epsilon": 2e-5, "synchronized": True}
        check_layer(
            ConditionalBatchNormalization, kwargs, [x, labels], (6, 4, 5, 2), training=False
        )

    def test_parameters(self):
        layer = ConditionalBatchNormalization(1000)
        layer.build([(None, 4, 4, 64), (None,)])
        assert sum(np.prod(w.shape) for w in layer.trainable_weights) == 2 * 1000 * 64
        assert layer.gamma.shape == (1000, 64)
        np.testing.assert_array_equal(layer.gamma, np.ones((1000, 64)))
        np.testing.assert_array_equal(layer.beta, np.zeros((1000, 64)))
        assert [w.shape for w in layer.non_trainable_weights] == [(64,), (64,)]

    def test_whoever_looks_for_batch_statistics_finds_them(self):
        layers = ConditionalBatchNormalization(3)._flatten_layers()
        assert any(isinstance(layer, keras.layers.BatchNormalization) for layer in layers)

    def test_two_samples_by_hand(self):
        """Values 1 and 3 have mean 2 and variance 1, so they become -1 and 1."""
        layer = ConditionalBatchNormalization(2, epsilon=1e-12)
        layer.build([(None, 1), (None,)])
        layer.gamma.assign([[10.0], [20.0]])
        layer.beta.assign([[0.5], [0.25]])
        outputs = layer([np.array([[1.0], [3.0]]), np.array([1, 0])], training=True)
        np.testing.assert_allclose(outputs, [[-20 + 0.25], [10 + 0.5]], rtol=1e-6)

    @pytest.mark.parametrize("shape", [(4, 5, 2), (7,)])
    def test_agrees_with_numpy_and_the_moving_averages_are_shared(self, shape):
        x, labels = data(shape=shape)
        layer = with_tables(x, momentum=0.75)
        axes = tuple(range(x.ndim - 1))
        mean, variance = x.mean(axis=axes), x.var(axis=axes)
        sides = (6, *[1] * (x.ndim - 2), -1)
        gamma, beta = (t.numpy()[labels].reshape(sides) for t in (layer.gamma, layer.beta))
        expected = gamma * (x - mean) / np.sqrt(variance + 1e-5) + beta
        np.testing.assert_allclose(layer([x, labels], training=True), expected, atol=1e-5)
        moving = layer.normalization.moving_mean, layer.normalization.moving_variance
        np.testing.assert_allclose(moving[0], 0.25 * mean, rtol=1e-5)
        np.testing.assert_allclose(moving[1], 0.75 + 0.25 * variance, rtol=1e-5)
        expected = gamma * (x - moving[0]) / np.sqrt(moving[1] + 1e-5) + beta
        np.testing.assert_allclose(layer([x, labels], training=False), expected, atol=1e-5)

    @pytest.mark.parametrize("training", [True, False])
    def test_one_class_alone_is_plain_batch_normalization(self, training):
        x, _ = data()
        layer = with_tables(x)
        plain = keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)
        plain.build(x.shape)
        plain.gamma.assign(layer.gamma[2])
        plain.beta.assign(layer.beta[2])
        for _ in range(3):
            np.testing.assert_allclose(
                layer([x, np.full(6, 2)], training=training), plain(x, training=training), atol=1e-5
            )

    def test_all_forms_of_labels_agree(self):
        x, labels = data()
        layer = with_tables(x)
        expected = layer([x, labels])
        for other in (labels.astype("int64"), labels.astype("uint8"), np.eye(3)[labels]):
            np.testing.assert_array_equal(layer([x, other]), expected)

    def test_a_mixed_label_mixes_the_classes(self):
        x, _ = data(batch_size=2)
        layer = with_tables(x)
        one, two = (layer([x, np.full(2, label)]).numpy() for label in (0, 1))
        mixed = layer([x, np.full((2, 3), [0.25, 0.75, 0.0], "float32")])
        np.testing.assert_allclose(mixed, 0.25 * one + 0.75 * two, atol=1e-5)

    def test_gradient_reaches_the_classes_of_the_batch_only(self):
        x, _ = data()
        layer = with_tables(x)
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer([x, np.array([0, 2, 0, 2, 0, 2])], training=True) ** 2)
        for gradient in tape.gradient(loss, [layer.gamma.value, layer.beta.value]):
            assert np.all(gradient[0] != 0) and np.all(gradient[2] != 0)
            np.testing.assert_array_equal(gradient[1], 0)

    def test_statistics_are_float32_in_float16(self):
        """Squares of 1000 overflow in float16, and class 2049 is no float16 number."""
        x, _ = data()
        layer = ConditionalBatchNormalization(3000, dtype="mixed_float16")
        layer.build([x.shape, (None,)])
        layer.beta.assign(np.arange(3000)[:, None] * np.ones((1, 2)) / 1000)
        outputs = layer([1000 * x, np.full(6, 2049)], training=True)
        assert outputs.dtype == tf.float16
        np.testing.assert_allclose(np.mean(outputs), 2.049, atol=5e-3)
        np.testing.assert_allclose(np.std(outputs), 1.0, atol=5e-3)

    @pytest.mark.parametrize(
        "labels", [np.zeros((6, 1), "int32"), np.zeros((6, 4), "float32"), np.zeros(6, "float32")]
    )
    def test_other_labels_are_refused(self, labels):
        x, _ = data()
        with pytest.raises(ValueError, match=f"Labels.*{labels.dtype} of shape .*{labels.shape}"):
            ConditionalBatchNormalization(3)([x, labels])

    def test_no_classes_are_refused(self):
        with pytest.raises(ValueError, match="num_classes=0"):
            ConditionalBatchNormalization(0)
