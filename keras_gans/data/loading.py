"""`load`: one door for every source."""

import os
import pathlib

import numpy as np
import tensorflow as tf

from keras_gans.data import glyph_tasks
from keras_gans.data.arrays import from_arrays
from keras_gans.data.folder import from_folder
from keras_gans.data.glyphs import SIZES, prepare_glyphs
from keras_gans.data.npz import from_npz
from keras_gans.data.places import existing, folder_or_name
from keras_gans.data.request import Request, check_arrays_have_no_split
from keras_gans.data.tfds_source import from_builder, from_tfds


def load(
    source,
    *,
    image_size=None,
    channels=None,
    batch_size=128,
    split="train",
    labels=False,
    seed=0,
    data_dir=None,
    crop="center",
    value_range=None,
    shuffle=True,
    on_error="raise",
    in_memory=None,
    memory_limit=2**30,
):
    """Batches of images, float32 in `[-1, 1]`, channels last, from nearly anywhere.

    ```python
    data = load("glyphs", image_size=28)                  # made on first use, no download
    data = load("mnist", image_size=32, labels=True)      # any TensorFlow Datasets name
    data = load("photos/", image_size=64, crop="pad")     # a folder; subfolders are classes
    data = load((images, labels), labels=True)            # arrays or tensors; also "file.npz"
    ```

    Args:
        source: One of

            - `"glyphs"`: the embedded data set, digits in many fonts (`glyphs.Glyphs`), made on
              first use in the size that `image_size` needs; `"glyphs/28_1000_200"` is a small one
              of 28 pixels with that many examples to train on and to test;
            - a name of TensorFlow Datasets, `"name"` or `"name/config"`;
            - the path of a folder of PNG, JPEG, WebP or BMP files;
            - the path of an `.npz` file;
            - an array or tensor, or a tuple `(images, labels)`: uint8 images `(n, height, width,
              1 or 3)`, float ones in `value_range`, or points `(n, dimensions)` that stay as they
              are.
        image_size: Height and width to resize to: 32 makes MNIST's 28x28 pixels 32x32. Images are
            first made square (`crop`), then resized bilinearly, with antialiasing where they
            shrink. `None` keeps the source's size, which then must be the same for all.
        channels: 1 or 3. Colour becomes gray by its luma, gray becomes colour by repetition.
            `None` keeps what there is, which then must be the same for all.
        batch_size: Examples in a batch. A last batch that is not full is left out of its epoch.
        split: Split of the data: for TFDS any of its own, slices such as "train[:10%]" included;
            for a folder the subfolder of that name, if all subfolders are splits; for `.npz` a
            part of the arrays' names.
        labels: Whether elements are `(x, labels)`, labels int32 `(batch_size,)`.
        seed: Integer in `[0, 2**31)` behind the order of the examples.
        data_dir: Where TFDS keeps its data, for TFDS and glyphs. Defaults to TFDS's own place.
        crop: What to do with images that are not square when `image_size` is given: "center"
            cuts out the central square, "pad" adds black.
        value_range: `(low, high)` of arrays, mapped to `[-1, 1]`. Defaults to `(0, 255)` for
            uint8 and `(-1, 1)` for float; it is checked and never guessed.
        shuffle: `False` keeps the source's order in every epoch.
        on_error: "raise", or "skip" to leave out files of a folder that cannot be decoded, with a
            warning that counts them; every file is then decoded once beforehand.
        in_memory: Whether to hold the decoded data in memory, as uint8. By default if it is not
            larger than `memory_limit`; larger data is streamed.
        memory_limit: Bytes.

    Returns:
        `Batches`, a `tf.data.Dataset` of one epoch that is reshuffled every time it is iterated.

    Raises:
        ValueError: For arguments or data that do not fit; the message says which and why. It is a
            `NoLabelsError` where labels are asked for and there are none.
        FileNotFoundError: For a path that does not exist.
        RuntimeError: For a TFDS data set that is neither prepared nor can be downloaded.
        TypeError: For a source of another kind.
    """
    request = Request(
        image_size=image_size,
        channels=channels,
        batch_size=batch_size,
        split=split,
        labels=labels,
        seed=seed,
        data_dir=data_dir,
        crop=crop,
        value_range=value_range,
        shuffle=shuffle,
        on_error=on_error,
        in_memory=in_memory,
        memory_limit=memory_limit,
    )
    if isinstance(source, str | os.PathLike):
        return _from_text(source, request)
    if isinstance(source, tuple) and len(source) == 2:
        check_arrays_have_no_split(split)
        return from_arrays(*source, request)
    if isinstance(source, np.ndarray) or tf.is_tensor(source):
        check_arrays_have_no_split(split)
        return from_arrays(source, None, request)
    raise TypeError(
        "`source` must be a name, a path, an array, a tensor or a tuple (images, labels). "
        f"Received: source of type {type(source).__name__}"
    )


def _from_text(source, request):
    path = pathlib.Path(source).expanduser()
    if glyph_tasks.is_name(source):
        return _from_glyphs(source, request)
    if path.suffix == ".npz":
        return from_npz(existing(path), request)
    place = folder_or_name(source, paths="a folder or an .npz file")
    load_place = from_tfds if isinstance(place, str) else from_folder
    return load_place(place, request)


def _from_glyphs(source, request):
    """ "glyphs", "glyphs/64" or, of a small set, "glyphs/28_1000_200" with examples per split."""
    _, _, config = source.partition("/")
    if not config:  # the smallest size that need not be enlarged
        wanted = min(request.image_size or SIZES[0], SIZES[-1])
        config = str(next(size for size in SIZES if size >= wanted))
    numbers = config.split("_")
    if len(numbers) not in (1, 3) or not all(number.isdecimal() for number in numbers):
        raise ValueError(
            "`source` must be 'glyphs', 'glyphs/size' or 'glyphs/size_train_test'. "
            f"Received: source={source!r}"
        )
    size, *counts = map(int, numbers)
    names = dict(zip(("num_train", "num_test"), counts, strict=False))
    return from_builder(prepare_glyphs(size, request.data_dir, **names), request)
