import keras
import numpy as np
import pytest

from keras_gans.metrics import classifier_features
from keras_gans.metrics.classifier_features import ClassifierFeatures
from keras_gans.metrics.conditional import conditional_accuracy
from keras_gans.metrics.extractor import CallableFeatures, FeatureExtractor, as_extractor
from keras_gans.metrics.keras_applications import KerasApplications

from .pictures import smooth_images, stripes


def pixels(images):
    return images.reshape(len(images), -1)


class TestCallableFeatures:
    images = smooth_images(10, 4)

    def test_batches_are_put_together(self):
        sizes = []

        def function(images):
            sizes.append(len(images))
            return pixels(images)

        extractor = CallableFeatures(function, "pixels", batch_size=4)
        np.testing.assert_array_equal(extractor(self.images), pixels(self.images))
        assert sizes == [4, 4, 2]

    def test_logits_come_from_their_own_callable(self):
        extractor = CallableFeatures(pixels, "pixels", logits=lambda images: images[:, 0, 0])
        np.testing.assert_array_equal(extractor.logits(self.images), self.images[:, 0, 0])

    def test_a_bare_callable_takes_its_name(self):
        assert as_extractor(pixels).name == "pixels"
        assert as_extractor(pixels).weights_hash is None

    def test_what_is_no_extractor_is_refused(self):
        with pytest.raises(ValueError, match=r"`extractor` must be a feature ext.*extractor=3"):
            as_extractor(3)

    def test_logits_of_no_classifier_are_refused(self):
        with pytest.raises(ValueError, match=r"must be a classifier.*extractor=pixels"):
            as_extractor(pixels).logits(self.images)

    @pytest.mark.parametrize(
        ("function", "message"),
        [
            (lambda images: images, "`features` must be features of shape"),
            (lambda images: pixels(images)[:3], "one feature vector per image.*3 vectors for 10"),
            (lambda images: np.full((len(images), 2), np.nan), "must be finite.*10 bad rows"),
        ],
    )
    def test_odd_features_are_refused(self, function, message):
        with pytest.raises(ValueError, match=message):
            CallableFeatures(function, "odd")(self.images)

    def test_images_outside_the_range_are_refused(self):
        with pytest.raises(ValueError, match=r"`images` must be finite and lie in \[-1, 1\]"):
            as_extractor(pixels)(self.images * 255)

    def test_a_subclass_must_read(self):
        with pytest.raises(NotImplementedError, match=r"`FeatureExtractor` must define"):
            FeatureExtractor()(self.images)


