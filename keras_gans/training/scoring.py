"""Scores of a run on small labelled images, without any download."""

from keras_gans import callbacks, data, metrics
from keras_gans.metrics.score import reals_said

NUM_SAMPLES = 10_000


def evaluator(recipe, path):
    """An `EvaluateSamples` for the data of a recipe.

    Features are those of a small classifier that is trained once on the labelled training split;
    the real images are the first 10,000 of the test split.

    Args:
        recipe: `Recipe` whose data has labels and a split `"test"`.
        path: File to which the scores go, one line of JSON each.

    Raises:
        ValueError: If the data has no labels or no such split.
    """
    settings = {
        "image_size": recipe.image_size,
        "channels": recipe.channels,
        "crop": recipe.crop,
        "on_error": recipe.on_error,
        "data_dir": recipe.data_dir,
        "shuffle": False,
        "batch_size": 1,
    }
    try:
        train = data.load(recipe.data, split="train", labels=True, **settings)
        test = data.load(recipe.data, split="test", **settings)
    except ValueError as error:
        raise ValueError(
            "`score_every` needs labelled data with the splits 'train' and 'test'; of a folder, "
            "these are subfolders that hold one for each class. "
            f"Received: data={recipe.data!r} ({error})"
        ) from error
    extractor = metrics.ClassifierFeatures(*train.arrays(), name=f"{recipe.data} classifier")
    real = test.arrays(NUM_SAMPLES)
    return callbacks.EvaluateSamples(
        [metrics.FID(extractor), metrics.PR(extractor)],
        real,
        num=len(real),
        every=max(recipe.score_every, 1),
        real_split=reals_said(f"{recipe.data} test", recipe.crop),
        path=path,
    )
