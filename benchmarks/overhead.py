"""What the engine costs, and what it gains: images a second of one DCGAN step, 28x28, batch 128.

    python benchmarks/overhead.py [--rounds 7] [--steps 12]

Contestants, whose rounds alternate; the first two in one process, the others in one each. A round
is an epoch of one long `fit`, or as many steps of a loop:

ours      `fit` of keras_gans.DCGAN
bare      the barest `tf.function` loop over the same networks, losses and order of moves
usual     a `keras.Model` with the train_step of the usual examples: the generator runs twice, for
          the discriminator's step and for its own; TensorFlow as it is installed
usual-0   the same without oneDNN, which is TensorFlow's default on processors without AVX512-VNNI
torch     PyTorch's eager loop over the same networks, if PyTorch is installed

Printed: the median seconds a step, images a second, the processor time a step, and the median over
the rounds of the ratio to ours within one round, for the clock and for the processor time, which is
the steadier of the two on a shared machine. `fit` should need at most 1.05 times the bare loop's.
"""

import argparse
import importlib.util
import os
import statistics
import subprocess
import sys
import time

BATCH_SIZE = 128
LATENT_DIM = 100


def ours(steps):
    import keras_gans as kg

    model = kg.DCGAN(image_shape=(28, 28, 1), latent_dim=LATENT_DIM)
    model.compile()
    data = kg.data.load(random_images(), batch_size=BATCH_SIZE)
    return lambda rounds, callback: model.fit(
        data, steps_per_epoch=steps, epochs=rounds, verbose=0, callbacks=[callback]
    )


def bare(steps):
    import tensorflow as tf

    import keras_gans as kg

    model = kg.DCGAN(image_shape=(28, 28, 1), latent_dim=LATENT_DIM)
    model.compile()  # for its networks and optimizers only
    generator, discriminator = model.generator, model.discriminator
    optimizers = model.optimizers
    batches = iter(kg.data.load(random_images(), batch_size=BATCH_SIZE).from_step(0))

    @tf.function
    def step(real):
        latents = tf.random.uniform((BATCH_SIZE, LATENT_DIM), -1.0, 1.0)
        with tf.GradientTape() as generator_tape:
            fake = generator(latents, training=True)
            with tf.GradientTape() as tape:
                real_logits = discriminator(real, training=True)
                fake_logits = discriminator(tf.stop_gradient(fake), training=True)
                loss = tf.reduce_mean(tf.nn.softplus(-real_logits))
                loss += tf.reduce_mean(tf.nn.softplus(fake_logits)) + sum(discriminator.losses)
            variables = discriminator.trainable_variables
            optimizers["discriminator"].apply(tape.gradient(loss, variables), variables)
            fake_logits = discriminator(fake, training=True)
            generator_loss = tf.reduce_mean(tf.nn.softplus(-fake_logits)) + sum(generator.losses)
        variables = generator.trainable_variables
        gradients = generator_tape.gradient(generator_loss, variables)
        optimizers["generator"].apply(gradients, variables)
        return loss, generator_loss

    def run():
        for _ in range(steps):
            losses = step(next(batches))
        return [float(loss) for loss in losses]

    return run


