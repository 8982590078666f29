import pytest

from keras_gans import networks
from keras_gans.models.image_sides import keeps_sides, side_multiple, smallest_side
from tests.models.translations import build_strided_translator, build_translator

unet = networks.build_unet_generator((None, None, 3), width=1, downs=5)
resnet = networks.build_resnet_translator((None, None, 3), width=1, blocks=1)


@pytest.mark.parametrize(
    "network, sides, fits",
    [
        (unet, (64, 32), True),
        (unet, (48, 32), False),
        (resnet, (12, 20), True),
        (resnet, (12, 18), False),
        (resnet, (2, 16), False),
    ],
)
def test_keeps_sides(network, sides, fits):
    assert keeps_sides(network, *sides, 3) == fits


def test_other_channels_do_not_fit():
    assert not keeps_sides(unet, 32, 32, 1)


@pytest.mark.parametrize(
    "network, multiple",
    [
        (unet, 32),
        (resnet, 4),
        (build_strided_translator(), 2),
        (build_translator(), 1),
        (build_translator(sides=(8, 8)), None),
    ],
)
def test_side_multiple(network, multiple):
    assert side_multiple(network, 3) == multiple


@pytest.mark.parametrize(
    "network, multiple, smallest",
    [
        (unet, 32, 32),
        (resnet, 4, 8),  # at 4 pixels, one is left in the middle, and nothing to reflect
        (build_translator(), 1, 1),
    ],
)
def test_smallest_side(network, multiple, smallest):
    assert smallest_side(network, 3, multiple) == smallest


def test_networks_of_large_images_alone_are_refused():
    with pytest.raises(ValueError, match="`network` must take.*16 times 1.*Received: network="):
        smallest_side(unet, 3, 1)
