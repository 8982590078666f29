import numpy as np
import pytest

from keras_gans.models.codes import Codes
from keras_gans.utils import randomness

MIXED = Codes((3, 2), 2)
SEED = randomness.seed_pair(0, 5, 7)


class TestLayout:
    def test_of_a_mixture(self):
        assert MIXED.names == ["c1", "c2", "c3", "c4"]
        assert (MIXED.width, MIXED.outputs) == (3 + 2 + 2, 3 + 2 + 2 * 2)
        assert MIXED.categorical_parts == [slice(0, 3), slice(3, 5)]
        assert (MIXED.continuous_part, MIXED.deviation_part) == (slice(5, 7), slice(7, 9))

    @pytest.mark.parametrize(
        "codes, width, outputs",
        [(Codes((10,), 2), 12, 14), (Codes((), 5), 5, 10), (Codes((4,), 0), 4, 4)],
    )
    def test_widths(self, codes, width, outputs):
        assert (codes.width, codes.outputs) == (width, outputs)
        assert codes.draw(6, SEED).shape == (6, width)

    @pytest.mark.parametrize(
        "arguments", [((), 0), ((1,), 1), ((2.5,), 1), ((3,), -1), ((3,), 1.5)]
    )
    def test_refusals(self, arguments):
        with pytest.raises(ValueError, match="`categorical_codes` must be a tuple.*Received"):
            Codes(*arguments)


class TestPrior:
    drawn = np.array(MIXED.draw(20_000, SEED))

    def test_categorical_codes_are_one_hot_and_uniform(self):
        for part, size in zip(MIXED.categorical_parts, MIXED.categorical, strict=True):
            one_hot = self.drawn[:, part]
            assert set(np.unique(one_hot)) == {0, 1} and (one_hot.sum(axis=1) == 1).all()
            np.testing.assert_allclose(one_hot.mean(axis=0), 1 / size, atol=0.02)

    def test_continuous_codes_are_uniform(self):
        values = self.drawn[:, MIXED.continuous_part]
        assert -1 <= values.min() < -0.99 and 0.99 < values.max() < 1
        np.testing.assert_allclose(values.std(axis=0), 1 / 3**0.5, rtol=0.02)

    def test_codes_are_independent_of_each_other_and_of_the_noise(self):
        noise = randomness.uniform((20_000, 2), SEED)
        columns = np.delete(np.concatenate([self.drawn, noise], axis=1), [0, 3], axis=1)
        correlation = np.corrcoef(columns.T) - np.eye(columns.shape[1])
        correlation[0, 1] = correlation[1, 0] = 0  # two classes of one code
        assert np.abs(correlation).max() < 0.03

    def test_is_a_function_of_the_seed(self):
        np.testing.assert_array_equal(MIXED.draw(5, SEED), MIXED.draw(5, SEED))
        other = randomness.seed_pair(1, 5, 7)
        assert not np.array_equal(MIXED.draw(5, SEED), MIXED.draw(5, other))


class TestPlace:
    drawn = np.array(MIXED.draw(4, SEED))

    def test_puts_values_in_their_place_and_keeps_the_rest(self):
        placed = MIXED.place(self.drawn, {"c1": 2, "c4": [-2.0, 0.0, 1, 2.0]})
        np.testing.assert_array_equal(placed[:, :3], [[0, 0, 1]] * 4)
        np.testing.assert_array_equal(placed[:, 6], [-2, 0, 1, 2])
        np.testing.assert_array_equal(placed[:, 3:6], self.drawn[:, 3:6])
        assert placed.dtype == np.float32

    @pytest.mark.parametrize(
        "chosen, message",
        [
            ({"c5": 1}, "`codes` must be named c1, c2, c3, c4. Received: 'c5'"),
            ({"c1": 0.5}, "must hold integers, classes, for the categorical code c1"),
            ({"c2": 2}, "classes from 0 to 1 for c2"),
            ({"c1": [0, 1, 2, -1]}, "classes from 0 to 2 for c1"),
            ({"c1": [0, 1]}, "one value or one per sample, 4, for c1"),
            ({"c3": "left"}, "finite numbers for the continuous code c3"),
            ({"c3": float("nan")}, "finite numbers for the continuous code c3"),
            ({"c3": np.zeros((4, 1))}, "one value or one per sample, 4, for c3"),
        ],
    )
    def test_refusals(self, chosen, message):
        with pytest.raises(ValueError, match=message):
            MIXED.place(self.drawn, chosen)


def test_reading_by_hand():
    outputs = np.array([[0, 0, np.log(2), 1, 1, 0.25, -3, 9, 9]], "float32")
    read = MIXED.read(outputs)
    assert list(read) == MIXED.names
    np.testing.assert_allclose(read["c1"], [[0.25, 0.25, 0.5]], rtol=1e-6)
    np.testing.assert_allclose(read["c2"], [[0.5, 0.5]])
    np.testing.assert_allclose([read["c3"], read["c4"]], [[0.25], [-3]])