def usual(steps):
    import keras
    import tensorflow as tf

    from keras_gans import networks  # sets TF_ENABLE_ONEDNN_OPTS only where it is not set

    class UsualGAN(keras.Model):
        def __init__(self, generator, discriminator):
            super().__init__()
            self.generator, self.discriminator = generator, discriminator
            self.trackers = [keras.metrics.Mean("d_loss"), keras.metrics.Mean("g_loss")]

        def compile(self, d_optimizer, g_optimizer):
            super().compile()
            self.d_optimizer, self.g_optimizer = d_optimizer, g_optimizer

        def train_step(self, real):
            latents = tf.random.uniform((tf.shape(real)[0], LATENT_DIM), -1.0, 1.0)
            with tf.GradientTape() as tape:
                fake = self.generator(latents, training=True)
                real_logits = self.discriminator(real, training=True)
                fake_logits = self.discriminator(fake, training=True)
                d_loss = tf.reduce_mean(tf.nn.softplus(-real_logits))
                d_loss += tf.reduce_mean(tf.nn.softplus(fake_logits))
                d_loss += sum(self.discriminator.losses)
            variables = self.discriminator.trainable_variables
            self.d_optimizer.apply_gradients(
                zip(tape.gradient(d_loss, variables), variables, strict=True)
            )
            latents = tf.random.uniform((tf.shape(real)[0], LATENT_DIM), -1.0, 1.0)
            with tf.GradientTape() as tape:
                fake = self.generator(latents, training=True)
                fake_logits = self.discriminator(fake, training=True)
                g_loss = tf.reduce_mean(tf.nn.softplus(-fake_logits)) + sum(self.generator.losses)
            variables = self.generator.trainable_variables
            self.g_optimizer.apply_gradients(
                zip(tape.gradient(g_loss, variables), variables, strict=True)
            )
            for tracker, loss in zip(self.trackers, (d_loss, g_loss), strict=True):
                tracker.update_state(loss)
            return {tracker.name: tracker.result() for tracker in self.trackers}

    tf.config.optimizer.set_experimental_options({"arithmetic_optimization": True})  # as installed
    model = UsualGAN(
        networks.build_dcgan_generator(LATENT_DIM, (28, 28, 1)),
        networks.build_dcgan_discriminator((28, 28, 1)),
    )
    model.compile(keras.optimizers.Adam(2e-4, 0.5), keras.optimizers.Adam(2e-4, 0.5))
    images = random_images().astype("float32") / 127.5 - 1.0
    data = tf.data.Dataset.from_tensor_slices(images).shuffle(len(images))
    data = data.batch(BATCH_SIZE, drop_remainder=True).repeat().prefetch(2)
    return lambda rounds, callback: model.fit(
        data, steps_per_epoch=steps, epochs=rounds, verbose=0, callbacks=[callback]
    )


def torch_eager(steps):
    import torch
    from torch import nn

    class Reshape(nn.Module):
        def forward(self, x):
            return x.view(-1, 128, 7, 7)

    generator = nn.Sequential(
        nn.Linear(LATENT_DIM, 1024, bias=False),
        nn.BatchNorm1d(1024, affine=False),
        nn.ReLU(),
        nn.Linear(1024, 6272, bias=False),
        nn.BatchNorm1d(6272, affine=False),
        nn.ReLU(),
        Reshape(),
        nn.ConvTranspose2d(128, 64, 5, 2, padding=2, output_padding=1, bias=False),
        nn.BatchNorm2d(64, affine=False),
        nn.ReLU(),
        nn.ConvTranspose2d(64, 1, 5, 2, padding=2, output_padding=1, bias=False),
        nn.Tanh(),
    )
    discriminator = nn.Sequential(
        nn.Conv2d(1, 64, 5, 2, padding=2, bias=False),
        nn.LeakyReLU(0.2),
        nn.Conv2d(64, 128, 5, 2, padding=2, bias=False),
        nn.BatchNorm2d(128, affine=False),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(6272, 1024, bias=False),
        nn.BatchNorm1d(1024, affine=False),
        nn.LeakyReLU(0.2),
        nn.Linear(1024, 1, bias=False),
    )
    optimizers = {
        net: torch.optim.Adam(net.parameters(), 2e-4, (0.5, 0.999), weight_decay=1e-5)
        for net in (generator, discriminator)
    }
    images = torch.tensor(random_images()).permute(0, 3, 1, 2).float() / 127.5 - 1.0
    softplus = nn.functional.softplus

    def step():
        real = images[torch.randint(len(images), (BATCH_SIZE,))]
        fake = generator(torch.rand(BATCH_SIZE, LATENT_DIM) * 2 - 1)
        optimizers[discriminator].zero_grad()
        loss = softplus(-discriminator(real)).mean()
        loss = loss + softplus(discriminator(fake.detach())).mean()
        loss.backward()
        optimizers[discriminator].step()
        fake = generator(torch.rand(BATCH_SIZE, LATENT_DIM) * 2 - 1)
        optimizers[generator].zero_grad()
        softplus(-discriminator(fake)).mean().backward()
        optimizers[generator].step()

    def run():
        for _ in range(steps):
            step()

    return run


