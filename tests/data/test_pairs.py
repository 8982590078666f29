import itertools

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds
from PIL import Image

from keras_gans import data
from keras_gans.data.jitter import make_jitter
from tests.conftest import SHARED

RANDOM = np.random.default_rng(0)
PHOTOS = RANDOM.integers(0, 256, (7, 12, 12, 3), np.uint8)
MAP = np.arange(144, dtype="uint8").reshape(1, 12, 12, 1)  # every pixel says where it was


def load(source, **settings):
    """Pairs of 8x8 pixels, cut out of 12x12."""
    settings = {"image_size": 8, "load_size": 12, "direction": "AtoB", "seed": 3, **settings}
    return data.load_pairs(source, **settings)


def to_bytes(images):
    return np.round((images + 1.0) * 127.5).astype("uint8")


def elements(dataset, steps=None):
    dataset = dataset if steps is None else dataset.take(steps)
    return [tuple(map(np.asarray, pair)) for pair in dataset.as_numpy_iterator()]


def equal(first, second):
    pairs = zip(first, second, strict=True)
    return all(np.array_equal(a, b) for x, y in pairs for a, b in zip(x, y, strict=True))


def places(squares):
    """Top, left and whether it is reflected, of squares cut out of `MAP`."""
    corners = to_bytes(squares)[:, 0, :, 0].astype(int)
    flipped = corners[:, 0] > corners[:, -1]
    return corners.min(1) // 12, corners.min(1) % 12, flipped


