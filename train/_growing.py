"""What the recipes of growing networks share: schedule, presets, and what a preset would cost."""

import dataclasses
import os
import time
from typing import ClassVar

import keras
import numpy as np
import rich.console
import rich.table
import tensorflow as tf
import tyro

from keras_gans import callbacks, data, training

# Passes of an image through the networks in a step, in forward passes; a backward pass counts 2, or
# 1 where only the input's gradient is taken. Generator: forward and backward. Discriminator: real,
# fake and the generator's step (3 + 3 + 2), and a penalty on its slope, differentiated twice (6).
GENERATOR_PASSES, DISCRIMINATOR_PASSES = 3, 14


@dataclasses.dataclass
class GrowingRecipe(training.Recipe):
    """Settings of networks that grow. The defaults suit two processor cores, presets the papers."""

    presets: ClassVar[dict] = {}  # from a name to the settings that differ from the defaults
    official_times: ClassVar[dict] = {}  # from a preset to the time that its authors state

    preset: str = ""
    """The paper's settings by name, before the other flags; prints what they would cost."""
    image_size: int = 32
    """Height and width of the final images, a power of two."""
    batch_size: int = 32
    """Real images in a step, from 4 pixels up to where batch_sizes begins to name others."""
    batch_sizes: dict[int, int] = dataclasses.field(default_factory=dict)
    """Batch sizes from a resolution on: --batch-sizes 4 128 32 64."""
    epochs: int = 0
    """Epochs of steps_per_epoch steps; 0 for those that the schedule takes."""
    steps_per_epoch: int = 500
    """Steps between two looks of the callbacks."""
    start: int = 4
    """The resolution of the beginning."""
    stable_kimg: float = 30.0
    """Thousands of real images for which a resolution trains."""
    fade_kimg: float = 30.0
    """Thousands of real images for which a resolution fades in."""
    total_kimg: float | None = None
    """Thousands of real images in all. Defaults to the end of the last resolution's stable_kimg."""
    growing: bool = True
    """Grow; otherwise all of the final resolution trains from the first step on."""
    learning_rate: float = 0.001
    """Adam's learning rate of both players; its momentum is 0."""
    learning_rates: dict[int, float] = dataclasses.field(default_factory=dict)
    """Learning rates by resolution where they differ: --learning-rates 128 0.0015."""
    latent_dim: int = 128
    """Size of the latent vector; 512 in the papers."""
    base_width: int = 1024
    """Channels are 2 * base_width / resolution; 8192 in the papers."""
    max_width: int = 64
    """The most channels of any layer; 512 in the papers."""
    group_size: int = 4
    """Samples in a group of the minibatch standard deviation."""

    mirror: bool = False
    """Mirror half of the images, as the papers do with faces."""

    def __post_init__(self):
        check_preset(type(self), self.preset)
        steps = self.schedule().steps
        self.epochs = self.epochs or -(-steps // min(self.steps_per_epoch, steps))

    def schedule(self):
        """The `GrowthSchedule` of these settings; of one resolution for networks that are fixed."""
        start = self.start if self.growing else self.image_size
        images = {
            "stable_images": self.stable_kimg,
            "fade_images": self.fade_kimg,
            "total_images": self.total_kimg,
        }
        if not self.growing and self.total_kimg is None:
            images["total_images"] = self.schedule_of_growth().segments[-1].first_image / 1000
            images["total_images"] += self.stable_kimg
        return self._schedule(start, images)

    def schedule_of_growth(self):
        """The schedule that the same settings have with growing networks."""
        return dataclasses.replace(self, growing=True, epochs=1).schedule()

    def _schedule(self, start, kimg):
        images = {name: None if n is None else round(1000 * n) for name, n in kimg.items()}
        return data.GrowthSchedule(
            resolution=self.image_size,
            start=start,
            batch_sizes={4: self.batch_size} | self.batch_sizes
            if self.batch_sizes
            else self.batch_size,
            learning_rate=self.learning_rate_factor * self.learning_rate,
            learning_rates={
                size: self.learning_rate_factor * rate for size, rate in self.learning_rates.items()
            },
            **images,
        )

    def dataset(self):
        return data.grown(super().dataset(), self.schedule(), self.steps_per_epoch, self.mirror)

    def callbacks(self):
        return [callbacks.ProgressiveGrowth(self.schedule())]

    def widths(self):
        """Arguments of the networks' builders."""
        names = ("base_width", "max_width", "growing")
        return {name: getattr(self, name) for name in names}

    def optimizers(self, steps_per_epoch):
        return {
            player: keras.optimizers.Adam(self.learning_rate, beta_1=0.0, beta_2=0.99, epsilon=1e-8)
            for player in ("generator", "discriminator")
        }


def run(recipe_class, args):
    """`training.run` for flags that may name a preset, which the other flags change."""
    default = dataclasses.MISSING
    args = [part for arg in args for part in _split_preset(arg)]
    if "--preset" in args:
        place = args.index("--preset")
        name = args[place + 1] if len(args) > place + 1 else ""
        check_preset(recipe_class, name or "none")
        default = recipe_class(preset=name, **recipe_class.presets[name])
        default.epochs = 0  # those of the schedule, whatever other flags make of it
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
    return training.run(recipe)


def check_preset(recipe_class, name):
    """Raises a `ValueError` unless a recipe has a preset of that name, or the name is empty."""
    if name and name not in recipe_class.presets:
        raise ValueError(
            f"`--preset` must be one of {', '.join(recipe_class.presets)}. Received: {name!r}"
        )


def _split_preset(arg):
    return arg.split("=", 1) if arg.startswith("--preset=") else [arg]


def multiply_adds(model):
    """Multiply-adds of one image on its way through a network's dense layers and convolutions."""
    total = 0
    for layer in model.layers:
        kernel = getattr(layer, "kernel", None)
        if kernel is not None:
            positions = np.prod(layer.output.shape[1:3]) if len(kernel.shape) == 4 else 1
            total += int(positions) * int(np.prod(kernel.shape))
    return total


def costs(recipe):
    """List of dictionaries, one for each resolution: images, steps, multiply-adds forward of one
    image in either network, and those of the training in all."""
    shape = (recipe.image_size, recipe.image_size, recipe.channels or 3)
    model = recipe.model(shape)
    schedule = recipe.schedule()
    rows = []
    for resolution in schedule.resolutions:
        model.grow_to(resolution)
        parts = [s for s in schedule.segments if s.resolution == resolution]
        steps = sum(segment.steps for segment in parts)
        images = steps * parts[0].batch_size
        generator, discriminator = (
            multiply_adds(model.part_of(name)) for name in model.grown_networks
        )
        passes = GENERATOR_PASSES * generator + DISCRIMINATOR_PASSES * discriminator
        rows.append(
            {
                "resolution": resolution,
                "batch_size": parts[0].batch_size,
                "images": images,
                "steps": steps,
                "generator": generator,
                "discriminator": discriminator,
                "training": images * passes,
            }
        )
    return rows


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
    console = rich.console.Console(highlight=False, soft_wrap=True)
    table = rich.table.Table(
        *("pixels", "batch", "steps", "kimg", "generator", "discriminator", "training"),
        title=f"What {recipe.preset} costs",
        box=None,
    )
    rows = costs(recipe)
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
    console.print(table)
    total, speed = sum(row["training"] for row in rows), machine_speed()
    console.print(
        "Multiply-adds: of one image forward through either network, and of the training with all "
        f"its passes, {total / 1e15:,.0f} P in all. This machine makes {speed / 1e9:,.0f} G a "
        f"second: about {total / speed / 86400:,.1f} days."
    )
    if recipe.preset in recipe.official_times:
        time_stated = recipe.official_times[recipe.preset]
        console.print(f"The authors state {time_stated} for {recipe.preset} as it is.")
