"""Networks that are used in training mode after training, without being changed by it."""

import contextlib

import keras

from keras_gans.utils import randomness


def call_in_training_mode(network, inputs, seed):
    """What a network answers in training mode, as a pure function of its weights, inputs and seed.

    Dropout drops, drawing from `seed` instead of the states of its layers' seed generators, and
    batch normalization takes the statistics of this batch. No state changes: neither those of the
    seed generators, nor moving averages.

    Args:
        network: `keras.Model`, or an average of one, whose layers are frozen.
        inputs: What it takes.
        seed: Seed pair, see `keras_gans.utils.randomness`.
    """
    generators = _seed_generators(network)
    states = randomness.pairs(len(generators), seed)
    mapping = [(generator.state, states[i]) for i, generator in enumerate(generators)]
    with keras.StatelessScope(mapping), _batch_statistics(network):
        return network(inputs, training=True)


def _seed_generators(network):
    found = {}
    for layer in network._flatten_layers():
        for generator in getattr(layer, "_seed_generators", ()):
            found.setdefault(id(generator), generator)
    return list(found.values())


@contextlib.contextmanager
def _batch_statistics(network):
    """Lets batch normalization look at this batch alone.

    It would not look at all in an average of weights, which is frozen, and at the batches of other
    replicas where it is synchronized.
    """
    layers = [
        layer
        for layer in network._flatten_layers()
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    before = [(layer.trainable, layer.synchronized) for layer in layers]
    for layer in layers:
        layer.trainable = layer.trainable or not network.trainable
        layer.synchronized = False
    try:
        yield
    finally:
        for layer, (trainable, synchronized) in zip(layers, before, strict=True):
            layer.trainable, layer.synchronized = trainable, synchronized