class TestJitter:
    def test_both_images_are_cut_and_reflected_alike(self):
        for a, b in elements(load((PHOTOS, 255 - PHOTOS)).from_step(0), 30):
            assert a.shape == b.shape == (1, 8, 8, 3) and a.dtype == b.dtype == np.float32
            np.testing.assert_array_equal(to_bytes(a), 255 - to_bytes(b))

    def test_also_with_other_channels_and_in_large_batches(self):
        maps = np.repeat(MAP, 40, 0)
        colour = np.concatenate([maps, maps // 2, 255 - maps], -1)
        for a, b in elements(load((maps, colour), batch_size=40).from_step(0), 3):
            a, b = to_bytes(a), to_bytes(b)
            np.testing.assert_array_equal(b, np.concatenate([a, a // 2, 255 - a], -1))

    def test_also_where_images_are_resized(self):
        settings = {"image_size": 20, "load_size": 23}
        for a, b in elements(load((PHOTOS, 255 - PHOTOS), **settings).from_step(0), 10):
            np.testing.assert_allclose(a, -b, atol=1.01 / 127.5)

    def test_a_square_is_cut_out_unchanged(self):
        for a, _ in elements(load((MAP, MAP)).from_step(0), 20):
            (top,), (left,), (flipped,) = places(a)
            square = MAP[0, top : top + 8, left : left + 8]
            np.testing.assert_array_equal(to_bytes(a)[0], square[:, ::-1] if flipped else square)

    def test_all_places_and_both_orientations_are_equally_likely(self):
        maps = np.repeat(MAP, 50, 0)
        batches = load((maps, maps), batch_size=50).from_step(0)
        top, left, flipped = np.concatenate(
            [places(a) for a, _ in elements(batches, 100)], axis=1
        ).astype(int)
        assert (top.min(), top.max(), left.min(), left.max()) == (0, 4, 0, 4)
        counts = np.bincount(top * 10 + left * 2 + flipped, minlength=50)
        assert ((counts - 100) ** 2 / 100).sum() < 96.0  # 49 degrees of freedom, p = 7e-5

    def test_every_epoch_jitters_anew(self):
        batches = load((MAP, MAP), batch_size=1)
        drawn = {tuple(np.ravel(places(a))) for a, _ in elements(batches.from_step(0), 60)}
        assert len(drawn) > 25  # 35 of 50 are expected

    @pytest.mark.parametrize("flip", [True, False])
    def test_reflections_alone_and_crops_alone(self, flip):
        load_size = 12 if flip else 14
        maps = np.repeat(MAP, 30, 0)
        batches = load((maps, maps), batch_size=30, image_size=12, load_size=load_size, flip=flip)
        a, _ = elements(batches)[0]
        if flip:
            _, _, flipped = places(a)
            expected = np.where(flipped[:, None, None, None], MAP[:, :, ::-1], MAP)
            np.testing.assert_array_equal(to_bytes(a), expected)
            assert 5 < flipped.sum() < 25
        else:
            assert (np.diff(a[:, :, :, 0], axis=2) >= 0).all()

    @pytest.mark.parametrize(
        ("image_size", "load_size"), [(256, 286), (None, 286), (128, 143), (64, 72), (32, 36)]
    )
    def test_the_papers_share_is_the_default(self, image_size, load_size):
        jitter = make_jitter(image_size, None, None, augment=True, drawn=False)
        assert (jitter.load_size, jitter.flip) == (load_size, True)
        assert jitter.image_size == image_size or image_size is None

    @pytest.mark.parametrize("image_size", [12, 9])
    def test_evaluation_takes_images_as_load_does(self, image_size):
        settings = {"image_size": image_size, "shuffle": False}
        a, b = load((PHOTOS, PHOTOS[::-1]), augment=False, **settings).arrays()
        expected = data.load(PHOTOS, batch_size=1, **settings).arrays()
        np.testing.assert_array_equal(a, expected)
        np.testing.assert_array_equal(b, expected[::-1])


class TestOrder:
    numbered = np.repeat(np.arange(11, dtype="uint8"), 144).reshape(11, 12, 12, 1)

    def test_an_epoch_holds_every_pair_once(self):
        batches = load((self.numbered, self.numbered + 100))
        for _ in range(2):
            numbers = [(int(to_bytes(a).max()), int(to_bytes(b).max())) for a, b in batches]
            assert sorted(numbers) == [(number, number + 100) for number in range(11)]
            assert numbers != sorted(numbers)

    def test_starts_at_any_step_bit_by_bit(self):
        batches = load((PHOTOS, 255 - PHOTOS), batch_size=2)  # 3 steps an epoch
        all_steps = elements(batches.from_step(0), 20)
        for step in (1, 3, 17):
            assert equal(elements(batches.from_step(step), 3), all_steps[step : step + 3])
        assert not equal(all_steps[:3], all_steps[3:6])

    def test_depends_on_the_seed_alone(self):
        def start(seed, global_seed):
            tf.random.set_seed(global_seed)
            return elements(load((PHOTOS, 255 - PHOTOS), seed=seed).from_step(4), 5)

        first = start(1, 0)
        assert equal(first, start(1, 5))
        assert not equal(first, start(2, 0))

    def test_without_shuffling_the_order_is_the_source_s(self):
        pairs = elements(load((self.numbered, self.numbered), shuffle=False))
        assert [int(to_bytes(a).max()) for a, _ in pairs] == list(range(11))

    def test_repr_tells_both_shapes(self):
        text = repr(load((MAP, PHOTOS[:1])))
        for part in ("AtoB", "1 batches of 1", "(8, 8, 1) and (8, 8, 3)", "1 examples", "seed 3"):
            assert part in text


class TestArrays:
    def test_direction_says_which_is_the_input(self):
        for direction, order in (("AtoB", 1), ("BtoA", -1)):
            pair = elements(load((PHOTOS, MAP.repeat(7, 0)), direction=direction), 1)[0]
            assert [image.shape[-1] for image in pair][::order] == [3, 1]

    def test_channels_are_made_alike(self):
        ((a, b),) = elements(load((MAP, PHOTOS[:1]), channels=3))
        assert a.shape == b.shape == (1, 8, 8, 3)

    def test_floats_keep_every_digit_and_bytes_join_them(self):
        floats = RANDOM.uniform(-1, 1, (7, 12, 12, 1)).astype("float32")
        settings = {"augment": False, "image_size": 12, "shuffle": False}
        a, b = load((floats, PHOTOS), **settings).arrays()
        np.testing.assert_array_equal(a, floats)
        np.testing.assert_array_equal(to_bytes(b), PHOTOS)

    def test_value_range(self):
        ones = np.ones((2, 12, 12, 1))
        ((a, b), *_) = elements(load((ones, 0.5 * ones), value_range=(0, 1)))
        assert (a.min(), a.max(), b.min(), b.max()) == (1.0, 1.0, 0.0, 0.0)

    @pytest.mark.parametrize("size", [12, 15])
    def test_the_same_from_memory_and_from_outside(self, size):
        settings = {"image_size": size - 4, "load_size": size, "batch_size": 3}
        kept, outside = (
            load((PHOTOS, 255 - PHOTOS), memory_limit=limit, **settings)
            for limit in (2 * 7 * size * size * 3, 2 * 7 * size * size * 3 - 2)
        )
        assert equal(elements(kept.from_step(0), 5), elements(outside.from_step(0), 5))

    @pytest.mark.parametrize(
        ("source", "message"),
        [
            ((PHOTOS, PHOTOS[:5]), "as many.*7, 12, 12, 3.*5, 12, 12, 3"),
            ((PHOTOS, PHOTOS[:, :9]), "one size.*7, 12, 12, 3.*7, 9, 12, 3"),
            ((PHOTOS, PHOTOS.astype("int32")), r"`source\[1\]`.*dtype uint8.*dtype int32"),
            ((PHOTOS, PHOTOS.astype("float32")), r"`source\[1\]`.*value_range.*from 0 to 255"),
            ((np.full((7, 12, 12, 3), np.nan), PHOTOS), r"`source\[0\]` must be finite.*3024"),
            ((PHOTOS[..., 0], PHOTOS), r"`source\[0\]`.*images\[..., None\].*7, 12, 12"),
            ((PHOTOS[:0], PHOTOS[:0]), r"`source\[0\]` must hold at least one.*0, 12, 12, 3"),
        ],
    )
    def test_arrays_that_do_not_fit(self, source, message):
        with pytest.raises(ValueError, match=message):
            load(source)

    @pytest.mark.parametrize("source", [PHOTOS, (PHOTOS, "photos"), (PHOTOS,), {"a": PHOTOS}])
    def test_sources_of_another_kind(self, source):
        with pytest.raises(TypeError, match="`source`.*Received: source of type"):
            load(source)


def save(folder, images, suffix="png"):
    folder.mkdir(parents=True, exist_ok=True)
    for number, image in enumerate(images):
        image = image[..., 0] if image.shape[-1] == 1 else image
        Image.fromarray(image).save(folder / f"{number}.{suffix}")


@pytest.fixture
def side_by_side(tmp_path):
    """Folder of images, at the left of which is `PHOTOS` and at the right its negative."""
    save(tmp_path / "pairs", np.concatenate([PHOTOS, 255 - PHOTOS], axis=2))
    return tmp_path / "pairs"


@pytest.fixture
def two_folders(tmp_path):
    """Folders of `PHOTOS` and of one of their channels."""
    save(tmp_path / "photos", PHOTOS)
    save(tmp_path / "channels", PHOTOS[..., 1:2], suffix="bmp")
    return tmp_path / "photos", tmp_path / "channels"


PLAIN = {"augment": False, "image_size": 12, "shuffle": False}


class TestSideBySide:
    @pytest.mark.parametrize("in_memory", [True, False])
    @pytest.mark.parametrize("direction", ["AtoB", "BtoA"])
    def test_left_is_a_and_right_is_b(self, side_by_side, in_memory, direction):
        batches = load(side_by_side, direction=direction, in_memory=in_memory, **PLAIN)
        pair = [to_bytes(images) for images in batches.arrays()]
        left, right = pair if direction == "AtoB" else pair[::-1]
        np.testing.assert_array_equal(left, PHOTOS)
        np.testing.assert_array_equal(right, 255 - PHOTOS)

    def test_resizing_does_not_mix_the_halves(self, tmp_path):
        black, white = np.zeros((1, 12, 12, 3), np.uint8), np.full((1, 12, 12, 3), 255, np.uint8)
        save(tmp_path, np.concatenate([black, white], axis=2))
        for size in (5, 31):
            ((a, b),) = elements(load(tmp_path, image_size=size, augment=False))
            np.testing.assert_array_equal(a, -np.ones((1, size, size, 3)))
            np.testing.assert_array_equal(b, np.ones((1, size, size, 3)))

    def test_memory_and_streaming_jitter_alike(self, side_by_side):
        kept, streamed = (
            load(side_by_side, memory_limit=limit, batch_size=3)
            for limit in (7 * 12 * 24 * 3, 7 * 12 * 24 * 3 - 1)
        )
        assert equal(elements(kept.from_step(1), 5), elements(streamed.from_step(1), 5))
        for path in side_by_side.iterdir():
            path.unlink()
        assert len(elements(kept)) == 2
        with pytest.raises(tf.errors.OpError, match=r"\.png"):
            elements(streamed)

    def test_subfolders_are_splits(self, tmp_path):
        for split, count in {"train": 3, "val": 2, "test": 1}.items():
            save(tmp_path / split, np.concatenate([PHOTOS, PHOTOS], axis=2)[:count])
        for split, count in {None: 3, "train": 3, "val": 2, "test": 1}.items():
            assert load(tmp_path, split=split).num_examples == count
        with pytest.raises(ValueError, match="`split`.*'test', 'train', 'val'.*split='valid'"):
            load(tmp_path, split="valid")

    def test_an_image_of_another_shape_is_named(self, side_by_side):
        Image.new("RGB", (23, 12)).save(side_by_side / "wrong.png")
        with pytest.raises(ValueError, match=r"twice as wide.*wrong\.png, 23 wide and 12 high"):
            load(side_by_side)

    def test_damaged_files(self, side_by_side):
        whole = (side_by_side / "0.png").read_bytes()
        (side_by_side / "cut.png").write_bytes(whole[: len(whole) // 2])
        with pytest.raises(ValueError, match=r"1 of 8 files that cannot be decoded.*cut\.png"):
            load(side_by_side)
        with pytest.warns(UserWarning, match=r"Skipped 1 of 8 files.*cut\.png"):
            assert load(side_by_side, on_error="skip").num_examples == 7

    def test_an_empty_folder(self, tmp_path):
        with pytest.raises(ValueError, match=r"`source` must hold images.*without any"):
            load(tmp_path)
        with pytest.raises(FileNotFoundError, match="nowhere"):
            load(tmp_path / "nowhere")


class TestTwoFolders:
    @pytest.mark.parametrize("in_memory", [True, False])
    def test_files_of_one_name_are_a_pair(self, two_folders, in_memory):
        a, b = load(two_folders, in_memory=in_memory, **PLAIN).arrays()
        np.testing.assert_array_equal(to_bytes(a), PHOTOS)
        np.testing.assert_array_equal(to_bytes(b), PHOTOS[..., 1:2])

    def test_jitter_is_shared(self, two_folders):
        for a, b in elements(load(two_folders, batch_size=3).from_step(0), 10):
            np.testing.assert_array_equal(a[..., 1:2], b)

    def test_subfolders_count_and_splits_are_chosen(self, tmp_path):
        for letter in "ab":
            for part in ("x", "y"):
                save(tmp_path / letter / "train" / part, PHOTOS[:2])
            save(tmp_path / letter / "test", PHOTOS[:1])
        folders = (tmp_path / "a", str(tmp_path / "b"))
        assert load(folders).num_examples == 4
        assert load(folders, split="test").num_examples == 1

    @pytest.mark.parametrize("side", [0, 1])
    def test_files_without_a_partner_are_named(self, two_folders, side):
        for number in (2, 3, 4, 5):
            next(two_folders[side].glob(f"{number}.*")).unlink()
        message = (
            rf"4 of 7 images without a partner in {two_folders[side]}, .*2\..*3\..*4\.\w+, \.\.\."
        )
        with pytest.raises(ValueError, match=message):
            load(two_folders)

    def test_two_files_of_one_name(self, two_folders):
        Image.new("RGB", (12, 12)).save(two_folders[0] / "3.bmp")
        with pytest.raises(ValueError, match=r"which pair.*3\.bmp and .*3\.png"):
            load(two_folders)

    def test_partners_of_different_sizes(self, two_folders):
        Image.new("L", (13, 12)).save(two_folders[1] / "4.bmp")
        with pytest.raises(ValueError, match=r"one size.*4\.png of 12x12, .*4\.bmp of 13x12"):
            load(two_folders)

    @pytest.mark.parametrize("in_memory", [True, False])
    def test_skipping_leaves_out_the_partner(self, two_folders, in_memory):
        for folder, name in zip(two_folders, ("2.png", "5.bmp"), strict=True):
            whole = (folder / name).read_bytes()
            (folder / name).write_bytes(whole[: len(whole) - 100])
        (two_folders[1] / "0.bmp").write_text("no image")
        with pytest.raises(ValueError, match="cannot be decoded"):
            load(two_folders)
        with pytest.warns(UserWarning) as warned:
            batches = load(two_folders, on_error="skip", in_memory=in_memory, **PLAIN)
        said = " ".join(str(warning.message) for warning in warned)
        assert all(name in said for name in ("2.png", "5.bmp", "0.bmp"))
        a, b = batches.arrays()
        np.testing.assert_array_equal(to_bytes(a), PHOTOS[[1, 3, 4, 6]])
        np.testing.assert_array_equal(to_bytes(b), PHOTOS[[1, 3, 4, 6], ..., 1:2])

    @pytest.mark.parametrize("kept", [slice(0), slice(-100)])  # not even a header, or that
    def test_no_pair_is_whole(self, two_folders, kept):
        for number in range(7):
            path = next(two_folders[number % 2].glob(f"{number}.*"))
            path.write_bytes(path.read_bytes()[kept])
        message = "`source` must hold .*(without any|none can be decoded)"
        with pytest.warns(UserWarning), pytest.raises(ValueError, match=message):
            load(two_folders, on_error="skip")

    def test_folders_that_do_not_exist(self, two_folders):
        with pytest.raises(FileNotFoundError, match="nowhere"):
            load((two_folders[0], two_folders[0] / "nowhere"))
        with pytest.raises(ValueError, match=r"two folders.*0\.png"):
            load((two_folders[0], two_folders[0] / "0.png"))


class TinyPairs(tfds.core.GeneratorBasedBuilder):
    """`PHOTOS`, one channel of each, and a further image in a configuration of its own."""

    VERSION = tfds.core.Version("1.0.0")
    BUILDER_CONFIGS = [
        tfds.core.BuilderConfig(name=name)
        for name in ("two", "supervised", "three", "uneven", "transparent")
    ]

    def _info(self):
        name = self.builder_config.name
        side = None if name == "uneven" else 12
        features = {
            "photo": tfds.features.Image(shape=(side, side, 4 if name == "transparent" else 3)),
            "mask": tfds.features.Image(shape=(side, side, 1)),
            "number": np.int32,
        }
        if name == "three":
            features["again"] = tfds.features.Image(shape=(12, 12, 3))
        return tfds.core.DatasetInfo(
            builder=self,
            features=tfds.features.FeaturesDict(features),
            supervised_keys=("photo", "mask") if name == "supervised" else None,
        )

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples(7), "val": self._generate_examples(2)}

    def _generate_examples(self, count):
        for number, photo in enumerate(PHOTOS[:count]):
            mask = photo[..., 1:2]
            example = {"photo": photo, "mask": mask, "number": number}
            if self.builder_config.name == "three":
                example["again"] = photo
            if self.builder_config.name == "transparent":
                opaque = np.full_like(mask, 255)
                example["photo"] = np.concatenate([photo, opaque], axis=-1)
            if self.builder_config.name == "uneven" and number == 5:
                example["mask"] = mask[:9]
            yield number, example


@pytest.fixture(scope="module")
def tfds_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tfds")
    for config in TinyPairs.builder_configs:
        TinyPairs(config=config, data_dir=folder).download_and_prepare()
    return folder


class TestTfds:
    @pytest.mark.parametrize(
        ("name", "keys", "channels"),
        [
            ("two", None, (1, 3)),  # "mask" comes before "photo"
            ("two", ("photo", "mask"), (3, 1)),
            ("supervised", None, (3, 1)),
            ("transparent", ("photo", "mask"), (3, 1)),
            ("three", ("again", "mask"), (3, 1)),
        ],
    )
    def test_which_features_are_the_pair(self, tfds_folder, name, keys, channels):
        settings = {"keys": keys, "data_dir": tfds_folder, "batch_size": 2}
        for pair in elements(load(f"tiny_pairs/{name}", **settings).from_step(0), 5):
            assert tuple(image.shape[-1] for image in pair) == channels
            mask, photo = sorted(pair, key=lambda image: image.shape[-1])
            np.testing.assert_array_equal(photo[..., 1:2], mask)

    def test_memory_and_encoded_examples_are_the_same_data(self, tfds_folder):
        settings = {"data_dir": tfds_folder, "batch_size": 2}
        kept, encoded = (
            load("tiny_pairs/two", memory_limit=limit, **settings)
            for limit in (7 * 12 * 12 * 4, 7 * 12 * 12 * 4 - 1)
        )
        assert equal(elements(kept.from_step(2), 4), elements(encoded.from_step(2), 4))
        assert load("tiny_pairs/two", split="val", **settings).num_examples == 2
        assert load("tiny_pairs/two", split="train[:3]", **settings).num_examples == 3

    def test_what_does_not_fit(self, tfds_folder):
        for name, keys in [("three", None), ("two", ("photo", "number")), ("two", ("mask",))]:
            with pytest.raises(ValueError, match="`keys`.*'mask', 'photo'.*Received: keys="):
                load(f"tiny_pairs/{name}", keys=keys, data_dir=tfds_folder)
        with pytest.raises(ValueError, match="one size.*tiny_pairs/uneven.*differ in size"):
            load("tiny_pairs/uneven", data_dir=tfds_folder)
        with pytest.raises(tf.errors.InvalidArgumentError, match="differ in size"):
            elements(load("tiny_pairs/uneven", data_dir=tfds_folder, in_memory=False))


class TestRefusals:
    @pytest.mark.parametrize("direction", [None, "AtoC"])
    def test_a_direction_that_is_not_given(self, direction):
        with pytest.raises(ValueError, match=f"`direction` must be.*direction={direction!r}"):
            load((PHOTOS, PHOTOS), direction=direction)

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"load_size": 7}, "`load_size`.*at least `image_size`.*load_size=7, image_size=8"),
            ({"load_size": 12.5}, "`load_size`.*load_size=12.5"),
            ({"image_size": 0}, "`image_size`.*image_size=0"),
            ({"batch_size": 8}, "`batch_size`.*batch_size=8, with 7 examples"),
            ({"channels": 2}, "`channels`.*channels=2"),
            ({"seed": -1}, "`seed`.*seed=-1"),
            ({"split": "test"}, "`split`.*split='test'"),
            ({"crop": "left"}, "`crop`.*crop='left'"),
        ],
    )
    def test_impossible_settings(self, settings, message):
        with pytest.raises(ValueError, match=message):
            load((PHOTOS, PHOTOS), **settings)

    def test_names_that_nothing_has(self):
        with pytest.raises(ValueError, match="`source`.*list_builders.*source='no_such_set'"):
            load("no_such_set")


@pytest.fixture
def facades():
    """Folder of the real facades, which lie beside the project on some machines only."""
    folder = SHARED / "data" / "facades"
    if not folder.is_dir():
        pytest.skip(f"the facades are not at {folder}")
    return folder


class TestFacades:
    def test_they_are_400_and_100_pairs_with_the_photograph_at_the_left(self, facades):
        settings = {"direction": "BtoA", "in_memory": False}
        train = data.load_pairs(facades, **settings)
        test = data.load_pairs(facades, split="test", augment=False, shuffle=False, **settings)
        assert (train.num_examples, test.num_examples) == (400, 100)
        assert {spec.shape for spec in train.element_spec} == {tf.TensorShape((1, 256, 256, 3))}
        files = sorted((facades / "test").glob("*.jpg"))
        for path, (labels, photo) in zip(files, itertools.islice(test, 3), strict=False):
            pixels = np.asarray(Image.open(path))
            np.testing.assert_array_equal(to_bytes(photo.numpy())[0], pixels[:, :256])
            np.testing.assert_array_equal(to_bytes(labels.numpy())[0], pixels[:, 256:])
