"""What scores cost: memory beyond the extractor, and time against one forward pass of it.

    python benchmarks/metrics.py            # FID of 50,000 features, everything else on fewer
    python benchmarks/metrics.py --full     # kernel, precision and recall on 50,000 too (minutes)

Weights are random: time and memory do not depend on them.
"""

import argparse
import json
import pathlib
import time
import tracemalloc

import numpy as np
import threadpoolctl

from keras_gans import metrics

GOLDEN = pathlib.Path(__file__).parents[1] / "tests" / "golden"
BATCH_SIZE, DIM = 64, 2048


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="pairwise scores on 50,000 features")
    num_pairwise = 50_000 if parser.parse_args().full else 5_000
    print("extractor, seconds per image            forward  statistics    ratio")
    compare_update("InceptionFID, 32x32x3, 2048 features", inception(), (32, 32, 3))
    compare_update("ClassifierFeatures, 28x28x1, 128 features", classifier(), (28, 28, 1))
    print("\nscore, features of width 2048          samples     seconds        MiB")
    statistics = measure("mean and covariance", 50_000, lambda: streamed_statistics(50_000))
    measure("Frechet distance of statistics", 50_000, metrics.frechet_distance, *[statistics] * 2)
    real, generated = stored_features(num_pairwise, 0), stored_features(num_pairwise, 1)
    for name, function in [
        ("kernel distance, 100 x 1000", metrics.kernel_distance),
        ("precision and recall", metrics.precision_recall),
        ("density and coverage", metrics.density_coverage),
    ]:
        measure(name, num_pairwise, function, real, generated)


def compare_update(name, extractor, image_shape):
    """Prints the seconds an image takes in the extractor and in the running statistics."""
    images = np.random.default_rng(0).uniform(-1, 1, (BATCH_SIZE, *image_shape)).astype("float32")
    features = extractor(images)
    statistics = metrics.FeatureStatistics()
    forward = median_seconds(lambda: extractor(images)) / BATCH_SIZE
    with threadpoolctl.threadpool_limits(1):  # two threads wait for each other on a busy machine
        update = median_seconds(lambda: statistics.update(features)) / BATCH_SIZE
    print(f"{name:<42}{forward:8.6f}    {update:8.6f}  {forward / update:6.1f}x")


def inception():
    shapes = json.loads(str(np.load(GOLDEN / "inception.npz")["shapes"]))
    random = np.random.default_rng(0)
    return metrics.InceptionFID(
        {name: 0.05 * random.random(shape, np.float32) for name, shape in shapes.items()}
    )


def classifier():
    images = np.random.default_rng(0).uniform(-1, 1, (64, 28, 28, 1)).astype("float32")
    return metrics.ClassifierFeatures(
        images, np.arange(64) % 10, epochs=1, batch_size=BATCH_SIZE, name="benchmark"
    )


def feature_batches(count, seed):
    random = np.random.default_rng(seed)
    for start in range(0, count, 1000):
        yield random.random((min(1000, count - start), DIM), np.float32)


def streamed_statistics(count):
    statistics = metrics.FeatureStatistics()
    for batch in feature_batches(count, seed=0):
        statistics.update(batch)
    return statistics


def stored_features(count, seed):
    features = np.empty((count, DIM), np.float32)
    for start, batch in enumerate(feature_batches(count, seed)):
        features[1000 * start : 1000 * start + len(batch)] = batch
    return features


def measure(name, count, function, *arguments):
    """Prints the seconds of a call and its peak memory, the arrays it is given included."""
    held = sum(argument.nbytes for argument in arguments if isinstance(argument, np.ndarray))
    tracemalloc.start()  # NumPy and SciPy report their arrays to it
    start = time.perf_counter()
    result = function(*arguments)
    seconds = time.perf_counter() - start
    mebibytes = (tracemalloc.get_traced_memory()[1] + held) / 2**20
    tracemalloc.stop()
    print(f"{name:<36}{count:>9,}{seconds:12.1f}{mebibytes:11.0f}")
    return result


def median_seconds(function, repeats=7):
    function()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds))


if __name__ == "__main__":
    main()
