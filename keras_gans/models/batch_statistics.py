"""Plain averages in the place of batch normalization's moving ones."""

import keras


def average_batch_statistics(networks, run, num_batches):
    """Sets the statistics of batch normalization to their mean over some batches.

    Moving averages follow training with a lag and weigh the last batches most. These are the
    statistics of the weights as they are now.

    Args:
        networks: List of networks whose layers are set; nothing else of their weights changes.
        run: Function from a batch's number to anything, which calls the networks in training mode
            on one more batch. It is run eagerly.
        num_batches: Integer >= 1.
    """
    layers = [
        layer
        for network in networks
        for layer in network._flatten_layers()
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    before = [(layer.momentum, layer.trainable) for layer in layers]
    try:
        for index in range(num_batches):
            for layer in layers:
                layer.trainable = (
                    True  # a frozen layer, as in an average of weights, would not look
                )
                # The mean of the first n + 1 batches is n / (n + 1) that of the first n, and so on.
                layer.momentum = index / (index + 1)
            run(index)
    finally:
        for layer, (momentum, trainable) in zip(layers, before, strict=True):
            layer.momentum, layer.trainable = momentum, trainable
