"""What checkpoints cost: the time of a save, beside the training between two of them.

    python benchmarks/checkpoint.py

Trains DCGAN, 28x28, batch 128, writes its whole state several times, restores it, and prints the
share of a training that writing takes at the default interval of `callbacks.Checkpoints`: one
checkpoint every 5 minutes and at the end of every epoch of 60,000 images.
"""

import pathlib
import statistics
import tempfile
import time

import numpy as np

import keras_gans as kg
from keras_gans.callbacks.checkpoint_store import CheckpointStore

IMAGES_AN_EPOCH = 60_000
ROUNDS = 5


def seconds(action):
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def main():
    images = np.random.default_rng(0).integers(0, 256, (1280, 28, 28, 1)).astype("uint8")
    data = kg.data.load(images, batch_size=128)
    model = kg.DCGAN(image_shape=(28, 28, 1))
    model.compile()
    model.fit(data, verbose=0)
    step = statistics.median(
        seconds(lambda: model.fit(data, verbose=0)) / data.steps_per_epoch for _ in range(3)
    )
    state = {name: variable.value for name, variable in model.training_state().items()}
    with tempfile.TemporaryDirectory() as folder:
        store = CheckpointStore(folder, state, keep=2)
        save = statistics.median(
            seconds(lambda n=n: (store.is_finite(), store.save(n, {}))) for n in range(ROUNDS)
        )
        restore = statistics.median(seconds(store.restore_newest) for _ in range(ROUNDS))
        size = sum(f.stat().st_size for f in pathlib.Path(folder).glob(f"step-{ROUNDS - 1}.*"))
    epoch = IMAGES_AN_EPOCH / 128 * step
    every = min(epoch, 5 * 60)
    print(f"step {step:.3f} s, epoch of {IMAGES_AN_EPOCH:,} images {epoch:.0f} s")
    print(
        f"checkpoint {size / 2**20:.0f} MiB: save {save:.2f} s, verify and restore {restore:.2f} s"
    )
    print(
        f"one every {every:.0f} s: {100 * save / (every + save):.2f} % of the time (asked: < 2 %)"
    )


if __name__ == "__main__":
    main()
