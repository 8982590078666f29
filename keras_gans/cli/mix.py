"""`python -m keras_gans mix`: the styles of some samples, with some layers from others."""

import pathlib

import tyro


def mix(
    export: tyro.conf.Positional[pathlib.Path],
    /,
    out: pathlib.Path = pathlib.Path("mix.png"),
    seeds_a: tuple[int, ...] = (0, 1, 2, 3),
    seeds_b: tuple[int, ...] = (4, 5, 6, 7, 8),
    layers: tuple[int, ...] = (0, 1, 2, 3),
    truncation: float = 1.0,
    noise_seed: int = 0,
):
    """Draw StyleGAN's figure of style mixing from an exported model.

    The first column holds the samples a, the first row the samples b. In between, each picture has
    the styles of its row's a, but for some layers those of its column's b.

    Args:
        export: Folder of an exported StyleGAN, or of its versions, of which the newest is taken.
        out: File of the picture; the suffix says the format.
        seeds_a: Seeds of the samples that give most of the styles, one a row.
        seeds_b: Seeds of the samples that give the styles of the layers, one a column.
        layers: Which layers take their style from b: 0 to 3 are coarse, 4 to 7 middle, the rest
            fine.
        truncation: Pulls all styles to the average one, 0.7 in the paper's figures.
        noise_seed: Seed of the noise, the same in all pictures.
    """
    from keras_gans.cli import _styles
    from keras_gans.serving import Exported
    from keras_gans.utils.image_grid import check_image_path, save_image_table
    from keras_gans.utils.styles import mixed_styles

    check_image_path(out)
    exported = Exported(export)
    styles_a = _styles.styles_of(exported, seeds_a, truncation)
    styles_b = _styles.styles_of(exported, seeds_b, truncation)
    num_styles = styles_a.shape[1]
    if not layers or not set(layers) <= set(range(num_styles)):
        raise ValueError(f"--layers must be some of 0 to {num_styles - 1}. Received: {layers}")
    mixed = mixed_styles(styles_a, styles_b, layers)
    pictures_a, pictures_b, pictures = (
        _styles.pictures_of(exported, styles, noise_seed) for styles in (styles_a, styles_b, mixed)
    )
    save_image_table(pictures_a, pictures_b, pictures, out)
    _styles.say_what_was_written(out, f"{len(seeds_a)} by {len(seeds_b)} mixtures", exported)
