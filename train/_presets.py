"""Presets: a paper's settings by name, and what a training with them would cost."""

import dataclasses
import math
import os
import time
from typing import ClassVar

import rich.console
import rich.table
import tensorflow as tf
import tyro

from keras_gans import training
from keras_gans.layers import SelfAttention

CONSOLE = rich.console.Console(highlight=False, soft_wrap=True)


@dataclasses.dataclass
class PresetRecipe(training.Recipe):
    """A recipe whose settings have names. Its module says `run = _presets.run`."""

    presets: ClassVar[dict] = {}  # from a name to the settings that differ from the defaults
    official_times: ClassVar[dict] = {}  # from a preset to the time that its authors state

    preset: str = ""
    """The paper's settings by name, before the other flags; prints what they would cost."""

    def __post_init__(self):
        check_preset(type(self), self.preset)

    def forget_derived(self):
        """Forgets settings that followed from others, so that other flags can change those."""

    def costs(self):
        """What the training takes: a list of dictionaries, one for each resolution.

        Each has the `resolution`, the `batch_size`, the real `images` and the `steps`, the
        multiply-adds forward of one image in the `generator` and in the `discriminator`, and those
        of the `training` in all.
        """
        raise NotImplementedError(f"{type(self).__name__} must say what it costs")


def run(recipe_class, args):
    """`training.run` for flags that may name a preset, which the other flags change."""
    default = dataclasses.MISSING
    args = [part for arg in args for part in _split_preset(arg)]
    if "--preset" in args:
        place = args.index("--preset")
        name = args[place + 1] if len(args) > place + 1 else ""
        check_preset(recipe_class, name or "none")
        default = recipe_class(preset=name, **recipe_class.presets[name])
        default.forget_derived()
    module = recipe_class.__module__.split(".")[-1]
    recipe = tyro.cli(
        recipe_class,
        args=args,
        default=default,
        prog=f"python -m train {module}",
        config=(tyro.conf.FlagCreatePairsOff,),
    )
    if recipe.preset and "TF_CONFIG" not in os.environ:  # one worker of several has no time for it
        print_cost(recipe)
    says_data = any(arg.split("=")[0] == "--data" for arg in args)
    if recipe.preset and not says_data and not recipe.dry_run:
        CONSOLE.print(f"To train, say on what: --preset {recipe.preset} --data FOLDER")
        return None
    return training.run(recipe)


def check_preset(recipe_class, name):
    """Raises a `ValueError` unless a recipe has a preset of that name, or the name is empty."""
    if name and name not in recipe_class.presets:
        raise ValueError(
            f"`--preset` must be one of {', '.join(recipe_class.presets)}. Received: {name!r}"
        )


def _split_preset(arg):
    return arg.split("=", 1) if arg.startswith("--preset=") else [arg]


def cost_of(resolution, batch_size, steps, networks, passes):
    """A row of `PresetRecipe.costs`.

    Args:
        resolution, batch_size, steps: Integers.
        networks: The generator and the discriminator, models.
        passes: Tuple of how often an image goes through either in a step, in forward passes.
    """
    generator, discriminator = map(multiply_adds, networks)
    images = steps * batch_size
    return {
        "resolution": resolution,
        "batch_size": batch_size,
        "images": images,
        "steps": steps,
        "generator": generator,
        "discriminator": discriminator,
        "training": images * (passes[0] * generator + passes[1] * discriminator),
    }


def multiply_adds(model):
    """Multiply-adds of one image on its way through dense layers, convolutions and attention.

    Nested networks and the small layers within layers, such as those that make a style a scale, are
    not counted, nor are blurs.
    """
    return sum(_multiply_adds_of(layer) for layer in model.layers)


def _multiply_adds_of(layer):
    if isinstance(layer, SelfAttention):
        height, width = layer.output.shape[1:3]
        convolutions = (layer.query, layer.key, layer.value, layer.output_map)
        kernels = [getattr(each, "layer", each).kernel.shape for each in convolutions]
        positions = height * width
        attended = positions // 4 if layer.pooled else positions
        looked_up = kernels[0][-1] + kernels[2][-1]  # channels of queries and of values
        return positions * (sum(map(math.prod, kernels)) + attended * looked_up)
    kernel = getattr(getattr(layer, "layer", layer), "kernel", None)
    if kernel is None:
        return 0
    positions = math.prod(layer.output.shape[1:3]) if len(kernel.shape) == 4 else 1
    return positions * math.prod(kernel.shape)


def machine_speed(seconds=1.0):
    """Multiply-adds a second of this machine in a convolution of 3x3x256x256."""
    maps, kernel = tf.zeros((4, 32, 32, 256)), tf.zeros((3, 3, 256, 256))
    convolve = tf.function(lambda: tf.reduce_sum(tf.nn.conv2d(maps, kernel, 1, "SAME")))
    convolve()
    count, began = 0, time.monotonic()
    while time.monotonic() - began < seconds:
        convolve().numpy()
        count += 1
    return count * 4 * 32 * 32 * 9 * 256 * 256 / (time.monotonic() - began)


def print_cost(recipe):
    """Says what a training would take, by resolution and in all."""
    table = rich.table.Table(
        *("pixels", "batch", "steps", "kimg", "generator", "discriminator", "training"),
        title=f"What {recipe.preset} costs",
        box=None,
    )
    rows = recipe.costs()
    for row in rows:
        table.add_row(
            str(row["resolution"]),
            str(row["batch_size"]),
            f"{row['steps']:,}",
            f"{row['images'] / 1000:,.0f}",
            f"{row['generator'] / 1e9:.2f} G",
            f"{row['discriminator'] / 1e9:.2f} G",
            f"{row['training'] / 1e15:,.1f} P",
        )
    CONSOLE.print(table)
    total, speed = sum(row["training"] for row in rows), machine_speed()
    CONSOLE.print(
        "Multiply-adds: of one image forward through either network, and of the training with all "
        f"its passes, {total / 1e15:,.0f} P in all. This machine makes {speed / 1e9:,.0f} G a "
        f"second: about {total / speed / 86400:,.1f} days."
    )
    if recipe.preset in recipe.official_times:
        time_stated = recipe.official_times[recipe.preset]
        CONSOLE.print(f"The authors state {time_stated} for {recipe.preset} as it is.")
