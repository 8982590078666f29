"""Publishing: the next version of a model, in TensorFlow Serving's layout."""

import pathlib

from keras_gans.serving.versions import MODEL_FILE, version_folders
from keras_gans.serving.warmup import write_warmup_requests
from keras_gans.utils.files import check_readable_name, written_whole


def publish(model, directory):
    """Exports a model as the next version of `directory`: `<directory>/1`, `<directory>/2`, ...

    The version appears when it is complete, with requests that warm a server up, so that a server
    that watches the folder never loads half a model. Nothing is overwritten, also when several
    processes publish at once.

    Args:
        model: A trained model, such as `DCGAN`.
        directory: Folder of the model's versions, such as `saved_models/dcgan`; it is made if need
            be. Its name is the model's name for the server.

    Returns:
        `pathlib.Path` of the version's folder.

    Raises:
        ValueError: If `directory` is itself an export, or has square brackets.
        OSError: If `directory` cannot be written to.

    Example:
        >>> publish(model, "saved_models/dcgan")
        PosixPath('saved_models/dcgan/1')
    """
    directory = pathlib.Path(directory)
    check_readable_name(directory=directory)
    if (directory / MODEL_FILE).exists():
        raise ValueError(
            "`directory` must be a folder of versions, and this is an exported model itself. "
            f"Received: directory={str(directory)!r}"
        )
    directory.mkdir(parents=True, exist_ok=True)
    while True:
        newest = max((int(path.name) for path in version_folders(directory)), default=0)
        path = directory / str(newest + 1)
        try:
            with written_whole(path) as aside:
                model.export(aside)
                # A model whose inputs are of any size knows those that it can take.
                examples = getattr(model, "warmup_inputs", dict)()
                write_warmup_requests(aside, directory.name, model.serving_signatures(), examples)
            return path
        except OSError:
            # A folder that is not empty cannot be replaced: another process took the number.
            if not path.exists():
                raise
