import warnings

import numpy as np
import pytest

from keras_gans import data, metrics
from keras_gans.metrics.extractor import CallableFeatures
from keras_gans.metrics.frechet import frechet_distance
from keras_gans.metrics.image_scores import DC, FID, IS, KID, MSSSIM, PR, SWD, FeatureScore
from keras_gans.metrics.image_sets import Fingerprint, image_batches, read_images, read_reference
from keras_gans.metrics.inception_score import inception_score
from keras_gans.metrics.kernel import kernel_distance
from keras_gans.metrics.manifold import density_coverage, precision_recall
from keras_gans.metrics.score import ProtocolMismatch
from keras_gans.metrics.sliced_wasserstein import sliced_wasserstein_distance

from .pictures import smooth_images, stripes

REAL, GENERATED = smooth_images(300, 16), smooth_images(200, 16, sigma=1.5, seed=2)


def coarse(images):
    """16 features: means over 4x4 fields."""
    return images.reshape(len(images), 4, 4, 4, 4, 3).mean(axis=(2, 4, 5)).reshape(-1, 16)


def few_logits(images):
    return 5 * coarse(images)[:, :4]


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_GANS_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def extractor():
    return CallableFeatures(coarse, "coarse", weights_hash="c0a25e", logits=few_logits)


class TestValues:
    def test_each_score_is_its_function_of_the_features(self, extractor):
        features = coarse(REAL), coarse(GENERATED)
        fid = FID(extractor)(REAL, GENERATED)
        assert fid.values == {"fid": pytest.approx(frechet_distance(*features), rel=1e-6)}
        kid = KID(extractor, subsets=5, subset_size=50)(REAL, GENERATED)
        assert kid.values == pytest.approx(
            dict(zip(("kid", "kid_std"), kernel_distance(*features, 5, 50), strict=True))
        )
        assert PR(extractor)(REAL, GENERATED).values == precision_recall(*features)._asdict()
        assert DC(extractor)(REAL, GENERATED).values == density_coverage(*features)._asdict()
        score = IS(extractor, splits=4)(None, GENERATED)
        assert score.value == pytest.approx(inception_score(few_logits(GENERATED), 4).mean)

    def test_settings_reach_the_function(self, extractor):
        features, logits = (coarse(REAL), coarse(GENERATED)), few_logits(GENERATED)
        kid = KID(extractor, subsets=5, subset_size=50, subset_seed=7)(REAL, GENERATED)
        assert kid.values == pytest.approx(
            dict(zip(("kid", "kid_std"), kernel_distance(*features, 5, 50, seed=7), strict=True))
        )
        score = IS(extractor, splits=4, shuffle_seed=7)(None, GENERATED)
        expected = inception_score(logits, 4, seed=7)
        assert score.values == pytest.approx({"is": expected.mean, "is_std": expected.std})

    @pytest.mark.parametrize("neighbours, precision", [(1, 0.0), (3, 1.0)])
    def test_neighbours_reach_the_function(self, neighbours, precision):
        """The balls reach 0.1, 0.1, 0.1, 0.7 to the first, and 0.9, 0.8, 0.7, 0.9 to the third."""
        extractor = CallableFeatures(lambda images: images.reshape(len(images), -1)[:, :1], "pixel")
        real, generated = (
            np.broadcast_to(np.reshape(values, (4, 1, 1, 1)), (4, 2, 2, 1)).astype("float32")
            for values in ([0.0, 0.1, 0.2, 0.9], [-0.5] * 4)
        )
        score = PR(extractor, neighbours=neighbours)(real, generated)
        assert score.values["precision"] == precision
        if neighbours == 1:
            assert DC(extractor, neighbours=1)(real, generated).values == {
                "density": 0.0, "coverage": 0.0,
            }  # fmt: skip

    def test_pictures_are_scored_without_an_extractor(self):
        score = SWD(directions=16)(REAL[:200], GENERATED)
        expected = sliced_wasserstein_distance(REAL[:200], GENERATED, directions=16)
        assert score.values == {"swd": expected["average"], "swd_16": expected[16]}
        collapsed = np.repeat(GENERATED[:1], 20, axis=0)
        assert MSSSIM()(None, collapsed).value == pytest.approx(1.0)
        assert MSSSIM()(None, GENERATED).value < 0.5
        twice = np.repeat(GENERATED[:20], 2, axis=0)  # pairs are drawn, and are no neighbours
        assert MSSSIM()(None, twice).value < 0.9

    def test_equal_sets_have_fid_zero(self, extractor):
        assert FID(extractor)(REAL, REAL).value == pytest.approx(0.0, abs=1e-9)

    def test_any_container_of_the_same_images_gives_the_same_score(self, extractor):
        import tensorflow as tf

        dataset = tf.data.Dataset.from_tensor_slices((REAL, np.zeros(300))).batch(77)
        batches = [REAL[:100], REAL[100:]]
        expected = FID(extractor)(REAL, GENERATED)
        for real in (dataset, batches, iter(batches), tf.constant(REAL), REAL[::-1]):
            score = FID(extractor)(real, GENERATED)
            assert score.value == pytest.approx(expected.value, rel=1e-9)
            assert score.difference(expected) == pytest.approx(0, abs=1e-9)  # one protocol


