"""What `mix` and `interpolate` share: the styles of an exported StyleGAN and their pictures."""

import numpy as np


def check_truncation(exported, truncation):
    """Raises a `ValueError` for a truncation of an untrained model, which has no average style."""
    if truncation != 1 and exported.description.get("trained_steps") == 0:
        raise ValueError(
            "--truncation needs the average style, which a model has when it was trained. "
            f"{exported.path} was not"
        )


def styles_of(exported, seeds, truncation):
    """Styles `(len(seeds), num_styles, style_dim)` of the samples of these seeds.

    Raises:
        ValueError: If the export is no StyleGAN, or a seed is negative.
    """
    if "styles_of_seeds" not in exported.signatures:
        raise ValueError(
            f"{exported.path} has no styles; only an exported StyleGAN has. "
            f"Its signatures are {exported.signatures}"
        )
    check_truncation(exported, truncation)
    if not seeds or min(seeds) < 0:
        raise ValueError(f"Seeds must be 0 or more. Received: {tuple(seeds)}")
    outputs = exported.run("styles_of_seeds", seeds=list(seeds), truncation=truncation)
    return np.array(outputs["styles"])


def pictures_of(exported, styles, noise_seed):
    """uint8 pictures of styles, all with the same noise.

    Raises:
        ValueError: If the noise's seed is negative.
    """
    from keras_gans.utils.pixels import images_at_once

    if noise_seed < 0:
        raise ValueError(f"--noise-seed must be 0 or more. Received: {noise_seed}")
    side = 2 ** (styles.shape[1] // 2 + 1)  # two styles for each resolution from 4 pixels on
    together = images_at_once((side, side, 3), most=len(styles))
    parts = [
        exported.run("synthesize", styles=styles[start : start + together], noise_seed=noise_seed)
        for start in range(0, len(styles), together)
    ]
    return np.concatenate([part["images"] for part in parts])


def say_what_was_written(out, what, exported):
    from rich.console import Console
    from rich.markup import escape

    Console(highlight=False, soft_wrap=True).print(
        f"Wrote [bold]{escape(str(out))}[/bold]: {what} of {escape(str(exported.path))}"
    )
