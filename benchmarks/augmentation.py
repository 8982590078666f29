"""What augmentation costs: seconds of one DCGAN step, 28x28, without and with each kind.

    python benchmarks/augmentation.py [--rounds 7] [--steps 6]

All contestants are in one process, and their rounds of so many steps alternate. Printed: the median
seconds a step, and the median over the rounds of the ratio to the plain step within one round.
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

import keras_gans as kg

BATCH_SIZE = 64
CONTESTANTS = {
    "without": lambda: None,
    "DiffAugment": kg.layers.DiffAugment,
    "AdaptiveAugment": lambda: kg.layers.AdaptiveAugment(target=None, probability=0.5),
}


def build(augment):
    model = kg.DCGAN(image_shape=(28, 28, 1), latent_dim=100, augment=augment)
    model.compile()
    return model


def seconds_of(model, images, steps):
    """Seconds a step; the logs that `train_on_batch` returns are numbers, so the step is over."""
    began = time.perf_counter()
    for _ in range(steps):
        model.train_on_batch(images)
    return (time.perf_counter() - began) / steps


def main(rounds, steps):
    images = np.random.default_rng(0).uniform(-1, 1, (BATCH_SIZE, 28, 28, 1)).astype("float32")
    models = {name: build(make()) for name, make in CONTESTANTS.items()}
    seconds = {name: [] for name in models}
    for number in range(rounds + 1):
        for name, model in models.items():
            measured = seconds_of(model, images, steps)
            if number:  # the first round traces
                seconds[name].append(measured)
    plain = seconds["without"]
    for name, each in seconds.items():
        ratio = statistics.median(a / b for a, b in zip(each, plain, strict=True))
        print(f"{name}: {1000 * statistics.median(each):.0f} ms a step, {ratio:.3f} times plain")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7, help="rounds of each contestant")
    parser.add_argument("--steps", type=int, default=6, help="steps of a round")
    arguments = parser.parse_args()
    main(arguments.rounds, arguments.steps)
