"""`python -m keras_gans mix`, `interpolate` and `sample --truncation` on an exported StyleGAN."""

import numpy as np
import PIL.Image
import pytest

from keras_gans.__main__ import main
from keras_gans.utils.pixels import to_uint8
from tests.callbacks.tiny import tiny_gan
from tests.models.growing import SIZE, build_stylegan


@pytest.fixture(scope="module")
def model():
    model = build_stylegan()
    model.average_style.assign(np.array([1.0, -1.0, 0.5, 0.0]))
    model.step.assign(3)
    return model


@pytest.fixture(scope="module")
def export(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("exports") / "1"
    model.export(path)
    return path


def run(*arguments):
    return main([str(argument) for argument in arguments])


def read(path):
    with PIL.Image.open(path) as picture:
        return np.asarray(picture)


def test_sample_truncates(model, export, tmp_path):
    out = tmp_path / "grid.png"
    assert run("sample", export, "--num", 1, "--seed", 3, "--truncation", 0.5, "--out", out) == 0
    expected = np.asarray(to_uint8(model.sample(1, seed=3, truncation=0.5)))[0, ..., 0]
    factor = len(read(out)) // SIZE
    np.testing.assert_allclose(read(out)[::factor, ::factor], expected, atol=1)


@pytest.fixture(scope="module")
def untrained(tmp_path_factory):
    path = tmp_path_factory.mktemp("untrained") / "1"
    build_stylegan().export(path)
    return path


@pytest.mark.parametrize("command", ["sample", "mix", "interpolate"])
def test_truncation_of_an_untrained_model_is_refused(command, untrained, tmp_path, capsys):
    assert run(command, untrained, "--truncation", 0.5, "--out", tmp_path / "out.gif") == 2
    assert "--truncation needs the average style" in capsys.readouterr().err
    assert not (tmp_path / "out.gif").exists()


def test_mix_draws_the_figure(model, export, tmp_path, capsys):
    out = tmp_path / "mix.png"
    flags = ["--seeds-a", 0, 1, "--seeds-b", 4, 5, 6, "--layers", 2, 3, "--truncation", 0.7]
    assert run("mix", export, *flags, "--noise-seed", 2, "--out", out) == 0
    assert "2 by 3 mixtures" in capsys.readouterr().out
    picture = read(out)
    height, width = (picture.shape[0] + 2) // 3, (picture.shape[1] + 2) // 4
    factor = (height - 2) // SIZE
    tiles = [
        [
            picture[r * height :, c * width :][: SIZE * factor : factor, : SIZE * factor : factor]
            for c in range(4)
        ]
        for r in range(3)
    ]
    mixed = model.mix([0, 1], [4, 5, 6], [2, 3], truncation=0.7, noise_seed=2)
    for row in range(2):
        for column in range(3):
            expected = np.asarray(to_uint8(mixed[row, column]))[..., 0]
            np.testing.assert_allclose(tiles[row + 1][column + 1], expected, atol=1)
    own = model.synthesize(model.styles_of([0], 0.7), noise_seed=2)
    np.testing.assert_allclose(tiles[1][0], np.asarray(to_uint8(own))[0, ..., 0], atol=1)


def test_interpolate_returns_to_its_first_sample(model, export, tmp_path):
    out = tmp_path / "film.gif"
    flags = ["--seeds", 0, 1, "--frames", 3, "--scale", 2, "--out", out]
    assert run("interpolate", export, *flags) == 0
    with PIL.Image.open(out) as film:
        assert film.size == (2 * SIZE, 2 * SIZE)
        assert film.n_frames == 6
        first = np.asarray(film.convert("L"))[::2, ::2]
    expected = np.asarray(to_uint8(model.synthesize(model.styles_of([0]))))[0, ..., 0]
    np.testing.assert_allclose(first, expected, atol=1)


@pytest.mark.parametrize(
    "command, flags, message",
    [
        ("mix", ["--layers", 4], "--layers must be some of 0 to 3"),
        ("mix", ["--out", "mix.txt"], "suffix of an image format"),
        ("mix", ["--seeds-a", -1], "Seeds must be 0 or more"),
        ("interpolate", ["--out", "film.mp4"], "must end in .gif"),
        ("interpolate", ["--seeds", 1], "--seeds must be two or more"),
    ],
)
def test_refusals(export, command, flags, message, capsys):
    assert run(command, export, *flags) == 2
    assert message in capsys.readouterr().err


def test_models_without_styles_are_refused(tmp_path, capsys):
    tiny_gan((4, 4, 1)).export(tmp_path / "1")
    assert run("mix", tmp_path / "1", "--out", tmp_path / "mix.png") == 2
    assert "only an exported StyleGAN has" in capsys.readouterr().err
    assert run("sample", tmp_path / "1", "--truncation", 0.5, "--out", tmp_path / "a.png") == 2
    assert "no styles that --truncation" in capsys.readouterr().err
