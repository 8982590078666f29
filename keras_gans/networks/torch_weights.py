"""Weights of the official PyTorch release of pix2pix and CycleGAN, loaded into our networks.

A checkpoint, `<epoch>_net_G.pth` and the like, names tensors after their place in nested sequences
of layers, in which paddings and activations count too. Kernels are `(out, in, height, width)`
there, of transposed convolutions `(in, out, height, width)`; either is transposed to Keras's
order without being flipped. PyTorch is not needed.
"""

import keras
import numpy as np

from keras_gans.layers import InstanceNormalization
from keras_gans.networks.patch import build_patch_discriminator
from keras_gans.networks.resnet_translator import build_resnet_translator
from keras_gans.networks.unet import FEWEST_DOWNS, build_unet_generator
from keras_gans.utils.torch_checkpoint import read_torch_checkpoint

KERNEL_AXES = (2, 3, 1, 0)


def load_unet_weights(network, path):
    """Loads the generator of pix2pix, a `unet_256` or `unet_128` of the release, of any width.

    Args:
        network: Model of `build_unet_generator`.
        path: Path of a `.pth` file that holds the state dict of such a network.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is no checkpoint, if it does not fit `network` key by key and shape
            by shape, naming the first key that does not, and if `network` is of another kind. The
            network is left as it was then.
    """
    _load(network, _unet_places, _read(path), path)


def load_resnet_translator_weights(network, path):
    """Loads the generator of CycleGAN, a `resnet_9blocks` or `resnet_6blocks` of the release.

    Networks with dropout and without it load each other's files, since dropout has no weights.
    Running statistics of instance normalization, which old files hold, are left out.

    Args:
        network: Model of `build_resnet_translator`.
        path: Path of a `.pth` file that holds the state dict of such a network.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: As in `load_unet_weights`.
    """
    _load(network, _resnet_translator_places, _read(path), path)


def load_patch_weights(network, path):
    """Loads a discriminator of either, a `basic`, `n_layers` or `pixel` of the release.

    Under a condition, a network takes the file of one for as many channels together.

    Args:
        network: Model of `build_patch_discriminator`.
        path: Path of a `.pth` file that holds the state dict of such a network.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: As in `load_unet_weights`.
    """
    _load(network, _patch_places, _read(path), path)


def build_from_pytorch(path, sides=None):
    """The generator whose weights a checkpoint holds, with those weights.

    Keys and shapes tell a U-Net from a residual network, its depth, width, channels and
    normalization, and for the residual network whether it drops out. A U-Net's dropout leaves no
    trace; it is put where the release has it, after layers 2 to `downs - 4` of the decoder.

    Args:
        path: Path of a `.pth` file of the official PyTorch release.
        sides: Tuple `(height, width)` of the images, `(None, None)` for any that fit the network.
            Defaults to `2**downs` pixels for a U-Net, which makes its innermost map one pixel, and
            to any for a residual network.

    Returns:
        `keras.Model` of `build_unet_generator` or `build_resnet_translator`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is no checkpoint or holds no such generator, and for sides that do
            not fit it.
    """
    state = _read(path)
    if "model.model.0.weight" in state:
        network, places = _unet_of(state, sides, path), _unet_places
    elif "model.10.conv_block.1.weight" in state:
        network, places = _resnet_translator_of(state, sides, path), _resnet_translator_places
    else:
        raise ValueError(
            "`path` must hold a generator of pix2pix or CycleGAN as their official PyTorch release "
            "saves it, a U-Net or a residual network. "
            f"Received: path={path} with keys {list(state)[:3]}..."
        )
    _load(network, places, state, path)
    return network


