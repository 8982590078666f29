"""Progressive GAN's claim: how much sooner are the same images shown to networks that grow?

    python benchmarks/progressive_growing.py [--size 64] [--images-a-phase 1536] [--batch-size 16]

The same networks (an eighth of the paper's width) see the same number of images twice: grown from
4 pixels by the paper's schedule, each resolution for as many images as it is faded in, and then
without growing. As in the paper's code, which grows for 9.6 million images and stops after 12,
the last resolution then trains on for a quarter of these (`--last` says another number). Tracing
the steps is timed apart: it is paid once a resolution and vanishes in a training of days.
"""

import argparse
import time

import keras
import numpy as np

import keras_gans as kg
from keras_gans import networks

LATENT_DIM = 64


def build(size):
    keras.utils.set_random_seed(0)
    shape, widths = (size, size, 1), {"base_width": 1024, "max_width": 64}
    model = kg.ProGAN(
        image_shape=shape,
        latent_dim=LATENT_DIM,
        generator=networks.build_progan_generator(LATENT_DIM, shape, **widths),
        discriminator=networks.build_progan_discriminator(shape, **widths),
    )
    model.compile()
    return model


class Clock(keras.callbacks.Callback):
    """Seconds of the steps, and of those that traced, by resolution."""

    def __init__(self):
        super().__init__()
        self.seconds, self.tracing, self.steps = {}, {}, {}

    def on_train_batch_begin(self, batch, logs=None):
        self.start = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        seconds, resolution = time.perf_counter() - self.start, self.model.resolution
        if resolution not in self.tracing:
            self.tracing[resolution] = seconds
            return
        self.seconds[resolution] = self.seconds.get(resolution, 0.0) + seconds
        self.steps[resolution] = self.steps.get(resolution, 0) + 1


def train(size, schedule, grows):
    images = np.random.default_rng(0).uniform(-1, 1, (256, size, size, 1)).astype("float32")
    source = kg.data.load(images, batch_size=schedule.batch_size_at(size))
    clock, model = Clock(), build(size)
    if grows:
        watchers = [clock, kg.callbacks.ProgressiveGrowth(schedule)]  # growing takes time, too
        data = kg.data.grown(source, schedule, steps_per_epoch=schedule.steps)
    else:
        watchers, data = [clock], source
    model.fit(data, epochs=1, steps_per_epoch=schedule.steps, callbacks=watchers, verbose=0)
    return clock


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--images-a-phase", type=int, default=1536)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--last", type=int, default=None)
    options = parser.parse_args()
    phases = {"stable_images": options.images_a_phase, "fade_images": options.images_a_phase}
    schedule = kg.data.GrowthSchedule(
        resolution=options.size, batch_sizes=options.batch_size, **phases
    )
    grown_at = schedule.segments[-1].first_image
    last = round(grown_at / 4) if options.last is None else options.last
    schedule = kg.data.GrowthSchedule(
        resolution=options.size,
        batch_sizes=options.batch_size,
        total_images=grown_at + max(1, last),
        **phases,
    )
    clocks = [train(options.size, schedule, grows) for grows in (True, False)]
    images = schedule.steps * options.batch_size
    print(f"{images:,} images of {options.size} pixels, batch {options.batch_size}, 2 cores")
    print("| networks | seconds | tracing, seconds | images/s by resolution |")
    print("|---|---|---|---|")
    for name, clock in zip(("grown", "not grown"), clocks, strict=True):
        speeds = ", ".join(
            f"{r}: {clock.steps[r] * options.batch_size / s:.0f}" for r, s in clock.seconds.items()
        )
        print(
            f"| {name} | {sum(clock.seconds.values()):.0f} | {sum(clock.tracing.values()):.0f} | "
            f"{speeds} |"
        )
    grown, fixed = (sum(clock.seconds.values()) for clock in clocks)
    print(f"grown is {fixed / grown:.2f} times as fast")


if __name__ == "__main__":
    main()
