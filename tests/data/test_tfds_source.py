import socket

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds

from keras_gans import data

SMALL = "glyphs/28_300_60"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Folder with a small prepared TFDS data set."""
    folder = tmp_path_factory.mktemp("tfds")
    data.load(SMALL, data_dir=folder)
    return folder


@pytest.fixture
def load(folder):
    def load(**settings):
        return data.load(
            SMALL, **{"data_dir": folder, "batch_size": 32, "labels": True, **settings}
        )

    return load


def equal(first, second, steps):
    pairs = zip(first.take(steps), second.take(steps), strict=True)
    return all(np.array_equal(a, b) for x, y in pairs for a, b in zip(x, y, strict=True))


class OfTwoSizes(tfds.core.GeneratorBasedBuilder):
    """Gray images, one of 8x8 and one of 6x9 pixels."""

    VERSION = "1.0.0"

    def _info(self):
        features = tfds.features.FeaturesDict({"image": tfds.features.Image(shape=(None, None, 1))})
        return tfds.core.DatasetInfo(builder=self, features=features)

    def _split_generators(self, _):
        return {"train": self._generate_examples()}

    def _generate_examples(self):
        for key, shape in enumerate([(8, 8, 1), (6, 9, 1)]):
            yield key, {"image": np.full(shape, 50 * (key + 1), "uint8")}


class NoClasses(tfds.core.GeneratorBasedBuilder):
    """Black images."""

    VERSION = "1.0.0"

    def _info(self):
        features = tfds.features.FeaturesDict({"image": tfds.features.Image(shape=(8, 8, 1))})
        return tfds.core.DatasetInfo(builder=self, features=features)

    def _split_generators(self, _):
        return {"train": self._generate_examples()}

    def _generate_examples(self):
        for key in range(4):
            yield key, {"image": np.zeros((8, 8, 1), "uint8")}


class TestTfds:
    def test_what_it_holds(self, load):
        batches = load()
        assert (batches.num_examples, batches.steps_per_epoch) == (300, 9)
        assert batches.num_classes == 10
        assert batches.class_names == tuple("0123456789")
        images, labels = next(iter(batches))
        assert images.shape == (32, 28, 28, 1)
        assert images.dtype == tf.float32
        assert (images.numpy().min(), images.numpy().max()) == (-1.0, 1.0)
        assert labels.dtype == tf.int32
        assert load(split="test[:50%]", batch_size=10).num_examples == 30

    def test_streamed_and_in_memory_are_the_same_data(self, load):
        assert equal(load(shuffle=False), load(shuffle=False, in_memory=False), 9)
        resized = {"shuffle": False, "image_size": 16, "channels": 3}
        assert equal(load(**resized), load(**resized, in_memory=False), 9)

    @pytest.mark.parametrize("in_memory", [True, False])
    def test_starts_at_any_step(self, load, in_memory):
        batches = load(in_memory=in_memory)
        for step in (1, 8, 9, 20):
            assert equal(batches.from_step(step), batches.from_step(0).skip(step), 3)

    def test_streaming_reshuffles_by_the_seed_alone(self, load):
        def labels_of_two_epochs(global_seed):
            tf.random.set_seed(global_seed)
            batches = load(in_memory=False, batch_size=100)
            return [labels.numpy().tolist() for _, labels in batches.from_step(0).take(6)]

        first, second = labels_of_two_epochs(0), labels_of_two_epochs(1)
        assert first == second
        assert first[:3] != first[3:]
        assert np.bincount(np.concatenate(first[:3])).tolist() == [30] * 10
        _, other = next(iter(load(in_memory=False, batch_size=100, seed=1).from_step(0)))
        assert other.numpy().tolist() != first[0]

    def test_size_decides_where_data_is_held(self, load):
        assert equal(load(memory_limit=1000), load(in_memory=False), 3)

    def test_what_does_not_exist(self, load, folder):
        with pytest.raises(ValueError, match="`split`.*'test', 'train'.*split='val'"):
            load(split="val")
        with pytest.raises(ValueError, match="`batch_size`.*301, with 300"):
            load(batch_size=301)
        with pytest.raises(ValueError, match="`source`.*list_builders.*source='no_such_set'"):
            data.load("no_such_set", data_dir=folder)

    def test_offline_and_not_prepared(self, monkeypatch, tmp_path):
        def no_address(*args, **kwargs):
            raise socket.gaierror("no network in this test")

        monkeypatch.setattr(socket, "getaddrinfo", no_address)
        for proxy in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.delenv(proxy, raising=False)
            monkeypatch.delenv(proxy.upper(), raising=False)
        message = "'fashion_mnist' is not prepared in .*where there is internet.*`data_dir`"
        with pytest.raises(RuntimeError, match=message):
            data.load("fashion_mnist", data_dir=tmp_path)

    def test_a_data_set_without_labels(self, tmp_path):
        NoClasses(data_dir=tmp_path).download_and_prepare()
        settings = {"data_dir": tmp_path, "batch_size": 2}
        assert data.load("no_classes", **settings).num_classes is None
        with pytest.raises(data.NoLabelsError, match=r"no_classes.*\['image'\]"):
            data.load("no_classes", labels=True, **settings)

    def test_images_of_several_sizes(self, tmp_path):
        OfTwoSizes(data_dir=tmp_path).download_and_prepare()
        settings = {"data_dir": tmp_path, "batch_size": 2, "shuffle": False}
        kept, streamed = (
            next(iter(data.load("of_two_sizes", image_size=8, in_memory=choice, **settings)))
            for choice in (True, False)
        )
        np.testing.assert_array_equal(kept, streamed)
        grays = np.sort(np.reshape(kept, (2, -1)).mean(axis=1))
        np.testing.assert_allclose((grays + 1) * 127.5, [50, 100], atol=1e-3)
        with pytest.raises(ValueError, match="`image_size`.*must be given"):
            data.load("of_two_sizes", **settings)

    def test_real_mnist(self, mnist_directory):
        batches = data.load("mnist", image_size=32, split="test", data_dir=mnist_directory)
        assert batches.num_examples == 10_000
        images = next(iter(batches)).numpy()
        assert images.shape == (128, 32, 32, 1)
        assert -0.8 < images.mean() < -0.7  # 0.1 of the ink, larger or not
