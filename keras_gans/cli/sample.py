"""`python -m keras_gans sample`: a picture of what an exported model makes."""

import math
import pathlib

import tyro


def sample(
    export: tyro.conf.Positional[pathlib.Path],
    /,
    out: pathlib.Path = pathlib.Path("samples.png"),
    num: int = 64,
    seed: int = 0,
    labels: tuple[int, ...] = (),
    condition: pathlib.Path | None = None,
    truncation: float = 1.0,
    columns: int | None = None,
):
    """Draw samples from an exported model into one picture.

    Images are placed in a grid, points are drawn as a scatter plot. The same seed gives the same
    samples, here, from the server and from `model.sample`.

    Args:
        export: Folder of an exported model, or of its versions, of which the newest is taken.
        out: File of the picture; the suffix says the format.
        num: How many samples.
        seed: Seed of the samples, 0 or more.
        labels: For a model with classes: the labels of the samples, repeated until there are
            enough. Defaults to all classes in turn.
        condition: For a model with conditions: a .npy file of one, or of one for each sample.
        truncation: For a StyleGAN: pulls all styles to the average one, 0.7 in the paper's figures.
        columns: Images in a row. Defaults to a square grid.
    """
    from rich.console import Console
    from rich.markup import escape

    from keras_gans.cli import _styles
    from keras_gans.cli._classes import classes_of
    from keras_gans.serving import Exported
    from keras_gans.utils.image_grid import check_image_path, save_samples

    if num < 1 or seed < 0 or (columns is not None and columns < 1):
        raise ValueError("--num and --columns must be at least 1, --seed at least 0")
    check_image_path(out)
    exported = Exported(export)
    inputs = {"num_images": num, "seed": seed}
    labels = classes_of(exported, labels) or labels  # which a model without classes will refuse
    if "condition" in exported.inputs_of("sample"):
        inputs["condition"] = _conditions(exported, condition, num)
    elif condition is not None:
        raise ValueError(f"{exported.path} takes no --condition")
    if "truncation" in exported.inputs_of("sample"):
        _styles.check_truncation(exported, truncation)
        inputs["truncation"] = truncation
    elif truncation != 1:
        raise ValueError(f"{exported.path} has no styles that --truncation could pull together")
    if labels:
        inputs["labels"] = [labels[index % len(labels)] for index in range(num)]
    samples = exported.run("sample", **inputs)["images"]
    save_samples(samples, out, columns or math.ceil(math.sqrt(num)))
    Console(highlight=False, soft_wrap=True).print(
        f"Wrote [bold]{escape(str(out))}[/bold]: {num} samples of {escape(str(exported.path))}, "
        f"seed {seed}"
    )


def _conditions(exported, file, num):
    """The conditions in a `.npy` file, one for each of `num` samples."""
    import numpy as np

    shape = tuple(exported.inputs_of("sample")["condition"].shape[1:])
    rule = f"--condition must be a .npy file of shape {shape} or {(num, *shape)}"
    if file is None:
        raise ValueError(f"{exported.path} is a model with conditions: {rule}")
    try:
        conditions = np.load(file, allow_pickle=False)
    except (EOFError, ValueError) as error:
        raise ValueError(f"{rule}. Received: {file}, which is none") from error
    if getattr(conditions, "shape", None) not in (shape, (num, *shape)):
        raise ValueError(f"{rule}. Received: one of shape {getattr(conditions, 'shape', None)}")
    return np.broadcast_to(conditions, (num, *shape))
