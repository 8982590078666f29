"""`python -m keras_gans evaluate`: scores of an exported model."""

import pathlib
from typing import Literal

import tyro


def evaluate(
    export: tyro.conf.Positional[pathlib.Path],
    /,
    data: str,
    metrics: tuple[str, ...] = ("fid", "pr"),
    num: int = 10_000,
    seed: int = 0,
    labels: tuple[int, ...] = (),
    split: str = "test",
    data_dir: str | None = None,
    crop: Literal["center", "pad"] = "center",
    on_error: Literal["raise", "skip"] = "raise",
    inception: pathlib.Path | None = None,
    classifier: pathlib.Path | None = None,
    out: pathlib.Path | None = None,
):
    """Score an exported model against real images.

    The features are those of a small classifier, which is trained once on the labelled training
    split of the data, unless a file says otherwise.

    Args:
        export: Folder of an exported model, or of its versions, of which the newest is taken.
        data: What it is compared with: a TensorFlow Datasets name, "glyphs", a folder, an .npz.
        metrics: Some of fid, kid, pr, dc, is, swd; conditional_accuracy for a model with classes.
        num: How many samples and, at most, how many real images.
        seed: Seed of the samples.
        labels: For a model with classes: the labels of the samples, in turn. Defaults to all.
        split: Which split of the data.
        data_dir: Where TensorFlow Datasets keeps its data.
        crop: What to do with images that are not square: cut out the middle, or add black.
        on_error: What to do with files of a folder that cannot be decoded.
        inception: The published Inception weights, for numbers that compare with papers.
        classifier: A file that ClassifierFeatures.save or `python -m train classifier` wrote.
        out: File for the scores with their protocols, one line of JSON each.
    """
    from keras_gans.cli import _scoring
    from keras_gans.cli._classes import classes_of
    from keras_gans.metrics.score import reals_said
    from keras_gans.serving import Exported

    _scoring.check(metrics, num, seed, (*_scoring.METRICS, _scoring.OF_LABELS))
    exported = Exported(export)
    classes = classes_of(exported, labels)
    asked = _scoring.labels_for(exported, classes, num)
    if not classes and (labels or _scoring.OF_LABELS in metrics):
        raise ValueError(
            f"{exported.path} is a model without classes: leave out --labels and "
            f"{_scoring.OF_LABELS}"
        )
    read = {"data_dir": data_dir, "crop": crop, "on_error": on_error}
    images = {**_scoring.image_settings(exported), **read}
    with _scoring.progress_bars() as progress:
        extractor = None
        if set(metrics) != {"swd"}:
            extractor = _scoring.choose_extractor(
                data, images, progress, inception=inception, classifier=classifier
            )
        real = _scoring.real_images(data, num, split=split, **images)
        generated = _scoring.samples_of(exported, num, seed, progress, asked)
        scores = _scoring.score(
            metrics,
            extractor,
            real,
            generated,
            progress,
            labels=asked,
            real_split=reals_said(f"{data} {split}", crop),
            generated_split=_scoring.samples_said("generated", classes) if classes else None,
            seed=seed,
            ema=_scoring.is_averaged(exported),
        )
    _scoring.show(scores, out)
