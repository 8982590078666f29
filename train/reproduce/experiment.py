"""What a reproduction is: a protocol, a published number, and one result file for every seed."""

import dataclasses
import importlib.metadata
import json
import os
import pathlib
import platform
from typing import ClassVar

import keras
import rich.console

from keras_gans.utils.files import written_whole
from train.reproduce.clock import Clock

RESULTS = pathlib.Path("docs", "results")
CPU_INFO = pathlib.Path("/proc/cpuinfo")
VECTOR_UNITS = ("amx_tile", "avx512f", "avx2")  # widest first
CONSOLE = rich.console.Console(highlight=False, soft_wrap=True)


@dataclasses.dataclass
class Experiment:
    """One published number. Every field is a flag of `python -m train.reproduce <name>`.

    A subclass in `train/reproduce/<name>.py`, always called `Reproduction`, sets the class
    variables, adds the protocol's numbers as fields, and writes `run` and `ours`.

    Class attributes:
        title: What is reproduced, in a few words.
        paper: Authors, year, arXiv number.
        published: The paper's number and where it stands.
        asked: What this project asks of itself.
        protocol: How our number is measured, in a sentence or two.
        remark: What a reader must know of the number, such as why it is missed, a point a
            line; may be empty.
        figures: Names of the pictures that are shown on the page once they lie in
            `docs/figures/<name>_<figure>`; `run` leaves each in its work folder, where there are
            variants a picture in each one's.
    """

    title: ClassVar[str] = ""
    paper: ClassVar[str] = ""
    published: ClassVar[str] = ""
    asked: ClassVar[str] = ""
    protocol: ClassVar[str] = ""
    remark: ClassVar[str] = ""
    figures: ClassVar[tuple[str, ...]] = ()

    seed: int = 0
    """Seed of networks, noise and data."""
    results: pathlib.Path = RESULTS
    """Folder of the results, one JSON file a seed."""
    work: pathlib.Path = pathlib.Path("runs", "reproduce")
    """Folder for checkpoints and pictures."""

    @property
    def name(self):
        module = type(self).__module__.rpartition(".")[2]
        return f"{module}/{self.variant}" if hasattr(self, "variant") else module

    @property
    def work_folder(self):
        return self.work / self.name / f"seed{self.seed}"

    def run(self):
        """Trains and measures: dictionary of plain values, `steps` among them."""
        raise NotImplementedError

    @staticmethod
    def ours(results):
        """Our number in a few words, from the list of what `run` returned for every seed."""
        raise NotImplementedError

    @classmethod
    def commands(cls, name, results):
        """The command lines that measure the results on the page, one for all seeds alike."""
        seeds = {}
        for result in results or [{"seed": 0}]:
            flags = cls.flags(result.get("settings", {}))
            seeds.setdefault(flags, []).append(str(result["seed"]))
        return [
            f"python -m train.reproduce {name}{flags} --seeds {' '.join(numbers)}"
            for flags, numbers in seeds.items()
        ]

    @classmethod
    def flags(cls, used):
        """The flags behind a result's settings: the variant, and what differs from the default."""
        flags = ""
        for field in dataclasses.fields(cls):
            name, value = field.name.replace("_", "-"), used.get(field.name, field.default)
            if isinstance(value, bool):
                flags += "" if value == field.default else f" --{'' if value else 'no-'}{name}"
            elif field.name in used and (name == "variant" or value != field.default):
                flags += f" --{name} {value}"
        return flags

    @staticmethod
    def details(results):
        """List of sentences about what else was measured."""
        return []


def reproduce(experiment):
    """Runs an experiment unless its result is there, and writes it down at once.

    Args:
        experiment: `Experiment`.

    Returns:
        Dictionary as written to `<results>/<name>/seed<seed>.json`: the values, the settings,
        versions and processor they were measured with, and the time: `minutes` by the clock,
        `processor_minutes` over all cores. `continued` says whether the training went on from a
        checkpoint, `timed_whole` whether the time is that of all its parts, see `Clock`.

    Raises:
        ValueError: If the result that is there was measured with other settings.
    """
    path = experiment.results / experiment.name / f"seed{experiment.seed}.json"
    settings = settings_of(experiment)
    if path.exists():
        result = json.loads(path.read_text())
        if result["settings"] != settings:
            raise ValueError(
                f"{path} was measured with other settings, {result['settings']}; move it away or "
                f"choose another --results. Received: {settings}"
            )
        CONSOLE.print(f"{path} is there already.")
        return result
    keras.utils.set_random_seed(experiment.seed)
    with Clock(experiment.work_folder) as clock:
        values = experiment.run()
    result = {
        "experiment": experiment.name,
        "seed": experiment.seed,
        "values": values,
        "settings": settings,
        "minutes": round(clock.minutes, 2),
        "processor_minutes": round(clock.processor_minutes, 2),
        "continued": clock.is_continued,
        "timed_whole": clock.is_complete,
        "cores": os.cpu_count(),
        "processor": processor_name(),
        "versions": {
            name: importlib.metadata.version(name) for name in ("keras_gans", "keras", "tensorflow")
        },
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as aside:
        aside.write_text(json.dumps(result, indent=2) + "\n")
    CONSOLE.print(f"{experiment.name}, seed {experiment.seed}: {values}\nWrote {path}")
    return result


def processor_name(cpu_info=CPU_INFO):
    """`AMD EPYC, avx2`: the name and the widest vector unit, which the speed of training goes with.

    Only the architecture where the system, unlike Linux, keeps no file about its processors.
    """
    if not cpu_info.exists():
        return platform.machine()
    lines = (line.partition(":") for line in cpu_info.read_text().splitlines())
    about = {name.strip(): value.strip() for name, _, value in lines}
    flags = about.get("flags", "").split()
    units = [unit for unit in VECTOR_UNITS if unit in flags]
    return ", ".join([about.get("model name", platform.machine()), *units[:1]])


def settings_of(experiment):
    """Dictionary of the flags that decide the result, besides the seed."""
    flags = {f.name: getattr(experiment, f.name) for f in dataclasses.fields(experiment)}
    return {
        name: value
        for name, value in flags.items()
        if not isinstance(value, pathlib.Path) and name not in ("seed", "data_dir")
    }


def by_variant(results):
    """Dictionary from a variant to the list of its results, one for every seed."""
    return grouped(results, lambda result: result["variant"])


def grouped(results, key):
    """Dictionary from `key(result)` to the list of its results, both in the order given."""
    found = {}
    for result in results:
        found.setdefault(key(result), []).append(result)
    return found


def mean_and_spread(values, digits=2, unit="", count=True):
    """`12.34 ± 0.56 % (3 seeds)`: mean and standard deviation over seeds.

    Without `count` it leaves out the brackets, which a sentence with several numbers needs once.
    """
    mean = sum(values) / len(values)
    words = f"{mean:.{digits}f}"
    if len(values) > 1:
        variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
        words += f" ± {variance**0.5:.{digits}f}"
    seeds = "1 seed" if len(values) == 1 else f"{len(values)} seeds"
    return words + unit + (f" ({seeds})" if count else "")
