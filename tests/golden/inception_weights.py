"""Random weights for the 2015 Inception network, and images for it, rebuilt from seeds."""

import numpy as np


def random_state(shapes):
    """Weights under PyTorch's names that keep activations in range through all layers.

    Args:
        shapes: Dict from names to shapes, in any order.
    """
    random = np.random.RandomState(2015)
    state = {}
    for name in sorted(shapes):
        shape = tuple(shapes[name])
        if name.endswith("conv.weight"):
            value = random.standard_normal(shape) * np.sqrt(2.0 / np.prod(shape[1:]))
        elif name.endswith("bn.weight") or name.endswith("running_var"):
            value = random.uniform(0.7, 1.4, shape)
        elif name == "fc.weight":
            value = random.standard_normal(shape) / np.sqrt(shape[1])
        else:
            value = 0.1 * random.standard_normal(shape)
        state[name] = value.astype(np.float32)
    return state


def pixels():
    """Two uint8 images, `(2, 40, 32, 3)`: smooth waves with noise, not square on purpose."""
    random = np.random.RandomState(6)
    rows, columns = np.mgrid[0:40, 0:32, 0:1][:2] / 8.0
    phases = random.uniform(0, 6, size=(2, 1, 1, 3))
    waves = np.sin(rows + phases) * np.cos(columns - phases) * 90 + 128
    return np.clip(waves + random.normal(size=(2, 40, 32, 3)) * 20, 0, 255).astype(np.uint8)
