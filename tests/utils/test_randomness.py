import functools

import numpy as np
import pytest

from keras_gans.utils import randomness


def draw(seed=0, purpose=0, index=0, num=1000):
    return randomness.normal((num,), randomness.seed_pair(seed, purpose, index)).numpy()


def test_the_same_coordinates_give_the_same_noise():
    np.testing.assert_array_equal(draw(3, 2, 1), draw(3, 2, 1))


def test_every_coordinate_matters():
    draws = [draw(), draw(seed=1), draw(purpose=1), draw(index=1)]
    for i, first in enumerate(draws):
        for second in draws[i + 1 :]:
            assert abs(np.corrcoef(first, second)[0, 1]) < 0.15


def test_an_integer_of_numpy_is_the_same_seed():
    """A small one would overflow in the packing and be seed 0."""
    for kind in (np.int16, np.int32, np.int64):
        np.testing.assert_array_equal(draw(seed=kind(7)), draw(seed=7))


def test_largest_coordinates_are_accepted():
    assert np.isfinite(draw(seed=2**31 - 1, purpose=2**32 - 1, index=2**40)).all()


def test_moments():
    pair = randomness.seed_pair(0, 0, 0)
    normal = randomness.normal((100_000,), pair).numpy()
    uniform = randomness.uniform((100_000,), pair, low=-2.0, high=4.0).numpy()
    np.testing.assert_allclose([normal.mean(), normal.std()], [0, 1], atol=0.02)
    np.testing.assert_allclose([uniform.mean(), uniform.std()], [1, 6 / 12**0.5], atol=0.02)
    assert uniform.min() >= -2 and uniform.max() < 4
    counts = np.bincount(randomness.integers((100_000,), pair, high=5).numpy())
    np.testing.assert_allclose(counts / 100_000, 0.2, atol=0.01)


@pytest.mark.parametrize(
    "draw, by_sample",
    [
        (randomness.normal, randomness.normal_by_sample),
        (functools.partial(randomness.uniform, low=0.0), randomness.uniform_by_sample),
    ],
)
def test_noise_by_sample_depends_on_the_samples_own_pair_only(draw, by_sample):
    pairs = randomness.pairs(5, randomness.seed_pair(0, 0, 0))
    noise = by_sample((3, 4), pairs)
    assert noise.shape == (5, 3, 4)
    np.testing.assert_array_equal(by_sample((3, 4), pairs[2:4]), noise[2:4])
    np.testing.assert_array_equal(noise[1], draw((3, 4), pairs[1]))


def test_pairs_are_different_and_repeatable():
    pairs = randomness.pairs(1000, randomness.seed_pair(0, 0, 0)).numpy()
    np.testing.assert_array_equal(pairs, randomness.pairs(1000, randomness.seed_pair(0, 0, 0)))
    assert len(np.unique(pairs)) == 2000