class TestProtocol:
    def test_is_written_beside_the_value(self, extractor):
        score = KID(extractor, subsets=2, subset_size=10, num_real=250)(
            REAL, GENERATED, real_split="test", seed=7, ema=False
        )
        protocol = score.protocol
        assert score.name == "kid_200"
        assert (protocol.extractor, protocol.weights_hash) == ("coarse", "c0a25e")
        assert (protocol.num_real, protocol.num_generated) == (250, 200)
        assert protocol.settings == {"subsets": 2, "subset_size": 10, "subset_seed": 2020}
        assert (protocol.real_split, protocol.seed, protocol.ema) == ("test", 7, False)

    def test_other_data_is_another_protocol(self, extractor):
        first, second = (FID(extractor)(real, GENERATED) for real in (REAL, REAL[:299]))
        with pytest.raises(ProtocolMismatch, match=r"differ in real_data: .*num_real: 300 / 299"):
            _ = first < second

    def test_scores_without_reals_name_none(self, extractor):
        protocol = IS(extractor, splits=2)(REAL, GENERATED, real_split="test").protocol
        assert (protocol.num_real, protocol.real_data, protocol.real_split) == (0, None, None)
        protocol = MSSSIM()(None, GENERATED).protocol
        assert (protocol.num_real, protocol.real_data) == (0, None)
        assert "against" not in str(protocol)

    def test_json_round_trip_keeps_settings(self):
        score = MSSSIM()(None, GENERATED)
        assert type(score).from_json(score.to_json()) == score


