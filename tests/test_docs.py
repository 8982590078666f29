"""The code of the pages in docs/ runs, and what it defines is a model like any other."""

import ast
import inspect
import operator
import pathlib
import re

import keras
import numpy as np
import pytest

import keras_gans as kg
from tests.models.tiny import build_model, points

DOCS = pathlib.Path(__file__).parent.parent / "docs"
MODULES = ("kg", "keras", "metrics", "np", "plt", "tf")
VARIABLE = inspect.Parameter.VAR_KEYWORD


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


@pytest.mark.slow
def test_what_each_game_can_do_runs(monkeypatch):
    """The page's code as it stands, with trainings of a few steps."""
    code = "".join(re.findall(r"```python\n(.*?)```", (DOCS / "games.md").read_text(), re.DOTALL))
    fit = kg.AdversarialModel.fit

    def fit_briefly(self, x, y=None, **arguments):
        steps = 20 if self.data_shape == (2,) else 2
        return fit(self, x, y, **arguments | {"epochs": 1, "steps_per_epoch": steps, "verbose": 0})

    monkeypatch.setattr(kg.AdversarialModel, "fit", fit_briefly)
    names = {}
    exec(code, names)
    assert names["sevens"].shape == (16, 28, 28, 1) and names["drawn"].shape == (4, 28, 28, 1)
    assert set(names["read"]) == {"c1", "c2", "c3"} and names["grid"].shape == (5, 10, 28, 28, 1)
    assert names["latents"].shape == (16, 50) and names["close"].shape == names["some"].shape
    assert np.isfinite(names["distances"]).all() and names["few"].shape == (1000, 2)
    assert 0 <= names["modes"].modes <= 8


PAGES = [*DOCS.glob("*.md"), DOCS.parent / "README.md", DOCS.parent / "saved_models/README.md"]


def arguments_of(target):
    """Names of all arguments, those of a model's ancestors and its networks too, and whether there
    may be others."""
    if not callable(target):
        return set(), True
    ours = (c for c in getattr(target, "__mro__", ()) if c.__module__.startswith("keras_gans"))
    signatures = [inspect.signature(each.__init__) for each in ours if "__init__" in vars(each)]
    signatures = signatures or [inspect.signature(target)]
    parameters = [p for signature in signatures for p in signature.parameters.values()]
    is_model = isinstance(target, type) and issubclass(target, keras.Model)
    open_ended = not is_model and any(p.kind is VARIABLE for p in parameters)
    networks = {name for group in getattr(target, "players", {}).values() for name in group}
    return {p.name for p in parameters} | networks | {"name"}, open_ended


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_names_in_code_exist_and_take_what_they_are_given(page):
    """Of every example: it parses, the modules that it uses are imported above, `kg....` is there,
    and its keywords are arguments of it."""
    imported = set()
    for code in re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL):
        nodes = list(ast.walk(ast.parse(code)))
        for node in nodes:
            if isinstance(node, ast.Import | ast.ImportFrom):
                imported |= {name.asname or name.name for name in node.names}
        for node in nodes:
            called = node.func if isinstance(node, ast.Call) else node
            path = ast.unparse(called) if isinstance(called, ast.Attribute) else ""
            module = path.partition(".")[0]
            assert module not in MODULES or module in imported, f"{path} without its import"
            if module == "metrics":
                path = f"kg.{path}"
            if not path.startswith("kg."):
                continue
            target = operator.attrgetter(path.removeprefix("kg."))(kg)
            keywords = [word.arg for word in node.keywords] if called is not node else []
            taken, open_ended = arguments_of(target)
            if not open_ended:
                assert set(keywords) - {None} <= taken, f"{path}: {keywords}"


def test_links_between_pages_lead_somewhere():
    for page in PAGES:
        text = page.read_text()
        links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text)
        for target in links + re.findall(r'src="([^"]+)"', text):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"
