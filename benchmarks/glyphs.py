"""What the embedded data costs to make: seconds and size by resolution, and seconds of the pairs.

    python benchmarks/glyphs.py [--sizes 28 32 64 128]

The data set is made in a folder that is deleted afterwards, as the first `load` makes it. Pairs are
drawn while they are loaded, 10,000 of each task.
"""

import argparse
import os
import pathlib
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras_gans as kg

TASKS = ("outline", "colour", "slant", "weight")
PAIR_SIZES = (32, 64)
NUM_PAIRS = 10_000


def main(sizes):
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            kg.data.load("glyphs", image_size=size, data_dir=folder)
            seconds = time.perf_counter() - began
            files = [path for path in pathlib.Path(folder).rglob("*") if path.is_file()]
            mebibytes = sum(path.stat().st_size for path in files) / 2**20
        print(f"glyphs/{size}: {seconds:.0f} s, {mebibytes:.0f} MiB")
    for task in TASKS:
        for size in PAIR_SIZES:
            began = time.perf_counter()
            kg.data.glyph_pairs(task, split="train", image_size=size, num_examples=NUM_PAIRS)
            seconds = time.perf_counter() - began
            print(f"{NUM_PAIRS:,} pairs of glyphs/{task} at {size} pixels: {seconds:.1f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[28, 32, 64, 128])
    main(parser.parse_args().sizes)
