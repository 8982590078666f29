"""The code of the pages in docs/ runs, and what it defines is a model like any other."""

import pathlib
import re

import keras
import numpy as np
import pytest

from tests.models.tiny import build_model, points

DOCS = pathlib.Path(__file__).parent.parent / "docs"


@pytest.fixture(scope="module")
def games():
    """The classes that docs/architecture.md defines."""
    (code,) = re.findall(r"```python\n(.*?)```", (DOCS / "architecture.md").read_text(), re.DOTALL)
    names = {"__name__": "docs"}
    exec(code, names)
    return names


@pytest.mark.parametrize("name", ["SquaredGAN", "PatientGAN"])
def test_a_game_of_your_own_trains_saves_and_loads(games, name, tmp_path):
    model = build_model(games[name], seed=1)
    model.fit(points(), batch_size=16, epochs=1, verbose=0, shuffle=False)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for one in (model, loaded):
        one.fit(points(), batch_size=16, epochs=1, verbose=0, shuffle=False)
    for first, second in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)
    assert model.evaluate(points(), verbose=0, return_dict=True)["generator_loss"] >= 0


def test_links_between_pages_lead_somewhere():
    pages = [*DOCS.glob("*.md"), DOCS.parent / "README.md", DOCS.parent / "saved_models/README.md"]
    for page in pages:
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text()):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"