# TensorFlow reads its settings once, so these run in processes of their own. `keras_gans` sets the
# variable only where it is absent: an empty value is TensorFlow's own default.
ELSEWHERE = {
    "usual": (usual, {"TF_ENABLE_ONEDNN_OPTS": ""}),
    "usual-0": (usual, {"TF_ENABLE_ONEDNN_OPTS": "0"}),
    "torch": (torch_eager, {}),
}


def random_images():
    import numpy as np

    return np.random.default_rng(0).integers(0, 256, (4096, 28, 28, 1)).astype("uint8")


class Stopwatch:
    """Seconds by the clock and by the processor since it was made."""

    def __init__(self):
        self.start = time.perf_counter(), time.process_time()

    def read(self):
        return time.perf_counter() - self.start[0], time.process_time() - self.start[1]


def timed(run):
    watch = Stopwatch()
    run()
    return watch.read()


def rounds_of_fit(fit, rounds, before, after):
    """Runs `fit` for a warm-up epoch and then an epoch per round, calling `after(seconds)`."""
    import keras

    class Rounds(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch > 0:
                before()
            self.watch = Stopwatch()

        def on_epoch_end(self, epoch, logs=None):
            if epoch > 0:
                after(self.watch.read())

    fit(rounds + 1, Rounds())


def serve_rounds(name, steps, rounds):
    """The side of a contestant elsewhere: after a warm-up, a round for every line received."""
    contestant = ELSEWHERE[name][0](steps)

    def answer(seconds):
        print(*seconds, flush=True)

    if name == "torch":
        contestant()
        for _ in range(rounds):
            sys.stdin.readline()
            answer(timed(contestant))
    else:
        rounds_of_fit(contestant, rounds, before=sys.stdin.readline, after=answer)


def start_elsewhere(name, arguments):
    """Starts a process for a contestant; returns a function that lets it run one round."""
    process = subprocess.Popen(
        [
            sys.executable,
            __file__,
            f"--contestant={name}",
            f"--steps={arguments.steps}",
            f"--rounds={arguments.rounds}",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **ELSEWHERE[name][1]},
        text=True,
    )

    def one_round():
        process.stdin.write("go\n")
        process.stdin.flush()
        return tuple(map(float, process.stdout.readline().split()))

    return one_round


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--contestant", choices=ELSEWHERE, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.contestant:
        serve_rounds(arguments.contestant, arguments.steps, arguments.rounds)
        return
    bare_loop = bare(arguments.steps)
    bare_loop()
    others = {"bare": lambda: timed(bare_loop)}
    for name in ELSEWHERE:
        if name != "torch" or importlib.util.find_spec("torch"):
            others[name] = start_elsewhere(name, arguments)
    times = {"ours": [], **{name: [] for name in others}}

    def let_the_others_run(seconds):
        times["ours"].append(seconds)
        for name, one_round in others.items():
            times[name].append(one_round())

    rounds_of_fit(
        ours(arguments.steps), arguments.rounds, before=lambda: None, after=let_the_others_run
    )
    print_table(times, arguments.steps)


def print_table(times, steps):
    print(
        f"{'':10}{'s/step':>10}{'images/s':>10}{'cpu s/step':>12}{'/ ours':>10}{'cpu / ours':>12}"
    )
    for name, rounds in times.items():
        clock, processor = ([part[i] / steps for part in rounds] for i in (0, 1))
        ratios = [
            statistics.median(
                theirs[i] / mine[i] for theirs, mine in zip(rounds, times["ours"], strict=True)
            )
            for i in (0, 1)
        ]
        median = statistics.median(clock)
        print(
            f"{name:10}{median:10.4f}{BATCH_SIZE / median:10.0f}"
            f"{statistics.median(processor):12.4f}{ratios[0]:10.3f}{ratios[1]:12.3f}"
        )


if __name__ == "__main__":
    main()
