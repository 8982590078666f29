"""TensorFlow Serving's layout: a folder per model, in it a folder per version, a number."""

import pathlib

MODEL_FILE = "saved_model.pb"


def version_folders(directory):
    """Paths in a folder whose names are numbers, in rising order; leading zeros are allowed."""
    named = (path for path in directory.iterdir() if path.name.isdecimal())
    return sorted(named, key=lambda path: int(path.name))


def find_export(path):
    """Folder of the SavedModel that `path` means: itself, or its newest version.

    Raises:
        FileNotFoundError: If there is no SavedModel.
    """
    path = pathlib.Path(path)
    if (path / MODEL_FILE).is_file():
        return path
    for version in reversed(version_folders(path)) if path.is_dir() else ():
        if (version / MODEL_FILE).is_file():
            return version
    raise FileNotFoundError(
        "`path` must be an exported model or the folder of its versions. "
        f"Received: path={str(path)!r}"
    )
