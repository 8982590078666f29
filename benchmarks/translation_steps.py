"""What pix2pix and CycleGAN cost at 256 pixels: a step, its memory, the engine, and translation.

    python benchmarks/translation_steps.py [--models pix2pix cyclegan] [--size 256] [--rounds 5]

The networks are the papers', batch 1. `fit` and the barest `tf.function` loop over the same
networks, losses and order of moves take turns in one process; printed are medians of the seconds of
a step and of the ratio within a round. The loop has no buffer of older fakes. Memory is the largest
resident set of a process that only trains, in either way. Translation is that of `translate` from
and to NumPy, in batches; pix2pix also as Keras's models usually do it, without dropout and with
moving averages.
"""

import argparse
import pathlib
import statistics
import subprocess
import sys
import time

import keras
import numpy as np
import tensorflow as tf

import keras_gans as kg
from keras_gans import losses

STEPS_FOR_MEMORY = 4


def build(name, size, **kwargs):
    make = {"pix2pix": kg.Pix2Pix, "cyclegan": kg.CycleGAN}[name]
    model = make(image_shape=(size, size, 3), seed=0, **kwargs)
    model.compile()
    return model


def batches(name, size):
    shape = (8, size, size, 3)
    images = [
        np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32") for seed in (0, 1)
    ]
    if name == "pix2pix":
        return kg.data.load_pairs(
            tuple(images), direction="AtoB", image_size=size, batch_size=1, augment=False
        )
    return kg.data.load_unpaired(*images, image_size=size, batch_size=1, augment=False)


def step_down(model, player, tape, loss):
    variables = model.variables_of(player)
    gradients = tape.gradient(loss, [variable.value for variable in variables])
    model.optimizers[player].apply(gradients, variables)


def bare_pix2pix(model):
    """A step by hand: the same work, and no more than it."""

    @tf.function
    def step(inputs, targets):
        with tf.GradientTape() as generator_tape:
            fakes = model.generator(inputs, training=True)
            with tf.GradientTape() as tape:
                loss = 0.5 * losses.minimax_discriminator_loss(
                    model.discriminator([inputs, targets], training=True),
                    model.discriminator([inputs, tf.stop_gradient(fakes)], training=True),
                )
            step_down(model, "discriminator", tape, loss)
            logits = model.discriminator([inputs, fakes], training=True)
            fake_loss = losses.non_saturating_generator_loss(logits)
            fake_loss += 100.0 * tf.reduce_mean(tf.abs(targets - fakes))
        step_down(model, "generator", generator_tape, fake_loss)
        return loss

    return step


def bare_cyclegan(model):
    """A step by hand: the same work without the buffers."""

    def distance(images, others):
        return tf.reduce_mean(tf.abs(images - others))

    def squares(logits, target):
        return tf.reduce_mean((logits - target) ** 2)

    @tf.function
    def step(a, b):
        with tf.GradientTape() as tape:
            fake_a = model.generator_ba(b, training=True)
            fake_b = model.generator_ab(a, training=True)
            loss = squares(model.discriminator_a(fake_a, training=True), 1.0)
            loss += squares(model.discriminator_b(fake_b, training=True), 1.0)
            loss += 10.0 * distance(a, model.generator_ba(fake_b, training=True))
            loss += 10.0 * distance(b, model.generator_ab(fake_a, training=True))
            loss += 5.0 * distance(a, model.generator_ba(a, training=True))
            loss += 5.0 * distance(b, model.generator_ab(b, training=True))
        step_down(model, "generators", tape, loss)
        with tf.GradientTape() as tape:
            loss = 0.0
            for judge, real, fake in (
                (model.discriminator_a, a, fake_a),
                (model.discriminator_b, b, fake_b),
            ):
                loss += 0.5 * squares(judge(real, training=True), 1.0)
                loss += 0.5 * squares(judge(tf.stop_gradient(fake), training=True), 0.0)
        step_down(model, "discriminators", tape, loss)
        return loss

    return step


