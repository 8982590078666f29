import keras
import numpy as np
import pytest
import tensorflow_datasets as tfds

from keras_gans import data
from keras_gans.data import glyph_rendering, glyphs
from keras_gans.data.glyph_rendering import FONTS, Factors

UPRIGHT = Factors(
    label=1, font=0, slant=0.0, rotation=0.0, scale=1.0, shift_x=0.0, shift_y=0.0, stroke=0.0
)
CALM = np.zeros(glyph_rendering.NOISE_SHAPE)


def draw(size=64, noise=CALM, **changed):
    """An upright 1, or what it is with some factors changed, in `[0, 1]`."""
    return glyph_rendering.render(UPRIGHT._replace(**changed), noise, size) / 255.0


def centre(image):
    """Centre of mass, down and to the right of the middle, in sides of the image."""
    where = (np.arange(len(image)) + 0.5) / len(image) - 0.5
    return where @ image.sum(1) / image.sum(), where @ image.sum(0) / image.sum()


def lean(image):
    """How far the ink moves to the right over one unit of height."""
    down, right = centre(image)
    where = (np.arange(len(image)) + 0.5) / len(image) - 0.5
    y, x = np.meshgrid(where - down, where - right, indexing="ij")
    return -(image * x * y).sum() / (image * y * y).sum()


