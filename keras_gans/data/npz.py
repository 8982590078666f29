"""Arrays in an `.npz` file, read without ever holding two copies."""

import zipfile
import zlib

import numpy as np

from keras_gans.data.arrays import from_arrays
from keras_gans.data.memory import empty_array

READ = 2**22  # bytes at a time


def from_npz(path, request):
    """`Batches` of the images, and labels, in an `.npz` file.

    They are found by name: `images` and `labels`, `x_train` and `y_train` or `train_images` and
    `train_labels` (with the split that is asked for), `x` and `y`, or a file's only array.

    Raises:
        ValueError: If the file is damaged, holds no such array or no plain ones, and as
            `from_arrays`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist()]
            image_name, label_name = _names(path, names, request.split)
            images = _read(archive, image_name)
            wanted = label_name if request.labels else None
            labels = _read(archive, wanted) if wanted else None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise ValueError(f"`source` cannot be read: {error}. Received: source={path}") from error
    return from_arrays(images, labels, request, description=f"{path}", owned=True)


def _names(path, names, split):
    candidates = [
        (f"x_{split}", f"y_{split}"),
        (f"{split}_images", f"{split}_labels"),
    ]
    if split == "train":  # names without a split are all there is
        candidates += [("images", "labels"), ("x", "y"), ("arr_0", "arr_1")]
        candidates += [(names[0], None)] if len(names) == 1 else []
    for image_name, label_name in candidates:
        if image_name in names:
            return image_name, label_name if label_name in names else None
    raise ValueError(
        f"`source` must hold an array named `x_{split}` or `{split}_images` for the split, or, for "
        f"'train', `images` or `x`. Received: split={split!r} and {path} with arrays {names}"
    )


def _read(archive, name):
    """One array of the archive, read piece by piece into memory that a tensor can share."""
    with archive.open(f"{name}.npy") as file:
        version = np.lib.format.read_magic(file)
        read_header = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }
        shape, fortran_order, dtype = read_header[version](file)
        if dtype.hasobject:
            raise ValueError(f"`source` must hold plain arrays. Received: {name} of dtype {dtype}")
        array = empty_array(shape[::-1] if fortran_order else shape, dtype)
        memory = memoryview(array.reshape(-1).view(np.uint8))
        start = 0
        while start < len(memory):
            count = file.readinto(memory[start : start + READ])
            if not count:
                raise EOFError(f"the array {name} ends too early")
            start += count
    return array.T if fortran_order else array
