"""Files and folders that appear whole or not at all."""

import contextlib
import os
import pathlib
import shutil
import tempfile


def check_readable_name(**paths):
    """Raises a `ValueError` for the first of `paths` that TensorFlow could write but not read.

    It takes what is in square brackets for a pattern of characters when it reads variables.
    """
    for name, path in paths.items():
        if "[" in str(path):
            raise ValueError(
                f"`{name}` must have no square brackets, which TensorFlow takes for a pattern. "
                f"Received: {name}={str(path)!r}"
            )


@contextlib.contextmanager
def written_whole(path):
    """Yields a path aside to write to; the result takes its final name only when it is complete.

    A process that is killed half-way leaves the file or folder that was at `path` untouched, and
    one that watches the folder never sees a half-written one: a rename is atomic.

    Args:
        path: The final path of a file or a folder. A file there is replaced. The name aside is
            hidden and keeps the suffix, because Keras chooses its format by it.

    Raises:
        FileNotFoundError: If the folder does not exist.
        PermissionError: If the folder cannot be written to.
    """
    path = pathlib.Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"Cannot write {path}: there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise PermissionError(f"Cannot write {path}: the folder {path.parent} is not writable")
    aside = pathlib.Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        yield aside / path.name
        _flush(aside / path.name)
        os.replace(aside / path.name, path)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _flush(path):
    """Waits until the bytes are on the disk, so that the rename cannot overtake them."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    for file in files:
        with open(file, "rb") as handle:
            os.fsync(handle.fileno())
