"""What the engine costs in SAGAN, Progressive GAN and StyleGAN, and where their time goes.

    python benchmarks/large_steps.py [--models sagan progan stylegan] [--sizes 64 128] [--rounds 5]

`fit` and the barest `tf.function` loop over the same networks, losses, penalties and order of moves
take turns in one process; printed are medians of the images a second, and the median of the ratio
within a round with the smallest and the largest, because the medians may be of different rounds.
Widths are an eighth of the papers' (SAGAN 8, the others at most 64 channels), batch 8.

The share of convolutions is what TensorFlow's profiler attributes to convolutions and their
gradients among all operations of some steps of `fit`.
"""

import argparse
import functools
import pathlib
import statistics
import tempfile
import time

import keras
import numpy as np
import tensorflow as tf

import keras_gans as kg
from keras_gans import losses, networks

BATCH_SIZE, LATENT_DIM = 8, 64


def build(name, size):
    shape, widths = (size, size, 3), {"base_width": 1024, "max_width": 64, "growing": False}
    arguments = {"image_shape": shape, "latent_dim": LATENT_DIM}
    if name == "sagan":
        return kg.SAGAN(
            generator=networks.build_sagan_generator(LATENT_DIM, shape, width=8),
            discriminator=networks.build_sagan_discriminator(shape, width=8),
            **arguments,
        )
    if name == "progan":
        return kg.ProGAN(
            generator=networks.build_progan_generator(LATENT_DIM, shape, **widths),
            discriminator=networks.build_progan_discriminator(shape, **widths),
            **arguments,
        )
    return kg.StyleGAN(
        mapping=networks.build_style_mapping(LATENT_DIM, 64),
        synthesis=networks.build_style_synthesis(shape, 64, **widths),
        discriminator=networks.build_style_discriminator(shape, **widths),
        mixing_probability=0.0,
        **arguments,
    )


def slopes(discriminator, points):
    with tf.GradientTape() as tape:
        tape.watch(points)
        total = tf.reduce_sum(discriminator(points, training=True))
    return tf.reduce_sum(tape.gradient(total, points) ** 2, axis=(1, 2, 3))


def discriminator_loss(name, discriminator, real, fake):
    real_logits, fake_logits = (
        discriminator(real, training=True),
        discriminator(fake, training=True),
    )
    if name == "sagan":
        return losses.hinge_discriminator_loss(real_logits, fake_logits)
    if name == "progan":
        mix = tf.random.uniform((BATCH_SIZE, 1, 1, 1))
        norms = tf.sqrt(slopes(discriminator, real + mix * (fake - real)) + 1e-12)
        loss = losses.wasserstein_critic_loss(real_logits, fake_logits)
        loss += 10.0 * tf.reduce_mean((norms - 1.0) ** 2)
        return loss + 0.001 * tf.reduce_mean(real_logits**2)
    loss = losses.minimax_discriminator_loss(real_logits, fake_logits)
    return loss + 5.0 * tf.reduce_mean(slopes(discriminator, real))


def bare_step(name, model):
    """The step of a model by hand: the same work, and no more than it."""
    discriminator, optimizers = model.discriminator, model.optimizers
    generator_loss = {
        "sagan": losses.hinge_generator_loss,
        "progan": losses.wasserstein_generator_loss,
        "stylegan": losses.non_saturating_generator_loss,
    }[name]

    def generate():
        latents = tf.random.normal((BATCH_SIZE, LATENT_DIM))
        if name != "stylegan":
            return model.generator(latents, training=True)
        styles = model.mapping(latents, training=True)
        styles = tf.repeat(styles[:, None], model.num_styles, axis=1)
        seeds = tf.random.uniform((BATCH_SIZE, 2), maxval=2**31, dtype=tf.int64)
        return model.synthesis([styles, seeds], training=True)

    normalised = [
        layer
        for player in model.players
        for network in model.networks_of(player)
        for layer in network._flatten_layers()
        if isinstance(layer, kg.layers.SpectralNormalization)
    ]

    @tf.function
    def step(real):
        with tf.GradientTape() as generator_tape:
            fake = generate()
            with tf.GradientTape() as tape:
                loss = discriminator_loss(name, discriminator, real, tf.stop_gradient(fake))
            variables = model.variables_of("discriminator")
            gradients = tape.gradient(loss, [v.value for v in variables])
            optimizers["discriminator"].apply(gradients, variables)
            fake_loss = generator_loss(discriminator(fake, training=True))
        variables = model.variables_of("generator")
        gradients = generator_tape.gradient(fake_loss, [v.value for v in variables])
        optimizers["generator"].apply(gradients, variables)
        for layer in normalised:
            layer.follow_kernel()
        return loss

    return step


def compare(name, size, rounds, steps):
    """Prints one row: images a second of `fit` and of the loop, and the ratio."""
    images = np.random.default_rng(0).uniform(-1, 1, (64, size, size, 3)).astype("float32")
    data = kg.data.load(images, batch_size=BATCH_SIZE)
    keras.utils.set_random_seed(0)
    ours, other = build(name, size), build(name, size)
    ours.compile()
    other.compile()
    step, batches = bare_step(name, other), iter(data.from_step(0))
    bare, fit, ratios = [], [], []

    class Rounds(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            started = time.perf_counter()
            for _ in range(steps):
                loss = step(next(batches))
            float(loss)
            self.bare = time.perf_counter() - started
            self.started = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            if epoch > 0:  # the first traces
                seconds = time.perf_counter() - self.started
                fit.append(seconds)
                bare.append(self.bare)
                ratios.append(seconds / self.bare)

    ours.fit(data, epochs=rounds + 1, steps_per_epoch=steps, callbacks=[Rounds()], verbose=0)
    per_second = [BATCH_SIZE * steps / statistics.median(times) for times in (fit, bare)]
    share = share_of_convolutions(functools.partial(ours.fit, data, epochs=1, steps_per_epoch=3))
    print(
        f"| {name} | {size} | {per_second[0]:.1f} | {per_second[1]:.1f} | "
        f"{statistics.median(ratios):.3f} ({min(ratios):.2f} to {max(ratios):.2f}) | {share:.0%} |",
        flush=True,
    )


def share_of_convolutions(run):
    """Share of the operations' time that convolutions and their gradients take."""
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        run(verbose=0)
        tf.profiler.experimental.stop()
        (file,) = pathlib.Path(folder).rglob("*.xplane.pb")
        space = xplane_pb2.XSpace.FromString(file.read_bytes())
    total = convolutions = 0
    for plane in space.planes:
        for line in plane.lines:
            for event in line.events:
                kind = plane.event_metadata[event.metadata_id].name.split(":")
                if len(kind) != 2 or "::" in plane.event_metadata[event.metadata_id].name:
                    continue  # a kernel is named "node:Operation"
                total += event.duration_ps
                convolutions += event.duration_ps * ("conv2d" in kind[1].lower())
    return convolutions / max(total, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", default=["sagan", "progan", "stylegan"])
    parser.add_argument("--sizes", nargs="+", type=int, default=[64, 128])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=6)
    options = parser.parse_args()
    print("| model | pixels | `fit`, images/s | loop, images/s | time / loop's | convolutions |")
    print("|---|---|---|---|---|---|")
    for size in options.sizes:
        for name in options.models:
            compare(name, size, options.rounds, options.steps)


if __name__ == "__main__":
    main()
