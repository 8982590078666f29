"""`python -m keras_gans info`: what an exported model is."""

import pathlib

import tyro


def info(export: tyro.conf.Positional[pathlib.Path], /):
    """Show what an exported model is: its training, its signatures, its size.

    Args:
        export: Folder of an exported model, or of its versions, of which the newest is taken.
    """
    from rich.console import Console
    from rich.table import Table

    from keras_gans.serving import Exported

    exported = Exported(export)
    console = Console(highlight=False, soft_wrap=True)
    for name, value in _facts(exported).items():
        console.print(f"[bold]{name:<15}[/bold] ", value, sep="", markup=True)
    table = Table("signature", "", "name", "shape", "dtype", box=None, padding=(0, 2, 0, 0))
    for signature in exported.signatures:
        for row in _rows(exported, signature):
            table.add_row(*row)
    console.print("", table, sep="\n")


def _facts(exported):
    """Dictionary from what is known about the model to its text, safe from rich's markup."""
    from rich.markup import escape

    description = exported.description
    facts = {
        "path": str(exported.path),
        "model": description.get("model", "unknown (not exported by keras_gans)"),
    }
    if "trained_steps" in description:
        facts["trained"] = f"{description['trained_steps']:,} steps, seed {description['seed']}"
    if description.get("ema_decay") is not None:
        facts["samples"] = f"from averaged weights, decay {description['ema_decay']}"
    if description.get("ema_half_life") is not None:
        half_life = description["ema_half_life"]
        facts["samples"] = f"from averaged weights, half-life {half_life:,} images"
    for network, count in description.get("parameters", {}).items():
        facts[network] = f"{count:,} parameters"
    if "tensorflow" in description:
        facts["made with"] = (
            f"keras_gans {description['keras_gans']}, TensorFlow {description['tensorflow']}"
        )
    facts["size"] = f"{exported.size / 1e6:.1f} MB on disk"
    return {name: escape(value) for name, value in facts.items()}


def _rows(exported, signature):
    """The inputs and outputs of a signature, one a row; its name stands in the first."""
    rows = []
    sides = {"takes": exported.inputs_of(signature), "gives": exported.outputs_of(signature)}
    for side, specs in sides.items():
        for name, spec in specs.items():
            first = "" if rows else signature
            rows.append((first, side, name, _shape(spec.shape), spec.dtype.name))
    return rows


def _shape(shape):
    if shape.rank is None:
        return "any"
    if shape.rank == 0:
        return "scalar"
    # The first open dimension is the batch; a model of images of any size has others.
    sizes = ["any" if size is None else str(size) for size in shape]
    return f"({', '.join(['batch' if shape[0] is None else sizes[0], *sizes[1:]])})"
