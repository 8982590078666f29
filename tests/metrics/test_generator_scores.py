import numpy as np
import pytest

from keras_gans.metrics.conditional import conditional_accuracy
from keras_gans.metrics.extractor import CallableFeatures
from keras_gans.metrics.generator_scores import PPL, ConditionalAccuracy, StylePPL
from keras_gans.metrics.path_length import ImageDistance, perceptual_path_length, style_path_length
from keras_gans.metrics.score import ProtocolMismatch, Score
from tests.callbacks.tiny import tiny_gan


def sample_latents(count, seed):
    return np.random.default_rng(seed).normal(size=(count, 6))


def squared_distance(first, second):
    return np.square(first - second).sum(axis=-1)


def pixels(images):
    return images.reshape(len(images), -1)


DISTANCE = ImageDistance(squared_distance, "squared", weights_hash="c0a25e")


class TestPathLengths:
    def test_values_are_those_of_the_functions(self):
        options = {"num_pairs": 50, "whole_path": False, "epsilon": 1e-2}
        score = PPL(DISTANCE, **options)(np.tanh, sample_latents, seed=3)
        expected = perceptual_path_length(
            np.tanh, squared_distance, sample_latents, seed=3, **options
        )
        assert score.values == {"ppl": expected.mean, "ppl_std": expected.std}
        score = StylePPL(DISTANCE, **options)(np.sin, np.tanh, sample_latents, seed=3)
        expected = style_path_length(
            np.sin, np.tanh, squared_distance, sample_latents, seed=3, **options
        )
        assert score.values == {"style_ppl": expected.mean, "style_ppl_std": expected.std}

    def test_a_linear_generator_has_its_closed_form(self):
        # |A (w1 - w0)|^2 = 4 * 2 * 6 on average for A = 2 and 6 normal dimensions
        score = StylePPL(DISTANCE, num_pairs=4000, epsilon=1e-2)(
            lambda z: z, lambda w: 2.0 * w.astype("float64"), sample_latents
        )
        assert score.value == pytest.approx(48.0, rel=0.03)

    def test_the_batch_size_is_no_part_of_the_protocol(self):
        one, other = (
            PPL(DISTANCE, num_pairs=2500, epsilon=1e-2, batch_size=size)(np.tanh, sample_latents)
            for size in (7, 500)
        )
        assert one == other

    def test_a_model_is_walked_through_its_public_methods(self):
        model = tiny_gan((4, 4, 1))
        extractor = CallableFeatures(pixels, "pixels", "feed", resize="none")
        ppl = PPL(extractor, num_pairs=20, epsilon=1e-2)
        score = ppl(model.predict_on_batch, model.latents_for_sampling, seed=7, ema=False)
        called = ppl(model, model.latents_for_sampling, seed=7, ema=False)
        assert score.difference(called) == pytest.approx(0.0, abs=1e-3 * score.value)
        assert score.value > 0
        assert ppl(model, model.latents_for_sampling, seed=8).value != called.value

    def test_the_protocol_says_what_the_number_depends_on(self):
        score = PPL(DISTANCE, num_pairs=1000, epsilon=1e-2)(
            np.tanh, sample_latents, seed=5, ema=True
        )
        assert score.name == "ppl_1k"
        assert str(score.protocol) == (
            "1,000 pairs, squared, weights c0a25e, resize: none, path whole, epsilon 0.01, "
            "seed 5, EMA, not comparable with published numbers"
        )
        assert Score.from_json(score.to_json()) == score

    @pytest.mark.parametrize(
        ("change", "part"),
        [
            ({"num_pairs": 30}, "num_generated"),
            ({"whole_path": False}, "settings"),
            ({"epsilon": 1e-3}, "settings"),
            ({"distance": ImageDistance(squared_distance, "other", "c0a25e")}, "extractor"),
            ({"distance": ImageDistance(squared_distance, "squared", "0")}, "weights_hash"),
            ({"seed": 1}, "seed"),
            ({"ema": True}, "ema"),
        ],
    )
    def test_other_settings_are_another_protocol(self, change, part):
        def score(seed=0, ema=None, **options):
            options = {"distance": DISTANCE, "num_pairs": 20} | options
            return PPL(**options)(np.tanh, sample_latents, seed=seed, ema=ema)

        with pytest.raises(ProtocolMismatch, match=f"differ in {part}: "):
            score().difference(score(**change))

    def test_latent_and_style_space_are_not_compared(self):
        options = {"num_pairs": 20}
        latent = PPL(DISTANCE, **options)(np.tanh, sample_latents)
        style = StylePPL(DISTANCE, **options)(np.sin, np.tanh, sample_latents)
        with pytest.raises(ProtocolMismatch, match="metric: 'ppl' / 'style_ppl'"):
            _ = latent < style

    def test_what_is_no_distance_is_refused(self):
        with pytest.raises(ValueError, match=r"`distance` must be a feature.*distance='lpips'"):
            PPL("lpips")

    def test_a_distance_must_return_one_number_a_pair(self):
        with pytest.raises(ValueError, match=r"`distance` must return one number.*\(8, 6\)"):
            PPL(np.subtract, num_pairs=8)(np.tanh, sample_latents)


