"""`load_unpaired`: two domains, each in an order and with a jitter of its own."""

import dataclasses
import os

import numpy as np
import tensorflow as tf

from keras_gans.data import glyph_tasks, order
from keras_gans.data.arrays import images_of_array
from keras_gans.data.batches import batches_by_step, count_steps, positions_of
from keras_gans.data.folder import choose_split, image_files, images_of_files, read_headers
from keras_gans.data.jitter import make_jitter
from keras_gans.data.memory import to_unit_range
from keras_gans.data.places import folder_or_name
from keras_gans.data.request import Request, check_arrays_have_no_split
from keras_gans.data.tfds_images import image_keys, images_of_builder, prepared_builder


def load_unpaired(
    source_a,
    source_b=None,
    *,
    image_size=None,
    load_size=None,
    flip=None,
    augment=True,
    channels=None,
    batch_size=1,
    split=None,
    seed=0,
    data_dir=None,
    crop="center",
    value_range=None,
    shuffle=True,
    on_error="raise",
    in_memory=None,
    memory_limit=2**30,
):
    """Batches `(a, b)` of images of two domains, float32 in `[-1, 1]`, channels last.

    ```python
    data = load_unpaired("horses/", "zebras/")
    data = load_unpaired("cycle_gan/horse2zebra")      # TFDS: the splits trainA and trainB
    data = load_unpaired("horse2zebra/")               # a folder with trainA, trainB, testA, testB
    data = load_unpaired(upright, slanted, image_size=32)
    data = load_unpaired("glyphs/slant", batch_size=16)   # 32x32 pixels
    ```

    Nothing joins the images of an element. An epoch holds every image of the larger domain once;
    those of the smaller one come again when all have been seen, in a fresh order, which goes on
    through the epochs. The two domains are shuffled, cut and reflected independently, by pure
    functions of `seed`, the epoch and the step.

    Args:
        source_a: The first domain: a folder of images; an array or tensor of uint8 or floating
            images `(n, height, width, 1 or 3)`; or a name of TensorFlow Datasets.
        source_b: The second domain, likewise. It is left out where `source_a` is both:

            - a name of TensorFlow Datasets with the splits `split + "A"` and `split + "B"`, or a
              folder with such subfolders;
            - `"glyphs/outline"`, `"glyphs/colour"`, `"glyphs/slant"` or `"glyphs/weight"`, the two
              domains of `glyph_domains`, which have no glyph in common; `"glyphs/slant_1000_200"`
              is a small set with that many images of each to train on and to test.
        image_size, load_size, flip, augment: As for `load_pairs`, for each image on its own.
        channels: 1 or 3, for both domains. Colour becomes gray by its luma, gray becomes colour
            by repetition. `None` keeps what there is, which then must be the same in a domain.
        batch_size: Images of each domain in a batch, at most as many as the larger one has. A last
            batch that is not full is left out of its epoch.
        split: Split of both domains, as for `load_pairs`. Defaults to "train" where there are
            splits.
        shuffle: `False` keeps the order of both sources; the smaller one begins anew with each
            epoch.
        seed, data_dir, crop, value_range, on_error, memory_limit: As for `load_pairs`.
        in_memory: As for `load_pairs`; each domain has one half of the memory.

    Returns:
        `Batches`, a `tf.data.Dataset` of one epoch that is reshuffled every time it is iterated;
        its `from_step(step)` starts at any step.

    Raises:
        ValueError: For arguments or data that do not fit, an empty domain among them; the message
            says which and why.
        FileNotFoundError: For a path that does not exist.
        RuntimeError: For a TFDS data set that is neither prepared nor can be downloaded.
        TypeError: For a source of another kind.

    Reference:
        Zhu et al., 2017, "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial
        Networks" (arXiv:1703.10593).
    """
    drawn = glyph_tasks.is_name(source_a) and source_b is None
    jitter = make_jitter(image_size, load_size, flip, augment, drawn)
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
    domains = _domains(source_a, source_b, request.of_each_half())
    sizes = [domain.num_examples for domain in domains]
    larger = sizes.index(max(sizes))
    examples_used = batch_size * count_steps(max(sizes), batch_size)

    def batch(epoch, step):
        positions = positions_of(step, batch_size)
        images = []
        for side, domain in enumerate(domains):
            if not shuffle:
                numbers = positions % domain.num_examples
            elif side == larger:
                numbers = order.indices(seed, epoch, positions, domain.num_examples)
            else:
                positions_so_far = epoch * examples_used + positions
                numbers = order.endless_indices(seed, positions_so_far, domain.num_examples)
            taken = jitter(domain.take(numbers), seed, epoch, step, side)
            images.append(to_unit_range(taken, domain.value_range))
        return tuple(images)

    named = " and ".join(f"{domain.description} ({domain.num_examples:,})" for domain in domains)
    return batches_by_step(batch, max(sizes), **request.batching(), description=f"unpaired {named}")


