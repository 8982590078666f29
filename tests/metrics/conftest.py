"""Golden numbers of the metrics, and the arrays they belong to."""

import importlib.util
import json
import pathlib

import pytest

GOLDEN = pathlib.Path(__file__).parents[1] / "golden"


def load_script(name):
    """A module of `tests/golden`, where the scripts that made the numbers import it too."""
    spec = importlib.util.spec_from_file_location(name, GOLDEN / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def golden():
    """Scores by torch-fidelity and prdc, by name."""
    return json.loads((GOLDEN / "torch_fidelity.json").read_text())


@pytest.fixture(scope="session")
def feature_sets():
    """The module that rebuilds the arrays those scores are of."""
    return load_script("feature_sets")
