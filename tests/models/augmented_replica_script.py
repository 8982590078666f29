"""Trains games with augmentations on two replicas of this process, for `test_augmentation.py`.

python -m tests.models.augmented_replica_script OUTPUT.npz
"""

import sys

import keras
import numpy as np
import tensorflow as tf


def play(strategy):
    """The state and the logs after four steps with either augmentation, by its name."""
    import keras_gans as kg
    from keras_gans.layers import AdaptiveAugment, DiffAugment
    from tests.models.games import build_game

    images = np.random.default_rng(0).uniform(-1, 1, (64, 8, 8, 1)).astype("float32")
    adaptive = AdaptiveAugment(images=200, interval=2, probability=0.5, pipe=("color",))
    results = {}
    for augment in (DiffAugment(), adaptive):
        keras.utils.set_random_seed(1)
        with strategy.scope():
            model = build_game(
                kg.DCGAN, data_shape=(8, 8, 1), batch_norm=False, dropout=0, augment=augment
            )
            model.compile({player: keras.optimizers.SGD(0.03) for player in model.players})
        history = model.fit(kg.data.load(images, batch_size=16), verbose=0).history
        state = {key: np.array(variable) for key, variable in model.training_state().items()}
        for key, values in {**state, **history}.items():
            if not key.startswith("metric"):
                results[f"{type(augment).__name__}/{key}"] = np.squeeze(values)
    return results


if __name__ == "__main__":
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    np.savez(sys.argv[1], **play(tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])))
