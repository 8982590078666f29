"""`python -m keras_gans translate`, called within this process."""

import keras
import numpy as np
import PIL.Image
import pytest
import tensorflow as tf

from keras_gans.__main__ import main
from keras_gans.serving import publish
from keras_gans.utils.pixels import to_uint8
from tests.callbacks.tiny import tiny_gan
from tests.models.translations import (
    build_cyclegan,
    build_pix2pix,
    build_strided_translator,
    build_translator,
)


@pytest.fixture(scope="module")
def pix2pix():
    keras.utils.set_random_seed(0)
    generator = build_strided_translator(norm=keras.layers.BatchNormalization)
    return build_pix2pix(generator=generator)


@pytest.fixture(scope="module")
def exports(pix2pix, tmp_path_factory):
    """Folder of exports: two models of any size, one of a single size, one of points."""
    folder = tmp_path_factory.mktemp("exports")
    publish(pix2pix, folder / "pix2pix")
    build_cyclegan(generator_ab=build_strided_translator()).export(folder / "cyclegan")
    build_pix2pix(generator=build_translator(sides=(8, 8)), shape=(8, 8, 3)).export(
        folder / "fixed"
    )
    tiny_gan((2,)).export(folder / "points")
    return folder


@pytest.fixture
def photos(tmp_path):
    """A folder of pictures of several sizes and kinds."""
    rng = np.random.default_rng(0)

    def save(name, *shape):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        PIL.Image.fromarray(rng.integers(0, 256, shape, dtype="uint8")).save(path)

    save("even.png", 8, 12, 3)
    save("odd.bmp", 7, 11, 3)
    save("below/gray.png", 5, 6)
    return tmp_path / "photos"


def run(*arguments):
    return main(["translate", *(str(argument) for argument in arguments)])


def read(path):
    with PIL.Image.open(path) as picture:
        return np.asarray(picture)


def translated(model, pixels, direction=None):
    """What the model makes of a picture that is mirrored to even sides."""
    if pixels.ndim == 2:
        pixels = np.stack([pixels] * 3, axis=-1)
    pads = [(0, side % 2) for side in pixels.shape[:2]] + [(0, 0)]
    padded = np.pad(pixels, pads, mode="reflect")
    result = model.translate(padded[None].astype("float32") / 127.5 - 1, direction)
    return np.asarray(to_uint8(result[0]))[: pixels.shape[0], : pixels.shape[1]]


def names_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


