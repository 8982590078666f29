"""Requests that TensorFlow Serving replays while it loads a model, so that no user waits for it.

TensorFlow builds parts of a graph when it first runs. The file holds a TFRecord of `PredictionLog`
messages; their package, tensorflow-serving-api, would bring a second TensorFlow, and the messages
are simple enough to be written as the bytes they are.
"""

import pathlib

import numpy as np
import tensorflow as tf

WARMUP_REQUESTS = pathlib.Path("assets.extra", "tf_serving_warmup_requests")


def write_warmup_requests(path, name, signatures, examples=None):
    """Writes one request for every signature into a SavedModel folder.

    Args:
        path: The SavedModel folder.
        name: Name under which the model is served.
        signatures: Dictionary from signature to a function and the list of its `tf.TensorSpec`
            inputs, as from `model.serving_signatures()`.
        examples: Dictionary from signatures to their inputs, NumPy arrays by name, where what
            `example_input` gives would not do.
    """
    file = pathlib.Path(path) / WARMUP_REQUESTS
    file.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(file)) as writer:
        for signature, (_, specs) in signatures.items():
            inputs = (examples or {}).get(signature)
            if inputs is None:
                inputs = {spec.name: example_input(spec) for spec in specs}
            writer.write(prediction_log(name, signature, inputs))


def example_input(spec):
    """NumPy array that fits a `tf.TensorSpec`: a batch of one, zeros; scalars (`num_images`) are 1.

    Zeros are a valid latent, image and label alike.
    """
    shape = [1 if size is None else size for size in spec.shape.as_list()]
    return np.full(shape, 0 if shape else 1, spec.dtype.as_numpy_dtype)


def prediction_log(name, signature, inputs):
    """Bytes of a `tensorflow.serving.PredictionLog` that holds one predict request.

    Args:
        name: Name under which the model is served.
        signature: Name of the signature.
        inputs: Dictionary from input name to NumPy array.
    """
    model_spec = _field(1, name.encode()) + _field(3, signature.encode())  # name, signature_name
    request = _field(1, model_spec)
    for key, array in inputs.items():
        tensor = tf.make_tensor_proto(array).SerializeToString()
        request += _field(2, _field(1, key.encode()) + _field(2, tensor))  # an entry of the map
    predict_log = _field(1, request)
    return _field(6, predict_log)


def _field(number, content):
    """A length-delimited field of the protocol buffers' wire format."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value):
    groups = []
    while value > 127:
        groups.append(value & 127 | 128)
        value >>= 7
    return bytes([*groups, value])
