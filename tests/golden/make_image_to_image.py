"""Writes `image_to_image*.pth` and `image_to_image.npz`: networks of pix2pix and CycleGAN.

The layers are stated here from the papers' tables, as sequences whose numbering gives the names of
the official checkpoints. Weights are random, and `<case>/outputs` is what PyTorch makes of
`<case>/inputs`, both channels last; of large images every eighth row and column.

Made with PyTorch 2.14 in an environment of its own:

    pip install torch numpy
    python tests/golden/make_image_to_image.py
"""

import functools
import pathlib

import numpy as np
import torch
from torch import nn

OLD_INSTANCE_NORM = functools.partial(nn.InstanceNorm2d, affine=True, track_running_stats=True)


class Model(nn.Module):
    """Gives the layer within it the name `model`, or another."""

    def __init__(self, layer, name="model"):
        super().__init__()
        self.name = name
        self.add_module(name, layer)

    def forward(self, x):
        return getattr(self, self.name)(x)


class Skip(Model):
    """Appends what its layers make of an input to that input."""

    def forward(self, x):
        return torch.cat([x, self.model(x)], dim=1)


class Residual(Model):
    """Adds what its layers make of an input to that input."""

    def __init__(self, layer):
        super().__init__(layer, "conv_block")

    def forward(self, x):
        return x + self.conv_block(x)


def unet(inputs, outputs, downs, width, norm=nn.BatchNorm2d, dropout=True):
    bias = norm is not nn.BatchNorm2d
    widths = [width * min(2**level, 8) for level in range(downs)]
    half = functools.partial(nn.Conv2d, kernel_size=4, stride=2, padding=1)
    double = functools.partial(nn.ConvTranspose2d, kernel_size=4, stride=2, padding=1)
    below = widths[-1]
    level = nn.Sequential(
        nn.LeakyReLU(0.2),
        half(widths[-2], below, bias=bias),
        nn.ReLU(),
        double(below, widths[-2], bias=bias),
        norm(widths[-2]),
    )
    for above, here in zip(reversed(widths[:-2]), reversed(widths[1:-1]), strict=True):
        layers = [
            nn.LeakyReLU(0.2),
            half(above, here, bias=bias),
            norm(here),
            Skip(level),
            nn.ReLU(),
            double(2 * here, above, bias=bias),
            norm(above),
        ]
        if dropout and above == 8 * width:
            layers.append(nn.Dropout(0.5))
        level = nn.Sequential(*layers)
    outermost = nn.Sequential(
        half(inputs, width, bias=bias),
        Skip(level),
        nn.ReLU(),
        double(2 * width, outputs),
        nn.Tanh(),
    )
    return Model(Model(outermost))


