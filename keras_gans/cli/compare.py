"""`python -m keras_gans compare`: scores between two sets of images."""

import pathlib
from typing import Literal

import tyro


def compare(
    first: tyro.conf.Positional[pathlib.Path],
    second: tyro.conf.Positional[pathlib.Path],
    /,
    metrics: tuple[str, ...] = ("fid", "pr"),
    num: int = 10_000,
    seed: int = 0,
    labels: tuple[int, ...] = (),
    data: str | None = None,
    data_dir: str | None = None,
    crop: Literal["center", "pad"] = "center",
    on_error: Literal["raise", "skip"] = "raise",
    inception: pathlib.Path | None = None,
    classifier: pathlib.Path | None = None,
    out: pathlib.Path | None = None,
):
    """Score two sets of images against each other: exports or folders of images.

    Precision, recall, density and coverage take the first set as the real one.

    Args:
        first: An exported model, the folder of its versions, or a folder of images.
        second: The same.
        metrics: Some of fid, kid, pr, dc, is, swd.
        num: How many samples, and at most how many images of a folder.
        seed: Seed of the samples.
        labels: For models with classes: the labels of the samples, in turn. Defaults to all.
        data: Labelled data on which the classifier of the features is trained.
        data_dir: Where TensorFlow Datasets keeps its data.
        crop: What to do with images that are not square: cut out the middle, or add black.
        on_error: What to do with files of a folder that cannot be decoded.
        inception: The published Inception weights, instead.
        classifier: A saved classifier, instead.
        out: File for the scores with their protocols, one line of JSON each.
    """
    from keras_gans.cli import _scoring
    from keras_gans.cli._classes import classes_of
    from keras_gans.metrics.score import reals_said
    from keras_gans.serving import Exported

    _scoring.check(metrics, num, seed)
    if data is None and inception is None and classifier is None and set(metrics) != {"swd"}:
        raise ValueError("say whose features to compare: --data, --classifier or --inception")
    exports = {}
    for path in (first, second):
        try:
            exports[path] = Exported(path)
        except FileNotFoundError:
            if not path.is_dir():
                raise FileNotFoundError(
                    "both must be exported models, folders of their versions or folders of "
                    f"images, and there is no folder {path}"
                ) from None
    shapes = [_scoring.image_settings(exported) for exported in exports.values()]
    if len(shapes) == 2 and shapes[0] != shapes[1]:
        raise ValueError(f"the two make images of different shapes: {shapes[0]} and {shapes[1]}")
    read = {"data_dir": data_dir, "crop": crop, "on_error": on_error}
    settings = {**(shapes[0] if shapes else {}), **read}
    classes = {path: classes_of(one, labels) for path, one in exports.items()}
    asked = {p: _scoring.labels_for(one, classes[p], num) for p, one in exports.items()}
    if labels and not any(classes.values()):
        raise ValueError("neither is a model with classes: leave out --labels")
    sampled = exports.get(second)
    with _scoring.progress_bars() as progress:
        extractor = None
        if set(metrics) != {"swd"}:
            extractor = _scoring.choose_extractor(
                data, settings, progress, inception=inception, classifier=classifier
            )
        sets = [
            _scoring.samples_of(exports[path], num, seed, progress, asked[path])
            if path in exports
            else _scoring.real_images(str(path), num, **settings)
            for path in (first, second)
        ]
        scores = _scoring.score(
            metrics,
            extractor,
            *sets,
            progress,
            real_split=reals_said(str(first), crop),
            generated_split=_scoring.samples_said(str(second), classes.get(second, ())),
            seed=seed if sampled else None,
            ema=_scoring.is_averaged(sampled) if sampled else None,
        )
    _scoring.show(scores, out)
