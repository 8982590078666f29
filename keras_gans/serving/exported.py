"""An export, read back from nothing but its folder."""

import functools
import json

import numpy as np
import tensorflow as tf

from keras_gans.serving.versions import find_export
from keras_gans.utils.export_layout import DESCRIPTION
from keras_gans.utils.files import check_readable_name


class Exported:
    """A SavedModel on disk: its description and its signatures.

    Args:
        path: An exported model, or the folder of its versions, of which the newest is taken.

    Attributes:
        path: `pathlib.Path` of the SavedModel's folder.
        description: Dictionary that the export holds about itself; empty for a foreign SavedModel.

    Raises:
        FileNotFoundError: If `path` is neither.
        ValueError: If it has square brackets.

    Example:
        >>> Exported("saved_models/dcgan").run("sample", num_images=4, seed=1)["images"].shape
        (4, 28, 28, 1)
    """

    def __init__(self, path):
        self.path = find_export(path)
        check_readable_name(path=self.path)
        file = self.path / DESCRIPTION
        self.description = json.loads(file.read_text()) if file.is_file() else {}

    @functools.cached_property
    def loaded(self):
        """What `tf.saved_model.load` returns; kept, because its functions need its variables."""
        try:
            return tf.saved_model.load(str(self.path))
        except (OSError, tf.errors.OpError, ValueError) as error:
            raise ValueError(
                f"`path` must be a complete SavedModel. Received: path={str(self.path)!r}, which "
                f"TensorFlow cannot load: {str(error).splitlines()[0]}"
            ) from error

    def inputs_of(self, signature):
        """Dictionary from input name to `tf.TensorSpec`, sorted: a SavedModel keeps no order."""
        return dict(sorted(self._function(signature).structured_input_signature[1].items()))

    def outputs_of(self, signature):
        """Dictionary from output name to `tf.TensorSpec`."""
        return dict(sorted(self._function(signature).structured_outputs.items()))

    @property
    def signatures(self):
        """List of the names of the signatures, the default one first."""
        return sorted(self.loaded.signatures, key=lambda name: (name != "serving_default", name))

    @property
    def size(self):
        """Bytes on the disk."""
        return sum(file.stat().st_size for file in self.path.rglob("*") if file.is_file())

    def run(self, signature, **inputs):
        """Runs a signature.

        Args:
            signature: Name of the signature.
            **inputs: Values of its inputs, of the right shapes; dtypes are converted.

        Returns:
            Dictionary from output name to NumPy array.

        Raises:
            ValueError: If the model has no such signature, it has other inputs, or refuses their
                values, such as labels outside its classes.
        """
        specs = self.inputs_of(signature)
        if set(inputs) != set(specs):
            raise ValueError(
                f"The inputs of the signature `{signature}` are {sorted(specs)}. "
                f"Received: {sorted(inputs)}"
            )
        tensors = {name: tf.convert_to_tensor(inputs[name], specs[name].dtype) for name in specs}
        try:
            outputs = self._function(signature)(**tensors)
        except tf.errors.InvalidArgumentError as error:
            raise ValueError(
                f"{self.path} refuses the inputs of `{signature}`: {_reason(error.message)}"
            ) from error
        return {name: np.asarray(output) for name, output in outputs.items()}

    def _function(self, signature):
        if signature not in self.loaded.signatures:
            raise ValueError(
                f"{self.path} has no signature `{signature}`; it has {self.signatures}"
            )
        return self.loaded.signatures[signature]


def _reason(message):
    """The line of TensorFlow's message that says what is wrong, and not where."""
    *_, asserted = message.partition("assertion failed: ")
    told = [line for line in message.splitlines() if line and not line.startswith("\t")]
    return asserted.splitlines()[0] if asserted else told[-1]
