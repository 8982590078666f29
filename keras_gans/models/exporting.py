"""Writing a SavedModel that needs nothing but TensorFlow to run."""

import importlib.metadata
import json

import keras
import tensorflow as tf

from keras_gans.utils.export_layout import DESCRIPTION
from keras_gans.utils.files import written_whole


def write_saved_model(path, signatures, description):
    """Writes a SavedModel folder that appears when it is complete.

    Args:
        path: The folder to make.
        signatures: Dictionary from name to a function and the list of its `tf.TensorSpec` inputs.
            The function's argument names are the inputs' names, the keys of the dictionary that it
            returns are the outputs' names.
        description: Dictionary of plain values, kept beside the model as JSON.
    """
    archive = keras.export.ExportArchive()
    # Endpoints only: tracking the model as well would store every variable twice.
    for name, (function, specs) in signatures.items():
        archive.add_endpoint(name, function, specs)
    versions = {
        "keras_gans": importlib.metadata.version("keras_gans"),
        "tensorflow": tf.__version__,
    }
    with written_whole(path) as aside:
        archive.write_out(str(aside), verbose=False)
        (aside / DESCRIPTION).parent.mkdir()
        (aside / DESCRIPTION).write_text(json.dumps({**description, **versions}, indent=2))
