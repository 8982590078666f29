"""What `model.export` writes, read back by a Python that has TensorFlow and NumPy only."""

import json
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gans.utils.pixels import to_uint8
from tests.callbacks.tiny import tiny_gan, train

LATENTS = np.random.default_rng(1).uniform(-1, 1, (5, 4)).astype("float32")
FRESH_PYTHON = """
import sys
import numpy as np
import tensorflow as tf

results = {}
for name in sys.argv[3:]:
    loaded = tf.saved_model.load(f"{sys.argv[1]}/{name}")
    run = loaded.signatures
    latents = tf.constant(np.load(sys.argv[2]))
    results[f"{name}_signatures"] = np.array(sorted(run))
    results[f"{name}_images"] = run["serving_default"](latents=latents)["images"]
    for seed in (3, 4):
        draw = {"num_images": tf.constant(6), "seed": tf.constant(seed)}
        results[f"{name}_samples_{seed}"] = run["sample"](**draw)["images"]
    if "sample_png" in run:
        png_bytes = run["sample_png"](**draw)["png_bytes"]
        results[f"{name}_pngs"] = np.stack([tf.io.decode_png(png) for png in png_bytes])
assert not [module for module in sys.modules if module.startswith("keras_gans")]
np.savez("results.npz", **results)
"""


@pytest.fixture(scope="module")
def models():
    keras.utils.set_random_seed(0)
    models = {
        "images": tiny_gan((6, 5, 3)),
        "averaged": tiny_gan((6, 5, 1), ema_decay=0.9),
        "points": tiny_gan((2,)),
    }
    for model in models.values():
        train(model, epochs=2)
    return models


@pytest.fixture(scope="module")
def results(models, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    np.save(folder / "latents.npy", LATENTS)
    for name, model in models.items():
        model.export(folder / name)
    subprocess.run(
        [sys.executable, "-c", FRESH_PYTHON, str(folder), str(folder / "latents.npy"), *models],
        cwd=folder,  # the project is not on the path
        check=True,
        capture_output=True,
        timeout=120,
    )
    return np.load(folder / "results.npz")


@pytest.mark.parametrize("name", ["images", "averaged", "points"])
class TestInAFreshPython:
    def test_latents_give_the_images_of_the_model(self, models, results, name):
        images = models[name].predict(LATENTS, verbose=0)
        np.testing.assert_allclose(results[f"{name}_images"], images, atol=1e-5)

    @pytest.mark.parametrize("seed", [3, 4])
    def test_a_seed_gives_the_samples_of_the_model(self, models, results, name, seed):
        samples = models[name].sample(6, seed=seed)
        exported = results[f"{name}_samples_{seed}"]
        if name == "points":
            np.testing.assert_allclose(exported, samples, atol=1e-5)
        else:
            assert exported.dtype == np.uint8
            # Not equal: a last digit may cross a rounding boundary.
            np.testing.assert_allclose(exported, np.asarray(to_uint8(samples)), atol=1)
            assert (exported == np.asarray(to_uint8(samples))).mean() > 0.99

    def test_pngs_decode_to_the_same_bytes(self, models, results, name):
        if name == "points":
            assert list(results["points_signatures"]) == ["sample", "serving_default"]
        else:
            np.testing.assert_array_equal(results[f"{name}_pngs"], results[f"{name}_samples_4"])


def test_the_average_is_exported_and_not_the_generator(models, results):
    images = models["averaged"].generator(LATENTS, training=False)
    assert np.abs(results["averaged_images"] - np.asarray(images)).max() > 1e-3


def big_gan(**kwargs):
    """A generator of 1.2 MB, beside which the graph does not count."""
    return tiny_gan((128, 128, 1), **kwargs)


class TestFolder:
    @pytest.mark.parametrize("ema_decay", [None, 0.9])
    def test_weights_are_stored_once(self, tmp_path, ema_decay):
        model = big_gan(ema_decay=ema_decay)
        model.export(tmp_path / "big")
        files = [path for path in (tmp_path / "big").rglob("*") if path.is_file()]
        weights = 4 * model.generator.count_params()
        assert weights < sum(path.stat().st_size for path in files) < 1.2 * weights

    def test_an_existing_path_is_refused_and_kept(self, tmp_path):
        (tmp_path / "old").mkdir()
        (tmp_path / "old" / "precious").touch()
        with pytest.raises(FileExistsError, match="old"):
            tiny_gan().export(tmp_path / "old")
        assert [path.name for path in (tmp_path / "old").iterdir()] == ["precious"]

    def test_a_failure_leaves_nothing_behind(self, tmp_path, monkeypatch):
        def full_disk(model, path, *args, **kwargs):
            pathlib.Path(path, "variables").mkdir(parents=True)
            raise OSError("No space left on device")

        monkeypatch.setattr(tf.saved_model, "save", full_disk)
        with pytest.raises(OSError, match="No space left"):
            tiny_gan().export(tmp_path / "new")
        assert not list(tmp_path.iterdir())

    def test_a_missing_parent_is_named(self, tmp_path):
        with pytest.raises(FileNotFoundError, match="no folder .*missing"):
            tiny_gan().export(tmp_path / "missing" / "new")

    def test_describes_itself(self, tmp_path):
        model = tiny_gan(ema_decay=0.9)
        train(model)
        model.export(tmp_path / "new")
        described = json.loads((tmp_path / "new/assets.extra/keras_gans.json").read_text())
        assert described["model"] == "DCGAN" and described["trained_steps"] == 2
        assert described["parameters"]["generator"] == model.generator.count_params()