class TestReferenceCache:
    @pytest.mark.parametrize("score", [FID, PR])
    def test_references_are_read_once(self, score, home):
        seen = []

        def counting(images):
            seen.append(len(images))
            return coarse(images)

        expected = score(CallableFeatures(counting, "c", "hash"))(REAL, GENERATED)
        assert sum(seen) == 500
        again = score(CallableFeatures(counting, "c", "hash"))(REAL[::-1], GENERATED)
        assert sum(seen) == 700  # the generated ones only, also in another order
        assert again == expected
        assert len(list((home / "references").iterdir())) == 1

    def test_another_extractor_or_data_is_read_anew(self, home):
        for extractor in (
            CallableFeatures(coarse, "c", "1"),
            CallableFeatures(coarse, "c", "2"),
            CallableFeatures(coarse, "d", "1"),
            CallableFeatures(coarse, "c", "1", resize="bilinear"),
        ):
            for real in (REAL, REAL[1:]):
                FID(extractor)(real, GENERATED)
        assert len(list((home / "references").iterdir())) == 8

    def test_unknown_weights_are_not_cached(self, home):
        FID(coarse)(REAL, GENERATED)
        assert not list(home.iterdir())

    def test_images_that_are_others_each_time_are_warned_of_and_not_kept(self, extractor, home):
        """Batches drop what fills none, and shuffled ones drop others in every pass."""
        for shuffled, kept in ((True, 0), (False, 1)):
            batches = data.load(REAL, batch_size=128, shuffle=shuffled)
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                assert FID(extractor)(batches, GENERATED).protocol.num_real == 256
            messages = [str(warning.message) for warning in caught]
            assert any("`real` holds other images each time" in m for m in messages) is shuffled
            assert len(list(home.glob("references/*.npz"))) == kept

    def test_only_what_papers_compute_with_it_is_called_published(self):
        extractor = CallableFeatures(coarse, "c", logits=coarse)
        extractor.published = True
        kinds = FID(extractor), KID(extractor, subset_size=50), PR(extractor), DC(extractor)
        scores = [kind(REAL, GENERATED) for kind in kinds]
        assert [score.protocol.published for score in scores] == [True, True, False, False]
        assert "not comparable with published" in str(scores[2])

    def test_iterators_are_read_without_a_cache(self, extractor, home):
        read = read_reference(extractor, iter([REAL]))
        assert read.count == 300
        assert not list(home.iterdir())


class TestSharedReading:
    def test_one_reading_serves_many_scores(self, extractor):
        real = read_images(extractor, REAL)
        generated = read_images(extractor, GENERATED, logits=True)
        for metric in (FID(extractor), PR(extractor), DC(extractor), IS(extractor, splits=2)):
            shared, alone = metric(real, generated), metric(REAL, GENERATED)
            assert shared.values == pytest.approx(alone.values, rel=1e-9)
            assert shared.protocol == alone.protocol

    def test_a_reading_of_another_extractor_is_refused(self, extractor):
        other = read_images(CallableFeatures(coarse, "other"), GENERATED)
        with pytest.raises(ValueError, match=r"`generated` must have been read by this metric's"):
            FID(extractor)(REAL, other)

    def test_a_reading_without_what_is_needed_is_refused(self, extractor):
        slim = read_images(extractor, GENERATED, features=False)
        assert FID(extractor)(REAL, slim).value > 0
        with pytest.raises(ValueError, match=r"read with features=True for pr"):
            PR(extractor)(REAL, slim)
        with pytest.raises(ValueError, match=r"read with logits=True for is"):
            IS(extractor)(None, slim)

    def test_a_reading_of_another_count_is_refused(self, extractor):
        with pytest.raises(ValueError, match=r"`real` must hold 250 images.*300 images"):
            FID(extractor, num_real=250)(read_images(extractor, REAL), GENERATED)


class TestBadInput:
    def test_too_few_images_say_how_many(self, extractor):
        with pytest.raises(ValueError, match=r"`generated` must hold at least 1000 im.*200 images"):
            FID(extractor, num_generated=1000)(REAL, GENERATED)
        with pytest.raises(ValueError, match=r"`real` must hold at least 400 images.*300 images"):
            FID(extractor, num_real=400)(REAL, GENERATED)
        with pytest.raises(ValueError, match=r"`real` must hold at least 1000 samples.*300"):
            KID(extractor)(REAL, GENERATED)
        with pytest.raises(ValueError, match=r"`generated` must hold at least 1 images.*0 images"):
            FID(extractor)(REAL, [])

    @pytest.mark.parametrize("images", [None, 3, FID(coarse)])
    def test_what_holds_no_images_is_refused(self, extractor, images):
        with pytest.raises(ValueError, match=r"`generated` must be an array of images or an iter"):
            FID(extractor)(REAL, images)
        with pytest.raises(ValueError, match=r"`real` must be an array of images or an iterable"):
            FID(extractor)(images, GENERATED)

    def test_images_of_several_shapes_are_refused(self, extractor):
        for batches in ([REAL, REAL[:, ::2]], [REAL[:5], REAL[:5, :, :, :1]]):
            with pytest.raises(ValueError, match=r"`real` must hold images of one shape, .16, 16"):
                FID(extractor)(batches, GENERATED)

    def test_features_of_different_widths_are_refused(self, extractor):
        flat = CallableFeatures(lambda images: images.reshape(len(images), -1), "pixels")
        for metric in (FID(flat), KID(flat, subset_size=50), PR(flat), DC(flat)):
            with pytest.raises(ValueError, match=r"`real` and `generated` must be features of the"):
                metric(REAL, GENERATED[:, ::2])

    def test_features_that_are_not_numbers_are_refused(self):
        broken = CallableFeatures(lambda images: np.log(coarse(images) - 2.0), "broken")
        for metric in (FID, KID, PR, DC):
            with np.errstate(invalid="ignore"), pytest.raises(ValueError, match="must be finite"):
                metric(broken)(REAL, GENERATED)

    def test_diverged_samples_are_refused(self, extractor):
        broken = GENERATED.copy()
        broken[3, 2, 2] = np.nan
        with pytest.raises(ValueError, match=r"`generated` must be finite and lie in \[-1, 1\]"):
            FID(extractor)(REAL, broken)

    def test_a_score_without_compute_says_so(self, extractor):
        with pytest.raises(NotImplementedError, match=r"`FeatureScore` must define `compute`"):
            FeatureScore(extractor)(REAL, GENERATED)


