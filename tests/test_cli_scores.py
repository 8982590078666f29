"""`evaluate` and `compare` on a small export, a folder of its samples and a small labelled set."""

import json
import shutil

import keras
import numpy as np
import PIL.Image
import pytest
import rich.progress
import tensorflow as tf

from keras_gans import DCGAN
from keras_gans.__main__ import main
from keras_gans.cli._scoring import samples_of
from keras_gans.training.scoring import evaluator
from keras_gans.utils.export_layout import DESCRIPTION
from tests.callbacks.tiny import tiny_gan
from tests.models.tiny import build_discriminator, build_generator

SHAPE = (8, 8, 1)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An export, 40 of its samples as a folder of PNGs, and labelled bars as an .npz file."""
    folder = tmp_path_factory.mktemp("made")
    keras.utils.set_random_seed(0)
    inner = build_generator(SHAPE)
    generator = keras.Model(inner.input, keras.layers.Activation("tanh")(inner.output))
    model = DCGAN(
        image_shape=SHAPE,
        latent_dim=3,
        generator=generator,
        discriminator=build_discriminator(SHAPE),
    )
    model.export(folder / "export")
    (folder / "photos").mkdir()
    for index, image in enumerate(model.sample(40, seed=9)):
        pixels = np.round((image[..., 0] + 1) * 127.5).astype("uint8")
        PIL.Image.fromarray(pixels).save(folder / "photos" / f"{index:02d}.png")
    return folder


@pytest.fixture
def classifier(made, tmp_path, monkeypatch):
    from keras_gans import metrics

    monkeypatch.setenv("KERAS_GANS_HOME", str(tmp_path / "home"))
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 64)
    images = np.clip(rng.normal(size=(64, *SHAPE)) * 0.1 + labels[:, None, None, None] - 0.5, -1, 1)
    metrics.ClassifierFeatures(
        images.astype("float32"), labels, name="bars classifier", epochs=1
    ).save(tmp_path / "classifier.npz")
    return str(tmp_path / "classifier.npz")


def test_parts_of_the_samples_have_seeds_of_their_own_and_no_truncation():
    class StyleExport:
        asked = []

        def inputs_of(self, signature):
            return {"num_images": None, "seed": None, "labels": None, "truncation": None}

        def outputs_of(self, signature):
            return {"images": tf.TensorSpec((None, *SHAPE), tf.uint8)}

        def run(self, signature, **inputs):
            self.asked.append(inputs)
            return {"images": np.zeros((inputs["num_images"], *SHAPE), "uint8")}

    labels = np.arange(1100) % 3
    images = samples_of(StyleExport(), 1100, 2, rich.progress.Progress(disable=True), labels)
    assert images.shape == (1100, *SHAPE)
    parts = {name: [asked[name] for asked in StyleExport.asked] for name in StyleExport.asked[0]}
    assert parts["seed"] == [200_000, 200_001, 200_002]
    assert parts["num_images"] == [500, 500, 100]
    assert parts["truncation"] == [1.0] * 3
    np.testing.assert_array_equal(np.concatenate(parts["labels"]), labels)


def read(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_evaluate(made, classifier, tmp_path, capsys):
    out = tmp_path / "scores.json"
    command = ["evaluate", str(made / "export"), "--data", str(made / "photos"), "--num", "40"]
    command += ["--split", "train", "--classifier", classifier, "--out", str(out)]
    assert main([*command, "--metrics", "fid", "pr", "dc"]) == 0
    printed = capsys.readouterr().out
    assert "fid" in printed and "precision" in printed and "bars classifier" in printed
    scores = read(out)
    assert [score["protocol"]["metric"] for score in scores] == ["fid", "pr", "dc"]
    assert all(score["protocol"]["num_generated"] == 40 for score in scores)


def test_a_set_compared_with_itself_scores_perfectly(made, classifier, tmp_path):
    out = tmp_path / "scores.json"
    photos = str(made / "photos")
    command = ["compare", photos, photos, "--classifier", classifier, "--num", "40"]
    assert main([*command, "--metrics", "fid", "pr", "--out", str(out)]) == 0
    fid, pr = read(out)
    assert abs(fid["values"]["fid"]) < 1e-6
    assert (pr["values"]["precision"], pr["values"]["recall"]) == (1.0, 1.0)


def test_the_first_is_what_the_second_is_compared_with(made, classifier, tmp_path):
    """One photo twenty times lies among the photos, and covers next to none of them."""
    (tmp_path / "copies").mkdir()
    for number in range(20):
        shutil.copy(made / "photos" / "00.png", tmp_path / "copies" / f"{number}.png")
    command = ["compare", str(made / "photos"), str(tmp_path / "copies"), "--num", "40"]
    command += ["--classifier", classifier, "--metrics", "pr", "--out", str(tmp_path / "scores")]
    assert main(command) == 0
    (pr,) = read(tmp_path / "scores")
    assert pr["values"]["precision"] == 1.0 and pr["values"]["recall"] < 0.2


def test_compare_an_export_with_a_folder(made, classifier, capsys):
    command = ["compare", str(made / "export"), str(made / "photos"), "--num", "40"]
    assert main([*command, "--classifier", classifier, "--metrics", "fid"]) == 0
    printed = capsys.readouterr().out
    assert "fid" in printed and f"40 {made / 'photos'}, against 40 {made / 'export'}" in printed


@pytest.mark.parametrize(
    "flags, message",
    [
        (["--metrics", "fld"], "--metrics must be some of"),
        (["--num", "1"], "--num must be at least 2"),
        (["--classifier", "nowhere.npz"], "nowhere.npz"),
        (["--classifier", __file__], "`ClassifierFeatures.save` wrote"),
        (["--inception", __file__], "whose SHA-256 begins with 6726825d"),
        ([], "--data, --classifier or --inception"),
    ],
)
def test_refusals_are_one_line(made, capsys, flags, message):
    photos = str(made / "photos")
    assert main(["compare", photos, photos, *flags]) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1


def test_scores_of_a_training_and_of_evaluate_compare(made, tmp_path, monkeypatch):
    from keras_gans import metrics, training

    monkeypatch.setenv("KERAS_GANS_HOME", str(tmp_path / "home"))
    random = np.random.default_rng(0)
    for split, count in (("train", 40), ("test", 30)):
        for label in ("dark", "light"):
            folder = tmp_path / "images" / split / label
            folder.mkdir(parents=True)
            for index in range(count // 2):
                pixels = random.integers(0, 128, SHAPE[:2]) + 127 * (label == "light")
                PIL.Image.fromarray(pixels.astype("uint8")).save(folder / f"{index:02d}.png")
    data, out = str(tmp_path / "images"), tmp_path / "scores.json"
    command = ["evaluate", str(made / "export"), "--data", data, "--num", "30", "--metrics", "fid"]
    assert main([*command, "--out", str(out)]) == 0
    evaluated = metrics.Score.from_json(out.read_text())
    recipe = training.Recipe(data=data, image_size=8, channels=1)
    scorer = evaluator(recipe, None)
    model = tiny_gan(SHAPE)
    (score, _) = scorer.evaluate(model)
    assert score.protocol.differences(evaluated.protocol) == {}


def test_compare_names_what_was_sampled(made, classifier, tmp_path):
    out = tmp_path / "scores.json"
    paths = [str(made / "photos"), str(made / "export")]
    command = ["--classifier", classifier, "--num", "40", "--metrics", "fid", "--out", str(out)]
    assert main(["compare", *paths, *command]) == 0
    (score,) = read(out)
    assert (score["protocol"]["seed"], score["protocol"]["ema"]) == (0, False)
    assert main(["compare", *paths[::-1], *command]) == 0
    (score,) = read(out)
    assert (score["protocol"]["seed"], score["protocol"]["ema"]) == (None, None)


class Painter(tf.Module):
    """Stands for a model with classes: label 0 is dark and label 1 is light, with some noise."""

    @tf.function(
        input_signature=[
            tf.TensorSpec((), tf.int32, name="num_images"),
            tf.TensorSpec((), tf.int32, name="seed"),
            tf.TensorSpec((None,), tf.int32, name="labels"),
        ]
    )
    def sample(self, num_images, seed, labels):
        noise = tf.random.stateless_uniform((num_images, *SHAPE), (0, seed), maxval=60.0)
        return {
            "images": tf.cast(
                noise + 130.0 * tf.cast(labels, tf.float32)[:, None, None, None], tf.uint8
            )
        }


@pytest.fixture(scope="module")
def conditional(tmp_path_factory):
    """An export of a model with classes, and a classifier that reads them."""
    from keras_gans import metrics

    folder = tmp_path_factory.mktemp("conditional")
    painter = Painter()
    tf.saved_model.save(painter, str(folder / "export"), {"sample": painter.sample})
    labels = np.arange(200) % 2
    images = painter.sample(200, 1, labels)["images"].numpy() / np.float32(127.5) - 1
    metrics.ClassifierFeatures(
        images, labels, name="dark or light", epochs=20, cache_directory=folder
    ).save(folder / "classifier.npz")
    return folder


def evaluate_conditional(folder, data, *flags):
    command = ["evaluate", str(folder / "export"), "--data", str(data), "--split", "train"]
    command += ["--classifier", str(folder / "classifier.npz"), *flags]
    return main([*command, "--out", str(folder / "scores.json")])


def test_evaluate_a_model_with_classes(made, conditional):
    flags = ["--num", "601", "--metrics", "fid", "conditional_accuracy", "--labels"]
    assert evaluate_conditional(conditional, made / "photos", *flags, "0", "1") == 0
    fid, accuracy = read(conditional / "scores.json")
    assert accuracy["values"] == {"conditional_accuracy": 1.0}
    assert fid["protocol"]["generated_split"] == "generated for labels 0 1"
    assert evaluate_conditional(conditional, made / "photos", *flags, "1") == 0
    other, accuracy = read(conditional / "scores.json")
    assert accuracy["values"] == {"conditional_accuracy": 1.0}
    assert other["protocol"] != fid["protocol"]


def test_compare_a_model_with_classes(made, conditional):
    command = ["compare", str(made / "photos"), str(conditional / "export"), "--num", "40"]
    command += ["--classifier", str(conditional / "classifier.npz"), "--metrics", "fid"]
    command += ["--labels", "0", "1", "--out", str(conditional / "scores.json")]
    assert main(command) == 0
    (fid,) = read(conditional / "scores.json")
    assert fid["protocol"]["generated_split"] == f"{conditional / 'export'} for labels 0 1"


def test_all_classes_of_an_export_that_says_them(made, conditional, tmp_path):
    shutil.copytree(conditional / "export", tmp_path / "export")
    (tmp_path / "export" / DESCRIPTION).parent.mkdir(exist_ok=True)
    (tmp_path / "export" / DESCRIPTION).write_text('{"num_classes": 2}')
    shutil.copy(conditional / "classifier.npz", tmp_path)
    flags = ["--num", "40", "--metrics", "fid"]
    assert evaluate_conditional(conditional, made / "photos", *flags, "--labels", "0", "1") == 0
    assert evaluate_conditional(tmp_path, made / "photos", *flags) == 0
    assert read(conditional / "scores.json") == read(tmp_path / "scores.json")


def test_padded_images_are_named_in_the_protocol(made, classifier, tmp_path):
    command = ["compare", str(made / "photos"), str(made / "export"), "--num", "40"]
    command += ["--classifier", classifier, "--metrics", "fid", "--crop", "pad"]
    assert main([*command, "--out", str(tmp_path / "scores.json")]) == 0
    (fid,) = read(tmp_path / "scores.json")
    assert fid["protocol"]["real_split"] == f"{made / 'photos'}, crop pad"


def test_labels_must_fit_the_model(made, conditional, classifier, capsys):
    assert evaluate_conditional(conditional, made / "photos", "--num", "40") == 2
    assert "is a model with classes: say --labels, such as 0 1 2" in capsys.readouterr().err
    command = ["evaluate", str(made / "export"), "--data", str(made / "photos"), "--split", "train"]
    for flags in (["--labels", "0"], ["--metrics", "conditional_accuracy"]):
        assert main([*command, "--classifier", classifier, *flags]) == 2
        assert "is a model without classes: leave out" in capsys.readouterr().err
    command = ["compare", str(made / "export"), str(made / "photos"), "--classifier", classifier]
    assert main([*command, "--labels", "0"]) == 2
    assert "neither is a model with classes: leave out --labels" in capsys.readouterr().err


def test_progress_leaves_the_output_to_the_table(made, classifier, capsys):
    command = ["compare", str(made / "export"), str(made / "photos"), "--num", "40"]
    assert main([*command, "--classifier", classifier, "--metrics", "fid"]) == 0
    assert capsys.readouterr().out.split()[:2] == ["score", "value"]


def test_a_path_that_is_nothing(made, classifier, capsys):
    command = ["compare", str(made / "nothing"), str(made / "photos"), "--classifier", classifier]
    assert main(command) == 2
    assert "nothing" in capsys.readouterr().err
