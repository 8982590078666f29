"""Checks that networks and batches fit each other, before anything is trained."""

import keras


def check_maps(name, network, input_shape, output_shape):
    """Raises a `ValueError` unless `network` maps samples of one shape to samples of another.

    Args:
        name: What the user calls the network, for the message.
        network: `keras.Model`; it is built if it was not.
        input_shape: Tuple without the batch dimension.
        output_shape: Tuple without the batch dimension.
    """
    received = _output_shape(name, network, input_shape)
    if received[1:] != tuple(output_shape):
        raise ValueError(
            f"`{name}` must map (batch_size, {_list(input_shape)}) to "
            f"(batch_size, {_list(output_shape)}). Received: {name} with output shape {received}"
        )


def check_accepts(name, network, input_shape):
    """Raises a `ValueError` unless `network` takes samples of `input_shape`; any logits do."""
    _output_shape(name, network, input_shape)


def check_batch(name, batch, data_shape):
    """Raises a `ValueError` unless `batch` is a floating tensor `(batch_size, *data_shape)`."""
    if tuple(batch.shape[1:]) != tuple(data_shape):
        raise ValueError(
            f"`{name}` must have the shape (batch_size, {_list(data_shape)}) that the networks "
            f"were built for. Received: {name} with shape {tuple(batch.shape)}"
        )
    if not keras.backend.is_float_dtype(batch.dtype):
        raise ValueError(
            f"`{name}` must be floating, images in [-1, 1] (`keras_gans.data.load` does it). "
            f"Received: {name} with dtype {keras.backend.standardize_dtype(batch.dtype)}"
        )


def _output_shape(name, network, input_shape):
    try:
        return tuple(network(keras.KerasTensor((None, *input_shape))).shape)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"`{name}` must accept inputs of shape (batch_size, {_list(input_shape)}). "
            f"Received: {name} with input shape {getattr(network, 'input_shape', 'unknown')}"
        ) from error


def _list(shape):
    return ", ".join(map(str, shape))