class TestImageSets:
    def test_a_limit_takes_the_first_images(self):
        batches = list(image_batches("images", [REAL[:100], REAL[100:], None], limit=150))
        np.testing.assert_array_equal(np.concatenate(batches), REAL[:150])

    def test_the_fingerprint_depends_on_content_alone(self):
        whole = str(Fingerprint().update(REAL))
        assert str(Fingerprint().update(REAL[200:]).update(REAL[:200])) == whole
        assert str(Fingerprint().update(REAL[:-1])) != whole
        changed = REAL.copy()
        changed[0, 0, 0, 0] += 1e-3
        assert str(Fingerprint().update(changed)) != whole
        assert str(Fingerprint().update(REAL.reshape(300, 8, 32, 3))) != whole


class TestMeaning:
    """What the scores say of well-known failures, on three kinds of stripes."""

    images, labels = stripes(600, 16)
    extractor = CallableFeatures(lambda images: coarse(images.repeat(3, axis=-1)), "coarse")

    def scores(self, generated):
        return {
            name: value
            for metric in (FID, PR, DC)
            for name, value in metric(self.extractor)(self.images, generated).values.items()
        }

    def test_good_samples_are_good_by_every_score(self):
        scores = self.scores(stripes(600, 16, seed=1)[0])
        assert min(scores["precision"], scores["recall"], scores["coverage"]) > 0.85
        assert scores["density"] == pytest.approx(1.0, abs=0.15)

    def test_mode_collapse_is_precise_without_recall(self):
        collapsed = np.clip(
            self.images[:1] + np.random.default_rng(0).normal(0, 0.01, (600, 16, 16, 1)), -1, 1
        )
        scores = self.scores(collapsed)
        assert scores["precision"] > 0.95
        assert scores["recall"] < 0.05
        assert scores["coverage"] < 0.05

    def test_a_dropped_class_is_a_loss_of_recall_and_coverage(self):
        samples, labels = stripes(900, 16, seed=1)
        scores = self.scores(samples[labels > 0][:600])
        assert scores["precision"] > 0.85
        assert scores["recall"] < 0.8
        assert scores["coverage"] < 0.8

    def test_a_small_distance_needs_many_samples(self):
        good = stripes(600, 16, seed=1)[0]
        distances = [
            FID(self.extractor)(self.images, good[:count]).value for count in (50, 150, 600)
        ]
        assert distances == sorted(distances, reverse=True)


def test_every_score_has_a_name_of_its_own():
    names = [
        each.metric
        for each in vars(metrics).values()
        if isinstance(each, type) and isinstance(getattr(each, "metric", None), str)
    ]
    assert len(names) == len(set(names)) == 10
