"""Checks that networks and batches fit each other, before anything is trained."""

import re

import keras

from keras_gans.utils.checks import LARGEST_RESIZED, check_pixels

BOUNDS_KEPT = (  # whose values are bounded where their inputs are
    keras.layers.Reshape,
    keras.layers.Flatten,
    keras.layers.Identity,
    keras.layers.Rescaling,
)
BOUNDED = (  # on one side at least
    *("sigmoid", "hard_sigmoid", "sparse_sigmoid", "log_sigmoid"),
    *("tanh", "hard_tanh", "softsign", "softmax", "log_softmax", "softplus"),
    *("relu", "re_lu", "relu6", "exponential"),  # the layer is called ReLU, the function relu
)


def check_maps(name, network, input_shape, output_shape):
    """Raises a `ValueError` unless `network` maps samples of one shape to samples of another.

    Args:
        name: What the user calls the network, for the message.
        network: `keras.Model`; it is built if it was not.
        input_shape: Tuple without the batch dimension, or a list of such tuples for a network that
            takes a list.
        output_shape: Tuple without the batch dimension, or a list of such tuples.
    """
    received = shape_of_output(name, network, input_shape)
    without_batch = (
        [shape[1:] for shape in received] if isinstance(received, list) else received[1:]
    )
    if without_batch != output_shape:
        raise ValueError(
            f"`{name}` must map {_batches(input_shape)} to {_batches(output_shape)}. "
            f"Received: {name} with output shape {received}"
        )


def check_accepts(name, network, input_shape):
    """Raises a `ValueError` unless `network` takes samples of `input_shape`; see `check_maps`."""
    shape_of_output(name, network, input_shape)


def check_gives_logits(name, network):
    """Raises a `ValueError` where an output of a network is bounded by an activation.

    The losses take logits: a sigmoid before them would be applied twice, or would bound the scores
    of a critic. Networks that are no graph of layers are not looked into.
    """
    for output in getattr(network, "outputs", []):
        layer = _origin(output)
        activation = _activation_of(layer)
        if activation in BOUNDED:
            raise ValueError(
                f"`{name}` must end without an activation; the losses take logits. "
                f"Received: {name} whose last layer {layer.name!r} has the activation {activation}"
            )


def _origin(output):
    """The layer, or function of `keras.ops`, that decides the range of a network's output."""
    layer, node, number = output._keras_history
    if isinstance(layer, BOUNDS_KEPT):
        return _origin(layer._inbound_nodes[node].input_tensors[0])
    if getattr(layer, "outputs", None):  # a network within the network
        return _origin(layer.outputs[number])
    return getattr(layer, "layer", layer)  # in a wrapper


def _activation_of(layer):
    activation = getattr(layer, "activation", type(layer))  # such as `keras.ops.sigmoid`'s class
    name = getattr(activation, "__name__", "linear")
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower()


def batch_norms_of(network):
    """List of the layers of batch normalization in a network, those of inner networks too."""
    layers = network._flatten_layers()
    return [layer for layer in layers if isinstance(layer, keras.layers.BatchNormalization)]


def check_has_no_batch_norm(name, network, reason):
    """Raises a `ValueError` that names the first layer of batch normalization in a network."""
    for layer in batch_norms_of(network):
        raise ValueError(
            f"`{name}` must not normalise over the batch: {reason} "
            f"Received: {name} with the layer {layer.name!r}"
        )


def check_iterates_once(name, network):
    """Raises a `ValueError` that names the first of Keras's layers of spectral normalization.

    Theirs iterate, and change the kernel, at every call; a step of the discriminator has two or
    more, and the generator's step calls it, too.
    """
    for layer in network._flatten_layers():
        if isinstance(layer, keras.layers.SpectralNormalization):
            raise ValueError(
                f"`{name}` must have `keras_gans.layers.SpectralNormalization`, whose power "
                "iteration moves once a step; Keras's own moves at every call. "
                f"Received: {name} with the layer {layer.name!r}"
            )


def check_regularizes_weights_only(name, network):
    """Raises a `ValueError` that names the first layer of a network that regularizes activations.

    A step of a game calls a network several times, for several players: which of these a penalty
    on activations would belong to is not defined.
    """
    for layer in network._flatten_layers():
        if getattr(layer, "activity_regularizer", None) is not None:
            raise ValueError(
                f"`{name}` must regularize weights only; what activations cost is a term of the "
                f"game. Received: {name} with an activity_regularizer in the layer {layer.name!r}"
            )


def check_adds_no_loss(name, network):
    """Raises a `ValueError` that names the first layer of a network that called `add_loss`.

    For the reason of `check_regularizes_weights_only`. It shows only after the network was called.
    """
    for layer in network._flatten_layers():
        if layer._get_own_losses():
            raise ValueError(
                f"`{name}` must not add losses; they are terms of the game. "
                f"Received: {name} with add_loss in the layer {layer.name!r}"
            )


def check_batch(name, batch, data_shape):
    """Raises a `ValueError` unless `batch` is a floating tensor `(batch_size, *data_shape)`."""
    if not hasattr(batch, "shape"):
        raise ValueError(
            f"`{name}` must be an array or a tensor. Received: {name} of type "
            f"{type(batch).__name__}"
        )
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


def check_images(images, data_shape):
    """Raises a `ValueError` unless `images` are a batch of samples to encode, with pixels in range.

    What resizing overshoots passes.
    """
    check_batch("images", images, data_shape)
    check_pixels(images=images, largest=LARGEST_RESIZED)


def shape_of_output(name, network, input_shape):
    """Shape of what `network` returns for a batch, or list of the shapes of several outputs.

    Raises:
        ValueError: If it does not take `input_shape`; see `check_maps`.
    """
    if isinstance(input_shape, tuple):
        inputs = keras.KerasTensor((None, *input_shape))
    else:
        inputs = [keras.KerasTensor((None, *shape)) for shape in input_shape]
    try:
        outputs = network(inputs)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"`{name}` must accept inputs of shape {_batches(input_shape)}. "
            f"Received: {name} with input shape {getattr(network, 'input_shape', 'unknown')}"
        ) from error
    if isinstance(outputs, list | tuple):
        return [tuple(output.shape) for output in outputs]
    return tuple(outputs.shape)


def _batches(shapes):
    """`(batch_size, 28, 28, 1)`, or a list of such for several shapes."""
    if isinstance(shapes, tuple):
        return f"(batch_size, {_list(shapes)})"
    return "[" + ", ".join(map(_batches, shapes)) + "]"


def _list(shape):
    return ", ".join(map(str, shape))
