"""The pictures of a training as one moving picture."""

import PIL.Image

from keras_gans.utils import image_grid

MOST_FRAMES = 60  # a grid of noise takes 0.25 MB; a long training should still be easy to open
WHOLE_LENGTH = 10_000  # milliseconds that an animation aims at
FRAME_LENGTHS = (50, 300)  # milliseconds
LAST_FRAME_LENGTH = 2_000


def write_gif(frame_paths, path):
    """Writes an endless animated GIF of image files; of many frames an even choice is shown.

    Args:
        frame_paths: List of at least one image file, in order. Frames of another size than the last
            one, as when a model grows, are brought to its size.
        path: Path of the GIF. The file appears when it is complete.
    """
    frame_paths = _even_choice(frame_paths)
    shortest, longest = FRAME_LENGTHS
    length = min(max(WHOLE_LENGTH // len(frame_paths), shortest), longest)
    lengths = [length] * (len(frame_paths) - 1) + [LAST_FRAME_LENGTH]
    last = _read(frame_paths[-1])
    frames = [_fit(_read(frame_path), last) for frame_path in frame_paths]
    image_grid.write_gif(frames, path, lengths)


def _even_choice(paths):
    if len(paths) <= MOST_FRAMES:
        return paths
    steps = range(MOST_FRAMES)
    return [paths[step * (len(paths) - 1) // (MOST_FRAMES - 1)] for step in steps]


def _read(path):
    with PIL.Image.open(path) as image:
        return image.copy()


def _fit(frame, like):
    return frame.convert(like.mode).resize(like.size, PIL.Image.Resampling.NEAREST)
