"""Layers against numbers that tensorflow-addons 0.23.0 computed (`docs/tensorflow_addons.md`)."""

import pathlib

import keras
import numpy as np
import pytest

from keras_gans.layers import InstanceNormalization, Maxout, SpectralNormalization
from keras_gans.layers._image_transforms import cut_out, shift
from keras_gans.models import HingeGAN
from tests.models.tiny import build_model, points

GOLDEN = pathlib.Path(__file__).parent.parent / "golden" / "tensorflow_addons.npz"


@pytest.fixture(scope="module")
def golden():
    """Function from the name of a computation to the dictionary of its arrays."""
    arrays = dict(np.load(GOLDEN))
    return lambda what: {
        name.removeprefix(f"{what}/"): array
        for name, array in arrays.items()
        if name.startswith(f"{what}/")
    }


def check(what, ours, theirs, atol=1e-5):
    difference = np.abs(np.asarray(ours) - theirs).max()
    print(f"\n{what}: largest difference {difference:.1e}")
    assert difference <= atol


@pytest.mark.parametrize("affine", [True, False])
def test_instance_normalization(golden, affine):
    case = golden("instance_normalization" + ("" if affine else "_plain"))
    layer = InstanceNormalization(epsilon=1e-5, affine=affine)
    layer.build(case["inputs"].shape)
    if affine:
        layer.set_weights([case["gamma"], case["beta"]])
    check(f"instance normalization, affine={affine}", layer(case["inputs"]), case["outputs"])


def test_keras_group_normalization(golden):
    """The layer of Keras that docs/tensorflow_addons.md names."""
    case = golden("group_normalization")
    layer = keras.layers.GroupNormalization(groups=3, epsilon=1e-3)
    layer.build(case["inputs"].shape)
    layer.set_weights([case["gamma"], case["beta"]])
    check("group normalization of Keras", layer(case["inputs"]), case["outputs"])


@pytest.mark.parametrize("iterations", [1, 2, 5])
@pytest.mark.parametrize("kind", ["dense", "conv"])
def test_spectral_normalization(golden, kind, iterations):
    """Theirs takes the iterations within a call; ours all but the last of them beforehand."""
    case = golden(f"spectral_normalization_{kind}_{iterations}")
    inner = keras.layers.Dense(5) if kind == "dense" else keras.layers.Conv2D(4, 3)
    layer = SpectralNormalization(inner)
    layer.build(case["inputs"].shape)
    inner.kernel.assign(case["kernel"])
    layer.u.assign(case["u"])
    if iterations > 1:
        layer.follow_kernel(iterations - 1)
    what = f"spectral normalization, {kind}, {iterations} iterations"
    check(f"{what}, sigma", layer.sigma(), case["sigma"])
    check(f"{what}, outputs", layer(case["inputs"]), case["outputs"])
    np.testing.assert_array_equal(inner.kernel, case["kernel"])  # theirs is overwritten
    layer.follow_kernel()
    check(f"{what}, vector", layer.u, case["u_after"])


def test_maxout(golden):
    """Theirs takes the largest of given channels, of every third here; ours has the dense layer
    inside, and the pieces of a unit side by side."""
    case = golden("maxout")
    layer = Maxout(units=3, pieces=4)
    layer.build(case["inputs"].shape)
    layer.kernel.assign(np.eye(12).reshape(12, 4, 3).swapaxes(1, 2).reshape(12, 12))
    check("maxout", layer(case["inputs"]), case["outputs"], atol=0)


def test_moving_average_of_games(golden):
    """`ema_decay` averages whatever moved the weights, from the first weights on."""
    case = golden("moving_average")
    model = build_model(HingeGAN, ema_decay=0.9)
    bias, average = (
        network.layers[-2].bias for network in (model.generator, model.average_generator)
    )
    size = bias.shape[0]
    for variable in (bias, average):
        variable.assign(case["start"][:size])
    zeros = dict.fromkeys(model.term_names, 0.0)
    for moved, expected in zip(case["weights"], case["averages"], strict=True):
        model.begin_step(points())
        bias.assign(moved[:size])
        model.report(zeros)
        check("moving average of a game", average, expected[:size])


def test_moving_average_of_keras_optimizers_forgets_the_first_weights(golden):
    """What docs/tensorflow_addons.md says of Keras: it starts at the weights after the first step,
    and the difference decays from there."""
    case = golden("moving_average")
    weight = keras.Variable(case["start"])
    optimizer = keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.9)
    difference = case["weights"][0] - case["averages"][0]
    for gradient, moved, average in zip(
        case["gradients"], case["weights"], case["averages"], strict=True
    ):
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
        check("weights of Keras", weight, moved)
        ours = optimizer._model_variables_moving_average[0]
        check("moving average of Keras, but for its start", ours, average + difference)
        difference = 0.9 * difference


def test_images_for_augmentation_are_what_translate_and_cutout_mean(golden):
    """What the stored numbers are, in NumPy, for whoever compares an augmentation with them."""
    case = golden("translate")
    for image, (across, down), output in zip(
        case["images"], case["shifts"].astype(int), case["outputs"], strict=True
    ):
        expected = np.zeros_like(image)
        for row in range(8):
            for column in range(8):
                if 0 <= row - down < 8 and 0 <= column - across < 8:
                    expected[row, column] = image[row - down, column - across]
        np.testing.assert_array_equal(output, expected)
    case = golden("cutout")
    for image, (row, column), output in zip(
        case["images"], case["centres"], case["outputs"], strict=True
    ):
        expected = image.copy()
        expected[max(row - 2, 0) : row + 2, max(column - 1, 0) : column + 1] = 0
        np.testing.assert_array_equal(output, expected)


def test_moves_of_diff_augment(golden):
    """Theirs are told (across, down)."""
    case = golden("translate")
    across, down = case["shifts"].astype("int32").T
    check("translate", shift(case["images"], down, across), case["outputs"], atol=0)


def test_squares_of_diff_augment(golden):
    case = golden("cutout")
    rows, columns = case["centres"].T
    check("cutout", cut_out(case["images"], rows, columns, (4, 2)), case["outputs"], atol=0)
