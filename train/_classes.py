"""What recipes on classes share."""

from typing import Literal

from keras_gans.data import NoLabelsError

NumClasses = int | Literal["data"]


def resolve(num_classes, batches):
    """The number of classes of a recipe: what it says, or how many the data has.

    Args:
        num_classes: Integer, `None`, or "data" for as many classes as `batches` has.
        batches: The labelled `keras_gans.data.Batches`.

    Raises:
        NoLabelsError: For "data" where the data does not have at least two classes.
    """
    if num_classes != "data":
        return num_classes
    if batches.num_classes is None or batches.num_classes < 2:
        raise NoLabelsError(
            "Data must have at least 2 classes where `num_classes` does not say how many there "
            f"are. Received: {batches!r}"
        )
    return batches.num_classes
