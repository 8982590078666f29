"""The classes that a command draws samples of."""


def classes_of(exported, labels):
    """The labels that samples of an export are for, in turn: those given, or else all classes.

    Args:
        exported: `Exported`.
        labels: Tuple of integers, empty where none were given.

    Returns:
        Tuple of integers, empty for a model without classes.

    Raises:
        ValueError: If none are given and the export, made elsewhere, does not say its classes.
    """
    if "labels" not in exported.inputs_of("sample"):
        return ()
    labels = labels or tuple(range(exported.description.get("num_classes") or 0))
    if not labels:
        raise ValueError(f"{exported.path} is a model with classes: say --labels, such as 0 1 2")
    return labels
