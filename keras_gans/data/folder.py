"""A folder of images; its subfolders are classes."""

import concurrent.futures
import os
import warnings

import numpy as np
import tensorflow as tf

from keras_gans.data.batches import count_steps
from keras_gans.data.decoding import read_halves, read_header, read_image
from keras_gans.data.lookup import held, read_on_demand
from keras_gans.data.memory import empty_array, share
from keras_gans.data.request import NoLabelsError

SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".bmp"}
SPLITS = {"train", "training", "test", "testing", "val", "valid", "validation"}
NAMED = 5  # files named in a message


def from_folder(folder, request):
    """`Batches` of the PNG, JPEG, WebP and BMP files in a folder and its subfolders.

    With `labels` the subfolders directly below are the classes, in alphabetical order. If all of
    them are named like splits ("train", "test", "validation" ...), `request.split` chooses one.

    Raises:
        ValueError: If there are no images, images without a class, images of several sizes
            without `image_size` or both gray and colour ones without `channels`, or a file that
            cannot be decoded. Streamed files are decoded, and complained about, when they are read.
    """
    folder = choose_split(folder, request.split)
    files = image_files(folder)
    class_names = _class_names(folder, files) if request.labels else None
    files, headers = read_headers(files, request)
    count_steps(len(files), request.batch_size)  # before they are decoded
    images, files = images_of_files(files, headers, request, f"{folder}")
    labels = _labels(folder, files, class_names)
    return images.batches(labels, request.batching(), class_names=class_names)


def read_headers(files, request):
    """The files whose headers can be read, and these; raises or warns about the others."""
    with _threads() as pool:
        headers = _each(pool, read_header, files)
    return _without_failures(files, headers, request, of=len(files))


def images_of_files(files, headers, request, description, halves=False):
    """`Lookup` of the images in files, and the files that it holds.

    Args:
        files: List of paths.
        headers: The `Header` of each.
        request: The `Request`.
        description: Words for `repr`.
        halves: Whether each file holds two images side by side, which become one with the channels
            of both.
    """
    size, channels = _common_shape(files, headers, request)

    def read(path):
        if halves:
            return read_halves(path, request.image_size, channels)
        return read_image(path, request.image_size, channels, request.crop)

    shape = (request.image_size or size[0], request.image_size or size[1], channels * (1 + halves))
    with _threads() as pool:
        if request.fits_in_memory(len(files) * int(np.prod(shape))):
            images, files = _decoded(pool, read, files, shape, request)
            return held(images, (0, 255), description), files
        if request.on_error == "skip":  # so that the order counts only files that can be read
            failures = _each(pool, lambda path: read(path) is None, files)
            files, _ = _without_failures(files, failures, request, of=len(files))
    return _streamed(read, files, shape, description), files


def choose_split(folder, split):
    """The subfolder of that split, where all subfolders are splits; else the folder."""
    names = {path.name for path in folder.iterdir() if path.is_dir() and not _is_hidden(path.name)}
    if names and names <= SPLITS:
        if split not in names:
            raise ValueError(f"`split` must be one of {sorted(names)}. Received: split={split!r}")
        return folder / split
    if split != "train":
        raise ValueError(
            f"`split` must be 'train' for {folder}: it has no subfolders for splits. "
            f"Received: split={split!r}"
        )
    return folder


def visible_files(folder):
    """Sorted paths of the files in a folder and its subfolders, hidden ones apart."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(map(_is_hidden, path.relative_to(folder).parts))
    )


def _is_hidden(name):
    return name[0] == "." or name == "__MACOSX"  # what a Mac adds to an archive


def image_files(folder, name="source"):
    """Sorted paths of the images in a folder and its subfolders; `name` is the argument's."""
    files = [path for path in visible_files(folder) if path.suffix.lower() in SUFFIXES]
    if not files:
        raise ValueError(
            f"`{name}` must hold images ({', '.join(sorted(SUFFIXES))}) in it or its subfolders. "
            f"Received: {name}={str(folder)!r}, without any"
        )
    return files


