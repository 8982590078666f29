"""What the caller of `load` asked for, checked once for every source."""

import dataclasses
import numbers


class NoLabelsError(ValueError):
    """Labels are asked for, and the source has none, or not enough classes."""


@dataclasses.dataclass(frozen=True)
class Request:
    """The arguments of `load` but the source; that function explains each."""

    image_size: int | None = None
    channels: int | None = None
    batch_size: int = 128
    split: str = "train"
    labels: bool = False
    seed: int = 0
    data_dir: str | None = None
    crop: str = "center"
    value_range: tuple | None = None
    shuffle: bool = True
    on_error: str = "raise"
    in_memory: bool | None = None
    memory_limit: int = 2**30

    def __post_init__(self):
        if self.image_size is not None:
            _check_positive_integer("image_size", self.image_size)
        _check_positive_integer("batch_size", self.batch_size)
        _check_choice("channels", self.channels, (None, 1, 3))
        _check_choice("crop", self.crop, ("center", "pad"))
        _check_choice("on_error", self.on_error, ("raise", "skip"))
        _check_choice("in_memory", self.in_memory, (None, True, False))
        check_seed(self.seed)
        if self.value_range is not None:
            low, high = self.value_range
            if not low < high:
                raise ValueError(
                    "`value_range` must be `(low, high)` with low < high. "
                    f"Received: value_range={self.value_range}"
                )

    def fits_in_memory(self, num_bytes):
        """Whether data of that size is to be held in memory."""
        return num_bytes <= self.memory_limit if self.in_memory is None else self.in_memory

    def of_each_half(self):
        """What is asked of each of two halves of the data, which share the memory."""
        return dataclasses.replace(self, memory_limit=self.memory_limit // 2)

    def batching(self):
        """The keyword arguments that every kind of `Batches` takes."""
        return {"batch_size": self.batch_size, "seed": self.seed, "shuffle": self.shuffle}


def check_seed(seed):
    """Raises a `ValueError` unless `seed` is an integer in `[0, 2**31)`."""
    if not isinstance(seed, numbers.Integral) or not 0 <= seed < 2**31:
        raise ValueError(f"`seed` must be an integer in [0, 2**31). Received: seed={seed!r}")


def check_arrays_have_no_split(split):
    """Raises a `ValueError` for a split other than "train", which stands for all there is."""
    if split != "train":
        raise ValueError(f"`split` must be left out for arrays. Received: split={split!r}")


def _check_positive_integer(name, value):
    if not isinstance(value, numbers.Integral) or value < 1:
        raise ValueError(f"`{name}` must be a positive integer. Received: {name}={value!r}")


def _check_choice(name, value, choices):
    if value not in choices:
        raise ValueError(f"`{name}` must be one of {choices}. Received: {name}={value!r}")
