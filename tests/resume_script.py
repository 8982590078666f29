"""A small training that test_resume.py kills: python -m tests.resume_script FOLDER [OPTIONS]."""

import argparse
import hashlib
import json
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

EPOCHS, STEPS_PER_EPOCH = 6, 10


def build_data():
    from keras_gans import data

    points = np.random.default_rng(0).normal(size=(16 * STEPS_PER_EPOCH + 5, 2)).astype("float32")
    return data.load(points, batch_size=16, seed=3)


def build(strategy, steps_per_execution):
    """Everything that has a state: dropout, batch norm, averages, Adam, a plateau schedule."""
    from keras_gans import DCGAN
    from tests.models.tiny import build_model

    keras.utils.set_random_seed(1)
    with strategy.scope():
        model = build_model(DCGAN, ema_decay=0.9, seed=5, compiled=False)
        model.compile(steps_per_execution=steps_per_execution)
    return model


def digest(model, history):
    """Hash of the whole state of a training, and of what it has logged."""
    total = hashlib.sha256(json.dumps(history, sort_keys=True).encode())
    for name, variable in sorted(model.training_state().items()):
        total.update(name.encode() + np.ascontiguousarray(variable.numpy()).tobytes())
    return total.hexdigest()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--every-steps", type=int, default=1)
    parser.add_argument("--steps-per-execution", type=int, default=1)
    parser.add_argument("--mirrored", action="store_true")
    parser.add_argument("--slow", type=float, default=0.0, help="seconds that a step takes")
    options = parser.parse_args()
    strategy = tf.distribute.get_strategy()
    if options.mirrored:
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(
            cpu, [tf.config.LogicalDeviceConfiguration()] * 2
        )
        strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])

    from keras_gans import callbacks

    class Slow(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.model.steps_to_skip <= 0:
                tf.py_function(lambda: __import__("time").sleep(options.slow), [], [])
                (options.folder / "alive").touch()

    model = build(strategy, options.steps_per_execution)
    options.folder.mkdir(exist_ok=True)
    checkpoints = callbacks.Checkpoints(
        options.folder / "checkpoints", every_steps=options.every_steps
    )
    plateau = keras.callbacks.ReduceLROnPlateau(
        monitor="generator_loss", mode="min", patience=1, factor=0.5, min_delta=1.0
    )
    decay = keras.callbacks.LearningRateScheduler(lambda epoch, rate: 0.9 * rate)
    history = model.fit(
        build_data(), epochs=EPOCHS, verbose=0, callbacks=[plateau, decay, Slow(), checkpoints]
    )
    result = {"digest": digest(model, history.history), "history": history.history}
    result["epoch"] = history.epoch
    result["resumed"] = checkpoints.resumed_from is not None
    (options.folder / "result.json").write_text(json.dumps(result))


if __name__ == "__main__":
    main()
