import socket

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds
from PIL import Image

from keras_gans import data

SIDE = 12
MAP = np.arange(144, dtype="uint8").reshape(1, 12, 12, 1)  # every pixel says where it was


def numbered(count, side=1):
    """Images of one gray value each, their number."""
    return np.repeat(np.arange(count, dtype="uint8"), side * side).reshape(count, side, side, 1)


def load(source_a, source_b=None, **settings):
    """Images of one pixel, as they are."""
    settings = {"image_size": 1, "augment": False, "seed": 3, **settings}
    return data.load_unpaired(source_a, source_b, **settings)


def numbers(dataset, steps=None):
    """The numbers that were met, `(2, images)`: of a and of b."""
    dataset = dataset if steps is None else dataset.take(steps)
    values = [np.stack([a[:, 0, 0, 0], b[:, 0, 0, 0]]) for a, b in dataset.as_numpy_iterator()]
    return np.round((np.concatenate(values, axis=1) + 1.0) * 127.5).astype(int)


class TestOrder:
    @pytest.mark.parametrize(("sizes", "batch_size"), [((10, 4), 1), ((4, 10), 2), ((7, 7), 1)])
    def test_an_epoch_covers_the_larger_domain_once(self, sizes, batch_size):
        batches = load(*map(numbered, sizes), batch_size=batch_size)
        assert batches.num_examples == batches.steps_per_epoch * batch_size == max(sizes)
        for _ in range(2):
            larger = numbers(batches)[sizes.index(max(sizes))]
            assert sorted(larger) == list(range(max(sizes)))

    def test_the_smaller_domain_repeats_in_fresh_orders_through_the_epochs(self):
        batches = load(numbered(10), numbered(4), batch_size=3)  # 9 of the 10 in an epoch
        _, b = numbers(batches.from_step(0), 40)
        rounds = b.reshape(30, 4)
        np.testing.assert_array_equal(np.sort(rounds), np.tile(np.arange(4), (30, 1)))
        assert len({tuple(row) for row in rounds}) > 12  # 17 of the 24 orders are expected

    def test_a_batch_may_be_larger_than_the_smaller_domain(self):
        a, b = numbers(load(numbered(20), numbered(3), batch_size=20).from_step(0), 3)
        np.testing.assert_array_equal(np.sort(a.reshape(3, 20)), np.tile(np.arange(20), (3, 1)))
        np.testing.assert_array_equal(np.sort(b.reshape(20, 3)), np.tile(np.arange(3), (20, 1)))

    @pytest.mark.parametrize("sizes", [(8, 4), (6, 6)])
    def test_all_images_meet_all_others_equally_often(self, sizes):
        batches = load(*map(numbered, sizes), batch_size=max(sizes))
        a, b = numbers(batches.from_step(0), 300)
        met = np.bincount(a * sizes[1] + b, minlength=sizes[0] * sizes[1])
        expected = 300 * max(sizes) / (sizes[0] * sizes[1])
        # Fewer than 35 degrees of freedom, of which 75 has p = 1e-4.
        assert ((met - expected) ** 2 / expected).sum() < 75

    def test_places_of_an_order_do_not_tell_those_of_the_other(self):
        a, b = numbers(load(numbered(200), numbered(200), batch_size=200).from_step(0), 2)
        first, second = slice(0, 200), slice(200, 400)
        for one, other in [(a[first], b[first]), (b[first], b[second]), (a[first], b[second])]:
            assert abs(np.corrcoef(one, other)[0, 1]) < 0.28  # 4 standard deviations

    def test_without_shuffling_both_keep_their_order(self):
        a, b = numbers(load(numbered(5), numbered(3), shuffle=False).from_step(0), 7)
        assert a.tolist() == [0, 1, 2, 3, 4, 0, 1]
        assert b.tolist() == [0, 1, 2, 0, 1, 0, 1]

    def test_every_iteration_is_another_epoch_and_the_seed_decides_which(self):
        def two_epochs(seed, global_seed):
            tf.random.set_seed(global_seed)
            batches = load(numbered(9), numbered(6), seed=seed)
            return [numbers(batches).tolist() for _ in range(2)]

        first, second = two_epochs(1, 0)
        assert first[0] != second[0] and first[1] != second[1]
        assert [first, second] == two_epochs(1, 5) != two_epochs(2, 0)

    def test_starts_at_any_step_bit_by_bit(self):
        photos = np.random.default_rng(0).integers(0, 256, (11, 12, 12, 3), np.uint8)
        settings = {"image_size": 8, "load_size": 12, "augment": True, "batch_size": 2}
        batches = load(photos, photos[:3, ..., :1], **settings)  # 5 steps an epoch

        def start(step, count):
            return list(batches.from_step(step).take(count).as_numpy_iterator())

        all_steps = start(0, 20)
        for step in (4, 17):
            for pair, expected in zip(start(step, 3), all_steps[step:], strict=False):
                np.testing.assert_array_equal(pair[0], expected[0])
                np.testing.assert_array_equal(pair[1], expected[1])

    def test_repr_tells_both_sizes(self):
        text = repr(load(numbered(10), numbered(4)))
        for part in ("unpaired arrays (10) and arrays (4)", "10 batches of 1", "(1, 1, 1) and"):
            assert part in text


