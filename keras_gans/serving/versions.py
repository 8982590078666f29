"""TensorFlow Serving's layout: a folder per model, in it a folder per version, a number."""

import pathlib

MODEL_FILE = "saved_model.pb"


def versions_in(directory):
    """List of the version numbers in a folder, in rising order."""
    return sorted(int(path.name) for path in directory.iterdir() if path.name.isdecimal())


def find_export(path):
    """Folder of the SavedModel that `path` means: itself, or its newest version.

    Raises:
        FileNotFoundError: If there is no SavedModel.
    """
    path = pathlib.Path(path)
    if (path / MODEL_FILE).is_file():
        return path
    candidates = reversed(versions_in(path)) if path.is_dir() else ()
    for version in candidates:
        if (path / str(version) / MODEL_FILE).is_file():
            return path / str(version)
    raise FileNotFoundError(
        "`path` must be an exported model or the folder of its versions. "
        f"Received: path={str(path)!r}"
    )
