"""Runs layers on two replicas of this process, for `test_replicas.py`; writes what they return."""

import sys

import numpy as np
import tensorflow as tf

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)

from keras_gans import layers  # noqa: E402
from keras_gans.utils import randomness  # noqa: E402

maps, labels = (np.load(sys.argv[1])[name] for name in ("maps", "labels"))
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
with strategy.scope():
    deviation, norm, noise = (
        layers.MinibatchStdDev(),
        layers.ConditionalBatchNormalization(3, synchronized=True),
        layers.NoiseInjection(0, stored=False),
    )
    norm.build([maps.shape, labels.shape])
    noise.build(maps.shape)
    noise.weight.assign(np.ones(maps.shape[-1]))


def call(x, y):
    seed = randomness.seed_pair(0, 0, 7)
    seeds = randomness.draw_for_replica(lambda num: randomness.pairs(num, seed), x.shape[0])
    return {
        "deviation": deviation(x),
        "norm": norm([x, y], training=True),
        "noise": noise(x, seeds=seeds),
    }


half = len(maps) // 2
parts = [
    strategy.experimental_distribute_values_from_function(
        lambda context, a=a: tf.constant(a[context.replica_id_in_sync_group * half :][:half])
    )
    for a in (maps, labels)
]
results = tf.function(lambda x, y: strategy.run(call, (x, y)))(*parts)
np.savez(
    sys.argv[2],
    moving_mean=norm.normalization.moving_mean,
    **{
        name: np.concatenate(strategy.experimental_local_results(value))
        for name, value in results.items()
    },
)
