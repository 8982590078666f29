"""Writes `checkpoint_zip.pth` and `checkpoint_legacy.pth`: one small state dict, both formats.

Made with PyTorch 2.15 in an environment of its own:

    pip install torch
    python tests/golden/make_torch_checkpoint.py
"""

import collections
import pathlib

import torch

shared = torch.arange(24, dtype=torch.float32)
module = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 2), torch.nn.BatchNorm2d(3))
with torch.no_grad():
    for start, parameter in enumerate(module.parameters()):
        parameter.copy_(torch.arange(parameter.numel()).reshape(parameter.shape) + 100 * start)
state = module.state_dict()  # carries `_metadata`, as the published files do
state["transposed"] = shared.reshape(4, 6).T  # a view with strides
state["slice"] = shared.reshape(4, 6)[1:3, 2:]  # a view with an offset
state["parameter"] = torch.nn.Parameter(torch.tensor([1.5, -2.5], dtype=torch.float64))
state["half"] = torch.tensor([0.5, -3.0], dtype=torch.float16)
state["bfloat16"] = torch.tensor([0.5, -3.0], dtype=torch.bfloat16)
state["scalar"] = torch.tensor(7, dtype=torch.int32)
state["empty"] = torch.zeros((0, 3))
state["flags"] = torch.tensor([True, False])
saved = collections.OrderedDict(model=state, epoch=3, sizes=[torch.Size([1, 2]), ("a", None)])
folder = pathlib.Path(__file__).parent
torch.save(saved, folder / "checkpoint_zip.pth")
torch.save(saved, folder / "checkpoint_legacy.pth", _use_new_zipfile_serialization=False)
