"""A training that is killed at any moment ends like one that was not, to the last bit."""

import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).parent.parent


def start(folder, *options):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.resume_script", str(folder), *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(folder, *options, resumed=False):
    process = start(folder, *options)
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output
    result = json.loads((folder / "result.json").read_text())
    assert result.pop("resumed") == resumed  # starting anew would end alike
    return result, output


def wait_until_training(process, folder):
    (folder / "alive").unlink(missing_ok=True)
    while not (folder / "alive").exists():
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.01)


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    """The result of a training that was never stopped, and wrote no checkpoint but the last."""
    return finish(tmp_path_factory.mktemp("straight") / "run", "--every-steps", "1000")[0]


@pytest.mark.parametrize("num_kills", [3, pytest.param(10, marks=pytest.mark.slow)])
def test_kills_change_nothing(straight, tmp_path, num_kills):
    """The training writes a checkpoint after every step, so that kills hit the writing as well."""
    folder, kills, generator = tmp_path / "run", 0, random.Random(0)
    folder.mkdir()
    while kills < num_kills or not any(folder.glob("checkpoints/*.index")):
        process = start(folder, "--slow", "0.05")
        wait_until_training(process, folder)
        time.sleep(generator.uniform(0.0, 0.25))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not (folder / "result.json").exists(), "it ended before all kills were made"
        kills += 1
    result, _ = finish(folder, resumed=True)
    assert result == straight


@pytest.mark.slow
def test_two_steps_an_execution_continue_in_mid_epoch(tmp_path):
    options = ("--steps-per-execution", "2", "--slow", "0.05")
    folder = tmp_path / "run"
    expected, _ = finish(tmp_path / "straight", *options[:2])
    folder.mkdir()
    process = start(folder, *options)
    wait_until_training(process, folder)
    time.sleep(0.5)
    process.kill()
    process.wait()
    assert finish(folder, *options[:2], resumed=True)[0] == expected


@pytest.mark.slow
def test_two_replicas_continue_in_mid_epoch(tmp_path):
    folder = tmp_path / "run"
    expected, _ = finish(tmp_path / "straight", "--mirrored")
    folder.mkdir()
    process = start(folder, "--mirrored", "--slow", "0.05")
    wait_until_training(process, folder)
    time.sleep(0.3)
    process.kill()
    process.wait()
    assert finish(folder, "--mirrored", resumed=True)[0] == expected


@pytest.mark.parametrize(
    "number, status",
    [(signal.SIGTERM, 0), pytest.param(signal.SIGINT, None, marks=pytest.mark.slow)],
)
def test_signals_write_a_checkpoint_and_say_how_to_go_on(straight, tmp_path, number, status):
    folder = tmp_path / "run"
    folder.mkdir()
    process = start(folder, "--every-steps", "1000", "--slow", "0.1")
    wait_until_training(process, folder)
    os.kill(process.pid, number)
    output, _ = process.communicate(timeout=60)
    step = re.search(r"Stopped after step (\d+); the same command continues", output)[1]
    assert (folder / "checkpoints" / f"step-{step}.index").exists()
    if status is not None:
        assert process.returncode == status
    else:
        assert process.returncode != 0 and "KeyboardInterrupt" in output
    assert finish(folder, "--every-steps", "1000", resumed=True)[0] == straight
