import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gans.layers import LearnedConstant
from tests.battery import check_layer


class TestLearnedConstant:
    def test_battery(self):
        inputs = np.ones((2, 7), "float32")
        check_layer(LearnedConstant, {"shape": (4, 4, 3)}, inputs, (2, 4, 4, 3))

    def test_starts_with_ones(self):
        layer = LearnedConstant((4, 4, 3))
        np.testing.assert_array_equal(layer(np.zeros((2, 7))), np.ones((2, 4, 4, 3)))
        assert [weight.shape for weight in layer.trainable_weights] == [(4, 4, 3)]

    @pytest.mark.parametrize("inputs_shape", [(3, 1), (3, 2, 5)])
    def test_is_the_same_for_every_sample_and_any_inputs(self, inputs_shape):
        layer, value = LearnedConstant((2, 3)), np.arange(6).reshape(2, 3)
        layer.build(inputs_shape)
        layer.constant.assign(value)
        inputs = np.random.default_rng(0).normal(size=inputs_shape).astype("float32")
        np.testing.assert_array_equal(layer(inputs), [value] * 3)

    def test_every_sample_adds_to_the_gradient(self):
        layer, slopes = LearnedConstant((2,)), np.array([[1.0, 2.0], [30.0, 40.0]], "float32")
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(slopes * layer(np.zeros((2, 1))))
        np.testing.assert_allclose(tape.gradient(loss, layer.constant.value), [31.0, 42.0])

    def test_batches_of_any_size(self):
        inputs = keras.Input((7,))
        model = keras.Model(inputs, LearnedConstant((2,))(inputs))
        assert model.output_shape == (None, 2)
        for size in (1, 5):
            assert model.predict(np.zeros((size, 7)), verbose=0).shape == (size, 2)

    @pytest.mark.parametrize("shape", [(), (4, 0), (None, 3), (2.0,)])
    def test_other_shapes_are_refused(self, shape):
        with pytest.raises(ValueError, match="`shape` must be a tuple.*Received: shape="):
            LearnedConstant(shape)
