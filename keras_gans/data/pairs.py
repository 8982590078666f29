"""`load_pairs`: an input and its target, jittered together."""

import dataclasses
import os
import pathlib

import numpy as np
import tensorflow as tf

from keras_gans.data import glyph_tasks, order
from keras_gans.data.arrays import images_of_array
from keras_gans.data.batches import batches_by_step, positions_of
from keras_gans.data.jitter import make_jitter
from keras_gans.data.lookup import channels_joined
from keras_gans.data.memory import to_unit_range
from keras_gans.data.pair_folders import from_side_by_side, from_two_folders
from keras_gans.data.places import existing, folder_or_name
from keras_gans.data.request import Request, check_arrays_have_no_split
from keras_gans.data.tfds_images import image_keys, images_of_builder, prepared_builder

DIRECTIONS = ("AtoB", "BtoA")


def load_pairs(
    source,
    *,
    direction=None,
    image_size=None,
    load_size=None,
    flip=None,
    augment=True,
    channels=None,
    batch_size=1,
    split=None,
    keys=None,
    seed=0,
    data_dir=None,
    crop="center",
    value_range=None,
    shuffle=True,
    on_error="raise",
    in_memory=None,
    memory_limit=2**30,
):
    """Batches of pairs `(input, target)` of images, float32 in `[-1, 1]`, channels last.

    ```python
    data = load_pairs("facades/", direction="BtoA")                 # two images in each file
    data = load_pairs(("photos/", "maps/"), direction="AtoB")       # files of the same names
    data = load_pairs((gray, colour), image_size=32, direction="AtoB")
    data = load_pairs("glyphs/outline", direction="AtoB", batch_size=16)   # 32x32 pixels
    test = load_pairs("facades/", split="test", direction="BtoA", augment=False, shuffle=False)
    ```

    Jitter is that of the paper: both images are resized to `load_size`, the same random square of
    `image_size` is cut out of both, and both are reflected or neither. Order and jitter are pure
    functions of `seed`, the epoch and the step.

    Args:
        source: One of

            - the path of a folder of images twice as wide as high, of which A is the left and B
              the right half;
            - a tuple of two folders, A and B, whose images are paired by their names without the
              suffix, subfolders included;
            - a tuple of two arrays or tensors, A and B, of uint8 or floating images `(n, height,
              width, 1 or 3)`;
            - a name of TensorFlow Datasets, whose examples hold two images (`keys`);
            - `"glyphs/outline"`, `"glyphs/colour"`, `"glyphs/slant"` or `"glyphs/weight"`, the
              embedded pairs of `glyph_pairs`; `"glyphs/slant_1000_200"` is a small set with that
              many pairs to train on and to test.
        direction: "AtoB" where A is the input and B the target, "BtoA" for the converse. There is
            no default, since a wrong guess would not show until the training is over.
        image_size: Height and width of the images. Defaults to the paper's 256, for glyphs to 32.
            Images that are not square are first made so (`crop`); the resizing is bilinear, with
            antialiasing where it shrinks.
        load_size: Height and width before the random crop. Defaults to the paper's share,
            `image_size * 286 / 256` rounded, halves up; for glyphs, which are drawn in all sizes
            and places anyway, to `image_size`.
        flip: Whether to reflect half of the pairs, left to right. Defaults to `True`; for glyphs
            to `False`, because the mirror image of a digit is none.
        augment: `False` for no jitter, as evaluation wants: images are resized to `image_size`,
            and `load_size` and `flip` have no effect.
        channels: 1 or 3, for both. Colour becomes gray by its luma, gray becomes colour by
            repetition. `None` keeps what there is, which then must be the same for all A and for
            all B.
        batch_size: Pairs in a batch. A last batch that is not full is left out of its epoch.
        split: Split of the data: for folders the subfolder of that name, if all subfolders are
            splits; for TFDS any of its own; "train" or "test" for glyphs. Defaults to "train"
            where there are splits.
        keys: For TFDS, names of the features that are A and B. By default the only two image
            features that there are: first what the data set's supervised keys name first, else in
            alphabetical order.
        seed: Integer in `[0, 2**31)` behind order and jitter.
        data_dir: Where TFDS keeps its data. Defaults to TFDS's own place.
        crop: What to do with images that are not square: "center" cuts out the central square,
            "pad" adds black.
        value_range: `(low, high)` of arrays, mapped to `[-1, 1]`. Defaults to `(0, 255)` for
            uint8 and `(-1, 1)` for float; it is checked and never guessed.
        shuffle: `False` keeps the source's order in every epoch; pairs of folders are in the order
            of their names.
        on_error: "raise", or "skip" to leave out files that cannot be decoded, and their
            partners, with a warning that counts them; every file is then decoded once beforehand.
        in_memory: Whether to hold the images, in `load_size`, in memory, as uint8 unless they are
            floating arrays. By default if they are not larger than `memory_limit`, of which each
            of two folders or arrays has a half. Other files are decoded whenever they are needed,
            other arrays are read from where they are, other TFDS examples are held encoded.
        memory_limit: Bytes.

    Returns:
        `Batches`, a `tf.data.Dataset` of one epoch that is reshuffled every time it is iterated;
        its `from_step(step)` starts at any step.

    Raises:
        ValueError: For arguments or data that do not fit, among them a direction that is not
            given, an image that is not twice as wide as high, a file without a partner, and
            partners of different sizes; the message says which and why.
        FileNotFoundError: For a path that does not exist.
        RuntimeError: For a TFDS data set that is neither prepared nor can be downloaded.
        TypeError: For a source of another kind.

    Reference:
        Isola et al., 2017, "Image-to-Image Translation with Conditional Adversarial Networks"
        (arXiv:1611.07004), section 3.3 and the appendix.
    """
    if direction not in DIRECTIONS:
        raise ValueError(
            '`direction` must be "AtoB", where the left or first image is the input, or "BtoA", '
            f"where it is the target. Received: direction={direction!r}"
        )
    jitter = make_jitter(image_size, load_size, flip, augment, glyph_tasks.is_name(source))
    request = Request(
        image_size=jitter.load_size,
        channels=channels,
        batch_size=batch_size,
        split=split or "train",
        seed=seed,
        data_dir=data_dir,
        crop=crop,
        value_range=value_range,
        shuffle=shuffle,
        on_error=on_error,
        in_memory=in_memory,
        memory_limit=memory_limit,
    )
    pairs, channels_of_a = _pairs(source, keys, request)

    def batch(epoch, step):
        numbers = positions_of(step, batch_size)
        if shuffle:
            numbers = order.indices(seed, epoch, numbers, pairs.num_examples)
        both = jitter(pairs.take(numbers), seed, epoch, step)
        both = to_unit_range(both, pairs.value_range)
        a, b = both[..., :channels_of_a], both[..., channels_of_a:]
        return (a, b) if direction == "AtoB" else (b, a)

    return batches_by_step(
        batch,
        pairs.num_examples,
        **request.batching(),
        description=f"pairs of {pairs.description}, {direction}",
    )


