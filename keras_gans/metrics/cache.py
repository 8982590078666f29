"""Where trained extractors, fetched weights and reference statistics are kept between runs."""

import hashlib
import os
import pathlib

import numpy as np

from keras_gans.utils.files import written_whole


def cache_folder(*names):
    """The folder `names` under `KERAS_GANS_HOME`, or under `~/.cache/keras_gans`; created."""
    home = os.environ.get("KERAS_GANS_HOME") or pathlib.Path.home() / ".cache" / "keras_gans"
    folder = pathlib.Path(home, *names)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def content_hash(*parts):
    """SHA-256, in hexadecimal, of arrays (with dtype and shape) and of what `repr` shows."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            digest.update(f"{part.dtype.str}{part.shape}".encode())
            digest.update(np.ascontiguousarray(part).data)
        else:
            digest.update(repr(part).encode())
        digest.update(b"\0")
    return digest.hexdigest()


def file_hash(path):
    """SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def save_arrays(path, **arrays):
    """Writes an `.npz` whole or not at all, so that a killed run leaves no broken cache."""
    with written_whole(path) as aside, open(aside, "wb") as file:
        np.savez(file, **arrays)


def load_arrays(path):
    """The arrays of an `.npz`, by name, or None where there is no such file."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)
    except FileNotFoundError:
        return None
