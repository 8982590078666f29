import json

import keras
import numpy as np
import pytest

from keras_gans import DCGAN, callbacks, metrics
from tests.models.tiny import build_discriminator, build_generator

SHAPE = (4, 4, 1)


def build_model(**kwargs):
    model = DCGAN(
        image_shape=SHAPE,
        latent_dim=3,
        generator=build_bounded_generator(),
        discriminator=build_discriminator(SHAPE),
        **kwargs,
    )
    model.compile()
    return model


def build_bounded_generator():
    inner = build_generator(SHAPE)
    outputs = keras.layers.Activation("tanh", dtype="float32")(inner.output)
    return keras.Model(inner.input, outputs)


def images(num=64):
    return np.random.default_rng(0).uniform(-1, 1, (num, *SHAPE)).astype("float32")


def flat(batch):
    return np.asarray(batch).reshape(len(batch), -1)


class CountingFeatures(metrics.CallableFeatures):
    reads = 0

    def read(self, *args, **kwargs):
        self.reads += 1
        return super().read(*args, **kwargs)


class TestEvaluateSamples:
    def fit(self, epochs=3, extractor=None, **kwargs):
        extractor = extractor or metrics.CallableFeatures(flat, "pixels", weights_hash=None)
        scorer = callbacks.EvaluateSamples(
            [metrics.FID(extractor), metrics.PR(extractor)], images(), num=64, **kwargs
        )
        model = build_model()
        history = model.fit(images(), batch_size=16, epochs=epochs, verbose=0, callbacks=[scorer])
        return model, scorer, history.history

    def test_logs_hold_the_scores_of_every_epoch(self):
        _, _, history = self.fit()
        assert set(history) >= {"val_fid", "val_precision", "val_recall"}
        assert len(history["val_fid"]) == 3 and len(set(history["val_fid"])) == 3

    def test_the_number_is_that_of_the_metric(self):
        model, _, history = self.fit(seed=4)
        extractor = metrics.CallableFeatures(flat, "pixels", weights_hash=None)
        score = metrics.FID(extractor)(images(), model.sample(64, seed=4))
        np.testing.assert_allclose(history["val_fid"][-1], score.value, rtol=1e-6)

    def test_generators_without_a_bound_are_scored_by_their_pictures(self):
        model = build_model()
        inner = model.generator
        model.generator = keras.Sequential([inner, keras.layers.Rescaling(3.0)])
        extractor = metrics.CallableFeatures(flat, "pixels", weights_hash=None)
        scorer = callbacks.EvaluateSamples([metrics.FID(extractor)], images(), num=64)
        (score,) = scorer.evaluate(model)
        samples = model.sample(64)
        assert np.abs(samples).max() > 1.1
        expected = metrics.FID(extractor)(images(), np.clip(samples, -1, 1))
        np.testing.assert_allclose(score.value, expected.value, rtol=1e-6)

    @pytest.mark.parametrize("broken", [False, True])
    def test_where_the_training_stops_it_scores_unless_nothing_is_left_to_score(self, broken):
        class Stop(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                if epoch == 1:
                    self.model.stop_training = True
                    weight = self.model.generator.trainable_variables[0]
                    weight.assign(weight * (np.nan if broken else 1.0))

        extractor = metrics.CallableFeatures(flat, "pixels", weights_hash=None)
        scorer = callbacks.EvaluateSamples([metrics.FID(extractor)], images(), num=64, every=9)
        model = build_model()
        history = model.fit(
            images(), batch_size=16, epochs=7, verbose=0, callbacks=[Stop(), scorer]
        ).history
        assert len(history["val_fid"]) == 2
        assert (history["val_fid"][1] == history["val_fid"][0]) is broken

    def test_epochs_between_repeat_the_last_score_and_the_last_epoch_is_scored(self):
        _, _, history = self.fit(epochs=5, every=2)
        fid = history["val_fid"]
        # scored after epochs 1 (so that the log exists), 2, 4 and 5
        assert fid[2] == fid[1] != fid[0] and fid[3] != fid[2] and fid[4] != fid[3]

    def test_other_callbacks_see_the_scores(self, tmp_path):
        extractor = metrics.CallableFeatures(flat, "pixels", weights_hash=None)
        scorer = callbacks.EvaluateSamples([metrics.FID(extractor)], images(), num=64)
        best = keras.callbacks.ModelCheckpoint(
            tmp_path / "best.keras", monitor="val_fid", mode="min", save_best_only=True
        )
        build_model().fit(images(), batch_size=16, epochs=2, verbose=0, callbacks=[scorer, best])
        assert (tmp_path / "best.keras").exists()

    def test_lines_of_json_hold_the_protocol(self, tmp_path):
        self.fit(epochs=2, path=tmp_path / "scores.jsonl", real_split="noise", seed=3)
        lines = [json.loads(line) for line in (tmp_path / "scores.jsonl").read_text().splitlines()]
        assert [line["epoch"] for line in lines] == [1, 1, 2, 2]
        assert lines[0]["protocol"]["real_split"] == "noise"
        assert (lines[0]["protocol"]["seed"], lines[0]["protocol"]["num_generated"]) == (3, 64)
        assert lines[0]["protocol"]["ema"] is False

    def test_images_are_read_once_for_all_metrics(self):
        extractor = CountingFeatures(flat, "pixels", weights_hash=None, logits=flat)
        scorer = callbacks.EvaluateSamples(
            [metrics.FID(extractor), metrics.IS(extractor), metrics.PR(extractor)], images(), num=64
        )
        model = build_model()
        for _ in range(3):
            scores = scorer.evaluate(model)
        assert extractor.reads == 1 + 3  # the real images, and the samples of each time
        for score, metric in zip(scores, scorer.metrics, strict=True):
            alone = metric(images(), model.sample(64, seed=0), seed=0, ema=False)
            assert score.protocol == alone.protocol
            assert score.value == pytest.approx(alone.value, rel=1e-6)

    def test_labels_asked_for_are_scored_without_real_images(self):
        extractor = metrics.CallableFeatures(flat, "pixels", logits=lambda x: flat(x)[:, :3])
        accuracy = metrics.ConditionalAccuracy(extractor, np.arange(64) % 3)
        scorer = callbacks.EvaluateSamples([accuracy], None, num=64)
        model = build_model()
        history = model.fit(images(), batch_size=16, epochs=1, verbose=0, callbacks=[scorer])
        read = flat(model.sample(64))[:, :3].argmax(axis=1)
        expected = (read == np.arange(64) % 3).mean()
        assert 0 < expected < 1
        assert history.history["val_conditional_accuracy"][0] == pytest.approx(expected)

    def test_arguments_of_the_samples_are_passed_on(self):
        scorer = callbacks.EvaluateSamples(
            [metrics.SWD()], images(), num=64, sample_arguments={"labels": [0]}
        )
        with pytest.raises(TypeError, match="labels"):
            scorer.evaluate(build_model())

    def test_the_protocol_says_averaged_weights(self):
        extractor = metrics.CallableFeatures(flat, "pixels", weights_hash=None)
        scorer = callbacks.EvaluateSamples([metrics.FID(extractor)], images(), num=64)
        assert scorer.evaluate(build_model(ema_decay=0.5))[0].protocol.ema is True

    def test_what_was_logged_last_is_kept_for_a_training_that_continues(self):
        scorer = callbacks.EvaluateSamples([], images(), num=64, every=9)
        scorer.set_state({"val_fid": 3.0})
        assert scorer.state() == {"val_fid": 3.0}
        scorer.set_model(build_model())
        scorer.set_params({"epochs": 5})
        logs = {}
        scorer.on_epoch_end(1, logs)
        assert logs == {"val_fid": 3.0}

    @pytest.mark.parametrize("arguments", [{"num": 0}, {"every": 0}])
    def test_refusals(self, arguments):
        with pytest.raises(ValueError, match="must be at least 1"):
            callbacks.EvaluateSamples([], images(), **arguments)