class TestRender:
    @pytest.mark.parametrize("font", range(len(FONTS)))
    @pytest.mark.parametrize("label", [0, 5, 9])
    def test_every_digit_has_the_height_of_mnist_and_stands_in_the_middle(self, font, label):
        image = draw(label=label, font=font)
        rows, columns = np.nonzero(image > 0.5)
        assert len(rows) and abs(np.ptp(rows) + 1 - 64 * 20 / 28) <= 2
        assert abs((rows.min() + rows.max() + 1) / 2 - 32) <= 1
        assert abs((columns.min() + columns.max() + 1) / 2 - 32) <= 1

    def test_fonts_and_digits_all_differ(self):
        images = [draw(32, label=label, font=font) for label in range(10) for font in range(22)]
        assert len({image.tobytes() for image in images}) == 220

    @pytest.mark.parametrize(("shift_x", "shift_y"), [(0.1, 0.0), (0.0, 0.1), (-0.05, 0.08)])
    def test_shift_moves_right_and_down(self, shift_x, shift_y):
        down, right = np.subtract(centre(draw(shift_x=shift_x, shift_y=shift_y)), centre(draw()))
        np.testing.assert_allclose([right, down], [shift_x, shift_y], atol=0.002)

    @pytest.mark.parametrize("slant", [-0.3, 0.2])
    def test_slant_leans_to_the_right(self, slant):
        assert lean(draw(slant=slant)) - lean(draw()) == pytest.approx(slant, abs=0.02)

    def test_rotation_is_counter_clockwise(self):
        quarter = draw(rotation=90.0)
        np.testing.assert_allclose(quarter, np.rot90(draw()), atol=0.01)

    def test_scale_multiplies_the_area(self):
        assert draw(scale=0.5).sum() / draw().sum() == pytest.approx(0.25, rel=0.03)

    def test_stroke_adds_ink(self):
        ink = [draw(stroke=stroke).sum() for stroke in (-0.02, 0.0, 0.06)]
        assert ink[0] < ink[1] < ink[2]

    def test_a_digit_looks_alike_at_every_size(self):
        noise = np.random.default_rng(0).standard_normal(glyph_rendering.NOISE_SHAPE)
        changed = {"label": 8, "rotation": 10.0, "slant": 0.2, "noise": noise}
        large = draw(128, **changed)
        for size in (32, 64):
            shrunk = large.reshape(size, 128 // size, size, 128 // size).mean((1, 3))
            assert np.abs(shrunk - draw(size, **changed)).mean() < 0.01


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return tmp_path_factory.mktemp("tfds")


@pytest.fixture(scope="module")
def builder(directory):
    return glyphs.prepare_glyphs(28, directory, num_train=600, num_test=100)


class TestGlyphs:
    def test_the_full_sets_are_registered(self):
        configs = glyphs.Glyphs.builder_configs
        assert list(configs) == ["28", "32", "64", "128"]
        assert {(config.num_train, config.num_test) for config in configs.values()} == {
            (60_000, 10_000)
        }

    def test_splits_and_balance(self, builder):
        assert {name: split.num_examples for name, split in builder.info.splits.items()} == {
            "train": 600,
            "test": 100,
        }
        labels = [int(example["label"]) for example in builder.as_dataset(split="train")]
        np.testing.assert_array_equal(np.bincount(labels), np.full(10, 60))

    def test_factors_are_kept_and_explain_the_picture(self, builder):
        stored = next(builder.as_dataset(split="test").as_numpy_iterator())
        assert stored["image"].shape == (28, 28, 1) and stored["image"].dtype == np.uint8
        for index in range(100):  # TFDS shuffles: find the number of this one
            image, factors = glyphs.example(1, index, 28)
            if np.array_equal(image, stored["image"][..., 0]):
                break
        expected = {name: stored[name] for name in Factors._fields}
        assert factors._asdict() == pytest.approx(expected, rel=1e-6)

    def test_examples_are_a_function_of_split_and_number(self):
        image, factors = glyphs.example(0, 7, 28)
        again, same_factors = glyphs.example(0, 7, 28)
        np.testing.assert_array_equal(image, again)
        assert factors == same_factors == glyphs.example(0, 7, 128)[1]
        assert factors != glyphs.example(1, 7, 28)[1]

    def test_the_pictures_of_version_1_have_not_changed(self):
        factors = (3, 9, -0.100087, -15.585795, 0.901956, -0.047546, -0.00401, 0.050262)
        assert glyphs.example(0, 123, 28)[1] == pytest.approx(factors, abs=1e-6)
        ink = np.mean([glyphs.example(0, index, 28)[0].mean() for index in range(200)])
        assert ink == pytest.approx(36.39, abs=0.05)  # FreeType versions may differ in a last bit

    def test_train_and_test_share_no_picture(self):
        train, test = (
            {glyphs.example(split, index, 28)[0].tobytes() for index in range(300)}
            for split in (0, 1)
        )
        assert len(train) == len(test) == 300 and not train & test

    def test_rendered_once(self, builder, directory, capfd):
        glyphs.prepare_glyphs(28, directory, num_train=600, num_test=100)
        assert capfd.readouterr() == ("", "")

    def test_one_line_says_what_takes_so_long(self, tmp_path, capfd):
        glyphs.prepare_glyphs(32, tmp_path, num_train=20, num_test=10)
        out, err = capfd.readouterr()
        assert out == ""
        line = next(line for line in err.splitlines() if line.startswith("Rendering"))
        assert "glyphs data set, 32 pixels" in line and str(tmp_path) in line and "done" in line

    def test_loads_as_batches(self, builder, directory):
        batches = data.load(
            "glyphs/28_600_100", split="test", labels=True, batch_size=50, data_dir=directory
        )
        images, labels = next(batches.as_numpy_iterator())
        assert images.shape == (50, 28, 28, 1) and images.dtype == np.float32
        assert images.min() == -1.0 and images.max() == 1.0
        assert labels.dtype == np.int32 and batches.num_classes == 10

    def test_tfds_knows_them_by_name(self, builder, directory):
        assert isinstance(tfds.builder("glyphs/64", data_dir=directory), glyphs.Glyphs)

    def test_another_size_is_refused(self):
        with pytest.raises(ValueError, match="`size`.*28, 32, 64, 128.*size=30"):
            glyphs.prepare_glyphs(30)

    @pytest.mark.slow
    def test_as_hard_as_handwriting(self):
        """A small network on 20,000 digits: well above chance, and not perfect."""
        images, labels = (
            np.array(column)
            for column in zip(
                *(
                    (image, f.label)
                    for image, f in (glyphs.example(0, i, 28) for i in range(20_000))
                ),
                strict=True,
            )
        )
        images = images[..., None] / np.float32(255)
        network = keras.Sequential(
            [
                keras.layers.Conv2D(16, 3, activation="relu"),
                keras.layers.MaxPooling2D(),
                keras.layers.Conv2D(32, 3, activation="relu"),
                keras.layers.MaxPooling2D(),
                keras.layers.Flatten(),
                keras.layers.Dense(64, activation="relu"),
                keras.layers.Dense(10, activation="softmax"),
            ]
        )
        network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        network.fit(images[:18_000], labels[:18_000], batch_size=64, epochs=5, verbose=0)
        _, accuracy = network.evaluate(images[18_000:], labels[18_000:], verbose=0)
        assert 0.95 < accuracy < 0.995
