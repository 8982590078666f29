"""Everything of a model that changes in training and that Keras does not save with its networks.

Keras saves weights by walking the networks. It leaves out the state of seed generators (dropout's
too) and of metrics, and it only warns where an optimizer does not match. Here all of that is kept
in one ordered list and checked on the way in.
"""

import numpy as np


def save(model, store):
    """Writes the state into a dictionary-like `store` (an HDF5 group)."""
    for name, variable in _variables(model).items():
        store[name] = np.asarray(variable)


def load(model, store):
    """Reads the state back.

    The optimizers are left as they are where the file has none, as for a model saved before
    `compile`, and are skipped where the model is not compiled.

    Raises:
        ValueError: If a variable is missing or has another shape, naming it.
    """
    variables = _variables(model)
    stored = set(store.keys())
    without_optimizers = not any(name.startswith("optimizer_") for name in stored)
    for name, variable in variables.items():
        if name.startswith("optimizer_") and without_optimizers:
            continue
        if name not in stored:
            raise ValueError(
                f"The saved state does not fit this model: it has no `{name}`. The model was saved "
                "with other players, optimizers or terms."
            )
        value = np.asarray(store[name])
        if tuple(value.shape) != tuple(variable.shape):
            raise ValueError(
                f"The saved state does not fit this model: `{name}` must have the shape "
                f"{tuple(variable.shape)}. Received: shape={tuple(value.shape)}"
            )
        variable.assign(value)
    surplus = {name for name in stored - set(variables) if name.startswith("optimizer_")}
    if model.compiled and surplus:
        raise ValueError(
            "The saved state does not fit this model: its optimizers are not those that the model "
            f"was compiled with. Left over: {sorted(surplus)}"
        )


def all_variables(model):
    """Dictionary from a stable name to every variable of a model that influences its training."""
    weights = {}
    for name in (*model.network_names, *model.average_names):
        for index, variable in enumerate(getattr(model, name).weights):
            weights[f"{name}_{index}"] = variable
    return {**weights, **_variables(model)}


def _variables(model):
    """What Keras does not save with the networks, by name. Names count instead of using Keras's
    paths, which change when a network is loaded."""
    own = model._trainable_variables + model._non_trainable_variables  # the step, and a game's own
    named = {f"own_{variable.name}": variable for variable in own}
    for index, generator in enumerate(_seed_generators(model)):
        named[f"seed_generator_{index}"] = generator.state
    for tracker in model.trackers:
        for index, variable in enumerate(tracker.variables):
            named[f"metric_{tracker.name}_{index}"] = variable
    if model.compiled:
        for player, optimizer in model.optimizers.items():
            for index, variable in enumerate(optimizer.variables):
                named[f"optimizer_{player}_{index}"] = variable
    return named


def _seed_generators(model):
    """The seed generators of all layers, each once, in the order of the layers."""
    found = {}
    for layer in model._flatten_layers():
        for generator in getattr(layer, "_seed_generators", ()):
            found.setdefault(id(generator), generator)
    return list(found.values())
