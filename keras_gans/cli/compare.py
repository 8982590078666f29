"""`python -m keras_gans compare`: scores between two sets of images."""

import pathlib

import tyro


def compare(
    first: tyro.conf.Positional[pathlib.Path],
    second: tyro.conf.Positional[pathlib.Path],
    /,
    metrics: tuple[str, ...] = ("fid", "pr"),
    num: int = 10_000,
    seed: int = 0,
    data: str | None = None,
    data_dir: str | None = None,
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
        data: Labelled data on which the classifier of the features is trained.
        data_dir: Where TensorFlow Datasets keeps its data.
        inception: The published Inception weights, instead.
        classifier: A saved classifier, instead.
        out: File for the scores with their protocols, one JSON object each.
    """
    from rich.progress import Progress

    from keras_gans.cli import _scoring
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
                raise
    shapes = [_scoring.image_settings(exported) for exported in exports.values()]
    if len(shapes) == 2 and shapes[0] != shapes[1]:
        raise ValueError(f"the two make images of different shapes: {shapes[0]} and {shapes[1]}")
    settings = {**(shapes[0] if shapes else {}), "data_dir": data_dir}
    extractor = None
    if set(metrics) != {"swd"}:
        extractor = _scoring.choose_extractor(
            data, settings, inception=inception, classifier=classifier
        )
    with Progress(transient=True) as progress:
        sets = [
            _scoring.samples_of(exports[path], num, seed, progress)
            if path in exports
            else _scoring.real_images(str(path), num, **settings)
            for path in (first, second)
        ]
    scores = _scoring.score(
        metrics, extractor, *sets, real_split=str(first), generated_split=str(second), seed=seed
    )
    _scoring.show(scores, out)
