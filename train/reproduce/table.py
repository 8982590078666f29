"""docs/reproductions.md, from the result files."""

import json
import pathlib

from keras_gans.utils.files import written_whole
from train.reproduce.experiment import RESULTS

PAGE = pathlib.Path("docs", "reproductions.md")
HEAD = """# Published numbers, reproduced

Written by `python -m train.reproduce --table` from `docs/results/`, one file a seed. Run one with
`python -m train.reproduce <name> --seeds 0 1 2`. Minutes are of the clock on 2 cores that other
work partly shared, a mean over the seeds, with those of processor time beside them. A number that
is missed stays here, with the reason.

"""


def results_of(name, folder=RESULTS):
    """List of the results of an experiment, by seed."""
    files = (folder / name).glob("seed*.json")
    return sorted((json.loads(file.read_text()) for file in files), key=lambda r: r["seed"])


def section(name, experiment, results):
    """The part of the page about one experiment."""
    lines = [
        f"## {experiment.title}",
        "",
        f"- **Paper**: {experiment.paper}",
        f"- **Published**: {experiment.published}",
        f"- **Asked**: {experiment.asked}",
        f"- **Protocol**: {experiment.protocol}.",
    ]
    if not results:
        return "\n".join([*lines, "- **Ours**: not run yet.", ""])
    values = [result["values"] for result in results]
    seeds = " ".join(str(result["seed"]) for result in results)
    minutes = sum(result["minutes"] for result in results) / len(results)
    processor = sum(result["processor_minutes"] for result in results) / len(results)
    lines += [
        f"- **Ours**: {experiment.ours(values)}",
        f"- **Cost**: {values[0]['steps']:,} steps; {minutes:.1f} minutes a seed, "
        f"{processor:.1f} of the processor",
        f"- **Command**: `python -m train.reproduce {name} --seeds {seeds}`",
    ]
    if getattr(experiment, "remark", ""):
        lines.append(f"- **Mind**: {experiment.remark}")
    return "\n".join([*lines, ""])


def write(experiments, folder=RESULTS, page=PAGE):
    """Writes the page."""
    sections = [
        section(n, experiment, results_of(n, folder)) for n, experiment in experiments.items()
    ]
    with written_whole(page) as aside:
        aside.write_text(HEAD + "\n".join(sections))
