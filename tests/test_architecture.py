"""Who may import whom, as docs/architecture.md says."""

import ast
import pathlib

import pytest

PACKAGE = pathlib.Path(__file__).parent.parent / "keras_gans"
MAY_IMPORT = {
    "utils": set(),
    "optimizers": {"utils"},
    "layers": {"utils"},
    "losses": {"utils"},
    "networks": {"layers", "utils"},
    "models": {"networks", "layers", "losses", "optimizers", "utils"},
    "data": {"utils"},
    "metrics": {"utils"},
    "callbacks": {"metrics", "utils"},
    "serving": {"utils"},
    "training": {"callbacks", "data", "layers", "metrics", "optimizers", "serving", "utils"},
    "cli": {"data", "metrics", "serving", "utils"},
}


def imported_parts(path):
    """Names of the sub-packages of keras_gans that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("keras_gans"):
            inner = node.module.split(".")[1:2]
            yield from inner or [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            yield from (
                a.name.split(".")[1] for a in node.names if a.name.startswith("keras_gans.")
            )


@pytest.mark.parametrize("part", sorted(MAY_IMPORT))
def test_imports_of(part):
    for path in (PACKAGE / part).rglob("*.py"):
        wrong = set(imported_parts(path)) - MAY_IMPORT[part] - {part}
        assert not wrong, f"{path.relative_to(PACKAGE)} must not import {sorted(wrong)}"


def test_every_part_is_listed():
    parts = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert parts == set(MAY_IMPORT)


def test_nothing_imports_the_recipes_or_the_tests():
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            module = getattr(node, "module", None) or ""
            assert module.split(".")[0] not in ("train", "tests"), path
