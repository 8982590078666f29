"""What `evaluate` and `compare` share: sets of images, extractors and the table of scores."""

import pathlib

import numpy as np

METRICS = ("fid", "kid", "pr", "dc", "is", "swd")
CHUNK = 500  # samples generated at a time


def check(metrics, num, seed):
    """Raises a `ValueError` for unknown metrics and numbers out of range."""
    unknown = [name for name in metrics if name not in METRICS]
    if unknown or not metrics:
        raise ValueError(f"--metrics must be some of {', '.join(METRICS)}. Received: {unknown}")
    if num < 2 or not 0 <= seed < 20_000:
        raise ValueError(
            f"--num must be at least 2 and --seed in [0, 20000). Received: num={num}, seed={seed}"
        )


def choose_extractor(data, images, *, inception, classifier):
    """The feature extractor that the flags ask for.

    Args:
        data: Name of labelled data on which a classifier is trained if neither file is given.
        images: Dictionary of settings of `data.load` for images of the right shape.
        inception: Path of the published Inception weights, or `None`.
        classifier: Path of a saved classifier, or `None`.
    """
    from keras_gans import data as sources
    from keras_gans import metrics

    if inception is not None:
        return metrics.InceptionFID(inception)
    if classifier is not None:
        return metrics.ClassifierFeatures.load(classifier)
    train = sources.load(data, split="train", labels=True, batch_size=500, shuffle=False, **images)
    x, y = (np.concatenate(parts) for parts in zip(*train.as_numpy_iterator(), strict=True))
    return metrics.ClassifierFeatures(x, y, name=f"{pathlib.Path(data).name} classifier")


def samples_of(exported, num, seed, progress):
    """Float images `(num, height, width, channels)` in `[-1, 1]` of an export, as it serves them.

    They are drawn 500 at a time, part `i` from seed `100000 * seed + i`, so that memory does not
    grow with their number.
    """
    parts = []
    for part in progress.track(range(-(-num // CHUNK)), description="sampling"):
        count = min(CHUNK, num - part * CHUNK)
        images = exported.run("sample", num_images=count, seed=100_000 * seed + part)["images"]
        parts.append(images.astype("float32") / 127.5 - 1.0)
    return np.concatenate(parts)


def real_images(source, num, **settings):
    """At most `num` float images of a source, in its own order."""
    from keras_gans import data

    batches = data.load(source, batch_size=1, shuffle=False, **settings)
    count = min(num, batches.num_examples)
    return np.concatenate(list(batches.take(count).as_numpy_iterator()))


def image_settings(exported):
    """The size and channels of an export's images, as settings of `data.load`."""
    shape = exported.outputs_of("sample")["images"].shape[1:]
    if len(shape) != 3:
        raise ValueError(f"{exported.path} makes no images, and the scores here are for images")
    return {"image_size": shape[0], "channels": shape[2]}


def score(names, extractor, real, generated, **protocol):
    """List of `Score`, one for each metric's name; images are read once."""
    from keras_gans import metrics

    classes = {name: getattr(metrics, name.upper()) for name in names}
    with_features = [name for name in names if name != "swd"]
    read_real, read_generated = real, generated
    if with_features:
        logits = "is" in names
        read_real = metrics.read_reference(extractor, real)
        read_generated = metrics.read_images(extractor, generated, logits=logits)
    scores = []
    for name in names:
        if name == "swd":
            scores.append(classes[name]()(real, generated, **protocol))
        else:
            scores.append(classes[name](extractor)(read_real, read_generated, **protocol))
    return scores


def show(scores, out=None):
    """Prints the scores as a table with their protocol below, and writes them as JSON lines."""
    import rich.console
    import rich.table

    console = rich.console.Console(highlight=False, soft_wrap=True)
    table = rich.table.Table("score", "value", box=None)
    for one in scores:
        for name, value in one.values.items():
            table.add_row(name, f"{value:.4g}")
    console.print(table)
    for line in dict.fromkeys(str(one.protocol) for one in scores):
        console.print(line, style="dim")
    if out is not None:
        out.write_text("".join(one.to_json() + "\n" for one in scores))
