"""What `evaluate` and `compare` share: sets of images, extractors and the table of scores."""

import numpy as np

METRICS = ("fid", "kid", "pr", "dc", "is", "swd")
OF_LABELS = "conditional_accuracy"  # asks which label a sample was made for
CHUNK = 500  # images made or read at a time


def progress_bars():
    """Bars on the error stream that vanish when they are done, so that the output is the table."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    return Progress(console=console, transient=True, disable=not console.is_terminal)


def check(metrics, num, seed, known=METRICS):
    """Raises a `ValueError` for unknown metrics and numbers out of range."""
    unknown = [name for name in metrics if name not in known]
    if unknown or not metrics:
        raise ValueError(f"--metrics must be some of {', '.join(known)}. Received: {unknown}")
    if num < 2 or not 0 <= seed < 20_000:
        raise ValueError(
            f"--num must be at least 2 and --seed in [0, 20000). Received: num={num}, seed={seed}"
        )


def choose_extractor(data, images, progress, *, inception, classifier):
    """The feature extractor that the flags ask for.

    Args:
        data: Name of labelled data on which a classifier is trained if neither file is given.
        images: Dictionary of settings of `data.load` for images of the right shape.
        progress: `rich.progress.Progress`.
        inception: Path of the published Inception weights, or `None`.
        classifier: Path of a saved classifier, or `None`.
    """
    from keras_gans import data as sources
    from keras_gans import metrics

    if inception is not None:
        return metrics.InceptionFID(inception)
    if classifier is not None:
        return metrics.ClassifierFeatures.load(classifier)
    training = progress.add_task("classifier: training, unless it is cached", total=None)
    train = sources.load(data, split="train", labels=True, batch_size=1, shuffle=False, **images)
    extractor = metrics.ClassifierFeatures(*train.arrays(), name=f"{data} classifier")
    progress.remove_task(training)
    return extractor


def labels_for(exported, labels, num):
    """The labels of `num` samples: `labels` in turn; `None` where there are none.

    Raises:
        ValueError: If the model is told a condition, which no flag here can say.
    """
    if "condition" in exported.inputs_of("sample"):
        raise ValueError(f"{exported.path} is a model with conditions, and scores are without")
    return np.resize(labels, num) if labels else None


def samples_said(what, labels):
    """What a protocol calls samples: `what`, and the labels in turn that they are for, if any."""
    return f"{what} for labels {' '.join(map(str, labels))}" if labels else what


def samples_of(exported, num, seed, progress, labels=None):
    """Float images `(num, height, width, channels)` in `[-1, 1]` of an export, as it serves them.

    They are drawn 500 at a time, fewer above 64 pixels, part `i` from seed `100000 * seed + i`.
    `labels` are those of `labels_for`.
    """
    from keras_gans.utils.pixels import images_at_once

    chunk = images_at_once(exported.outputs_of("sample")["images"].shape[1:], most=CHUNK)
    parts = []
    for part in progress.track(range(-(-num // chunk)), description="sampling"):
        start = part * chunk
        inputs = {"num_images": min(chunk, num - start), "seed": 100_000 * seed + part}
        if labels is not None:
            inputs["labels"] = labels[start : start + chunk]
        if "truncation" in exported.inputs_of("sample"):
            inputs["truncation"] = 1.0  # none: scores are of the whole distribution
        images = exported.run("sample", **inputs)["images"]
        parts.append(images.astype("float32") / 127.5 - 1.0)
    return np.concatenate(parts)


class Watched:
    """Images in batches, with a bar for every pass over them."""

    def __init__(self, images, progress, description):
        self.images = images
        self.progress = progress
        self.description = description

    def __iter__(self):
        starts = range(0, len(self.images), CHUNK)
        for start in self.progress.track(starts, description=self.description):
            yield self.images[start : start + CHUNK]


def real_images(source, num, **settings):
    """At most `num` float images of a source, in its own order."""
    from keras_gans import data

    return data.load(source, batch_size=1, shuffle=False, **settings).arrays(num)


def image_settings(exported):
    """The size and channels of an export's images, as settings of `data.load`."""
    shape = exported.outputs_of("sample")["images"].shape[1:]
    if len(shape) != 3:
        raise ValueError(f"{exported.path} makes no images, and the scores here are for images")
    return {"image_size": shape[0], "channels": shape[2]}


def is_averaged(exported):
    """Whether an export draws samples from averaged weights."""
    description = exported.description
    return any(description.get(name) is not None for name in ("ema_decay", "ema_half_life"))


def score(names, extractor, real, generated, progress, labels=None, **protocol):
    """List of `Score`, one for each metric's name; images are read once."""
    from keras_gans import metrics

    with_features = [name for name in names if name != "swd"]
    read_real, read_generated = real, generated
    if with_features:
        logits = bool({"is", OF_LABELS} & set(names))
        watched = Watched(real, progress, "reading real images")
        read_real = metrics.read_reference(extractor, watched)
        watched = Watched(generated, progress, "reading samples")
        read_generated = metrics.read_images(extractor, watched, logits=logits)
    scores = []
    for name in progress.track(names, description="scores"):
        if name == "swd":
            scores.append(metrics.SWD()(real, generated, **protocol))
            continue
        if name == OF_LABELS:
            metric = metrics.ConditionalAccuracy(extractor, labels)
        else:
            metric = getattr(metrics, name.upper())(extractor)
        scores.append(metric(read_real, read_generated, **protocol))
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
        out.write_text("".join(one.to_json(indent=None) + "\n" for one in scores))
