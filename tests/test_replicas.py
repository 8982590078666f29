"""One device, two replicas of one process and two workers take the same steps."""

import json
import os
import pathlib
import socket
import subprocess
import sys

import numpy as np
import pytest

from tests.models import growing
from tests.models.games import OWN_MOVES

QUICK = (
    "InfoGAN",  # a network more
    "WGANGP",  # several steps, and noise for each example
    "BEGAN",  # a balance by the errors of all replicas
    "MGAN",  # fakes that are counted apart from real samples
    "ProGAN",  # a fade
)
GAMES = [*(game.__name__ for game in OWN_MOVES), *growing.BUILDERS]
OTHERS = [game for game in GAMES if game not in QUICK]
ROOT = pathlib.Path(__file__).parent.parent
TOLERANCE = 1e-5


def start(*arguments, environment=(), module="tests.replica_script"):
    return subprocess.Popen(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **dict(environment)},
        text=True,
    )


def free_ports(num):
    sockets = [socket.socket() for _ in range(num)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def start_workers(*arguments, module="tests.replica_script"):
    workers = [f"127.0.0.1:{port}" for port in free_ports(2)]
    settings = [
        {"cluster": {"worker": workers}, "task": {"type": "worker", "index": i}} for i in range(2)
    ]
    return [
        start(*arguments, module=module, environment={"TF_CONFIG": json.dumps(setting)})
        for setting in settings
    ]


def test_a_whole_run_of_two_workers(tmp_path):
    """`--strategy auto` finds TF_CONFIG; the chief alone leaves the folder of the run."""
    images = np.random.default_rng(0).integers(0, 256, (32, 8, 8, 1)).astype("uint8")
    np.savez(tmp_path / "images.npz", images=images)
    arguments = [str(tmp_path / "images.npz"), str(tmp_path / "run")]
    for process in start_workers(*arguments, module="tests.training.worker_script"):
        text, _ = process.communicate(timeout=170)
        assert process.returncode == 0, text[-3000:]
    assert (tmp_path / "run" / "final.keras").exists()
    assert [path.name for path in (tmp_path / "run" / "export").iterdir()] == ["1"]
    assert len((tmp_path / "run" / "metrics.csv").read_text().splitlines()) == 3


def run(folder, strategy, *options):
    """The weights and logs after five steps, as a dictionary of arrays."""
    output = folder / f"{strategy}.npz"
    if strategy == "multiworker":
        processes = start_workers(output, "multiworker", *options)
    else:
        processes = [start(output, strategy, *options)]
    for process in processes:
        text, _ = process.communicate(timeout=170)
        assert process.returncode == 0, text[-3000:]
    return dict(np.load(output))


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "synchronized batch norm"])
def one_device(request, tmp_path_factory):
    options = ["--batch-norm"] if request.param else []
    return run(tmp_path_factory.mktemp("one"), "one", *options), options


@pytest.mark.parametrize("strategy", ["mirrored", "multiworker"])
def test_the_same_steps_as_one_device(one_device, tmp_path, strategy):
    expected, options = one_device
    result = run(tmp_path, strategy, *options)
    assert set(result) == set(expected)
    worst = np.max(  # NaN where any is, unlike Python's
        [
            np.abs(result[name] - value).max() / max(np.abs(value).max(), 1e-12)
            for name, value in expected.items()
        ]
    )
    print(f"\n{strategy} {' '.join(options)}: largest relative difference {worst:.1e}")
    assert worst < TOLERANCE


def test_a_step_that_overflows_on_one_replica_is_skipped_on_all(tmp_path):
    result = run(tmp_path, "mirrored", "--overflow")
    np.testing.assert_array_equal(result["after"], [result["before"]] * 2)
    assert result["scale"] == 2**14  # half of the first


def run_both(folder, *options):
    """What games are on one device and on two replicas."""
    outputs = {strategy: folder / f"{strategy}.npz" for strategy in ("one", "mirrored")}
    processes = [start(outputs[strategy], strategy, *options) for strategy in outputs]
    for process in processes:
        text, _ = process.communicate(timeout=170)
        assert process.returncode == 0, text[-3000:]
    return [dict(np.load(output)) for output in outputs.values()]


@pytest.fixture(scope="module")
def quick_games(tmp_path_factory):
    return run_both(tmp_path_factory.mktemp("games"), "--games", *QUICK)


@pytest.fixture(scope="module")
def other_games(tmp_path_factory):
    return run_both(tmp_path_factory.mktemp("games"), "--games", *OTHERS)


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    return run_both(tmp_path_factory.mktemp("grown"), "--growing")


@pytest.mark.parametrize("game", QUICK)
def test_the_same_steps_of_games(quick_games, game):
    assert_same_steps(*quick_games, game)


@pytest.mark.slow
@pytest.mark.parametrize("game", OTHERS)
def test_the_same_steps_of_the_other_games(other_games, game):
    assert_same_steps(*other_games, game)


def assert_same_steps(expected, result, game):
    assert set(result) == set(expected)
    names = [name for name in expected if name.startswith(f"{game}/")]
    assert names
    for name in names:
        largest = max(np.abs(expected[name]).max(), 1e-2)  # float32 sums of numbers around 1
        np.testing.assert_allclose(result[name], expected[name], atol=TOLERANCE * largest)


@pytest.mark.slow
@pytest.mark.parametrize("game", growing.BUILDERS)
def test_growing_takes_the_same_steps(grown, game):
    """Levels are added, steps retraced and optimizers reset while both replicas train."""
    expected, result = grown
    assert set(result) == set(expected)
    assert result[f"{game}/resolution"] == growing.SIZE and result[f"{game}/alpha"] == 1.0
    names = [name for name in expected if name.startswith(f"{game}/")]
    for name in names:
        largest = max(np.abs(expected[name]).max(), 1e-2)
        tolerance = 10 * TOLERANCE * largest  # rounding errors of 14 steps, not of 2
        np.testing.assert_allclose(result[name], expected[name], atol=tolerance)


@pytest.mark.slow
def test_a_worker_that_dies_is_reported_and_the_job_resumes(tmp_path):
    folder = ["--checkpoints", str(tmp_path / "checkpoints")]
    expected = run(tmp_path, "one")
    chief, worker = start_workers(tmp_path / "never.npz", "multiworker", *folder, "--die-at", "3")
    assert worker.wait(timeout=100) == 9
    text, _ = chief.communicate(timeout=170)
    assert chief.returncode != 0
    assert "task:1" in text and "unhealthy" in text
    assert (tmp_path / "checkpoints" / "step-2.index").exists()
    result = run(tmp_path, "multiworker", *folder)
    for name, value in expected.items():
        np.testing.assert_allclose(result[name], value, rtol=1e-4, atol=1e-6)
    assert (tmp_path / "checkpoints" / "step-5.index").exists()
