import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from keras_gans import data
from keras_gans.data.decoding import read_image

RED, WHITE, ORIENTATION = (255, 0, 0), (255, 255, 255), 0x0112


def halves(left, right, size=(16, 16), mode="RGB"):
    """Image of the given width and height whose left and right halves are of one colour each."""
    image = Image.new(mode, size, right)
    image.paste(left, (0, 0, size[0] // 2, size[1]))
    return image


def load(folder, **settings):
    return data.load(folder, **{"batch_size": 1, "shuffle": False} | settings)


def read_one(folder, **settings):
    """The only image of a folder, in the 0 to 255 of the file."""
    (image,) = next(load(folder, **settings).as_numpy_iterator())
    return (image + 1.0) * 127.5


class TestFormats:
    @pytest.mark.parametrize("suffix", ["png", "bmp", "webp", "jpg", "jpeg", "JPG"])
    @pytest.mark.parametrize("in_memory", [True, False])
    def test_pixels_arrive(self, tmp_path, suffix, in_memory):
        halves((200, 40, 40), (20, 20, 120)).save(tmp_path / f"a.{suffix}", quality=95)
        image = read_one(tmp_path, in_memory=in_memory)
        assert image.shape == (16, 16, 3)
        tolerance = 0.01 if suffix in ("png", "bmp") else 12
        np.testing.assert_allclose(image[8, 2], [200, 40, 40], atol=tolerance)
        np.testing.assert_allclose(image[8, 13], [20, 20, 120], atol=tolerance)

    def test_files_that_are_no_images_are_passed_over(self, tmp_path):
        Image.new("RGB", (8, 8), RED).save(tmp_path / "a.png")
        (tmp_path / "__MACOSX").mkdir()
        for name in ("notes.txt", ".hidden.png", "._a.png", "__MACOSX/a.png"):
            (tmp_path / name).write_text("no image")
        assert load(tmp_path).num_examples == 1

    def test_names_that_cameras_give(self, tmp_path):
        for name in ("_DSC1234.JPG", "_MG_1234.JPG", "DSC1234.JPG"):
            Image.new("RGB", (8, 8), RED).save(tmp_path / name)
        assert load(tmp_path).num_examples == 3


class TestModes:
    def test_gray_has_one_channel(self, tmp_path):
        halves(10, 250, mode="L").save(tmp_path / "a.png")
        image = read_one(tmp_path)
        assert image.shape == (16, 16, 1)
        np.testing.assert_allclose(image[0, [0, 15], 0], [10, 250], atol=0.01)

    def test_black_and_white_bits(self, tmp_path):
        halves(0, 1, mode="1").save(tmp_path / "a.png")
        np.testing.assert_allclose(read_one(tmp_path)[0, [0, 15], 0], [0, 255], atol=0.01)

    def test_16_bits_are_scaled_and_not_cut(self, tmp_path):
        pixels = np.zeros((16, 16), np.uint16)
        pixels[:, :8], pixels[:, 8:] = 257 * 100, 65535
        Image.fromarray(pixels).save(tmp_path / "a.png")
        image = read_one(tmp_path)
        assert image.shape == (16, 16, 1)
        np.testing.assert_allclose(image[0, [0, 15], 0], [100, 255], atol=0.01)

    def test_transparency_is_laid_on_white(self, tmp_path):
        halves((255, 0, 0, 255), (0, 0, 0, 0), mode="RGBA").save(tmp_path / "a.png")
        image = read_one(tmp_path)
        np.testing.assert_allclose(image[0, [0, 15]], [RED, WHITE], atol=0.01)

    def test_half_transparent_gray(self, tmp_path):
        halves((0, 128), (0, 0), mode="LA").save(tmp_path / "a.png")
        image = read_one(tmp_path)
        assert image.shape == (16, 16, 1)
        np.testing.assert_allclose(image[0, [0, 15], 0], [127, 255], atol=1)

    def test_palette_becomes_colour(self, tmp_path):
        halves(RED, (0, 0, 255)).quantize(4).save(tmp_path / "a.png")
        assert Image.open(tmp_path / "a.png").mode == "P"
        np.testing.assert_allclose(read_one(tmp_path)[0, [0, 15]], [RED, (0, 0, 255)], atol=0.01)

    def test_transparent_palette(self, tmp_path):
        image = halves(RED, (0, 0, 255)).quantize(4)
        transparent = image.getpixel((15, 0))
        image.save(tmp_path / "a.png", transparency=transparent)
        np.testing.assert_allclose(read_one(tmp_path)[0, [0, 15]], [RED, WHITE], atol=0.01)

    def test_cmyk_jpeg(self, tmp_path):
        Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(tmp_path / "a.jpg")
        np.testing.assert_allclose(read_one(tmp_path)[8, 8], RED, atol=8)

    @pytest.mark.parametrize(("channels", "expected"), [(1, [76]), (3, RED)])
    def test_channels_can_be_asked_for(self, tmp_path, channels, expected):
        Image.new("RGB", (8, 8), RED).save(tmp_path / "a.png")
        np.testing.assert_allclose(read_one(tmp_path, channels=channels)[0, 0], expected, atol=0.51)

    def test_exif_rotation_is_applied(self, tmp_path):
        exif = Image.Exif()
        exif[ORIENTATION] = 6  # the camera was held upright: turn by 90 degrees clockwise
        halves(0, 255, (32, 16), mode="L").save(tmp_path / "a.jpg", exif=exif, quality=95)
        image = read_one(tmp_path)
        assert image.shape == (32, 16, 1)
        np.testing.assert_allclose(image[[2, 29], 8, 0], [0, 255], atol=3)


class TestSize:
    def stripes(self, path):  # red, white, red: 32 wide, 8 high
        image = Image.new("RGB", (32, 8), RED)
        image.paste(WHITE, (12, 0, 20, 8))
        image.save(path)

    def test_centre_crop_keeps_the_middle(self, tmp_path):
        self.stripes(tmp_path / "a.png")
        image = read_one(tmp_path, image_size=8)
        np.testing.assert_allclose(image, np.full((8, 8, 3), 255.0), atol=0.01)

    def test_pad_keeps_everything_and_adds_black(self, tmp_path):
        self.stripes(tmp_path / "a.png")
        image = read_one(tmp_path, image_size=32, crop="pad")
        np.testing.assert_allclose(image[16, [0, 16, 31]], [RED, WHITE, RED], atol=0.01)
        np.testing.assert_allclose(image[[0, 31]], 0.0, atol=0.01)

    @pytest.mark.parametrize("mode", ["L", "RGB"])
    def test_shrinking_is_antialiased(self, tmp_path, mode):
        board = 255 * (np.indices((64, 64)).sum(0) % 2).astype(np.uint8)
        Image.fromarray(board).convert(mode).save(tmp_path / "a.png")
        np.testing.assert_allclose(read_one(tmp_path, image_size=8), 127.5, atol=3)

    def test_enlarging(self, tmp_path):
        Image.new("RGB", (4, 4), RED).save(tmp_path / "a.png")
        image = read_one(tmp_path, image_size=16)
        np.testing.assert_allclose(image, np.broadcast_to(RED, (16, 16, 3)), atol=0.01)

    def test_several_sizes_need_image_size(self, tmp_path):
        Image.new("L", (8, 8)).save(tmp_path / "a.png")
        Image.new("L", (16, 8)).save(tmp_path / "b.png")
        with pytest.raises(ValueError, match=r"`image_size`.*a\.png.*b\.png.*image_size=None"):
            load(tmp_path)
        assert load(tmp_path, image_size=8).element_spec.shape == (1, 8, 8, 1)


@pytest.fixture
def classes(tmp_path):
    """Folder of 3 cats, 2 dogs and 4 emus whose gray value says which they are."""
    for label, (name, count) in enumerate([("cat", 3), ("dog", 2), ("emu", 4)]):
        (tmp_path / name).mkdir()
        for number in range(count):
            image = Image.new("L", (8, 8), 50 * label + number)
            image.save(tmp_path / name / f"{number}.png")
    return tmp_path


class TestLabels:
    @pytest.mark.parametrize("in_memory", [True, False])
    def test_subfolders_are_classes_and_stay_with_their_images(self, classes, in_memory):
        batches = load(classes, labels=True, shuffle=True, batch_size=3, in_memory=in_memory)
        assert batches.class_names == ("cat", "dog", "emu")
        images, labels = (
            np.concatenate(part) for part in zip(*batches.as_numpy_iterator(), strict=True)
        )
        grays = np.round((images[:, 0, 0, 0] + 1.0) * 127.5)
        np.testing.assert_array_equal(grays // 50, labels)
        assert len(set(grays)) == 9

    def test_memory_and_streaming_give_the_same_batches(self, classes):
        settings = {"labels": True, "shuffle": True, "batch_size": 2, "seed": 5}
        in_memory, streamed = (
            load(classes, in_memory=choice, **settings).from_step(3).take(6).as_numpy_iterator()
            for choice in (True, False)
        )
        for (images, labels), (same_images, same_labels) in zip(in_memory, streamed, strict=True):
            np.testing.assert_array_equal(images, same_images)
            np.testing.assert_array_equal(labels, same_labels)

    def test_memory_limit_decides(self, classes):
        needed = 9 * 8 * 8
        kept = load(classes, memory_limit=needed)
        streamed = load(classes, memory_limit=needed - 1)
        (classes / "cat" / "0.png").unlink()
        assert len(list(kept)) == 9
        with pytest.raises(tf.errors.OpError, match=r"0\.png"):
            list(streamed)

    def test_subfolders_named_like_splits_are_splits(self, tmp_path):
        for split, label, gray in [("train", "cat", 10), ("train", "dog", 20), ("test", "dog", 30)]:
            (tmp_path / split / label).mkdir(parents=True)
            Image.new("L", (8, 8), gray).save(tmp_path / split / label / "a.png")
        (tmp_path / "__MACOSX").mkdir()  # what a Mac adds to an archive
        train = load(tmp_path, labels=True)
        assert train.class_names == ("cat", "dog") and train.num_examples == 2
        np.testing.assert_allclose(read_one(tmp_path, split="test"), 30, atol=0.01)
        with pytest.raises(ValueError, match="`split`.*'test', 'train'.*split='validation'"):
            load(tmp_path, split="validation")

    def test_an_image_without_a_class_is_refused(self, classes):
        Image.new("L", (8, 8)).save(classes / "stray.png")
        with pytest.raises(data.NoLabelsError, match=r"subfolder.*stray\.png"):
            load(classes, labels=True)

    def test_fit_takes_it(self, classes):
        model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()])
        model.add(keras.layers.Dense(3, "softmax"))
        model.compile("sgd", "sparse_categorical_crossentropy")
        model.fit(load(classes, labels=True, batch_size=3, in_memory=False), epochs=2, verbose=0)
        assert model.optimizer.iterations == 6


@pytest.fixture
def damaged(tmp_path):
    """Folder of 4 good JPEG files, one cut in half and one that never was an image."""
    for number in range(4):
        pixels = np.random.default_rng(number).integers(0, 256, (32, 32, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"good{number}.jpg")
    whole = (tmp_path / "good0.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.jpg").write_text("no image")
    return tmp_path


class TestDamage:
    @pytest.mark.parametrize("name", ["cut.jpg", "text.jpg"])
    def test_the_file_is_named(self, damaged, name):
        for other in {"cut.jpg", "text.jpg"} - {name}:
            (damaged / other).unlink()
        with pytest.raises(
            ValueError, match=rf"1 of 5 files that cannot be decoded.*{name}"
        ) as raised:
            load(damaged)
        assert 'on_error="skip"' in str(raised.value)

    def test_a_streamed_file_is_named_when_it_is_read(self, damaged):
        (damaged / "text.jpg").unlink()
        with pytest.raises(tf.errors.OpError, match=r"cut\.jpg"):
            list(load(damaged, in_memory=False))

    @pytest.mark.parametrize("in_memory", [True, False])
    def test_skip_counts_and_names(self, damaged, in_memory):
        with pytest.warns(UserWarning) as warned:
            batches = load(damaged, on_error="skip", in_memory=in_memory)
        said = " ".join(str(warning.message) for warning in warned)
        assert "cut.jpg" in said and "text.jpg" in said and "of 6 files" in said
        assert batches.num_examples == 4
        images = np.concatenate(list(batches.as_numpy_iterator()))
        for number, image in enumerate(images):
            original = np.asarray(Image.open(damaged / f"good{number}.jpg"))
            np.testing.assert_allclose((image + 1.0) * 127.5, original, atol=0.01)

    def test_skipping_everything_is_refused(self, damaged):
        for path in damaged.glob("good*"):
            path.unlink()
        with pytest.warns(UserWarning), pytest.raises(ValueError, match=r"[Rr]eceived"):
            load(damaged, on_error="skip")


class TestRefusals:
    def test_a_folder_that_does_not_exist(self, tmp_path):
        with pytest.raises(FileNotFoundError, match="nowhere"):
            load(tmp_path / "nowhere")

    @pytest.mark.parametrize("names", [[], ["notes.txt"]])
    def test_a_folder_without_images(self, tmp_path, names):
        for name in names:
            (tmp_path / name).write_text("no image")
        with pytest.raises(ValueError, match=r"images.*\.png.*Received"):
            load(tmp_path)

    def test_gray_and_colour_together(self, tmp_path):
        Image.new("L", (8, 8)).save(tmp_path / "gray.png")
        Image.new("RGB", (8, 8)).save(tmp_path / "colour.png")
        with pytest.raises(ValueError, match=r"`channels`.*colour\.png.*gray\.png"):
            load(tmp_path)
        assert load(tmp_path, channels=3).num_examples == 2

    def test_fewer_files_than_a_batch(self, classes):
        with pytest.raises(ValueError, match="`batch_size`.*batch_size=10.*9 examples"):
            load(classes, batch_size=10)

    @pytest.mark.parametrize(
        "settings", [{"crop": "left"}, {"on_error": "ignore"}, {"channels": 2}, {"image_size": 0}]
    )
    def test_unknown_settings(self, classes, settings):
        ((name, value),) = settings.items()
        with pytest.raises(ValueError, match=f"`{name}`.*{name}={value!r}"):
            load(classes, **settings)


class TestReadImage:
    def test_as_it_is(self, tmp_path):
        halves(RED, WHITE, (6, 4)).save(tmp_path / "a.png")
        image = read_image(tmp_path / "a.png")
        assert image.dtype == np.uint8 and image.shape == (4, 6, 3)
        np.testing.assert_array_equal(image[0, [0, 5]], [RED, WHITE])

    def test_in_the_size_and_channels_asked_for(self, tmp_path):
        halves(10, 250, (6, 4), mode="L").save(tmp_path / "a.png")
        assert read_image(tmp_path / "a.png").shape == (4, 6, 1)
        assert read_image(tmp_path / "a.png", 8, 3, "pad").shape == (8, 8, 3)

    def test_damage_is_named(self, damaged):
        with pytest.raises(ValueError, match=r"cut\.jpg cannot be decoded"):
            read_image(damaged / "cut.jpg")

    def test_a_file_that_does_not_exist(self, tmp_path):
        with pytest.raises(FileNotFoundError, match="nowhere"):
            read_image(tmp_path / "nowhere.png")
