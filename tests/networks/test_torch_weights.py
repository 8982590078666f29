"""Networks against the numbers that PyTorch computed (`tests/golden/make_image_to_image.py`)."""

import functools
import pathlib

import keras
import numpy as np
import pytest

from keras_gans import networks
from keras_gans.layers import InstanceNormalization
from keras_gans.networks import torch_weights
from keras_gans.utils.torch_checkpoint import read_torch_checkpoint
from tests.networks.checks import layers_of

GOLDEN = pathlib.Path(__file__).parent.parent / "golden"

unet = functools.partial(networks.build_unet_generator, width=2)
resnet = functools.partial(networks.build_resnet_translator, width=4, blocks=2)
patch = functools.partial(networks.build_patch_discriminator, width=2)

CASES = {  # name -> (builder of the network, its loader)
    "unet": (
        functools.partial(unet, (32, 64, 3), 2, dropout_layers=()),
        networks.load_unet_weights,
    ),
    "unet_instance": (
        functools.partial(unet, (64, 64, 1), 3, width=1, instance_norm=True),
        networks.load_unet_weights,
    ),
    "resnet": (
        functools.partial(resnet, (16, 24, 3)),
        networks.load_resnet_translator_weights,
    ),
    "resnet_old": (  # affine, with dropout and with running statistics
        functools.partial(resnet, (20, 16, 1), 2, width=2, blocks=3, affine=True),
        networks.load_resnet_translator_weights,
    ),
    "resnet_batch": (
        functools.partial(resnet, (8, 12, 3), 1, width=2, blocks=1, instance_norm=False),
        networks.load_resnet_translator_weights,
    ),
    "patch": (functools.partial(patch, (47, 34, 6)), networks.load_patch_weights),
    "patch_instance": (
        functools.partial(patch, (32, 29, 3), layers=2, instance_norm=True),
        networks.load_patch_weights,
    ),
    "pixel": (
        functools.partial(patch, (5, 7, 4), layers=0, width=3),
        networks.load_patch_weights,
    ),
    "pixel_instance": (
        functools.partial(patch, (6, 4, 3), layers=0, instance_norm=True),
        networks.load_patch_weights,
    ),
    "unet_old": (  # affine and with running statistics, like those that follow
        functools.partial(unet, (64, 32, 1), 1, width=1, downs=5, instance_norm=True, affine=True),
        networks.load_unet_weights,
    ),
    "patch_old": (
        functools.partial(patch, (16, 13, 2), layers=1, instance_norm=True, affine=True),
        networks.load_patch_weights,
    ),
    # as deep as the official ones
    "unet_128": (functools.partial(unet, (128, 128, 1), 1, width=1), networks.load_unet_weights),
    "unet_256": (functools.partial(unet, (256, 256, 1), 1, width=1), networks.load_unet_weights),
    "resnet_6": (
        functools.partial(resnet, (32, 24, 1), 1, width=1, blocks=6),
        networks.load_resnet_translator_weights,
    ),
    "resnet_9": (
        functools.partial(resnet, (24, 32, 1), 1, width=1, blocks=9),
        networks.load_resnet_translator_weights,
    ),
}


@pytest.fixture(scope="module")
def golden():
    return dict(np.load(GOLDEN / "image_to_image.npz"))


def checkpoint(name):
    return GOLDEN / f"image_to_image_{name}.pth"


@pytest.fixture
def altered(monkeypatch):
    """Function from a name and changes of its state dict to a path that reads as changed."""

    def alter(name, removed=(), **changed):
        state = read_torch_checkpoint(checkpoint(name))
        for key in removed:
            del state[key]
        monkeypatch.setattr(torch_weights, "read_torch_checkpoint", lambda path: state | changed)
        return "altered.pth"

    return alter


def compared(ours, theirs):
    """What was kept of the outputs: of large images every eighth row and column."""
    return np.asarray(ours) if ours.shape == theirs.shape else np.asarray(ours)[:, ::8, ::8]


