"""One device, two replicas of one process and two workers take the same steps."""

import json
import os
import pathlib
import socket
import subprocess
import sys

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).parent.parent
TOLERANCE = 1e-5


def start(output, strategy, *options, environment=()):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.replica_script", str(output), strategy, *options],
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


def run(folder, strategy, *options):
    """The weights and logs after five steps, as a dictionary of arrays."""
    output = folder / f"{strategy}.npz"
    if strategy == "multiworker":
        workers = [f"127.0.0.1:{port}" for port in free_ports(2)]
        processes = [
            start(
                output,
                strategy,
                *options,
                environment={
                    "TF_CONFIG": json.dumps(
                        {"cluster": {"worker": workers}, "task": {"type": "worker", "index": i}}
                    ),
                    "GRPC_ENABLE_FORK_SUPPORT": "0",
                },
            )
            for i in range(2)
        ]
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
    worst = max(
        np.abs(result[name] - value).max() / max(np.abs(value).max(), 1e-12)
        for name, value in expected.items()
    )
    print(f"\n{strategy} {' '.join(options)}: largest relative difference {worst:.1e}")
    assert worst < TOLERANCE


def test_two_workers_write_and_resume(one_device, tmp_path):
    """The chief writes the checkpoints; a job that is started again has nothing left to do."""
    expected, options = one_device
    folder = ["--checkpoints", str(tmp_path / "checkpoints")]
    for _ in range(2):
        result = run(tmp_path, "multiworker", *options, *folder)
        np.testing.assert_allclose(result["weight_1"], expected["weight_1"], rtol=1e-4)
    assert (tmp_path / "checkpoints" / "step-5.index").exists()