def places(squares):
    """Top, left and whether it is reflected, of squares cut out of `MAP`."""
    corners = np.round((squares[:, 0, :, 0] + 1.0) * 127.5).astype(int)
    return corners.min(1) // SIDE, corners.min(1) % SIDE, corners[:, 0] > corners[:, -1]


class TestJitter:
    def test_crops_and_reflections_are_independent_and_uniform(self):
        maps = np.repeat(MAP, 100, 0)
        settings = {"image_size": 10, "load_size": 12, "augment": True, "batch_size": 100}
        drawn = [
            np.stack([*places(a), *places(b)])
            for a, b in load(maps, maps, **settings).from_step(0).take(40).as_numpy_iterator()
        ]
        drawn = np.concatenate(drawn, axis=1).astype(int)  # 3 tops, 3 lefts, 2 ways; of a and of b
        assert drawn.min(1).tolist() == [0] * 6 and drawn.max(1).tolist() == [2, 2, 1] * 2
        counts = np.bincount(np.ravel_multi_index(drawn, (3, 3, 2) * 2), minlength=324)
        expected = 4000 / 324
        assert ((counts - expected) ** 2 / expected).sum() < 430  # 323 degrees: p = 6e-5

    def test_images_are_resized_as_by_load(self):
        photos = np.random.default_rng(0).integers(0, 256, (4, 9, 14, 3), np.uint8)
        settings = {"image_size": 6, "shuffle": False}
        a, _ = load(photos, photos, crop="pad", **settings).arrays()
        expected = data.load(photos, batch_size=1, crop="pad", **settings).arrays()
        np.testing.assert_array_equal(a, expected)


def save(folder, images):
    folder.mkdir(parents=True, exist_ok=True)
    for number, image in enumerate(images):
        Image.fromarray(image[..., 0]).save(folder / f"{number:02}.png")
    return folder


class TestFolders:
    @pytest.mark.parametrize("in_memory", [True, False])
    def test_two_folders(self, tmp_path, in_memory):
        folders = save(tmp_path / "a", numbered(3, 8)), save(tmp_path / "b", numbered(5, 9))
        batches = load(folders[0], str(folders[1]), shuffle=False, in_memory=in_memory)
        assert numbers(batches).tolist() == [[0, 1, 2, 0, 1], [0, 1, 2, 3, 4]]

    def test_one_folder_with_both_domains(self, tmp_path):
        for name, count in {"trainA": 3, "trainB": 4, "testA": 2, "testB": 1}.items():
            save(tmp_path / name, numbered(count, 8))
        assert load(tmp_path).num_examples == 4
        assert load(tmp_path, split="test").num_examples == 2
        with pytest.raises(ValueError, match="`source_b` must be given.*'valA'.*'testA'"):
            load(tmp_path, split="val")

    def test_each_folder_may_have_splits(self, tmp_path):
        for letter, counts in {"a": (3, 2), "b": (4, 5)}.items():
            for split, count in zip(("train", "test"), counts, strict=True):
                save(tmp_path / letter / split, numbered(count, 8))
        assert load(tmp_path / "a", tmp_path / "b").num_examples == 4
        assert load(tmp_path / "a", tmp_path / "b", split="test").num_examples == 5

    def test_each_domain_has_half_of_the_memory(self, tmp_path):
        a, b = save(tmp_path / "a", numbered(6, 8)), save(tmp_path / "b", numbered(3, 8))
        batches = load(a, b, image_size=8, memory_limit=2 * 3 * 64)
        (b / "00.png").unlink()
        assert len(list(batches)) == 6
        (a / "00.png").unlink()
        with pytest.raises(tf.errors.OpError, match=r"00\.png"):
            list(batches)

    def test_damaged_files(self, tmp_path):
        folders = save(tmp_path / "a", numbered(3, 8)), save(tmp_path / "b", numbered(3, 8))
        (folders[1] / "cut.png").write_text("no image")
        with pytest.raises(ValueError, match=r"1 of 4 files that cannot be decoded.*cut\.png"):
            load(*folders)
        with pytest.warns(UserWarning, match=r"Skipped 1 of 4 files.*b/cut\.png"):
            assert load(*folders, on_error="skip").num_examples == 3

    def test_empty_and_missing_folders(self, tmp_path):
        full = save(tmp_path / "a", numbered(3, 8))
        (tmp_path / "empty").mkdir()
        with pytest.raises(ValueError, match="`source_b` must hold images.*source_b='.*empty'"):
            load(full, tmp_path / "empty")
        with pytest.raises(FileNotFoundError, match="`source_b` must exist.*nowhere"):
            load(full, tmp_path / "nowhere")