def check(ours, theirs):
    difference = np.abs(compared(ours, theirs) - theirs).max()
    print(f"\nlargest difference {difference:.1e}")
    assert difference <= 1e-5


class TestLoading:
    @pytest.mark.parametrize("name", CASES)
    def test_outputs_are_those_of_pytorch(self, name, golden):
        build, load = CASES[name]
        network = build()
        images, outputs = golden[f"{name}/inputs"], golden[f"{name}/outputs"]
        untrained = network(images, training=False)
        assert np.abs(compared(untrained, outputs) - outputs).max() > 0.1
        load(network, checkpoint(name))
        check(network(images, training=False), outputs)

    def test_outputs_by_the_statistics_of_the_batch(self, golden):
        """How pix2pix translates: the moving statistics play no part, and are not 0 and 1."""
        build, load = CASES["unet"]
        network = build()
        load(network, checkpoint("unet"))
        assert np.abs(golden["unet/training"] - golden["unet/outputs"]).max() > 0.1
        check(network(golden["unet/inputs"], training=True), golden["unet/training"])

    def test_a_conditional_discriminator(self, golden):
        network = patch((47, 34, 4), (47, 34, 2))
        networks.load_patch_weights(network, checkpoint("patch"))
        condition, images = np.split(golden["patch/inputs"], [2], axis=-1)
        check(network([condition, images]), golden["patch/outputs"])

    @pytest.mark.parametrize("name, dropout", [("resnet", 0.5), ("resnet_old", 0.5)])
    def test_dropout_in_the_network_changes_no_name(self, name, dropout, golden):
        build, load = CASES[name]
        network = build(dropout=dropout)
        load(network, checkpoint(name))
        check(network(golden[f"{name}/inputs"]), golden[f"{name}/outputs"])

    def test_float16_weights_are_widened(self, altered):
        state = read_torch_checkpoint(checkpoint("pixel"))
        path = altered("pixel", **{"net.0.bias": state["net.0.bias"].astype("float16")})
        build, load = CASES["pixel"]
        network = build()
        load(network, path)
        assert network.get_layer("convolution_0").bias.dtype == "float32"
        np.testing.assert_allclose(
            network.get_layer("convolution_0").bias, state["net.0.bias"], rtol=1e-3
        )


DEEP = "model.model.1.model.3.model.3.model.3.model"  # the fifth level
REFUSALS = [  # (file, builder, its loader, the first key that does not fit)
    ("resnet", *CASES["unet"], "`model.model.0.weight` is missing, where .2, 3, 4, 4. is needed"),
    ("patch", *CASES["resnet"], "`model.1.weight` is missing"),
    ("pixel", *CASES["patch"], "`model.0.weight` is missing"),
    ("unet", *CASES["pixel"], "`net.0.weight` is missing"),
    (  # deeper than the file
        "unet",
        functools.partial(unet, (64, 64, 3), 2),
        networks.load_unet_weights,
        f"`{DEEP}.2.weight` is missing, where .16,. is needed",
    ),
    (  # shallower than the file
        "unet_instance",
        functools.partial(unet, (32, 32, 1), 3, width=1, instance_norm=True),
        networks.load_unet_weights,
        f"`{DEEP}.3.weight` is missing",
    ),
    (
        "unet",
        functools.partial(unet, (32, 32, 3), 2, width=4),
        networks.load_unet_weights,
        "`model.model.0.weight` has shape .2, 3, 4, 4., where .4, 3, 4, 4. is needed",
    ),
    (
        "unet",
        functools.partial(unet, (32, 32, 3), 3),
        networks.load_unet_weights,
        "`model.model.3.weight` has shape .4, 2, 4, 4., where .4, 3, 4, 4. is needed",
    ),
    (
        "unet",
        functools.partial(unet, (32, 32, 3), 2, instance_norm=True),
        networks.load_unet_weights,
        "`model.model.0.bias` is missing",
    ),
    (
        "resnet",
        functools.partial(resnet, affine=True),
        networks.load_resnet_translator_weights,
        "`model.2.weight` is missing",
    ),
    (
        "resnet_old",
        functools.partial(resnet, (20, 16, 1), 2, width=2, blocks=3),
        networks.load_resnet_translator_weights,
        "`model.2.weight` has shape .2,., for which `network` has no place",
    ),
    (  # more blocks than the network has
        "resnet_old",
        functools.partial(resnet, (20, 16, 1), 2, width=2, affine=True),
        networks.load_resnet_translator_weights,
        "`model.12.weight` is missing",
    ),
    (
        "patch",
        functools.partial(patch, (64, 64, 3)),
        networks.load_patch_weights,
        "`model.0.weight` has shape .2, 6, 4, 4., where .2, 3, 4, 4. is needed",
    ),
    (  # one layer of stride 2 more than the network
        "patch",
        functools.partial(patch, (64, 64, 6), layers=2),
        networks.load_patch_weights,
        "`model.8.weight` has shape .16, 8, 4, 4., where .1, 8, 4, 4. is needed",
    ),
]


