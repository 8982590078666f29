"""Which devices a run trains on."""

import os

import tensorflow as tf

NAMES = ("auto", "one", "mirrored", "multiworker", "tpu")


def choose(name="auto"):
    """The `tf.distribute` strategy of a run. It must be made before anything else of TensorFlow.

    Args:
        name: `"one"` device; `"mirrored"`, all devices of this machine; `"multiworker"`, all
            workers that the environment variable `TF_CONFIG` lists; `"tpu"`; or `"auto"`: several
            workers where `TF_CONFIG` is set, otherwise all GPUs where there are several, otherwise
            one.

    Raises:
        ValueError: For another name, and for several workers without `TF_CONFIG`.
    """
    if name not in NAMES:
        raise ValueError(f"`strategy` must be one of {NAMES}. Received: strategy={name!r}")
    if name == "auto" and "TF_CONFIG" in os.environ:
        name = "multiworker"
    if name == "auto":
        name = "mirrored" if len(tf.config.list_physical_devices("GPU")) > 1 else "one"
    if name == "multiworker":
        if "TF_CONFIG" not in os.environ:
            raise ValueError(
                "`strategy` asks for several workers, which the environment variable TF_CONFIG "
                'must list, as {"cluster": {"worker": ["host:port", ...]}, "task": {"type": '
                '"worker", "index": 0}}. Received: no TF_CONFIG'
            )
        return tf.distribute.MultiWorkerMirroredStrategy()
    if name == "mirrored":
        gpus = tf.config.list_logical_devices("GPU")
        devices = [device.name for device in gpus or tf.config.list_logical_devices("CPU")]
        return tf.distribute.MirroredStrategy(devices)
    if name == "tpu":
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver.connect()
        return tf.distribute.TPUStrategy(resolver)
    return tf.distribute.get_strategy()


def is_chief(strategy):
    """Whether this process writes files: the only one, or the first of several workers."""
    resolver = strategy.cluster_resolver
    cluster = {} if resolver is None else resolver.cluster_spec().as_dict()
    if not cluster:
        return True
    if "chief" in cluster:
        return resolver.task_type == "chief"
    return resolver.task_type in ("worker", None) and resolver.task_id == 0