def build_patch_from_pytorch(path, image_shape, condition_shape=None):
    """The discriminator whose weights a checkpoint holds, with those weights.

    Args:
        path: Path of a `.pth` file of the official PyTorch release, a `basic`, `n_layers` or
            `pixel`.
        image_shape, condition_shape: As for `build_patch_discriminator`.

    Returns:
        `keras.Model` of `build_patch_discriminator`, of the depth, width and normalization of the
        checkpoint.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is no checkpoint or holds no discriminator for as many channels.
    """
    state = _read(path)
    top = "net" if "net.0.weight" in state else "model"
    kernels = [key for key, value in state.items() if getattr(value, "ndim", 0) == 4]
    instance_norm = f"{top}.2.bias" in state
    network = build_patch_discriminator(
        image_shape,
        condition_shape,
        layers=0 if top == "net" else max(len(kernels) - 2, 1),
        width=_kernel_shape(state, f"{top}.0.weight", path, "discriminator")[0],
        instance_norm=instance_norm,
        affine=instance_norm and f"{top}.3.weight" in state,
    )
    _load(network, _patch_places, state, path)
    return network


def _read(path):
    state = read_torch_checkpoint(path)
    if not isinstance(state, dict) or not all(isinstance(key, str) for key in state):
        raise ValueError(
            "`path` must hold a state dict, tensors by their names. "
            f"Received: path={path}, which holds a {type(state).__name__}"
        )
    return state


def _unet_of(state, sides, path):
    downs = 1
    while f"{_unet_prefix(downs)}.1.weight" in state:
        downs += 1
    if downs < FEWEST_DOWNS:
        raise ValueError(
            f"`path` must hold a whole U-Net, with at least {FEWEST_DOWNS} halvings. "
            f"Received: path={path}, {_shape_in_words(state, f'{_unet_prefix(downs)}.1.weight')}"
        )
    width, channels = _kernel_shape(state, "model.model.0.weight", path)[:2]
    instance_norm = "model.model.0.bias" in state
    return build_unet_generator(
        (*(sides or (2**downs, 2**downs)), channels),
        output_channels=_kernel_shape(state, "model.model.3.weight", path)[1],
        width=width,
        downs=downs,
        instance_norm=instance_norm,
        affine=instance_norm and f"{_unet_prefix(1)}.2.weight" in state,
        dropout_layers=range(2, downs - 3),
    )


def _resnet_translator_of(state, sides, path):
    blocks = len({key.split(".")[1] for key in state if ".conv_block." in key})
    width, channels = _kernel_shape(state, "model.1.weight", path)[:2]
    instance_norm = "model.1.bias" in state
    return build_resnet_translator(
        (*(sides or (None, None)), channels),
        output_channels=_kernel_shape(state, f"model.{17 + blocks}.weight", path)[0],
        width=width,
        blocks=blocks,
        instance_norm=instance_norm,
        affine=instance_norm and "model.2.weight" in state,
        dropout=0.5 if _drops_out(state) else 0.0,
    )


def _kernel_shape(state, key, path, kind="generator"):
    shape = getattr(state.get(key), "shape", ())
    if len(shape) != 4:
        raise ValueError(
            f"`path` must hold a whole {kind}, with a kernel `{key}`. "
            f"Received: path={path}, {_shape_in_words(state, key)}"
        )
    return shape


def _unet_prefix(depth):
    """Name of the sequence that is the U-Net's level `depth`, 0 for the outermost."""
    return "model.model" + ".1.model" * (depth > 0) + ".3.model" * (depth - 1)


def _unet_places(find, state):
    """Pairs of a name in the checkpoint and the layer whose weights it holds."""
    downs = 1
    while find(f"encoder_{downs + 1}", optional=True):
        downs += 1
    yield f"{_unet_prefix(0)}.0", find("encoder_1")
    for depth in range(1, downs - 1):
        yield f"{_unet_prefix(depth)}.1", find(f"encoder_{depth + 1}")
        yield f"{_unet_prefix(depth)}.2", find(f"encoder_{depth + 1}_norm")
    innermost = _unet_prefix(downs - 1)
    yield f"{innermost}.1", find(f"encoder_{downs}")
    yield f"{innermost}.3", find("decoder_1")
    yield f"{innermost}.4", find("decoder_1_norm")
    for depth in reversed(range(1, downs - 1)):
        yield f"{_unet_prefix(depth)}.5", find(f"decoder_{downs - depth}")
        yield f"{_unet_prefix(depth)}.6", find(f"decoder_{downs - depth}_norm")
    yield f"{_unet_prefix(0)}.3", find(f"decoder_{downs}")