def _class_names(folder, files):
    outside = [path for path in files if path.parent == folder]
    if outside:
        raise NoLabelsError(
            "`labels` asks for classes, so every image must be in a subfolder named after its "
            f"class. Received: labels=True, with {len(outside)} images directly in {folder}, such "
            f"as {outside[0].name}"
        )
    return sorted({path.relative_to(folder).parts[0] for path in files})


def _labels(folder, files, class_names):
    if class_names is None:
        return None
    numbers = {name: number for number, name in enumerate(class_names)}
    return np.array([numbers[path.relative_to(folder).parts[0]] for path in files], np.int32)


def _each(pool, function, files):
    """Result or exception of the function for each file."""

    def attempt(path):
        try:
            return function(path)
        except Exception as error:  # Pillow raises nearly anything for damaged files
            return error

    return list(pool.map(attempt, files))


def _without_failures(files, results, request, of):
    """The files, and results, that are no exceptions; raises or warns about the others."""
    failed = [path for path, result in zip(files, results, strict=True) if _is_failure(result)]
    if not failed:
        return files, results
    named = ", ".join(str(path) for path in failed[:NAMED]) + (", ..." * (len(failed) > NAMED))
    if request.on_error == "raise":
        error = next(result for result in results if _is_failure(result))
        error = error.__cause__ or error  # Pillow's own
        raise ValueError(
            "Images must be whole; remove those that are not, or leave them out with "
            f'`on_error="skip"`. Received: {len(failed)} of {of} files that cannot be decoded, '
            f"{named} ({type(error).__name__}: {error})"
        ) from error
    warnings.warn(f"Skipped {len(failed)} of {of} files: cannot decode {named}", stacklevel=4)
    good = [pair for pair in zip(files, results, strict=True) if not _is_failure(pair[1])]
    if not good:
        folder = os.path.commonpath([path.parent for path in failed])
        raise ValueError(
            f"`source` must hold images. Received: {of} files in {folder}, none can be decoded"
        )
    return tuple(list(column) for column in zip(*good, strict=True))


def _is_failure(result):
    return isinstance(result, Exception)


def _common_shape(files, headers, request):
    """`(height, width)` and channels, which all files share unless the request says others."""
    first = headers[0]
    for path, header in zip(files, headers, strict=True):
        if request.channels is None and header.channels != first.channels:
            kinds = {1: "gray", 3: "colour"}
            raise ValueError(
                f"`channels` must be 1 or 3 where a folder holds both gray and colour images: "
                f"{files[0]} is {kinds[first.channels]}, {path} is {kinds[header.channels]}. "
                "Received: channels=None"
            )
        size = (header.height, header.width)
        if request.image_size is None and size != (first.height, first.width):
            raise ValueError(
                "`image_size` must be given where a folder holds images of several sizes: "
                f"{files[0]} is {first.height}x{first.width}, {path} is {size[0]}x{size[1]}. "
                "Received: image_size=None"
            )
    return (first.height, first.width), request.channels or first.channels


def _decoded(pool, read, files, shape, request):
    """All images as one shared tensor, and the files that they are of."""
    images = empty_array((len(files), *shape), np.uint8)

    def fill(numbered):
        number, path = numbered
        images[number] = read(path)

    results = _each(pool, fill, list(enumerate(files)))
    good, _ = _without_failures(files, results, request, of=len(files))
    if len(good) < len(files):
        kept = [number for number, result in enumerate(results) if not _is_failure(result)]
        for place, number in enumerate(kept):  # in place: a copy would double the memory
            images[place] = images[number]
        images = images[: len(kept)]
    return share(images), good


def _streamed(read, files, shape, description):
    """`Lookup` that decodes its files when they are needed, several at a time."""
    pool = _threads()

    def decode_files(indices):
        return np.stack(list(pool.map(lambda index: read(files[index]), indices)))

    return read_on_demand(decode_files, len(files), shape, tf.uint8, (0, 255), description)


def _threads():
    return concurrent.futures.ThreadPoolExecutor(os.cpu_count())
