"""Checks that every layer and every model must pass, whatever it computes."""

import keras
import numpy as np


def check_layer(layer_class, init_kwargs, inputs, expected_shape, training=False):
    """Config round trip, symbolic shape, save and load, and mixed precision of a layer.

    Args:
        layer_class: A layer class.
        init_kwargs: Dictionary of constructor arguments.
        inputs: NumPy array, tuple of arrays for a layer with several inputs, or list of arrays for
            a layer that takes a list.
        expected_shape: Tuple, the shape of the output for `inputs`.
        training: Mode of the calls.
    """
    inputs = inputs if isinstance(inputs, tuple) else (inputs,)
    layer = layer_class(**init_kwargs)
    output = layer(*inputs, training=training) if _has_training(layer) else layer(*inputs)
    assert tuple(output.shape) == expected_shape

    clone = layer_class.from_config(layer.get_config())
    assert clone.get_config() == layer.get_config()
    config = layer.get_config()
    assert {name: config[name] for name in init_kwargs} == init_kwargs

    symbols = keras.tree.map_structure(
        lambda array: keras.Input(array.shape[1:], dtype=array.dtype.name), inputs
    )
    arguments = list(inputs) if len(inputs) > 1 else inputs[0]
    symbolic_output = layer_class(**init_kwargs)(*symbols)
    assert tuple(symbolic_output.shape[1:]) == expected_shape[1:]
    model = keras.Model(symbols if len(inputs) > 1 else symbols[0], symbolic_output)
    assert tuple(model.output_shape[1:]) == expected_shape[1:]
    rebuilt = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(model))
    rebuilt.set_weights(model.get_weights())
    np.testing.assert_array_equal(rebuilt(arguments), model(arguments))

    half = layer_class(**init_kwargs, dtype="mixed_bfloat16")
    assert keras.backend.standardize_dtype(half(*inputs).dtype) == "bfloat16"
    assert all(weight.dtype == "float32" for weight in half.trainable_weights)


def _has_training(layer):
    return layer._call_has_training_arg
