"""What `mix` and `interpolate` share: the styles of an exported StyleGAN and their pictures."""

import numpy as np

AT_ONCE = 32  # pictures; only memory depends on it


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
    if not seeds or min(seeds) < 0:
        raise ValueError(f"Seeds must be 0 or more. Received: {tuple(seeds)}")
    outputs = exported.run("styles_of_seeds", seeds=list(seeds), truncation=truncation)
    return np.array(outputs["styles"])


def pictures_of(exported, styles, noise_seed):
    """uint8 pictures of styles, all with the same noise."""
    parts = [
        exported.run("synthesize", styles=styles[start : start + AT_ONCE], noise_seed=noise_seed)
        for start in range(0, len(styles), AT_ONCE)
    ]
    return np.concatenate([part["images"] for part in parts])


def say_what_was_written(out, what, exported):
    from rich.console import Console
    from rich.markup import escape

    Console(highlight=False, soft_wrap=True).print(
        f"Wrote [bold]{escape(str(out))}[/bold]: {what} of {escape(str(exported.path))}"
    )
