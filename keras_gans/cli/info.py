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
    facts = Table.grid(padding=(0, 2))
    for name, value in _facts(exported).items():
        facts.add_row(f"[bold]{name}[/bold]", value)
    signatures = Table("signature", "inputs", "outputs", box=None, padding=(0, 2, 0, 0))
    for name in exported.signatures:
        inputs, outputs = exported.inputs_of(name), exported.outputs_of(name)
        signatures.add_row(name, _specs(inputs), _specs(outputs))
    console = Console(highlight=False, soft_wrap=True)
    console.print(facts, "", signatures, sep="\n")


def _facts(exported):
    """Dictionary from what is known about the model to its text."""
    description = exported.description
    facts = {
        "path": str(exported.path),
        "model": description.get("model", "unknown (not exported by keras_gans)"),
    }
    if "trained_steps" in description:
        facts["trained"] = f"{description['trained_steps']:,} steps, seed {description['seed']}"
    if description.get("ema_decay") is not None:
        facts["samples"] = f"from averaged weights, decay {description['ema_decay']}"
    for network, count in description.get("parameters", {}).items():
        facts[network] = f"{count:,} parameters"
    if "tensorflow" in description:
        facts["made with"] = (
            f"keras_gans {description['keras_gans']}, TensorFlow {description['tensorflow']}"
        )
    facts["size"] = f"{exported.size / 1e6:.1f} MB on disk"
    return facts


def _specs(specs):
    return "\n".join(
        f"{name} {_shape(spec.shape)} {spec.dtype.name}" for name, spec in specs.items()
    )


def _shape(shape):
    sizes = ["batch" if size is None else str(size) for size in shape]
    return f"({', '.join(sizes)})"
