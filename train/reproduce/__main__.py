"""`python -m train.reproduce <name> --seed 0` runs one; without a name it lists all.

`python -m train.reproduce --table` writes docs/reproductions.md from the results.
"""

import dataclasses
import importlib
import pkgutil
import sys

import rich.table
import tyro

import train.reproduce
from train.reproduce import table
from train.reproduce.experiment import CONSOLE, reproduce


def experiments():
    """Dictionary from name to `Reproduction`, in the order of the table."""
    found = {}
    for module in pkgutil.iter_modules(train.reproduce.__path__):
        loaded = importlib.import_module(f"train.reproduce.{module.name}")
        if module.name != "__main__" and hasattr(loaded, "Reproduction"):
            found[module.name] = loaded.Reproduction
    return found


def main(arguments):
    known = experiments()
    if arguments[:1] == ["--table"]:
        table.write(known)
        return 0
    if not arguments or arguments[0] in ("-h", "--help"):
        listing = rich.table.Table("name", "what", "published", box=None)
        for name, experiment in known.items():
            listing.add_row(name, experiment.title, experiment.published)
        CONSOLE.print(listing)
        return 0
    name, *flags = arguments
    if name not in known:
        CONSOLE.print(f"There is no reproduction {name!r}. These exist: {', '.join(known)}")
        return 2
    # `--seeds 0 1 2` runs several, one after the other.
    seeds = None
    if "--seeds" in flags:
        at = flags.index("--seeds")
        stop = next((i for i, f in enumerate(flags) if i > at and f.startswith("-")), len(flags))
        seeds = [int(seed) for seed in flags[at + 1 : stop]]
        flags = flags[:at] + flags[stop:]
    experiment = tyro.cli(known[name], args=flags, prog=f"python -m train.reproduce {name}")
    for seed in seeds or [experiment.seed]:
        reproduce(dataclasses.replace(experiment, seed=seed))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
