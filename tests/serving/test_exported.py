import numpy as np
import pytest
import tensorflow as tf

import keras_gans as kg
from keras_gans.serving import Exported
from tests.callbacks.tiny import tiny_gan
from tests.models.games import build_game


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("exports") / "tiny"
    tiny_gan((4, 4, 1)).export(path)
    return path


class TestExported:
    def test_reads_the_description_that_export_writes(self, path):
        assert Exported(path).description["model"] == "DCGAN"

    def test_lists_signatures_with_inputs_and_outputs(self, path):
        exported = Exported(path)
        assert exported.signatures == ["serving_default", "sample", "sample_png"]
        assert list(exported.inputs_of("sample")) == ["num_images", "seed"]
        assert exported.inputs_of("serving_default")["latents"].shape.as_list() == [None, 4]
        assert exported.outputs_of("sample")["images"].dtype == tf.uint8
        assert exported.size > 0

    def test_runs_a_signature(self, path):
        images = Exported(path).run("sample", num_images=3, seed=1)["images"]
        assert images.shape == (3, 4, 4, 1) and images.dtype == np.uint8

    def test_other_inputs_are_refused(self, path):
        with pytest.raises(ValueError, match=r"are \['num_images', 'seed'\]. Received: \['seed'\]"):
            Exported(path).run("sample", seed=1)

    def test_labels_that_the_model_refuses(self, tmp_path):
        build_game(kg.CGAN).export(tmp_path / "conditional")
        exported = Exported(tmp_path / "conditional")
        with pytest.raises(ValueError, match=r"`sample`: .*labels must lie in \[0, 3\).*\[0 3\]"):
            exported.run("sample", num_images=2, seed=0, labels=[0, 3])

    def test_another_signature_is_refused(self, path):
        with pytest.raises(
            ValueError, match=r"no signature `translate`; it has \['serving_default'"
        ):
            Exported(path).run("translate")

    def test_a_foreign_saved_model_has_no_description(self, tmp_path):
        tf.saved_model.save(tf.Module(), str(tmp_path))
        exported = Exported(tmp_path)
        assert exported.description == {} and exported.signatures == []

    def test_a_broken_saved_model_is_named(self, tmp_path):
        (tmp_path / "saved_model.pb").write_bytes(b"not a model")
        with pytest.raises(ValueError, match=r"`path` must be a complete SavedModel. Received"):
            Exported(tmp_path).signatures  # noqa: B018

    def test_lost_variables_are_named(self, tmp_path):
        tiny_gan((2,)).export(tmp_path / "tiny")
        (tmp_path / "tiny" / "variables" / "variables.index").unlink()
        with pytest.raises(ValueError, match=r"`path` must be a complete SavedModel. Received"):
            Exported(tmp_path / "tiny").signatures  # noqa: B018
