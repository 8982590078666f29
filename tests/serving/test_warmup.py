import numpy as np
import pytest
import tensorflow as tf

from keras_gans.serving import Exported, publish
from keras_gans.serving.warmup import WARMUP_REQUESTS, example_input, prediction_log
from tests.callbacks.tiny import tiny_gan
from tests.models.translations import build_cyclegan, build_pix2pix, build_strided_translator
from tests.serving.prediction_log import PredictionLog

# Serialized once by the official messages of tensorflow-serving-api 2.21.0.
OFFICIAL = {
    "serving_default": "32470a450a180a05646367616e1a0f73657276696e675f64656661756c7412290a076c6174"
    "656e7473121e080112081202080112020804221000000000000000000000000000000000",
    "sample": "323b0a390a0f0a05646367616e1a0673616d706c6512150a0a6e756d5f696d616765731207080312003a"
    "0101120f0a04736565641207080312003a0101",
}
ONE = np.array(1, "int32")


class TestPredictionLog:
    @pytest.mark.parametrize(
        ("signature", "inputs"),
        [
            ("serving_default", {"latents": np.zeros((1, 4), "float32")}),
            ("sample", {"num_images": ONE, "seed": ONE}),
        ],
    )
    def test_is_byte_for_byte_the_official_message(self, signature, inputs):
        assert prediction_log("dcgan", signature, inputs).hex() == OFFICIAL[signature]

    def test_long_fields_parse_back(self):
        latents = np.random.default_rng(0).normal(size=(100, 50)).astype("float32")  # 20 kB
        parsed = PredictionLog.FromString(prediction_log("n" * 300, "s", {"latents": latents}))
        request = parsed.predict_log.request
        assert request.model_spec.name == "n" * 300
        np.testing.assert_array_equal(tf.make_ndarray(request.inputs[0].value), latents)


class TestExampleInput:
    def test_a_batch_of_one_and_scalars_of_one(self):
        latents = example_input(tf.TensorSpec((None, 4), tf.float32))
        assert latents.shape == (1, 4) and latents.dtype == np.float32 and not latents.any()
        num_images = example_input(tf.TensorSpec((), tf.int32))
        assert num_images == 1 and num_images.dtype == np.int32


class TestWarmupRequests:
    @pytest.mark.parametrize("data_shape", [(4, 4, 3), (2,)])
    def test_every_signature_is_replayed_on_the_saved_model(self, tmp_path, data_shape):
        path = publish(tiny_gan(data_shape), tmp_path / "tiny")
        exported = Exported(path)
        replayed = []
        for record in tf.data.TFRecordDataset(str(path / WARMUP_REQUESTS)):
            request = PredictionLog.FromString(record.numpy()).predict_log.request
            inputs = {entry.key: tf.make_ndarray(entry.value) for entry in request.inputs}
            outputs = exported.run(request.model_spec.signature_name, **inputs)
            assert all(len(output) == 1 for output in outputs.values())
            assert request.model_spec.name == "tiny"
            replayed.append(request.model_spec.signature_name)
        assert sorted(replayed) == sorted(exported.signatures)

    @pytest.mark.parametrize("build", [build_pix2pix, build_cyclegan])
    def test_models_of_images_of_any_size_are_shown_one_that_fits(self, tmp_path, build):
        translator = build_strided_translator()  # refuses the single pixel of `example_input`
        name = "generator" if build is build_pix2pix else "generator_ba"
        path = publish(build(**{name: translator}), tmp_path / "tiny")
        exported = Exported(path)
        replayed = []
        for record in tf.data.TFRecordDataset(str(path / WARMUP_REQUESTS)):
            request = PredictionLog.FromString(record.numpy()).predict_log.request
            inputs = {entry.key: tf.make_ndarray(entry.value) for entry in request.inputs}
            (output,) = exported.run(request.model_spec.signature_name, **inputs).values()
            assert len(output) == 1
            replayed.append(request.model_spec.signature_name)
        assert sorted(replayed) == sorted(exported.signatures)
