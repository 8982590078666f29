"""What layers that look at the whole batch do when two replicas share it."""

import pathlib
import subprocess
import sys

import numpy as np
import pytest

from keras_gans.layers import ConditionalBatchNormalization, MinibatchStdDev, NoiseInjection
from keras_gans.utils import randomness


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """Maps, labels, and what two replicas made of them."""
    folder = tmp_path_factory.mktemp("replicas")
    maps = np.random.default_rng(0).normal(size=(8, 4, 4, 3)).astype("float32")
    labels = np.arange(8, dtype="int32") % 3
    np.savez(folder / "inputs.npz", maps=maps, labels=labels)
    arguments = [folder / "inputs.npz", folder / "outputs.npz"]
    result = subprocess.run(
        [sys.executable, "-m", "tests.layers.replica_script", *map(str, arguments)],
        cwd=pathlib.Path(__file__).parent.parent.parent,
        capture_output=True,
        text=True,
        timeout=170,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    return maps, labels, dict(np.load(folder / "outputs.npz"))


def test_minibatch_statistics_are_those_of_the_replica(shared):
    maps, _, outputs = shared
    expected = np.concatenate([MinibatchStdDev()(half) for half in (maps[:4], maps[4:])])
    np.testing.assert_allclose(outputs["deviation"], expected, atol=1e-6)
    assert np.abs(MinibatchStdDev()(maps) - expected).max() > 1e-3


def test_synchronized_normalization_is_that_of_one_device(shared):
    maps, labels, outputs = shared
    layer = ConditionalBatchNormalization(3)
    np.testing.assert_allclose(outputs["norm"], layer([maps, labels], training=True), atol=1e-5)
    np.testing.assert_allclose(outputs["moving_mean"], layer.normalization.moving_mean, atol=1e-6)


def test_noise_is_that_of_one_device(shared):
    maps, _, outputs = shared
    layer = NoiseInjection(0, stored=False)
    layer.build(maps.shape)
    layer.weight.assign(np.ones(3))
    seeds = randomness.pairs(8, randomness.seed_pair(0, 0, 7))
    np.testing.assert_array_equal(outputs["noise"], layer(maps, seeds=seeds))