class TestConditionalAccuracy:
    """Images of one pixel, which is the class; the classifier reads it off."""

    labels = np.arange(30) % 3
    extractor = CallableFeatures(
        pixels, "reader", "feed", logits=lambda images: -np.abs(pixels(images) - [[-1, 0, 1]])
    )

    def images(self, labels):
        return (np.asarray(labels) - 1.0).astype("float32").reshape(-1, 1, 1, 1)

    def test_counts_the_labels_that_are_read(self):
        accuracy = ConditionalAccuracy(self.extractor, self.labels)
        assert accuracy(None, self.images(self.labels)).value == 1.0
        swapped = np.where(self.labels == 2, 0, self.labels)
        score = accuracy(None, self.images(swapped))
        assert score.values == {"conditional_accuracy": pytest.approx(2 / 3)}
        logits = self.extractor.logits(self.images(swapped))
        assert score.value == conditional_accuracy(logits, self.labels)

    def test_the_labels_stand_in_the_protocol(self):
        accuracy = ConditionalAccuracy(self.extractor, self.labels)
        score = accuracy(None, self.images(self.labels), seed=7, ema=False)
        protocol = score.protocol
        assert (protocol.extractor, protocol.weights_hash) == ("reader", "feed")
        assert (protocol.num_generated, protocol.num_real) == (30, 0)
        assert (protocol.seed, protocol.ema) == (7, False)
        other = ConditionalAccuracy(self.extractor, np.zeros(30, int))
        with pytest.raises(ProtocolMismatch, match="differ in settings: .*labels"):
            score.difference(other(None, self.images(self.labels), seed=7, ema=False))

    @pytest.mark.parametrize("count", [29, 31])
    def test_another_number_of_samples_is_refused(self, count):
        images = self.images(np.zeros(count))
        with pytest.raises(ValueError, match=f"one label per sample, {count}.*30 labels"):
            ConditionalAccuracy(self.extractor, self.labels)(None, images)

    def test_labels_that_the_extractor_does_not_know_are_refused(self):
        with pytest.raises(ValueError, match=r"`labels` must lie in 0 to 2.*from 3 to 3"):
            ConditionalAccuracy(self.extractor, [3])(None, self.images([0]))
        with pytest.raises(ValueError, match=r"`labels` must be a vector of integer labels"):
            ConditionalAccuracy(self.extractor, [0.5])

    def test_an_extractor_without_logits_is_refused(self):
        with pytest.raises(ValueError, match=r"must be a classifier with logits.*pixels"):
            ConditionalAccuracy(pixels, [0])(None, self.images([0]))