def resnet(inputs, outputs, blocks, width, norm=nn.InstanceNorm2d, dropout=False):
    bias = norm is not nn.BatchNorm2d
    layers = [nn.ReflectionPad2d(3), nn.Conv2d(inputs, width, 7, bias=bias), norm(width), nn.ReLU()]
    for channels in (width, 2 * width):
        convolution = nn.Conv2d(channels, 2 * channels, 3, stride=2, padding=1, bias=bias)
        layers += [convolution, norm(2 * channels), nn.ReLU()]
    wide = 4 * width
    for _ in range(blocks):
        first = [nn.ReflectionPad2d(1), nn.Conv2d(wide, wide, 3, bias=bias), norm(wide), nn.ReLU()]
        second = [nn.ReflectionPad2d(1), nn.Conv2d(wide, wide, 3, bias=bias), norm(wide)]
        between = [nn.Dropout(0.5)] if dropout else []
        layers.append(Residual(nn.Sequential(*first, *between, *second)))
    for channels in (wide, wide // 2):
        layers += [
            nn.ConvTranspose2d(
                channels, channels // 2, 3, stride=2, padding=1, output_padding=1, bias=bias
            ),
            norm(channels // 2),
            nn.ReLU(),
        ]
    layers += [nn.ReflectionPad2d(3), nn.Conv2d(width, outputs, 7), nn.Tanh()]
    return Model(nn.Sequential(*layers))


def patch(inputs, depth, width, norm=nn.BatchNorm2d):
    bias = norm is not nn.BatchNorm2d
    layers = [nn.Conv2d(inputs, width, 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
    channels = width
    for level in range(1, depth + 1):
        filters = width * min(2**level, 8)
        stride = 2 if level < depth else 1
        convolution = nn.Conv2d(channels, filters, 4, stride=stride, padding=1, bias=bias)
        layers += [convolution, norm(filters), nn.LeakyReLU(0.2)]
        channels = filters
    layers.append(nn.Conv2d(channels, 1, 4, stride=1, padding=1))
    return Model(nn.Sequential(*layers))


def pixel(inputs, width, norm=nn.BatchNorm2d):
    bias = norm is nn.InstanceNorm2d
    layers = [nn.Conv2d(inputs, width, 1), nn.LeakyReLU(0.2)]
    layers += [nn.Conv2d(width, 2 * width, 1, bias=bias), norm(2 * width), nn.LeakyReLU(0.2)]
    layers.append(nn.Conv2d(2 * width, 1, 1, bias=bias))
    return Model(nn.Sequential(*layers), "net")


def randomize(network, seed):
    """Weights, gains and running statistics that keep the activations alive and unalike."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in network.state_dict().items():
            noise = torch.randn(value.shape, generator=generator)
            if value.ndim == 4:
                value.copy_(noise / value[0].numel() ** 0.5)
            elif name.endswith("weight") or name.endswith("running_var"):
                value.copy_(1.0 + 0.3 * torch.tanh(noise))
            elif value.ndim == 1:
                value.copy_(0.2 * noise)
    return network


def run(network, images, training=False):
    """Outputs for images channels last; where `training`, by the batch's own statistics."""
    state = {name: value.clone() for name, value in network.state_dict().items()}
    network.train(training)
    for layer in network.modules():
        if isinstance(layer, nn.Dropout):
            layer.eval()
    with torch.no_grad():
        outputs = network(torch.from_numpy(images.transpose(0, 3, 1, 2)))
    network.load_state_dict(state)  # without the moved running statistics
    return outputs.numpy().transpose(0, 2, 3, 1)


SMALL = 64  # pixels up to which all of the outputs is kept
CASES = {  # name -> (network, shape of the inputs)
    "unet": (unet(3, 2, downs=5, width=2), (1, 32, 64, 3)),
    "unet_instance": (unet(1, 3, downs=6, width=1, norm=nn.InstanceNorm2d), (1, 64, 64, 1)),
    "resnet": (resnet(3, 3, blocks=2, width=4), (1, 16, 24, 3)),
    "resnet_old": (
        resnet(1, 2, blocks=3, width=2, norm=OLD_INSTANCE_NORM, dropout=True),
        (1, 20, 16, 1),
    ),
    "resnet_batch": (resnet(3, 1, blocks=1, width=2, norm=nn.BatchNorm2d), (1, 8, 12, 3)),
    "patch": (patch(6, depth=3, width=2), (1, 47, 34, 6)),
    "patch_instance": (patch(3, depth=2, width=2, norm=nn.InstanceNorm2d), (1, 32, 29, 3)),
    "pixel": (pixel(4, width=3), (1, 5, 7, 4)),
    "pixel_instance": (pixel(3, width=2, norm=nn.InstanceNorm2d), (1, 6, 4, 3)),
    "unet_old": (unet(1, 1, downs=5, width=1, norm=OLD_INSTANCE_NORM), (1, 64, 32, 1)),
    "patch_old": (patch(2, depth=1, width=2, norm=OLD_INSTANCE_NORM), (1, 16, 13, 2)),
    # As deep as the official ones.
    "unet_128": (unet(1, 1, downs=7, width=1), (1, 128, 128, 1)),
    "unet_256": (unet(1, 1, downs=8, width=1), (1, 256, 256, 1)),
    "resnet_6": (resnet(1, 1, blocks=6, width=1), (1, 32, 24, 1)),
    "resnet_9": (resnet(1, 1, blocks=9, width=1), (1, 24, 32, 1)),
}


def main():
    folder = pathlib.Path(__file__).parent
    random = np.random.RandomState(0)
    golden = {}
    for seed, (name, (network, shape)) in enumerate(CASES.items()):
        randomize(network, seed)
        images = random.randint(-8, 9, shape).astype("float32") / 8.0
        # Old instance normalization took the image's own statistics in testing too.
        golden[f"{name}/inputs"] = images
        outputs = run(network, images, training=name.endswith("_old"))
        golden[f"{name}/outputs"] = outputs[:, ::8, ::8] if shape[1] > SMALL else outputs
        if name == "unet":
            golden[f"{name}/training"] = run(network, images, training=True)
        torch.save(
            network.state_dict(),
            folder / f"image_to_image_{name}.pth",
            _use_new_zipfile_serialization=name == "resnet",
        )
        outputs = golden[f"{name}/outputs"]
        print(name, outputs.shape, outputs.std(), np.abs(outputs).max())
    np.savez_compressed(folder / "image_to_image.npz", **golden)


if __name__ == "__main__":
    main()