class TinyDomains(tfds.core.GeneratorBasedBuilder):
    """Two domains of numbered images, as those of CycleGAN's data sets."""

    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
        features = {"image": tfds.features.Image(shape=(None, None, 1)), "label": np.int32}
        return tfds.core.DatasetInfo(builder=self, features=tfds.features.FeaturesDict(features))

    def _split_generators(self, dl_manager):
        counts = {"trainA": 5, "trainB": 8, "testA": 2, "testB": 3}
        return {split: self._generate_examples(count) for split, count in counts.items()}

    def _generate_examples(self, count):
        for number, image in enumerate(numbered(count, 8)):
            yield number, {"image": image, "label": number}


@pytest.fixture(scope="module")
def tfds_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tfds")
    TinyDomains(data_dir=folder).download_and_prepare()
    return folder


class TestTfds:
    @pytest.mark.parametrize("in_memory", [True, False])
    def test_one_name_is_both_domains(self, tfds_folder, in_memory):
        settings = {"data_dir": tfds_folder, "in_memory": in_memory}
        a, b = numbers(load("tiny_domains", **settings))
        assert set(a) == set(range(5)) and sorted(b) == list(range(8))
        assert load("tiny_domains", split="test", **settings).num_examples == 3

    def test_slices_and_two_names(self, tfds_folder):
        settings = {"data_dir": tfds_folder}
        assert load("tiny_domains", split="train[:2]", **settings).num_examples == 2
        twice = load("tiny_domains", "tiny_domains", split="testB", **settings)
        assert sorted(numbers(twice)[0]) == sorted(numbers(twice)[1]) == [0, 1, 2]

    def test_splits_that_do_not_exist(self, tfds_folder):
        with pytest.raises(ValueError, match="`source_b` must be given.*'valA'.*tiny_domains"):
            load("tiny_domains", split="val", data_dir=tfds_folder)
        with pytest.raises(ValueError, match="`split`.*'trainA'.*split='train'"):
            load("tiny_domains", numbered(3), data_dir=tfds_folder)

    def test_cycle_gan_is_known_and_needs_to_be_prepared(self, monkeypatch, tmp_path):
        def no_address(*args, **kwargs):
            raise socket.gaierror("no network in this test")

        monkeypatch.setattr(socket, "getaddrinfo", no_address)
        for proxy in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.delenv(proxy, raising=False)
            monkeypatch.delenv(proxy.upper(), raising=False)
        with pytest.raises(RuntimeError, match="'cycle_gan/horse2zebra' is not prepared"):
            load("cycle_gan/horse2zebra", data_dir=tmp_path)


class TestRefusals:
    @pytest.mark.parametrize(
        ("source_b", "message"),
        [
            (numbered(0), "`source_b` must hold at least one image.*0, 1, 1, 1"),
            (np.full((3, 4, 4, 1), np.nan), "`source_b` must be finite.*48"),
            (np.full((3, 4, 4, 1), 2.0), "`source_b` must lie in.*from 2 to 2"),
            (np.zeros((3, 4), "float32"), "`source_b` must hold images.*3, 4"),
            (None, "`source_b` must be given.*source_b=None, source_a of type ndarray"),
            ("glyphs/slant", "`source_b` must be left out for glyphs.*source_b='glyphs/slant'"),
            ("no_such_set", "`source_b`.*list_builders.*source_b='no_such_set'"),
        ],
    )
    def test_second_domains_that_do_not_fit(self, source_b, message):
        with pytest.raises(ValueError, match=message):
            load(numbered(3), source_b)

    def test_sources_of_another_kind(self):
        with pytest.raises(TypeError, match="`source_b`.*source_b of type list"):
            load(numbered(3), [numbered(3)])

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"batch_size": 5}, "`batch_size`.*batch_size=5, with 4 examples"),
            ({"split": "test"}, "`split` must be left out for arrays.*split='test'"),
            ({"augment": True, "load_size": 0}, "`load_size`.*load_size=0, image_size=1"),
            ({"channels": 4}, "`channels`.*channels=4"),
        ],
    )
    def test_impossible_settings(self, settings, message):
        with pytest.raises(ValueError, match=message):
            load(numbered(4), numbered(3), **settings)
