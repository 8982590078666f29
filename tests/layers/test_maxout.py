import numpy as np
import pytest

from keras_gans.layers import Maxout
from tests.battery import check_layer


class TestMaxout:
    inputs = np.array([[1.0, -2.0], [0.5, 3.0]], "float32")

    def test_battery(self):
        check_layer(Maxout, {"units": 3, "pieces": 2}, self.inputs, expected_shape=(2, 3))

    def test_worked_by_hand(self):
        layer = Maxout(units=2, pieces=2)
        layer.build((None, 2))
        # columns: unit 0 pieces 0 and 1, unit 1 pieces 0 and 1
        layer.kernel.assign([[1.0, -1.0, 0.0, 2.0], [0.0, 0.0, 1.0, 1.0]])
        layer.bias.assign([0.0, 0.5, 0.0, -1.0])
        # row 0: (max(1, -0.5), max(-2, -1)); row 1: (max(0.5, 0), max(3, 3))
        np.testing.assert_allclose(layer(self.inputs), [[1.0, -1.0], [0.5, 3.0]])

    def test_pieces_v_and_minus_v_are_the_absolute_value(self):
        layer = Maxout(units=1, pieces=2)
        layer.build((None, 1))
        layer.kernel.assign([[1.0, -1.0]])
        values = np.linspace(-2, 2, 9, dtype="float32")[:, None]
        np.testing.assert_allclose(layer(values), np.abs(values))

    @pytest.mark.parametrize("units, pieces", [(0, 5), (3, 0)])
    def test_sizes_below_one_are_refused(self, units, pieces):
        with pytest.raises(ValueError, match=f"units={units}, pieces={pieces}"):
            Maxout(units, pieces)
