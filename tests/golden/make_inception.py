"""Writes `inception.npz`: the taps of torch-fidelity's Inception under given random weights.

Also stores the shapes of its state dict, so that the weights can be rebuilt without PyTorch.
Made with torch-fidelity 0.4.0 and PyTorch 2.15 in an environment of their own:

    pip install torch torch-fidelity
    python tests/golden/make_inception.py
"""

import json
import pathlib
from unittest import mock

import inception_weights
import numpy as np
import torch
from torch_fidelity import feature_extractor_inceptionv3 as inception
from torch_fidelity.interpolate_compat_tensorflow import interpolate_bilinear_2d_like_tensorflow1x

TAPS = ["64", "192", "768", "2048", "logits_unbiased", "logits"]


def as_pytorch_fid(pixels, size, align_corners):
    """What pytorch-fid 0.3.0 feeds the same network with, undone by `(x - 128) / 128` after it."""
    unit = torch.nn.functional.interpolate(
        pixels / 255, size=size, mode="bilinear", align_corners=align_corners
    )
    return (2 * unit - 1) * 128 + 128


def random_network():
    """The network with random weights, of which it would fetch the published ones otherwise."""
    shapes = {}

    def give_weights(module, *_, **__):
        shapes.update({name: value.shape for name, value in module.state_dict().items()})
        state = inception_weights.random_state(
            {name: shape for name, shape in shapes.items() if "num_batches" not in name}
        )
        return original(module, {k: torch.from_numpy(v) for k, v in state.items()}, strict=False)

    original = torch.nn.Module.load_state_dict
    with (
        mock.patch.object(inception, "load_state_dict_from_url", return_value={}),
        mock.patch.object(torch.nn.Module, "load_state_dict", give_weights),
    ):
        network = inception.FeatureExtractorInceptionV3("golden", TAPS)
    return network, {k: list(v) for k, v in shapes.items() if "num_batches" not in k}


network, shapes = random_network()
pixels = torch.from_numpy(inception_weights.pixels().transpose(0, 3, 1, 2).copy())
golden = {
    f"tensorflow_1/{tap}": value.numpy() for tap, value in zip(TAPS, network(pixels), strict=True)
}
with mock.patch.object(inception, "interpolate_bilinear_2d_like_tensorflow1x", as_pytorch_fid):
    golden["pytorch_fid/2048"] = network(pixels)[TAPS.index("2048")].numpy()
resized = interpolate_bilinear_2d_like_tensorflow1x(pixels.float(), (299, 299), align_corners=False)
golden["resized_rows"] = resized[0, :, ::50].permute(1, 2, 0).numpy()
golden["shapes"] = np.array(json.dumps(shapes))
np.savez_compressed(pathlib.Path(__file__).with_name("inception.npz"), **golden)
for name, value in golden.items():
    if value.dtype.kind == "f":
        print(name, value.shape, float(np.abs(value).mean()), float(value.std()))