class TestTranslate:
    def test_a_folder_becomes_a_folder(self, pix2pix, exports, photos, tmp_path, capsys):
        out = tmp_path / "new" / "out[red]"  # no markup, although it looks so
        assert run(exports / "pix2pix", photos, out) == 0
        assert names_in(out) == ["below/gray.png", "even.png", "odd.png"]
        for name in ("even.png", "odd.bmp", "below/gray.png"):
            result = read((out / name).with_suffix(".png"))
            expected = translated(pix2pix, read(photos / name))
            assert result.shape == expected.shape
            np.testing.assert_allclose(result.astype(int), expected, atol=1)
        assert capsys.readouterr().out == f"Wrote 3 translations into {out}\n"

    def test_what_cannot_be_read_is_named_and_the_rest_is_made(
        self, exports, photos, tmp_path, capsys
    ):
        (photos / "broken.png").write_bytes(b"no picture")
        (photos / "even.jpg").write_bytes((photos / "even.png").read_bytes())
        (photos / "notes.txt").write_text("no picture either")
        (photos / ".hidden").write_text("")
        assert run(exports / "pix2pix", photos, tmp_path / "out") == 1
        shown = capsys.readouterr().out
        assert "Wrote 3 translations" in shown
        broken = f"{photos / 'broken.png'}: cannot be decoded (UnidentifiedImageError: "
        assert f"not translated: {broken}" in shown and "on_error" not in shown
        assert "\n1 files of other kinds than .bmp, .jpeg, .jpg, .png, .webp were left" in shown
        assert f"{photos / 'even.png'}: its translation would have the name of that of" in shown
        assert names_in(tmp_path / "out") == ["below/gray.png", "even.png", "odd.png"]

    def test_photos_larger_than_pillow_expects(self, exports, photos, tmp_path, monkeypatch):
        monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", 20)  # twice as many are an error
        assert run(exports / "pix2pix", photos, tmp_path / "out") == 0
        assert PIL.Image.MAX_IMAGE_PIXELS == 20

    def test_goes_on_where_it_was_stopped(self, exports, photos, tmp_path, capsys):
        out = tmp_path / "out"
        out.mkdir()
        (out / "even.png").write_bytes(b"precious")
        assert run(exports / "pix2pix", photos, out) == 0
        assert (out / "even.png").read_bytes() == b"precious"
        assert "Wrote 2 translations" in (shown := capsys.readouterr().out)
        assert shown.endswith(", 1 were there already\n")
        assert run(exports / "pix2pix", photos, out, "--overwrite") == 0
        assert read(out / "even.png").shape == (8, 12, 3)

    def test_directions(self, exports, photos, tmp_path):
        results = []
        for direction in ("a_to_b", "b_to_a"):
            out = tmp_path / direction
            assert run(exports / "cyclegan", photos, out, "--direction", direction) == 0
            results.append(read(out / "even.png").astype(int))
        assert np.abs(results[0] - results[1]).max() > 10

    def test_tiles(self, exports, photos, tmp_path):
        large = np.random.default_rng(1).integers(0, 256, (45, 34, 3), dtype="uint8")
        PIL.Image.fromarray(large).save(photos / "large.png")
        results = []
        for flags in ([], ["--tile", 20, "--overlap", 12], ["--tile", 20, "--overlap", 0]):
            out = tmp_path / f"out{flags[-1:]}"
            # This generator does not normalise and looks three pixels far.
            arguments = (exports / "cyclegan", photos, out, "--direction", "a_to_b", *flags)
            assert run(*arguments) == 0
            results.append(read(out / "large.png").astype(int))
        whole, tiled, with_seams = results
        np.testing.assert_allclose(tiled, whole, atol=1)
        assert np.abs(with_seams - whole).max() > 1

    def test_a_model_of_one_size_sees_tiles_of_it(self, exports, photos, tmp_path):
        assert run(exports / "fixed", photos, tmp_path / "out") == 0
        for name, shape in [("even", (8, 12, 3)), ("odd", (7, 11, 3)), ("below/gray", (5, 6, 3))]:
            assert read(tmp_path / "out" / f"{name}.png").shape == shape

    def test_a_foreign_model(self, photos, tmp_path):
        module = tf.Module()
        spec = tf.TensorSpec((None, None, None, 3), tf.float32, "pixels")
        function = tf.function(lambda pixels: {"negatives": -pixels}, input_signature=[spec])
        tf.saved_model.save(module, str(tmp_path / "foreign"), {"serving_default": function})
        assert run(tmp_path / "foreign", photos, tmp_path / "out") == 0
        negative = read(tmp_path / "out" / "odd.png").astype(int)
        np.testing.assert_allclose(negative, 255 - read(photos / "odd.bmp"), atol=1)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["{tmp}/missing", "{photos}", "{tmp}/out"], "`path` must be an exported model"),
        (["{exports}/pix2pix", "{tmp}/missing", "{tmp}/out"], "There is no folder of images"),
        (["{exports}/pix2pix", "{tmp}/empty", "{tmp}/out"], "must hold images"),
        (["{exports}/pix2pix", "{photos}", "{photos}/out"], "must not lie in"),
        (["{exports}/points", "{photos}", "{tmp}/out"], "does not translate images"),
        (["{exports}/cyclegan", "{photos}", "{tmp}/out"], "must be one of a_to_b, b_to_a"),
        (
            ["{exports}/pix2pix", "{photos}", "{tmp}/out", "--direction", "a_to_b"],
            "must be one of input_to_target. Received: direction=a_to_b",
        ),
        (["{exports}/pix2pix", "{photos}", "{tmp}/out", "--tile", "5"], "multiple of 2"),
        (["{exports}/pix2pix", "{photos}", "{tmp}/out", "--overlap", "2"], "goes with --tile"),
        (
            ["{exports}/pix2pix", "{photos}", "{tmp}/out", "--tile", "4", "--overlap", "4"],
            "less than a tile of 4 pixels",
        ),
        (["{exports}/fixed", "{photos}", "{tmp}/out", "--tile", "4"], "a model of 8x8 pixels"),
    ],
)
def test_refusals_are_one_line_and_leave_nothing(
    arguments, message, exports, photos, tmp_path, capsys
):
    (tmp_path / "empty").mkdir()
    places = {"tmp": tmp_path, "exports": exports, "photos": photos}
    assert run(*[argument.format(**places) for argument in arguments]) == 2
    shown = capsys.readouterr()
    assert message in shown.err and shown.err.count("\n") == 1 and not shown.out
    assert not (tmp_path / "out").exists()