BARE = {"pix2pix": bare_pix2pix, "cyclegan": bare_cyclegan}


def compare(name, size, rounds, steps):
    """Medians: seconds of a step of `fit` and of the loop, and the ratio of both in a round."""
    data, ours, other = batches(name, size), build(name, size), build(name, size)
    step = BARE[name](other)
    source = iter(data.from_step(0))
    bare, fit, ratios = [], [], []

    class Rounds(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            started = time.perf_counter()
            for _ in range(steps):
                loss = step(*next(source))
            float(loss)
            self.bare = (time.perf_counter() - started) / steps
            self.started = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            if epoch > 0:  # the first traces
                seconds = (time.perf_counter() - self.started) / steps
                fit.append(seconds)
                bare.append(self.bare)
                ratios.append(seconds / self.bare)

    ours.fit(data, epochs=rounds + 1, steps_per_epoch=steps, callbacks=[Rounds()], verbose=0)
    return [statistics.median(each) for each in (fit, bare, ratios)]


def peak_memory(name, size, way):
    """GiB of a process that trains some steps with `fit` or the loop."""
    command = [sys.executable, __file__, "--memory", name, way, "--size", str(size)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(output.split()[-1])


def train_and_tell_memory(name, way, size):
    data, model = batches(name, size), build(name, size)
    if way == "fit":
        model.fit(data, epochs=1, steps_per_epoch=STEPS_FOR_MEMORY, verbose=0)
    else:
        step, source = BARE[name](model), iter(data.from_step(0))
        for _ in range(STEPS_FOR_MEMORY):
            float(step(*next(source)))
    print(peak_gib())


def peak_gib():
    """The largest resident set of this process; `ru_maxrss` would inherit that of its parent."""
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 2**20
    raise OSError("There is no VmHWM in /proc/self/status")


def translation_rate(model, size, batch_size, num):
    """Images a second of `translate`."""
    images = np.random.default_rng(0).uniform(-1, 1, (num, size, size, 3)).astype("float32")
    direction = next(iter(model.directions))
    model.translate(images[:batch_size], direction, batch_size=batch_size)  # traces
    started = time.perf_counter()
    model.translate(images, direction, batch_size=batch_size)
    return num / (time.perf_counter() - started)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", default=["pix2pix", "cyclegan"])
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--batch-sizes", nargs="+", type=int, default=[1, 4, 8, 16])
    parser.add_argument("--memory", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory:
        train_and_tell_memory(*options.memory, options.size)
        return
    print("| model | `fit`, s/step | loop, s/step | time / loop's | `fit`, GiB | loop, GiB |")
    print("|---|---|---|---|---|---|")
    for name in options.models:
        peaks = [peak_memory(name, options.size, way) for way in ("fit", "loop")]
        fit, bare, ratio = compare(name, options.size, options.rounds, options.steps)
        numbers = [f"{fit:.2f}", f"{bare:.2f}", f"{ratio:.3f}", *(f"{peak:.1f}" for peak in peaks)]
        print(f"| {name} |", " | ".join(numbers), "|", flush=True)
    print("\n| translation, images/s |", *(f" {size} a batch |" for size in options.batch_sizes))
    print("|---|" + "---|" * len(options.batch_sizes))
    variants = {name: (name, {}) for name in options.models}
    if "pix2pix" in variants:
        usual = {"translate_in_training_mode": False}
        variants["pix2pix, as Keras's models usually"] = ("pix2pix", usual)
    for label, (name, arguments) in variants.items():
        model = build(name, options.size, **arguments)
        num = max(options.batch_sizes)
        rates = [translation_rate(model, options.size, size, num) for size in options.batch_sizes]
        print(f"| {label} |", *(f" {rate:.2f} |" for rate in rates), flush=True)


if __name__ == "__main__":
    main()
