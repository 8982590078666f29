"""`python -m train` lists the recipes; `python -m train <recipe> --help` shows its settings."""

import importlib
import pkgutil
import sys

import rich.console
import rich.table
from rich.markup import escape

import train
from keras_gans import training


def recipe_names():
    """Names of the modules in `train/` that hold a recipe."""
    modules = pkgutil.iter_modules(train.__path__)
    return sorted(m.name for m in modules if not m.ispkg and not m.name.startswith("_"))


def print_recipes(console):
    """Prints every recipe with its paper and one line about it."""
    table = rich.table.Table("recipe", "paper", "what it is", box=None)
    for name in recipe_names():
        recipe = importlib.import_module(f"train.{name}").Recipe
        table.add_row(name, recipe.paper, recipe.__doc__.strip().splitlines()[0])
    console.print(table)
    console.print("\npython -m train <recipe> --help shows the settings of a recipe.")


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help"):
        print_recipes(rich.console.Console())
        return 0
    name, *flags = arguments
    if name not in recipe_names():
        console = rich.console.Console(stderr=True, highlight=False)
        console.print(f"There is no recipe {name!r}. These exist: {', '.join(recipe_names())}")
        return 2
    try:
        module = importlib.import_module(f"train.{name}")
        getattr(module, "run", training.run)(module.Recipe, args=flags)
    except (OSError, ValueError, FloatingPointError, RuntimeError) as error:
        console = rich.console.Console(stderr=True, highlight=False, soft_wrap=True)
        console.print(f"[bold red]Error:[/] {escape(str(error))}")
        return 1
    except KeyboardInterrupt:  # the run has said how to go on
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
