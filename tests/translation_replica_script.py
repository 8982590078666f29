"""Steps of pix2pix and CycleGAN under a strategy; saves weights, buffers and logs.

python -m tests.translation_replica_script OUTPUT.npz one|mirrored
"""

import functools
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

STEPS, BATCH_SIZE = 4, 4


def main(output, name):
    if name == "mirrored":
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(
            cpu, [tf.config.LogicalDeviceConfiguration()] * 2
        )

    from keras_gans import data
    from keras_gans.training import strategies
    from tests.models.translations import build_cyclegan, build_pix2pix, images

    strategy = strategies.choose(name)
    first, second = (images(STEPS * BATCH_SIZE, seed=seed) for seed in (1, 2))
    settings = {"image_size": 8, "batch_size": BATCH_SIZE}
    in_order = settings | {"augment": False, "shuffle": False}
    batches = {
        "pix2pix": [
            data.load_pairs((first, second), direction="AtoB", **arguments)
            for arguments in (settings, in_order)
        ],
        "cyclegan": [
            data.load_unpaired(first, second, **arguments) for arguments in (settings, in_order)
        ],
    }
    norms = {
        "pix2pix": functools.partial(keras.layers.BatchNormalization, synchronized=True),
        "cyclegan": None,
    }
    results = {}
    for game, build in (("pix2pix", build_pix2pix), ("cyclegan", build_cyclegan)):
        keras.utils.set_random_seed(1)
        with strategy.scope():
            # The buffer is full after the second of four steps.
            model = build(norm=norms[game], dropout=0, seed=5, ema_decay=0.5)
            model.compile({player: keras.optimizers.SGD(0.02) for player in model.players})
        train, test = batches[game]
        history = model.fit(train, epochs=1, verbose=0, validation_data=test)
        for key, variable in model.training_state().items():
            if not key.startswith("metric"):
                results[f"{game}/{key}"] = np.array(variable)
        for key, values in history.history.items():
            results[f"{game}/{key}"] = np.squeeze(values)
        directions = {key: model.translate(first[:3], key) for key in model.directions}
        results |= {f"{game}/{key}": value for key, value in directions.items()}
        if name == "mirrored" and game == "cyclegan":
            for variable in model._non_trainable_variables:
                copies = [np.array(copy) for copy in variable.value.values]
                np.testing.assert_array_equal(*copies, err_msg=variable.name)
    np.savez(output, **results)


if __name__ == "__main__":
    main(*sys.argv[1:])
