"""Where SAGAN looks, as a picture."""

import numpy as np

from keras_gans.utils.image_grid import save_image_grid

LOOKS = 3  # positions that are shown of each image


def attention_rows(images, maps):
    """Pictures in rows of seven: an image, then thrice the image with a position, and its map.

    The positions, marked in gray, are the corner and the brightest ones of the upper and the lower
    half. A map is bright where the position looks: its weights are spread over black to white, or
    all gray where they are equal.

    Args:
        images: Array `(num, size, size, channels)` in `[-1, 1]`.
        maps: Array `(num, height, width, attended_height, attended_width)` of weights, as
            `SAGAN.attend` and `SAGAN.attend_while_generating` return them.

    Returns:
        Array `(7 * num, size, size, channels)` in `[-1, 1]`.
    """
    size, side = images.shape[1], maps.shape[1]
    cell = size // side
    rows = []
    for image, looks in zip(images, maps, strict=True):
        rows.append(image)
        means = image.mean(axis=-1).reshape(side, cell, side, cell).mean(axis=(1, 3))
        upper, lower = means[: side // 2], means[side // 2 :]
        brightest = np.unravel_index(upper.argmax(), upper.shape)
        other = np.unravel_index(lower.argmax(), lower.shape)
        for row, column in ((0, 0), brightest, (other[0] + side // 2, other[1])):
            marked = image.copy()
            place = np.s_[row * cell : (row + 1) * cell, column * cell : (column + 1) * cell]
            marked[place] = 0.0  # mid-gray, seen on black and on white
            look = looks[row, column]
            spread = np.ptp(look)
            look = 2.0 * (look - look.min()) / spread - 1.0 if spread > 0 else 0.0 * look
            grow = size // look.shape[0]
            look = look.repeat(grow, 0).repeat(grow, 1)[..., np.newaxis]
            rows += [marked, np.broadcast_to(look, image.shape)]
    return np.stack(rows)


def save_attention_grid(images, maps, path):
    """Writes `attention_rows` to a file, a row for each image.

    Args:
        images, maps: As for `attention_rows`.
        path: Path with the suffix of an image format. The file appears when it is complete.
    """
    save_image_grid(attention_rows(images, maps), path, columns=1 + 2 * LOOKS)
