"""Whether a text is the path of a folder or the name of a data set."""

import pathlib
import re

import tensorflow_datasets as tfds


def folder_or_name(source, name="source", paths="a folder"):
    """A `pathlib.Path` to an existing folder, or the text where TFDS knows a data set by it.

    A word without a slash that is both is the data set.

    Args:
        source: Text or path.
        name: The argument's, for messages.
        paths: What paths may lead to, for messages.

    Raises:
        ValueError: For what is neither.
        FileNotFoundError: For a path that does not exist.
    """
    path = pathlib.Path(source).expanduser()
    is_plain_word = isinstance(source, str) and path.name == source
    is_name = isinstance(source, str) and _is_known_to_tfds(source)
    if path.is_dir() and not (is_plain_word and is_name):
        return path
    if is_name:
        return source
    if is_plain_word:
        raise ValueError(
            f"`{name}` must be 'glyphs', a name of TensorFlow Datasets (`tfds.list_builders()`), "
            f"{paths} that exists, or arrays. Received: {name}={source!r}"
        )
    existing(path, name)
    raise ValueError(f"`{name}` must be {paths}. Received: {name}={str(path)!r}")


def existing(path, name="source"):
    """The path; raises a `FileNotFoundError` if nothing is there."""
    if not path.exists():
        raise FileNotFoundError(f"`{name}` must exist. Received: {name}={str(path)!r}")
    return path


def _is_known_to_tfds(name):
    """Whether `name`, "name/config" or "name:version" begins with a registered name."""
    try:
        tfds.builder_cls(re.split("[/:]", name)[0])
    except (ImportError, ValueError):  # not registered, or no name at all
        return False
    return True
