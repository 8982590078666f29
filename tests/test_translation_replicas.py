"""pix2pix and CycleGAN take the same steps on one device and on two replicas."""

import numpy as np
import pytest

from tests.test_replicas import start

TOLERANCE = 1e-5

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("translations")
    outputs = {name: folder / f"{name}.npz" for name in ("one", "mirrored")}
    processes = [
        start(output, name, module="tests.translation_replica_script")
        for name, output in outputs.items()
    ]
    for process in processes:
        text, _ = process.communicate(timeout=170)
        assert process.returncode == 0, text[-3000:]
    return [dict(np.load(output)) for output in outputs.values()]


@pytest.mark.parametrize("game", ["pix2pix", "cyclegan"])
def test_the_same_steps(results, game):
    expected, result = results
    names = [name for name in expected if name.startswith(f"{game}/")]
    assert set(expected) == set(result) and names
    for name in names:
        # Biases before a normalization are 0 but for rounding errors.
        largest = max(np.abs(expected[name]).max(), 0.1)
        np.testing.assert_allclose(
            result[name], expected[name], atol=TOLERANCE * largest, err_msg=name
        )


def test_buffers_hold_the_same_pictures(results):
    """Replicas gather the fakes of the whole batch, so that there is one buffer for all."""
    for domain in "ab":
        assert results[0][f"cyclegan/own_buffer_{domain}_stored"] == 5
        pictures = [values[f"cyclegan/own_buffer_{domain}_images"] for values in results]
        np.testing.assert_allclose(*pictures, atol=1e-5)
        assert len(np.unique(pictures[0].reshape(5, -1), axis=0)) == 5
