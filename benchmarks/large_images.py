"""One training step of Progressive GAN and StyleGAN at every resolution: seconds and memory.

    python benchmarks/large_images.py [--models progan stylegan] [--resolutions 4 ... 1024]
        [--batch-size 1] [--precision float32] [--recompute]

The networks are the papers', half way through a fade, and a step is that of `fit`: both players
with their optimizers, the gradient penalty or R1, the moving average. Each row is a process of its
own. Memory is the largest resident set of the process, which holds TensorFlow and, in every row,
the weights, averages and optimizer slots of all 1024 pixels; the seconds are the median of steps
after the first. `--recompute` forgets activations of the convolution blocks and computes them again
in the backward pass (`keras.RematScope`), which TensorFlow 2.21 cannot differentiate again, as the
gradient penalty and R1 must: every row then says that it failed.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time

RESOLUTIONS = (4, 8, 16, 32, 64, 128, 256, 512, 1024)


def measure(name, resolution, batch_size, precision, recompute, steps):
    """Dictionary of what one process measured."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import contextlib

    import keras
    import numpy as np

    import keras_gans as kg

    keras.config.set_dtype_policy(precision)
    remat = keras.RematScope(mode="full") if recompute else contextlib.nullcontext()
    make = {"progan": kg.ProGAN, "stylegan": kg.StyleGAN}[name]
    with remat:
        model = make(image_shape=(1024, 1024, 3), ema_half_life=10_000.0)
    model.compile()
    model.grow_to(resolution)
    model.fade_in(0.5)
    images = np.random.default_rng(0).uniform(-1, 1, (batch_size, resolution, resolution, 3))
    images = images.astype("float32")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    seconds = []
    for _ in range(1 + steps):
        start = time.perf_counter()
        logs = model.train_on_batch(images, return_dict=True)
        seconds.append(time.perf_counter() - start)
    assert all(np.isfinite(value) for value in logs.values()), logs
    return {
        "seconds": statistics.median(seconds[1:]),
        "first": seconds[0],
        "gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "gib_before": before,
    }


def in_a_process(name, resolution, options):
    command = [sys.executable, __file__, "--one", name, str(resolution)]
    command += ["--batch-size", str(options.batch_size), "--precision", options.precision]
    command += ["--steps", str(options.steps)] + ["--recompute"] * options.recompute
    result = subprocess.run(command, capture_output=True, text=True)
    lines = result.stdout.strip().splitlines()
    if result.returncode or not lines:
        reason = (result.stderr.strip().splitlines() or ["no output"])[-1][:80]
        return f"failed with status {result.returncode}: {reason}"
    return json.loads(lines[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", default=["progan", "stylegan"])
    parser.add_argument("--resolutions", nargs="+", type=int, default=list(RESOLUTIONS))
    parser.add_argument("--batch-size", type=int, default=1)
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--recompute", action="store_true")
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        name, resolution = options.one
        rest = (options.batch_size, options.precision, options.recompute, options.steps)
        print(json.dumps(measure(name, int(resolution), *rest)))
        return
    print(f"batch {options.batch_size}, {options.precision}, recompute: {options.recompute}")
    print("| model | pixels | s/step | peak memory, GiB | before the step, GiB | first step, s |")
    print("|---|---|---|---|---|---|")
    for name in options.models:
        for resolution in options.resolutions:
            row = in_a_process(name, resolution, options)
            if isinstance(row, str):
                print(f"| {name} | {resolution} | {row} |", flush=True)
                continue
            print(
                f"| {name} | {resolution} | {row['seconds']:.2f} | {row['gib']:.1f} | "
                f"{row['gib_before']:.1f} | {row['first']:.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
