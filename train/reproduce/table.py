"""docs/reproductions.md, from the result files."""

import json
import pathlib

from keras_gans.utils.files import written_whole
from train.reproduce.experiment import RESULTS, grouped

PAGE = pathlib.Path("docs", "reproductions.md")
FIGURES = pathlib.Path("docs", "figures")
HEAD = """# Published numbers, reproduced

Written by `python -m train.reproduce --table` from `docs/results/`, one file a seed. Minutes are
of the clock on 2 cores that other work partly shared, a mean over the trainings, which the sections
tell apart where they differ in length; in brackets those of processor time. Not all machines were
alike: the newer results name the processor. `>` marks trainings that were stopped and continued
before the time of their earlier parts was kept: both count the last part only. What is asked is the
bound that this project set itself. A number that is missed stays here, with the reason.

Of mixtures of Gaussians: the high-quality share is that of the samples within three deviations of
a mode; by the strict count a mode is kept when a fifth of an equal share of those are its own. A
look is a measurement on the way.

| what | published | ours | steps | minutes |
|---|---|---|---:|---:|
"""


def results_of(name, folder=RESULTS):
    """List of the results of an experiment, by seed."""
    files = sorted((folder / name).glob("**/seed*.json"))
    return sorted((json.loads(file.read_text()) for file in files), key=lambda r: r["seed"])


def row(experiment, results):
    """The line of the table about one experiment."""
    cells = [experiment.title, experiment.published, "not run yet", "", ""]
    if results:
        steps = sorted(result["values"]["steps"] for result in results)
        cells[2:] = [
            experiment.ours([result["values"] for result in results]),
            " to ".join(dict.fromkeys(f"{each:,}" for each in (steps[0], steps[-1]))),
            time_of(results),
        ]
    return "| " + " | ".join(cells) + " |"


def time_of(results):
    """Mean minutes by the clock and, in brackets, of processor time."""
    minutes = sum(result["minutes"] for result in results) / len(results)
    processor = sum(result["processor_minutes"] for result in results) / len(results)
    is_whole = all(result.get("timed_whole", not result.get("continued")) for result in results)
    return f"{'' if is_whole else '> '}{minutes:.1f} ({processor:.1f})"


def lengths(results):
    """List of a line about steps and minutes, empty where all trainings are of one length."""
    found = grouped(results, lambda r: (r["values"].get("variant"), r["values"]["steps"]))
    if len({steps for _, steps in found}) == 1:
        return []
    each = [
        (f"{variant}, " if variant else "") + f"{steps:,} in {time_of(group)}"
        for (variant, steps), group in found.items()
    ]
    return [f"- Steps and minutes: {'; '.join(each)}."]


def section(name, experiment, results):
    """The part of the page that says how the number was measured."""
    lines = [
        f"## {experiment.title}",
        "",
        f"- Paper: {experiment.paper}. Asked: {experiment.asked}.",
        f"- Protocol: {experiment.protocol}.",
    ]
    for processor in dict.fromkeys(r.get("processor") for r in results) or [None]:
        where = f", on {processor}" if processor else ""
        group = [r for r in results if r.get("processor") == processor]
        lines += [f"- `{command}`{where}" for command in experiment.commands(name, group)]
    if results:
        lines += lengths(results)
        lines += [f"- {detail}." for detail in experiment.details([r["values"] for r in results])]
    lines += [f"- {point}" for point in experiment.remark.splitlines()]
    shown = [f"{name}_{figure}" for figure in experiment.figures]
    pictures = [f"![{file}](figures/{file})" for file in shown if (FIGURES / file).exists()]
    lines += ["", *pictures] if pictures else []
    return "\n".join([*lines, ""])


def write(experiments, folder=RESULTS, page=PAGE):
    """Writes the page."""
    found = {name: results_of(name, folder) for name in experiments}
    rows = [row(one, found[name]) for name, one in experiments.items()]
    sections = [section(name, one, found[name]) for name, one in experiments.items()]
    with written_whole(page) as aside:
        aside.write_text(HEAD + "\n".join([*rows, "", *sections]))
