import numpy as np

from keras_gans.layers import ChannelBias, EqualizedDense
from tests.battery import check_layer


class TestChannelBias:
    def test_battery(self):
        check_layer(ChannelBias, {}, np.ones((2, 3, 3, 4), "float32"), (2, 3, 3, 4))

    def test_adds_one_number_to_each_channel_and_starts_at_none(self):
        layer = ChannelBias()
        x = np.random.default_rng(0).normal(size=(2, 3, 3, 2)).astype("float32")
        np.testing.assert_array_equal(layer(x), x)
        layer.bias.assign([1.0, -2.0])
        np.testing.assert_allclose(layer(x), x + np.array([1.0, -2.0]), rtol=1e-6)

    def test_first_layer_of_progan_has_a_bias_for_each_channel_not_each_unit(self):
        dense, bias = EqualizedDense(4 * 4 * 512, use_bias=False), ChannelBias()
        dense.build((None, 512))
        bias.build((None, 4, 4, 512))
        assert dense.count_params() + bias.count_params() == 4_194_816
