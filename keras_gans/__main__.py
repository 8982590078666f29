"""`python -m keras_gans <command>`: what can be done with an exported model from the shell."""

import importlib
import pkgutil
import sys

import tyro

from keras_gans import cli


def commands():
    """Dictionary from the name of a command to its function."""
    modules = pkgutil.iter_modules(cli.__path__)
    names = [module.name for module in modules if not module.name.startswith("_")]
    return {
        name: getattr(importlib.import_module(f"{cli.__name__}.{name}"), name) for name in names
    }


def main(args=None):
    """Runs a command.

    Args:
        args: List of arguments; `None` takes those of the process.

    Returns:
        Exit code: 0, or what the command returns; 2 when what the user asked for cannot be done,
        which is said in one line.
    """
    try:
        code = tyro.extras.subcommand_cli_from_dict(
            commands(), args=args, prog="python -m keras_gans", description=__doc__
        )
    except (
        OSError,
        ValueError,
        RuntimeError,
    ) as error:  # the library's way to refuse what users pass
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    return code or 0


if __name__ == "__main__":
    sys.exit(main())
