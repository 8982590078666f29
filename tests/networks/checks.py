"""What the tests of every family of networks ask."""

import math

import keras
import numpy as np
import pytest


def trainable(network):
    """Number of trainable parameters."""
    return sum(math.prod(variable.shape) for variable in network.trainable_variables)


def kernels(network):
    """Values of every kernel, in the order of the layers."""
    return [layer.kernel.numpy() for layer in network.layers if hasattr(layer, "kernel")]


def layers_of(network, layer_class):
    return [layer for layer in network.layers if isinstance(layer, layer_class)]


def samples(network, batch_size=2):
    """One batch of values in `[-1, 1]` for every input of `network`."""
    draw = np.random.default_rng(0).uniform
    batches = [
        draw(-1, 1, (batch_size, *inputs.shape[1:])).astype("float32") for inputs in network.inputs
    ]
    return batches[0] if len(batches) == 1 else batches


def check_network(network, tmp_path):
    """Finite float32 outputs of the promised shape, the same after saving and loading.

    Returns:
        The outputs for `samples(network)`.
    """
    inputs = samples(network)
    outputs = network(inputs, training=False)
    for output, promised in zip(
        keras.tree.flatten(outputs), keras.tree.flatten(network.outputs), strict=True
    ):
        assert output.shape == (2, *promised.shape[1:])
        assert keras.backend.standardize_dtype(promised.dtype) == "float32"
        assert np.isfinite(output).all()
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    keras.tree.map_structure(np.testing.assert_array_equal, loaded(inputs, training=False), outputs)
    return outputs


def check_images(generator, image_shape, tmp_path):
    """`check_network` for images, which must lie in `[-1, 1]`."""
    images = check_network(generator, tmp_path)
    assert images.shape == (2, *image_shape)
    assert np.abs(images).max() <= 1


def check_refuses(image_shape, *builders):
    """Every builder names the argument and what it received."""
    for build in builders:
        with pytest.raises(ValueError, match="`image_shape`.*Received"):
            build(image_shape=image_shape)


def check_uniform(network, limit):
    """Every kernel starts uniform on `[-limit, limit]`."""
    for kernel in kernels(network):
        assert np.abs(kernel).max() <= limit
        np.testing.assert_allclose(kernel.std(), limit / np.sqrt(3), rtol=0.06)


def check_half_precision(build):
    """Under a mixed policy the outputs stay float32 and the hidden layers do not."""
    keras.config.set_dtype_policy("mixed_bfloat16")
    network = build()
    for output in (*network.outputs, *keras.tree.flatten(network(samples(network)))):
        assert keras.backend.standardize_dtype(output.dtype) == "float32"
    assert any(layer.compute_dtype == "bfloat16" for layer in network.layers)
