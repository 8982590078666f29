"""The folder of a run and the settings that are written into it."""

import contextlib
import dataclasses
import importlib.metadata
import inspect
import json
import math
import os
import pathlib

import tensorflow as tf

from keras_gans.utils.files import check_readable_name, written_whole

# What may differ when a run continues: how long it is and what is done with it.
MAY_CHANGE = {
    "environment",
    "epochs",
    "output",
    "publish",
    "dry_run",
    "resume_anyway",
    "learning_rate_factor",
    "checkpoint_minutes",
    "keep",
}


def settings(recipe, data, model):
    """Dictionary of plain values: the resolved settings, and what else changes the numbers."""
    values = {
        name: str(value) if isinstance(value, pathlib.Path) else value
        for name, value in dataclasses.asdict(recipe).items()
    }
    environment = {
        "keras_gans": importlib.metadata.version("keras_gans"),
        "keras": importlib.metadata.version("keras"),
        "tensorflow": tf.__version__,
        "TF_ENABLE_ONEDNN_OPTS": os.environ.get("TF_ENABLE_ONEDNN_OPTS"),
    }
    resolved = {
        "recipe": recipe_name(type(recipe)),
        **values,
        "steps_per_epoch": data.steps_per_epoch,
        "replicas": model.distribute_strategy.num_replicas_in_sync,
        "environment": environment,
    }
    return json.loads(json.dumps(resolved))  # as it will be read from the file


def recipe_name(recipe_class):
    """The recipe's name on the command line: that of its file."""
    try:
        return pathlib.Path(inspect.getfile(recipe_class)).stem
    except (OSError, TypeError):  # written in a notebook
        return recipe_class.__name__.lower()


def prepare(recipe, data, model):
    """Makes the folder of the run, unless it is there, and returns its path.

    Raises:
        ValueError: If the folder holds a run with other settings, naming every difference, or has
            square brackets in its name.
        OSError: If the folder cannot be made or written to.
    """
    folder = recipe.output or pathlib.Path("runs", recipe_name(type(recipe)))
    check_readable_name(output=folder, publish=recipe.publish)  # not after hours of training
    folder.mkdir(parents=True, exist_ok=True)
    if not recipe.resume_anyway:
        changes = _changes(recipe, _read_settings(folder), settings(recipe, data, model))
        if changes:
            raise ValueError(
                f"{folder} holds a run with other settings; continue it with --resume-anyway, or "
                "choose another --output. Changed:\n" + "\n".join(f"  {line}" for line in changes)
            )
    return folder


def write_settings(folder, recipe, data, model):
    """Writes `config.json`: what decides the numbers of a run, and what was run."""
    with written_whole(folder / "config.json") as aside:
        aside.write_text(json.dumps(settings(recipe, data, model), indent=2) + "\n")


@contextlib.contextmanager
def forgotten_on_failure(folder, checkpoints):
    """Within it, an error before the first checkpoint leaves a folder that takes other settings."""
    try:
        yield
    except BaseException:
        if checkpoints.write and not checkpoints.paths():
            (folder / "config.json").unlink(missing_ok=True)
        raise


def note_published(folder, exports, step):
    """Writes down that the model of a step was published in a folder of versions."""
    with written_whole(folder / "published.json") as aside:
        aside.write_text(json.dumps({"exports": exports, "step": step}) + "\n")


def was_published(folder, exports, step):
    """Whether `note_published` wrote down the same, and the versions are still there."""
    file = folder / "published.json"
    noted = json.loads(file.read_text()) if file.exists() else None
    return noted == {"exports": exports, "step": step} and pathlib.Path(exports).exists()


def cut_metrics(folder, num_epochs):
    """Drops what was written about epochs after the state from which a run continues."""
    file = folder / "metrics.csv"
    if file.exists():
        lines = file.read_text().splitlines(keepends=True)
        with written_whole(file) as aside:
            aside.write_text("".join(lines[: 1 + num_epochs] if num_epochs else []))
    file = folder / "scores.jsonl"
    if file.exists():
        lines = file.read_text().splitlines(keepends=True)
        with written_whole(file) as aside:
            aside.write_text("".join(line for line in lines if _epoch_of(line) <= num_epochs))


def _epoch_of(score):
    """The epoch of a line of `scores.jsonl`; later than any of one that was not written whole."""
    try:
        return json.loads(score)["epoch"]
    except json.JSONDecodeError:
        return math.inf


def _read_settings(folder):
    file = folder / "config.json"
    return json.loads(file.read_text()) if file.exists() else {}


def _changes(recipe, before, now):
    """Lines that name what differs between two settings, as `name: before -> now`."""
    if not before:
        return []
    before, now = ({**s, **s.get("environment", {})} for s in (before, now))
    may_change = MAY_CHANGE - {"epochs"} if recipe.epochs_shape_rates else MAY_CHANGE
    names = [name for name in {**before, **now} if name not in may_change]
    # A setting that is newer than the run, and not made use of, changes nothing.
    defaults = {field.name: field.default for field in dataclasses.fields(recipe)}
    names = [name for name in names if name in before or now[name] not in (defaults.get(name), {})]
    return [
        f"{name}: {before.get(name)} -> {now.get(name)}"
        for name in names
        if before.get(name) != now.get(name)
    ]
