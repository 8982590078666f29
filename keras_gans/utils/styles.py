"""Arithmetic on StyleGAN's styles, the same for a model and for its export."""

import numpy as np


def mixed_styles(styles_a, styles_b, layers):
    """Every sample of a with the styles of every sample of b in some layers.

    Args:
        styles_a, styles_b: Arrays `(num, num_styles, style_dim)`.
        layers: Integers, the layers whose styles are b's.

    Returns:
        Array `(num_a * num_b, num_styles, style_dim)`, all of the first a first.
    """
    layers = list(layers)
    mixed = np.repeat(styles_a[:, None], len(styles_b), axis=1)
    mixed[:, :, layers] = styles_b[:, layers]
    return mixed.reshape(-1, *mixed.shape[2:])


def path_between(styles, frames):
    """Straight lines from style to style.

    Args:
        styles: Array `(num, num_styles, style_dim)`, at least two.
        frames: Integer >= 1, steps from one to the next.

    Returns:
        Array `((num - 1) * frames + 1, num_styles, style_dim)`, both ends included.
    """
    places = np.arange((len(styles) - 1) * frames + 1) / frames
    before = np.minimum(places.astype(int), len(styles) - 2)
    share = (places - before).astype("float32")[:, None, None]
    return (1 - share) * styles[before] + share * styles[before + 1]
