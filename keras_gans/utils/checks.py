"""Checks of what users pass, with messages that say the rule and what was received."""

import numpy as np


def check_finite(**arrays):
    """Raises a `ValueError` that names the first NumPy array holding NaN or infinity.

    Anything that is no floating NumPy array is left to whoever reads it.
    """
    for name, array in arrays.items():
        if isinstance(array, np.ndarray) and np.issubdtype(array.dtype, np.floating):
            wrong = array.size - int(np.isfinite(array).sum())
            if wrong:
                raise ValueError(
                    f"`{name}` must be finite. Received: {wrong} of {array.size} values that are "
                    "NaN or infinite"
                )


def check_shape_tuple(name, shape):
    """Raises a `ValueError` unless `shape` is a tuple of positive integers."""
    if not shape or not all(isinstance(size, int) and size > 0 for size in shape):
        raise ValueError(f"`{name}` must be a tuple of positive integers. Received: {name}={shape}")