def _domains(source_a, source_b, request):
    """The `Lookup` of each domain."""
    if source_b is not None:
        return [_domain("source_a", source_a, request), _domain("source_b", source_b, request)]
    if not isinstance(source_a, str | os.PathLike):
        raise ValueError(
            "`source_b` must be given, unless `source_a` is the name or the folder of both "
            f"domains. Received: source_b=None, source_a of type {type(source_a).__name__}"
        )
    if glyph_tasks.is_name(source_a):
        return _glyph_domains(source_a, request)
    place = folder_or_name(source_a, "source_a")
    name = request.split.partition("[")[0]  # "train[:10%]" is "trainA[:10%]"
    splits = [name + letter + request.split[len(name) :] for letter in "AB"]
    requests = [dataclasses.replace(request, split=split) for split in splits]
    if isinstance(place, str):
        builder = prepared_builder(place, request.data_dir)
        _check_both_are_there(splits, builder.info.full_name, sorted(builder.info.splits))
        return [_from_builder(builder, request) for request in requests]
    subfolders = sorted(path.name for path in place.iterdir() if path.is_dir())
    _check_both_are_there(splits, place, subfolders)
    return [_from_folder("source_a", place / split, request) for split in splits]


def _check_both_are_there(splits, where, known):
    names = [split.partition("[")[0] for split in splits]
    if not set(names) <= set(known):
        raise ValueError(
            f"`source_b` must be given, unless `source_a` holds {names[0]!r} and {names[1]!r}. "
            f"Received: source_b=None, source_a={str(where)!r}, which holds {known}"
        )


def _glyph_domains(source, request):
    task, num_examples = glyph_tasks.parse(source, request.split, "source_a")
    domains = glyph_tasks.render_domains(task, request.split, request.image_size, num_examples)
    return [
        images_of_array("source_a", images, request, f"{source} [{request.split}{letter}]")
        for images, letter in zip(domains, "AB", strict=True)
    ]


def _domain(name, source, request):
    if isinstance(source, np.ndarray) or tf.is_tensor(source):
        check_arrays_have_no_split(request.split)
        return images_of_array(name, source, request)
    if not isinstance(source, str | os.PathLike):
        raise TypeError(
            f"`{name}` must be a folder, a name, an array or a tensor. "
            f"Received: {name} of type {type(source).__name__}"
        )
    if glyph_tasks.is_task(source):
        raise ValueError(
            "`source_b` must be left out for glyphs, whose tasks have two domains of their own. "
            f"Received: {name}={source!r}"
        )
    place = folder_or_name(source, name)
    if isinstance(place, str):
        return _from_builder(prepared_builder(place, request.data_dir), request)
    return _from_folder(name, choose_split(place, request.split), request)


def _from_builder(builder, request):
    keys = image_keys(builder.info)[:1]
    if not keys:
        raise ValueError(
            f"Both domains must have images. Received: {builder.info.full_name} with features "
            f"{sorted(builder.info.features)}"
        )
    return images_of_builder(builder, keys, request)


def _from_folder(name, folder, request):
    files, headers = read_headers(image_files(folder, name), request)
    return images_of_files(files, headers, request, f"{folder}")[0]