def _pairs(source, keys, request):
    """`Lookup` of images with the channels of both, and how many are A's."""
    if isinstance(source, str | os.PathLike):
        return _from_text(source, keys, request)
    if isinstance(source, tuple) and len(source) == 2:
        if all(isinstance(part, str | os.PathLike) for part in source):
            return from_two_folders(*map(_folder, source), request)
        if all(isinstance(part, np.ndarray) or tf.is_tensor(part) for part in source):
            check_arrays_have_no_split(request.split)
            return _from_arrays(source, request)
    kinds = [type(part).__name__ for part in (source if isinstance(source, tuple) else [source])]
    raise TypeError(
        "`source` must be a folder, a name, or a tuple of two folders or two arrays. "
        f"Received: source of type {' and '.join(kinds)}"
    )


def _from_text(source, keys, request):
    if glyph_tasks.is_name(source):
        task, num_examples = glyph_tasks.parse(source, request.split)
        numbers = range(num_examples)
        a, b, _ = glyph_tasks.render_pairs(task, request.split, request.image_size, numbers)
        return _from_arrays((a, b), request, f"{source} [{request.split}]")
    place = folder_or_name(source)
    if not isinstance(place, str):
        return from_side_by_side(place, request)
    builder = prepared_builder(place, request.data_dir)
    keys = _checked_keys(builder.info, keys)
    pairs = images_of_builder(builder, keys, request)
    channels = builder.info.features[keys[0]].shape[-1]
    return pairs, request.channels or (3 if channels == 4 else channels)  # without transparency


def _checked_keys(info, keys):
    known = image_keys(info)
    if keys is None and len(known) == 2:
        return known
    if keys is None or len(keys) != 2 or not set(keys) <= set(known):
        raise ValueError(
            f"`keys` must name the two image features of {info.full_name} that are A and B, of "
            f"{known}. Received: keys={keys}"
        )
    return keys


def _folder(source):
    folder = existing(pathlib.Path(source).expanduser())
    if not folder.is_dir():
        raise ValueError(f"`source` must be two folders. Received: source with {str(folder)!r}")
    return folder


def _from_arrays(arrays, request, description="arrays"):
    shapes = [tuple(array.shape) for array in arrays]
    if len(shapes[0]) == len(shapes[1]) == 4 and shapes[0][:3] != shapes[1][:3]:
        raise ValueError(
            "`source` must hold as many images of A as of B, all of one size. "
            f"Received: arrays of shape {shapes[0]} and {shapes[1]}"
        )
    a, b = (
        images_of_array(f"source[{side}]", array, request.of_each_half(), description)
        for side, array in enumerate(arrays)
    )
    pairs = channels_joined(a, b)
    return dataclasses.replace(pairs, description=description), a.shape[-1]