class TestClassifierFeatures:
    images, labels = stripes(600, 16)
    options = {"epochs": 4, "batch_size": 32, "feature_dim": 16, "name": "stripes"}

    @pytest.fixture(scope="class")
    def folder(self, tmp_path_factory):
        return tmp_path_factory.mktemp("classifiers")

    @pytest.fixture(scope="class")
    def classifier(self, folder):
        return ClassifierFeatures(self.images, self.labels, cache_directory=folder, **self.options)

    def test_learns_its_classes(self, classifier):
        images, labels = stripes(200, 16, seed=9)
        assert conditional_accuracy(classifier.logits(images), labels) > 0.95
        assert classifier(images).shape == (200, 16)
        assert classifier(images).dtype == np.float32

    def test_is_trained_once(self, classifier, folder, monkeypatch):
        monkeypatch.setattr(ClassifierFeatures, "_train", None)
        again = ClassifierFeatures(self.images, self.labels, cache_directory=folder, **self.options)
        assert again.weights_hash == classifier.weights_hash
        np.testing.assert_array_equal(again(self.images[:9]), classifier(self.images[:9]))

    def test_is_a_function_of_data_settings_and_seed(self, classifier, tmp_path):
        keras.utils.set_random_seed(123)  # the global state plays no part
        again = ClassifierFeatures(
            self.images, self.labels, cache_directory=tmp_path, **self.options
        )
        assert again.weights_hash == classifier.weights_hash
        short = self.options | {"epochs": 1}
        hashes = {
            ClassifierFeatures(
                self.images[:64], self.labels[:64], cache_directory=tmp_path, **short | change
            ).weights_hash
            for change in (
                {},
                {"seed": 1},
                {"learning_rate": 0.01},
                {"epochs": 2},
                {"batch_size": 16},
            )
        }
        hashes.add(
            ClassifierFeatures(
                self.images[:64], (self.labels[:64] + 1) % 3, cache_directory=tmp_path, **short
            ).weights_hash
        )
        assert len(hashes) == 6
        assert len(list(tmp_path.iterdir())) == 7

    def test_a_saved_classifier_is_the_same_elsewhere(self, classifier, tmp_path):
        classifier.save(tmp_path / "shared.npz")
        loaded = ClassifierFeatures.load(tmp_path / "shared.npz")
        assert (loaded.name, loaded.weights_hash) == ("stripes", classifier.weights_hash)
        np.testing.assert_array_equal(loaded(self.images[:9]), classifier(self.images[:9]))
        assert ClassifierFeatures.load(tmp_path / "shared.npz", name="mine").name == "mine"

    def test_reads_in_float32_within_a_training_in_half_precision(self, classifier, tmp_path):
        classifier.save(tmp_path / "shared.npz")
        keras.config.set_dtype_policy("mixed_bfloat16")
        loaded = ClassifierFeatures.load(tmp_path / "shared.npz")
        np.testing.assert_array_equal(loaded(self.images[:9]), classifier(self.images[:9]))

    def test_another_file_is_refused(self, tmp_path):
        np.savez(tmp_path / "other.npz", features=np.zeros(3))
        with pytest.raises(ValueError, match=r"`ClassifierFeatures.save` wrote.*features"):
            ClassifierFeatures.load(tmp_path / "other.npz")
        with pytest.raises(FileNotFoundError, match=r"`path` must be a saved classifier"):
            ClassifierFeatures.load(tmp_path / "missing.npz")

    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"\x89PNG\r\n picture"])
    def test_a_file_of_another_kind_is_refused(self, tmp_path, content):
        (tmp_path / "other.npz").write_bytes(content)
        with pytest.raises(ValueError, match=r"`ClassifierFeatures.save` wrote.*is no .npz file"):
            ClassifierFeatures.load(tmp_path / "other.npz")

    def test_a_file_of_other_weights_is_refused(self, classifier, tmp_path):
        classifier.save(tmp_path / "whole.npz")
        arrays = dict(np.load(tmp_path / "whole.npz"))
        for change in ({"weight_0": np.zeros(3)}, {"config": np.array('{"units": 3}')}):
            np.savez(tmp_path / "changed.npz", **arrays | change)
            with pytest.raises(ValueError, match=r"`ClassifierFeatures.save` wrote.*do not fit"):
                ClassifierFeatures.load(tmp_path / "changed.npz")

    def test_images_of_another_shape_are_refused(self, classifier):
        with pytest.raises(ValueError, match=r"trained on, \(16, 16, 1\).*2, 8, 8, 1"):
            classifier(np.zeros((2, 8, 8, 1), "float32"))

    def test_bad_training_data_is_refused(self):
        with pytest.raises(ValueError, match=r"one label per sample, 600.*599 labels"):
            ClassifierFeatures(self.images, self.labels[1:])
        with pytest.raises(ValueError, match=r"at least 2 classes"):
            ClassifierFeatures(self.images, np.zeros(600, int))

    @pytest.mark.parametrize(("side", "blocks"), [(8, 0), (28, 2), (32, 2), (64, 3)])
    def test_depth_follows_the_image(self, side, blocks):
        model = classifier_features.build_classifier((side, side, 1), 10, 8, seed=0)
        layers = [type(layer).__name__ for layer in model.layers]
        assert layers.count("Conv2D") == blocks


class TestKerasApplications:
    def test_reads_any_size_and_names_what_it_is(self):
        extractor = KerasApplications(
            keras.applications.MobileNetV2,
            keras.applications.mobilenet_v2.preprocess_input,
            image_size=32,
            weights=None,
            alpha=0.35,
        )
        images = smooth_images(3, 20)
        assert extractor(images).shape == (3, 1280)
        assert extractor(images[..., :1]).shape == (3, 1280)
        assert extractor.name == "keras MobileNetV2"
        assert extractor.resize == "bilinear 32x32, antialiased"
        assert not extractor.published
        assert repr(extractor).startswith("<keras MobileNetV2, weights ")
        with pytest.raises(ValueError, match=r"must be a classifier"):
            extractor.logits(images)

    def test_pixels_are_prepared_from_0_to_255(self):
        seen = []
        extractor = KerasApplications(
            keras.applications.MobileNetV2,
            lambda pixels: seen.append(np.array(pixels)) or pixels / 127.5 - 1,
            image_size=32,
            weights=None,
            alpha=0.35,
        )
        values = np.array([-1.0, 0.0, 1.0], "float32").reshape(3, 1, 1, 1)
        extractor(np.broadcast_to(values, (3, 32, 32, 3)))
        grays = seen[-1].reshape(3, -1)
        np.testing.assert_allclose(grays, np.full_like(grays, 1) * [[0], [127.5], [255]], atol=1e-3)

    def test_another_way_to_prepare_pixels_is_another_extractor(self):
        """And the policy of a training is not taken over."""
        keras.config.set_dtype_policy("mixed_bfloat16")
        ways = [lambda pixels: pixels / 255, lambda pixels: pixels / 127.5 - 1] * 2
        extractors = []
        for way in ways:
            keras.utils.set_random_seed(0)
            extractors.append(
                KerasApplications(
                    keras.applications.MobileNetV2, way, image_size=32, weights=None, alpha=0.35
                )
            )
        first, second, again, _ = [extractor.weights_hash for extractor in extractors]
        assert first == again != second
        assert {layer.compute_dtype for layer in extractors[0].model.layers} == {"float32"}
