"""Images a second of each source beside what a DCGAN step consumes, and the memory they take.

    python benchmarks/pipeline.py

Every source is measured in a process of its own. "Beyond the data" is the highest resident memory
while loading and reading, less what was there before and less the data itself (Linux only).
"""

import multiprocessing
import os
import pathlib
import re
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image

import keras_gans as kg

BATCH_SIZE = 128
SECONDS = 3.0  # of reading each source
WARM_UP = 20  # batches
GOAL = 20  # times what a DCGAN step consumes, for arrays of 28x28 in memory
PHOTOS, PHOTO_SIDE = 2_000, 128
PAIRS, PAIR_SIDE = 400, 256  # as many and as large as those of the facades
GLYPHS = "glyphs/28_6000_1000"


def main():
    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        make_photos(directory / "photos", PHOTOS, PHOTO_SIDE, PHOTO_SIDE)
        make_photos(directory / "pairs", PAIRS, 2 * PAIR_SIDE, PAIR_SIDE)
        consumed = in_new_process(dcgan_images_per_second)
        print(
            f"DCGAN, 28x28, batch {BATCH_SIZE}: {consumed:,.0f} images/s on {os.cpu_count()} cores"
        )
        print(f"\n{'source':<44}{'examples/s':>12}{'ratio':>8}{'data, MiB':>11}{'beyond it':>11}")
        for name in SOURCES:
            speed, data_size, beyond = in_new_process(measure, name, directory)
            ratio = speed / consumed
            print(f"{name:<44}{speed:>12,.0f}{ratio:>7.0f}x{data_size:>11.1f}{beyond:>11.1f}")
            if name == "array 28x28, in memory":
                verdict = "reached" if ratio >= GOAL else "MISSED"
    print(f"\ngoal for arrays of 28x28 in memory, {GOAL}x: {verdict}")


def make_photos(folder, count, width, height):
    """JPEG files as cameras make them, but small: smooth noise in colour."""
    folder.mkdir()
    random = np.random.default_rng(0)
    for number in range(count):
        coarse = Image.fromarray(random.integers(0, 256, (16, 16, 3), np.uint8))
        coarse.resize((width, height)).save(folder / f"{number:04d}.jpg", quality=90)


def in_memory_array(size, channels, directory):
    shape = (60_000 * 28**2 // size**2 // channels, size, size, channels)
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def glyphs(directory, **settings):
    return kg.data.load(GLYPHS, data_dir=directory, batch_size=BATCH_SIZE, **settings)


def photos(directory, **settings):
    return kg.data.load(directory / "photos", image_size=64, batch_size=BATCH_SIZE, **settings)


def pairs(directory, **settings):
    return kg.data.load_pairs(directory / "pairs", direction="AtoB", **settings)


def glyph_pairs(load, source, **settings):
    jitter = {"load_size": 36, "flip": True, "batch_size": BATCH_SIZE}
    return load(source, image_size=32, **jitter, **settings)


# For each source: what is there before, how it is loaded, and the bytes that are kept.
SOURCES = {
    "array 28x28, in memory": (
        lambda directory: in_memory_array(28, 1, directory),
        lambda images, directory: kg.data.load(images, batch_size=BATCH_SIZE),
        60_000 * 28**2,
    ),
    "array 64x64x3, in memory": (
        lambda directory: in_memory_array(64, 3, directory),
        lambda images, directory: kg.data.load(images, batch_size=BATCH_SIZE),
        60_000 * 28**2,
    ),
    "TFDS 28x28, in memory": (
        glyphs,  # rendered before, not while it is measured
        lambda _, directory: glyphs(directory),
        6_000 * 28**2,
    ),
    "TFDS 28x28, streamed": (
        glyphs,
        lambda _, directory: glyphs(directory, in_memory=False),
        0,
    ),
    "folder, 128x128 JPEG to 64x64, in memory": (
        lambda directory: None,
        lambda _, directory: photos(directory),
        PHOTOS * 64 * 64 * 3,
    ),
    "folder, 128x128 JPEG to 64x64, streamed": (
        lambda directory: None,
        lambda _, directory: photos(directory, in_memory=False),
        0,
    ),
    "pairs 256x256, in memory, batch 1": (
        lambda directory: None,
        lambda _, directory: pairs(directory),
        PAIRS * 286 * 286 * 6,
    ),
    "pairs 256x256, streamed, batch 1": (
        lambda directory: None,
        lambda _, directory: pairs(directory, in_memory=False),
        0,
    ),
    "pairs of glyphs 32x32, in memory": (
        lambda directory: None,
        lambda _, directory: glyph_pairs(
            kg.data.load_pairs, "glyphs/outline_2000_200", direction="AtoB"
        ),
        2_000 * 36 * 36 * 2,
    ),
    "unpaired glyphs 32x32, in memory": (
        lambda directory: None,
        lambda _, directory: glyph_pairs(kg.data.load_unpaired, "glyphs/slant_2000_200"),
        2 * 2_000 * 36 * 36,
    ),
    "mixture of Gaussians, ring": (
        lambda directory: None,
        lambda _, directory: kg.data.mixture_of_gaussians("ring", batch_size=BATCH_SIZE),
        0,
    ),
}


def measure(name, directory):
    """Examples a second, MiB of data, and MiB of memory beyond it."""
    prepare, load, data_bytes = SOURCES[name]
    read(kg.data.load(np.zeros((256, 28, 28, 1), np.uint8), batch_size=BATCH_SIZE), 0.2)
    prepared = prepare(directory)
    reset_peak()
    before = resident("VmRSS")
    speed = read(load(prepared, directory), SECONDS)
    beyond = resident("VmHWM") - before - data_bytes / 2**20
    return speed, data_bytes / 2**20, beyond


def read(batches, seconds):
    """Examples a second, from a stream that has been warmed up."""
    stream = iter(batches.from_step(0))
    for _ in range(WARM_UP):
        next(stream)
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        next(stream)
        count += batches.batch_size
    return count / (time.perf_counter() - start)


def dcgan_images_per_second(steps=10, epochs=4):
    """Median over epochs of a few steps, without the first, which traces."""
    images = np.zeros((steps * BATCH_SIZE, 28, 28, 1), np.uint8)
    model = kg.DCGAN(image_shape=(28, 28, 1), latent_dim=100, seed=0)
    model.compile()
    seconds = []
    for _ in range(epochs):
        start = time.perf_counter()
        model.fit(kg.data.load(images, batch_size=BATCH_SIZE), epochs=1, verbose=0)
        seconds.append(time.perf_counter() - start)
    return len(images) / float(np.median(seconds[1:]))


def in_new_process(function, *arguments):
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def reset_peak():
    pathlib.Path("/proc/self/clear_refs").write_text("5")


def resident(field):
    """MiB of resident memory of this process: now ("VmRSS") or at most ("VmHWM")."""
    status = pathlib.Path("/proc/self/status").read_text()
    return int(re.search(rf"{field}:\s+(\d+) kB", status)[1]) / 1024


if __name__ == "__main__":
    main()
