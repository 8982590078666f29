"""What scores cost: memory beyond the extractor, and time against one forward pass of it.

    python benchmarks/metrics.py            # what compares all pairs on 5,000 features only
    python benchmarks/metrics.py --full     # on 50,000 too (minutes)

Weights are random: time and memory do not depend on them. The last two lines say whether 50,000
features of width 2048 stay under 1 GiB, both sets and what compares them included, and whether
statistics are updated at least 10 times faster than an extractor reads.
"""

import argparse
import json
import pathlib
import tempfile
import time
import tracemalloc

import numpy as np
import threadpoolctl

from keras_gans import metrics

GOLDEN = pathlib.Path(__file__).parents[1] / "tests" / "golden"
BATCH_SIZE, DIM = 64, 2048
NUM = 50_000  # samples of a published score
MEMORY_LIMIT, SPEED_LIMIT = 1024, 10  # MiB, and times faster than the forward pass


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="pairwise scores on 50,000 features")
    num_pairwise = NUM if parser.parse_args().full else 5_000
    print("extractor, seconds per image            forward  statistics    ratio")
    ratios = [
        compare_update("InceptionFID, 32x32x3, 2048 features", inception(), (32, 32, 3)),
        compare_update("ClassifierFeatures, 28x28x1, 128 features", classifier(), (28, 28, 1)),
    ]
    print("\nscore, features of width 2048          samples     seconds        MiB")
    statistics, *peaks = measure("reading for FID", NUM, read, NUM, False)
    statistics = statistics.statistics
    peaks += measure(
        "Frechet distance of statistics", NUM, metrics.frechet_distance, *[statistics] * 2
    )[1:]
    peaks += measure("reading for the other scores", NUM, read, NUM, True)[1:]
    real, generated = stored_features(NUM, 0), stored_features(NUM, 1)
    for name, function, count in [
        ("kernel distance, 100 x 1000", metrics.kernel_distance, NUM),
        ("precision and recall", metrics.precision_recall, num_pairwise),
        ("density and coverage", metrics.density_coverage, num_pairwise),
    ]:
        peak = measure(name, count, function, real[:count], generated[:count])[1]
        peaks += [peak] if count == NUM else []
    print(f"\n{NUM:,} features take at most {max(peaks):.0f} MiB; {MEMORY_LIMIT} are allowed")
    print(f"statistics are at least {min(ratios):.0f} times faster; {SPEED_LIMIT} are demanded")


def compare_update(name, extractor, image_shape):
    """Prints the seconds an image takes in the extractor and in the running statistics."""
    images = np.random.default_rng(0).uniform(-1, 1, (BATCH_SIZE, *image_shape)).astype("float32")
    features = extractor(images)
    statistics = metrics.FeatureStatistics()
    forward = median_seconds(lambda: extractor(images)) / BATCH_SIZE
    with threadpoolctl.threadpool_limits(1):  # two threads wait for each other on a busy machine
        update = median_seconds(lambda: statistics.update(features)) / BATCH_SIZE
    print(f"{name:<42}{forward:8.6f}    {update:8.6f}  {forward / update:6.1f}x")
    return forward / update


def inception():
    shapes = json.loads(str(np.load(GOLDEN / "inception.npz")["shapes"]))
    random = np.random.default_rng(0)
    return metrics.InceptionFID(
        {name: 0.05 * random.random(shape, np.float32) for name, shape in shapes.items()}
    )


def classifier():
    images = np.random.default_rng(0).uniform(-1, 1, (64, 28, 28, 1)).astype("float32")
    with tempfile.TemporaryDirectory() as folder:  # not among the classifiers that score
        return metrics.ClassifierFeatures(
            images, np.arange(64) % 10, epochs=1, batch_size=BATCH_SIZE, cache_directory=folder
        )


def feature_batches(count, seed):
    random = np.random.default_rng(seed)
    for start in range(0, count, 1000):
        yield random.random((min(1000, count - start), DIM), np.float32)


def read(count, features):
    """What a score reads in `count` images, by an extractor that takes no memory of its own."""
    random = np.random.default_rng(0)
    extractor = metrics.CallableFeatures(
        lambda images: random.random((len(images), DIM), np.float32), "random"
    )
    images = (np.zeros((1000, 1, 1, 1), np.float32) for _ in range(count // 1000))
    return metrics.read_images(extractor, images, features=features)


def stored_features(count, seed):
    features = np.empty((count, DIM), np.float32)
    for start, batch in enumerate(feature_batches(count, seed)):
        features[1000 * start : 1000 * start + len(batch)] = batch
    return features


def measure(name, count, function, *arguments):
    """Prints the seconds of a call and its peak in MiB, the arrays it is given included.

    Returns:
        What the call returned, and the peak.
    """
    held = sum(argument.nbytes for argument in arguments if isinstance(argument, np.ndarray))
    tracemalloc.start()  # NumPy and SciPy report their arrays to it
    start = time.perf_counter()
    result = function(*arguments)
    seconds = time.perf_counter() - start
    mebibytes = (tracemalloc.get_traced_memory()[1] + held) / 2**20
    tracemalloc.stop()
    print(f"{name:<36}{count:>9,}{seconds:12.1f}{mebibytes:11.0f}")
    return result, mebibytes


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
