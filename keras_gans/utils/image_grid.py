"""Samples as a picture to look at: images side by side, points as a scatter plot."""

import pathlib

import numpy as np
import PIL.Image

from keras_gans.utils.files import written_whole
from keras_gans.utils.pixels import is_image_shape, to_uint8

SEPARATOR = 2  # pixels between images
SEPARATOR_GRAY = 190  # seen on black, on white and on the mid-gray of an untrained generator
COMFORTABLE_WIDTH = 800  # pixels; a narrower grid is enlarged
LARGEST_FACTOR = 8


def image_grid(images, columns):
    """Places images side by side, row by row, with thin gray lines between them.

    Args:
        images: Array `(num, height, width, 1 or 3)`, floating in `[-1, 1]` or uint8.
        columns: Integer >= 1, images in a row; a last row that is not full is filled with gray.

    Returns:
        NumPy array `(grid_height, grid_width, 1 or 3)`, uint8.

    Raises:
        ValueError: If `images` has another shape or dtype, or `columns` is less than 1.

    Example:
        >>> image_grid(np.zeros((6, 28, 28, 1), "float32"), columns=3).shape
        (58, 88, 1)
    """
    images = _as_bytes(images)
    if columns < 1:
        raise ValueError(f"`columns` must be at least 1. Received: columns={columns}")
    num, height, width, channels = images.shape
    columns = min(columns, num)
    rows = -(-num // columns)
    height, width = height + SEPARATOR, width + SEPARATOR
    tiles = np.full((rows * columns, height, width, channels), SEPARATOR_GRAY, np.uint8)
    tiles[:num, :-SEPARATOR, :-SEPARATOR] = images
    grid = tiles.reshape(rows, columns, height, width, channels).swapaxes(1, 2)
    return grid.reshape(rows * height, columns * width, channels)[:-SEPARATOR, :-SEPARATOR]


def save_image_grid(images, path, columns):
    """Writes `image_grid` to a file; small images are enlarged by a whole factor, unblurred.

    Args:
        images: Array `(num, height, width, 1 or 3)`, floating in `[-1, 1]` or uint8.
        path: Path with the suffix of an image format. The file appears when it is complete.
        columns: Integer >= 1, images in a row.

    Raises:
        ValueError: If `images` or `columns` does not fit `image_grid`, or the suffix is unknown.
        OSError: If the file cannot be written.
    """
    images = _as_bytes(images)
    factor = COMFORTABLE_WIDTH // (min(columns, len(images)) * images.shape[2]) if columns else 1
    factor = min(max(factor, 1), LARGEST_FACTOR)
    _write(image_grid(images.repeat(factor, axis=1).repeat(factor, axis=2), columns), path)


def save_image_table(side, top, inner, path):
    """Writes a table of images with a heading for every row and column, the corner being white.

    Args:
        side, top: Arrays `(num_rows, ...)` and `(num_columns, ...)`, the headings.
        inner: Array `(num_rows * num_columns, ...)`, row by row.
        path: As for `save_image_grid`, which says of what kind images are.
    """
    side, top, inner = map(_as_bytes, (side, top, inner))
    rows = np.concatenate(
        [side[:, None], inner.reshape(len(side), len(top), *inner.shape[1:])], axis=1
    )
    first = np.concatenate([np.full_like(top[:1], 255), top])
    images = np.concatenate([first, rows.reshape(-1, *inner.shape[1:])])
    save_image_grid(images, path, columns=1 + len(top))


def save_animation(images, path, seconds_per_image):
    """Writes images as an endless animated GIF.

    Args:
        images: Array `(num, height, width, 1 or 3)`, floating in `[-1, 1]` or uint8.
        path: Path of the GIF. The file appears when it is complete.
        seconds_per_image: Number > 0, how long each image stands; GIFs count in hundredths.

    Raises:
        ValueError: If `images` has another shape or dtype, or the suffix is unknown.
        OSError: If the file cannot be written.
    """
    check_image_path(path)
    frames = [
        PIL.Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
        for image in _as_bytes(images)
    ]
    write_gif(frames, path, max(10, round(1000 * seconds_per_image)))


def write_gif(frames, path, lengths):
    """Writes PIL images as an endless GIF.

    Args:
        frames: List of at least one image.
        path: Path of the GIF. The file appears when it is complete.
        lengths: How long each stands in milliseconds, or one integer for all.
    """
    with written_whole(path) as aside:
        frames[0].save(
            aside, format="GIF", save_all=True, append_images=frames[1:], duration=lengths, loop=0
        )


def save_points(points, path):
    """Draws points to a file: a scatter plot of the first two coordinates, a histogram of one.

    The axes reach from `-limit` to `limit`, where `limit` is 1, 1.5, 2, 3, 4, 6, ... and holds 99 %
    of the coordinates, so that pictures made during a training mostly share their axes. Points that
    are not finite are left out.

    Args:
        points: Array `(num, dimensions)`.
        path: Path with the suffix of an image format. The file appears when it is complete.

    Raises:
        ValueError: If `points` has another rank, or the suffix is unknown.
        OSError: If the file cannot be written.
    """
    # Imported late: matplotlib takes a while and images do without it.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    points = np.asarray(points, dtype="float32")
    if points.ndim != 2 or points.shape[1] < 1:
        raise ValueError(
            f"`points` must have the shape (num, dimensions). Received: shape={points.shape}"
        )
    points = points[np.isfinite(points).all(axis=1)]
    limit = _round_limit(np.quantile(np.abs(points), 0.99) if len(points) else 1.0)
    figure = Figure(figsize=(5, 5), dpi=100, layout="constrained")
    axes = figure.add_subplot(xlim=(-limit, limit))
    if points.shape[1] == 1:
        axes.hist(points[:, 0], bins=np.linspace(-limit, limit, 61), density=len(points) > 0)
    else:
        axes.scatter(points[:, 0], points[:, 1], s=8, alpha=0.6, linewidths=0)
        axes.set(ylim=(-limit, limit), aspect="equal")
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    _write(np.asarray(canvas.buffer_rgba())[..., :3], path)


def save_samples(samples, path, columns):
    """Writes what a model sampled, `save_image_grid` for images and `save_points` for points."""
    if np.ndim(samples) == 2:
        save_points(samples, path)
    else:
        save_image_grid(samples, path, columns)


def check_image_path(path):
    """Raises unless `path` has the suffix of an image format and lies in an existing folder.

    Raises:
        ValueError: If no image format has that suffix.
        FileNotFoundError: If the folder does not exist.
    """
    path = pathlib.Path(path)
    if PIL.Image.registered_extensions().get(path.suffix.lower()) not in PIL.Image.SAVE:
        raise ValueError(
            "The file must have the suffix of an image format, such as .png. "
            f"Received: {str(path)!r}"
        )
    if not path.parent.is_dir():
        raise FileNotFoundError(f"Cannot write {path}: there is no folder {path.parent}")


def _as_bytes(images):
    images = np.asarray(images)
    if images.ndim != 4 or not len(images) or not is_image_shape(images.shape[1:]):
        raise ValueError(
            "`images` must have the shape (num, height, width, 1 or 3) with num >= 1. "
            f"Received: images with shape {images.shape}"
        )
    if images.dtype == np.uint8:
        return images
    if not np.issubdtype(images.dtype, np.floating):
        raise ValueError(
            "`images` must be floating, in [-1, 1], or uint8. "
            f"Received: images with dtype {images.dtype}"
        )
    return np.asarray(to_uint8(np.nan_to_num(images)))  # a broken generator is drawn gray


def _round_limit(value):
    limits = [scale * 2.0**power for power in range(64) for scale in (1.0, 1.5)]
    return next((limit for limit in limits if limit >= value), limits[-1])


def _write(pixels, path):
    check_image_path(path)
    with written_whole(path) as aside:
        PIL.Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(aside)
