"""What the recipes of growing networks share: the schedule, and what a training costs."""

import dataclasses

import keras

from keras_gans import callbacks, data
from train import _presets

# Passes of an image through the networks in a step, in forward passes; a backward pass counts 2, or
# 1 where only the input's gradient is taken. Generator: forward and backward. Discriminator: real,
# fake and the generator's step (3 + 3 + 2), and a penalty on its slope, differentiated twice (6).
PASSES = 3, 14


@dataclasses.dataclass
class GrowingRecipe(_presets.PresetRecipe):
    """Settings of networks that grow. The defaults suit two processor cores, presets the papers."""

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
        super().__post_init__()
        averages = ("ema_decay", "ema_half_life")
        if None not in [getattr(self, name) for name in averages]:
            for name in averages:
                if getattr(self, name) == getattr(type(self), name):
                    setattr(self, name, None)  # the default gives way to what was asked for
        steps = self.schedule().steps
        self.epochs = self.epochs or -(-steps // min(self.steps_per_epoch, steps))

    def forget_derived(self):
        self.epochs = 0  # those of the schedule

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

    def costs(self):
        shape = (self.image_size, self.image_size, self.channels or 3)
        model = self.model(shape)
        schedule = self.schedule()
        rows = []
        for resolution in schedule.resolutions:
            model.grow_to(resolution)
            parts = [s for s in schedule.segments if s.resolution == resolution]
            steps = sum(segment.steps for segment in parts)
            networks = [model.part_of(name) for name in model.grown_networks]
            rows.append(_presets.cost_of(resolution, parts[0].batch_size, steps, networks, PASSES))
        return rows