def _resnet_translator_places(find, state):
    places = [("first", "model", 1), ("down_1", "model", 4), ("down_2", "model", 7)]
    second = 6 if _drops_out(state) else 5
    number = 10
    while find(f"block_{number - 9}_first", optional=True):
        sequence = f"model.{number}.conv_block"
        places.append((f"block_{number - 9}_first", sequence, 1))
        places.append((f"block_{number - 9}_second", sequence, second))
        number += 1
    places += [("up_1", "model", number), ("up_2", "model", number + 3)]
    for name, sequence, place in places:
        yield f"{sequence}.{place}", find(name)
        yield f"{sequence}.{place + 1}", find(f"{name}_norm")
    yield f"model.{number + 7}", find("last")


def _patch_places(find, state):
    first = find("convolution_0")
    top = "net" if first.kernel_size == (1, 1) else "model"
    yield f"{top}.0", first
    place, level = 2, 1
    while find(f"convolution_{level}", optional=True):
        yield f"{top}.{place}", find(f"convolution_{level}")
        yield f"{top}.{place + 1}", find(f"convolution_{level}_norm")
        place, level = place + 3, level + 1
    yield f"{top}.{place}", find("logits")


def _drops_out(state):
    """Whether residual blocks have a dropout layer, which moves their second convolution on."""
    second = state.get("model.10.conv_block.6.weight")
    return "model.10.conv_block.5.weight" not in state and getattr(second, "ndim", 0) == 4


def _load(network, places_of, state, path):
    """Assigns every weight of `network` from `state`, after all of them were found to fit."""
    named = {layer.name: layer for layer in network.layers}

    def find(name, optional=False):
        if name not in named and not optional:
            raise ValueError(
                "`network` must be of the kind that is loaded, as its builder returns it. "
                f"Received: network={network.name!r} without a layer {name!r}"
            )
        return named.get(name)

    assignments, known = [], set()
    for place, layer in places_of(find, state):
        known |= _without_place(place, layer)
        for key, variable, axes in _weights(place, layer):
            known.add(key)
            shape = tuple(variable.shape)
            stored = state.get(key)
            needed = tuple(shape[axes.index(axis)] for axis in range(len(axes)))
            if getattr(stored, "shape", None) != needed:
                raise _misfit(state, key, f"where {needed} is needed", path)
            assignments.append((variable, np.transpose(stored, axes)))
    for key in state:
        if key not in known:
            raise _misfit(state, key, "for which `network` has no place", path)
    for variable, value in assignments:
        variable.assign(value.astype("float32"))


def _weights(place, layer):
    """Triples of key, variable, and the axes that bring what is stored in the variable's order."""
    if isinstance(layer, keras.layers.BatchNormalization):
        yield f"{place}.weight", layer.gamma, (0,)
        yield f"{place}.bias", layer.beta, (0,)
        yield f"{place}.running_mean", layer.moving_mean, (0,)
        yield f"{place}.running_var", layer.moving_variance, (0,)
    elif isinstance(layer, InstanceNormalization):
        if layer.affine:
            yield f"{place}.weight", layer.gamma, (0,)
            yield f"{place}.bias", layer.beta, (0,)
    else:
        yield f"{place}.weight", layer.kernel, KERNEL_AXES
        if layer.use_bias:
            yield f"{place}.bias", layer.bias, (0,)


def _without_place(place, layer):
    """Keys that a checkpoint may hold and that mean nothing to us."""
    if isinstance(layer, keras.layers.BatchNormalization):
        return {f"{place}.num_batches_tracked"}
    if isinstance(layer, InstanceNormalization):
        names = "running_mean", "running_var", "num_batches_tracked"
        return {f"{place}.{name}" for name in names}
    return set()


def _misfit(state, key, rule, path):
    return ValueError(
        "`path` must hold the weights of a network like `network`. "
        f"Received: path={path}, {_shape_in_words(state, key)}, {rule}"
    )


def _shape_in_words(state, key):
    if key not in state:
        return f"in which `{key}` is missing"
    return f"in which `{key}` has shape {getattr(state[key], 'shape', None)}"
