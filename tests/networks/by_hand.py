"""NumPy versions, in float64, of what the growing networks are made of, and what they must pass."""

import itertools

import keras
import numpy as np


def convolve(x, kernel, gain=2.0**0.5):
    """`x` convolved with an equalized kernel at stride 1, zeros around."""
    side, (height, width) = len(kernel), x.shape[1:3]
    padded = np.pad(x, ((0, 0), (side // 2, side // 2), (side // 2, side // 2), (0, 0)))
    taps = [
        padded[:, i : i + height, j : j + width] @ kernel[i, j].astype("float64")
        for i in range(side)
        for j in range(side)
    ]
    return sum(taps) * gain / np.sqrt(np.prod(kernel.shape[:-1]))


def dense(x, kernel, gain=2.0**0.5):
    return x @ kernel.astype("float64") * gain / np.sqrt(len(kernel))


def leaky(x):
    return np.where(x > 0, x, 0.2 * x)


def normalize_pixels(x):
    return x / np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + 1e-8)


def upsample(x):
    return x.repeat(2, axis=1).repeat(2, axis=2)


def pool(x):
    return (x[:, ::2, ::2] + x[:, 1::2, ::2] + x[:, ::2, 1::2] + x[:, 1::2, 1::2]) / 4


def blur(x):
    """`[1, 2, 1] / 4` down, then across, zeros around."""
    height, width = x.shape[1:3]
    x = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    x = (x[:, :height] + 2 * x[:, 1:-1] + x[:, 2:]) / 4
    return (x[:, :, :width] + 2 * x[:, :, 1:-1] + x[:, :, 2:]) / 4


def to_rgb(network, x):
    kernel, bias = network.get_layer(f"to_rgb_{x.shape[1]}").get_weights()
    return convolve(x, kernel, gain=1.0) + bias


def blended(images, alpha):
    """The outputs of a growing generator with `alpha` everywhere, for its plain images."""
    pairs = itertools.pairwise(images)
    return [images[0], *((1 - alpha) * upsample(old) + alpha * new for old, new in pairs)]


def set_alphas(network, alpha):
    for layer in network.layers:
        if layer.name.startswith("fade_"):
            layer.alpha.assign(alpha)


def set_at_random(network, alpha):
    """Gives every weight a random value and every fade `alpha`."""
    random = np.random.default_rng(0)
    for variable in network.variables:
        variable.assign(random.normal(size=variable.shape))
    set_alphas(network, alpha)


def copy_weights(source, target):
    """Gives the layers of `target` the weights of the layers of the same name in `source`."""
    for layer in target.layers:
        if layer.weights:
            layer.set_weights(source.get_layer(layer.name).get_weights())


def weighted_layers(network):
    return {layer.name for layer in network.layers if layer.weights}


def check_copies(network, inputs, tmp_path):
    """A saved and loaded network and a clone give the same list."""
    outputs = network(inputs)
    assert isinstance(outputs, list) and len(outputs) == len(network.outputs)
    network.save(tmp_path / "network.keras")
    clone = keras.models.clone_model(network)
    clone.set_weights(network.get_weights())
    for copy in (keras.models.load_model(tmp_path / "network.keras"), clone):
        found = copy(inputs)
        assert isinstance(found, list)
        for output, expected in zip(found, outputs, strict=True):
            np.testing.assert_array_equal(output, expected)


def check_float16(network, inputs):
    """Built under `mixed_float16`: finite outputs in float32 from layers in float16."""
    outputs = keras.tree.flatten(network(inputs))
    assert len(outputs) == len(network.outputs)
    for output in (*network.outputs, *outputs):
        assert keras.backend.standardize_dtype(output.dtype) == "float32"
    assert all(np.isfinite(output).all() for output in outputs)
    assert any(layer.compute_dtype == "float16" for layer in network.layers)
