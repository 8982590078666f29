"""`python -m keras_gans interpolate`: a film from sample to sample."""

import pathlib

import tyro

FILM_HEIGHT = 256  # pixels, of films of smaller pictures


def interpolate(
    export: tyro.conf.Positional[pathlib.Path],
    /,
    out: pathlib.Path = pathlib.Path("interpolation.gif"),
    seeds: tuple[int, ...] = (0, 1, 2, 3),
    frames: int = 24,
    truncation: float = 1.0,
    noise_seed: int = 0,
    seconds_per_frame: float = 0.05,
    scale: int | None = None,
):
    """Draw the way between the styles of samples of an exported StyleGAN, and back, as a GIF.

    Args:
        export: Folder of an exported StyleGAN, or of its versions, of which the newest is taken.
        out: File of the film, `.gif`.
        seeds: Seeds of the samples to pass through; the film returns to the first.
        frames: Pictures from one sample to the next.
        truncation: Pulls all styles to the average one, 0.7 in the paper's figures.
        noise_seed: Seed of the noise, the same in all pictures, so that only the styles change.
        seconds_per_frame: Time that a picture stands.
        scale: How many pixels of the film a pixel of a picture becomes in height and width. By
            default so many that the film is 256 pixels high, or 1 for larger pictures.
    """
    from keras_gans.cli import _styles
    from keras_gans.serving import Exported
    from keras_gans.utils.image_grid import save_animation
    from keras_gans.utils.styles import path_between

    if out.suffix.lower() != ".gif":
        raise ValueError(f"--out must end in .gif. Received: {out}")
    if len(seeds) < 2 or frames < 1 or (scale is not None and scale < 1) or seconds_per_frame <= 0:
        raise ValueError(
            "--seeds must be two or more, --frames and --scale at least 1, --seconds-per-frame "
            "more than 0"
        )
    exported = Exported(export)
    styles = _styles.styles_of(exported, [*seeds, seeds[0]], truncation)
    path = path_between(styles, frames)[:-1]  # the last one is the first again
    pictures = _styles.pictures_of(exported, path, noise_seed)
    scale = scale or max(1, FILM_HEIGHT // pictures.shape[1])
    pictures = pictures.repeat(scale, axis=1).repeat(scale, axis=2)
    save_animation(pictures, out, seconds_per_frame)
    _styles.say_what_was_written(out, f"{len(pictures)} pictures", exported)