class TestRefusals:
    @pytest.mark.parametrize("name, build, load, message", REFUSALS)
    def test_other_networks_are_refused_and_left_alone(self, name, build, load, message):
        network = build()
        before = network.get_weights()
        with pytest.raises(ValueError, match=f"`path` must.*{name}.pth, in which {message}"):
            load(network, checkpoint(name))
        for weight, kept in zip(network.get_weights(), before, strict=True):
            np.testing.assert_array_equal(weight, kept)

    @pytest.mark.parametrize(
        "changes, message",
        [
            ({"removed": ["model.11.bias"]}, "`model.11.bias` is missing"),
            ({"model.12.weight": np.zeros(3)}, "`model.12.weight` has shape .3,."),
            ({"model.11.bias": np.zeros((1, 1))}, "`model.11.bias` has shape .1, 1."),
            ({"model.11.bias": 0.0}, "`model.11.bias` has shape None"),
            ({"model.2.running_mean": np.zeros(2)}, "`model.2.running_mean` has shape .2,."),
        ],
    )
    def test_the_last_key_counts_like_the_first(self, changes, message, altered):
        build, load = CASES["patch"]
        network = build()
        before = network.get_weights()
        with pytest.raises(ValueError, match=f"altered.pth, in which {message}"):
            load(network, altered("patch", **changes))
        for weight, kept in zip(network.get_weights(), before, strict=True):
            np.testing.assert_array_equal(weight, kept)

    def test_networks_of_another_kind_are_refused(self):
        for name, other, layer in (
            ("unet", "patch", "encoder_1"),
            ("resnet", "unet", "first"),
            ("patch", "resnet", "convolution_0"),
        ):
            with pytest.raises(ValueError, match=f"`network` must be.*without a layer '{layer}'"):
                CASES[name][1](CASES[other][0](), checkpoint(name))

    def test_files_that_hold_no_state_dict_are_refused(self, tmp_path, monkeypatch):
        with pytest.raises(FileNotFoundError):
            networks.build_from_pytorch(tmp_path / "missing.pth")
        monkeypatch.setattr(torch_weights, "read_torch_checkpoint", lambda path: [np.zeros(3)])
        with pytest.raises(ValueError, match="`path` must hold a state dict.*a list"):
            networks.build_from_pytorch("list.pth")


class TestBuildFromPyTorch:
    @pytest.mark.parametrize(
        "name, sides",
        [
            ("unet", (32, 64)),
            ("unet_instance", None),
            ("resnet", None),
            ("resnet_old", (20, 16)),
            ("resnet_batch", (None, None)),
            ("unet_old", (64, 32)),
            ("unet_128", None),
            ("unet_256", None),
            ("resnet_6", None),
            ("resnet_9", None),
        ],
    )
    def test_outputs_are_those_of_pytorch(self, name, sides, golden):
        network = networks.build_from_pytorch(checkpoint(name), sides)
        images, outputs = golden[f"{name}/inputs"], golden[f"{name}/outputs"]
        check(network(images, training=False), outputs)

    def test_sides(self):
        def sides(name, *arguments):
            return networks.build_from_pytorch(checkpoint(name), *arguments).input_shape[1:3]

        assert sides("unet") == (32, 32)
        assert sides("unet_instance") == (64, 64)
        assert sides("unet", (64, 96)) == (64, 96)
        assert sides("unet", (None, None)) == (None, None)
        assert sides("resnet") == (None, None)
        assert sides("resnet", (16, 32)) == (16, 32)
        with pytest.raises(ValueError, match="`input_shape`.*multiples of 32"):
            sides("unet", (48, 48))

    def test_normalization_and_dropout(self):
        build = networks.build_from_pytorch
        old, new = build(checkpoint("resnet_old")), build(checkpoint("resnet"))
        assert {layer.affine for layer in layers_of(old, InstanceNormalization)} == {True}
        assert {layer.affine for layer in layers_of(new, InstanceNormalization)} == {False}
        dropouts = layers_of(old, keras.layers.Dropout)
        assert [layer.rate for layer in dropouts] == [0.5, 0.5, 0.5]
        assert layers_of(new, keras.layers.Dropout) == []
        batch = build(checkpoint("resnet_batch"))
        assert len(layers_of(batch, keras.layers.BatchNormalization)) == 3 + 2 + 2

    def test_a_u_net_drops_out_where_the_release_in_pytorch_does(self):
        """After one layer for 6 halvings, after none for 5; for 8 after 2, 3 and 4."""
        (dropout,) = layers_of(
            networks.build_from_pytorch(checkpoint("unet_instance")), keras.layers.Dropout
        )
        assert dropout.rate == 0.5 and dropout.output.shape[1] == 4
        small = networks.build_from_pytorch(checkpoint("unet"))
        assert layers_of(small, keras.layers.Dropout) == []

    @pytest.mark.parametrize(
        "name", ["patch", "patch_instance", "patch_old", "pixel", "pixel_instance"]
    )
    def test_discriminators(self, name, golden):
        images, outputs = golden[f"{name}/inputs"], golden[f"{name}/outputs"]
        shape = (None, None, images.shape[-1])
        network = networks.build_patch_from_pytorch(checkpoint(name), shape)
        check(network(images, training=False), outputs)

    def test_a_discriminator_for_other_channels_is_refused(self):
        with pytest.raises(ValueError, match="`model.0.weight` has shape.*is needed"):
            networks.build_patch_from_pytorch(checkpoint("patch"), (64, 64, 3))
        with pytest.raises(ValueError, match="whole discriminator, with a kernel `model.0.weight`"):
            networks.build_patch_from_pytorch(checkpoint("resnet"), (64, 64, 3))

    @pytest.mark.parametrize("name", ["patch", "pixel"])
    def test_discriminators_are_no_generators(self, name):
        with pytest.raises(ValueError, match="`path` must hold a generator.*Received: path=.*keys"):
            networks.build_from_pytorch(checkpoint(name))

    @pytest.mark.parametrize(
        "name, key",
        [
            ("unet", "model.model.3.weight"),
            ("resnet", "model.1.weight"),
            ("resnet", "model.19.weight"),
        ],
    )
    def test_half_a_generator_is_refused(self, name, key, altered):
        with pytest.raises(ValueError, match=f"`path` must hold a whole.*`{key}` is missing"):
            networks.build_from_pytorch(altered(name, removed=[key]))

    def test_a_hole_in_the_middle_is_refused(self, altered):
        with pytest.raises(ValueError, match="`model.11.conv_block.1.bias` is missing"):
            networks.build_from_pytorch(altered("resnet", removed=["model.11.conv_block.1.bias"]))
        key = "model.model.1.model.3.model.1.weight"
        with pytest.raises(ValueError, match=f"`path` must hold a whole U-Net.*`{key}` is missing"):
            networks.build_from_pytorch(altered("unet", removed=[key]))
