"""The code of InfoGAN: its layout in the latents, its prior, and what users say and read of it."""

import dataclasses
import itertools

import numpy as np
from keras import ops

from keras_gans.utils import randomness


@dataclasses.dataclass(frozen=True)
class Codes:
    """Some categorical codes, then some continuous ones, named `c1`, `c2`, ... in this order.

    In the latents a categorical code of `n` classes is a one-hot vector of length `n`, and a
    continuous one a number, uniform on `[-1, 1]`. The recognition head answers with logits in the
    place of the one-hot vectors, then the means, then the logarithms of the deviations.

    Args:
        categorical: Tuple of integers >= 2, numbers of classes.
        continuous: Integer >= 0, number of continuous codes.

    Raises:
        ValueError: If there is no code at all, or a number is out of range.
    """

    categorical: tuple
    continuous: int

    def __post_init__(self):
        sizes_fit = all(isinstance(size, int) and size >= 2 for size in self.categorical)
        number_fits = isinstance(self.continuous, int) and self.continuous >= 0
        if not sizes_fit or not number_fits or not (self.categorical or self.continuous):
            raise ValueError(
                "`categorical_codes` must be a tuple of integers of at least 2, `continuous_codes` "
                "an integer of at least 0, and there must be a code. Received: "
                f"categorical_codes={self.categorical}, continuous_codes={self.continuous!r}"
            )

    @property
    def names(self):
        return [f"c{i + 1}" for i in range(len(self.categorical) + self.continuous)]

    @property
    def categorical_width(self):
        return sum(self.categorical)

    @property
    def width(self):
        """Numbers that the codes take in the latents."""
        return self.categorical_width + self.continuous

    @property
    def outputs(self):
        """Numbers that the recognition head answers with."""
        return self.categorical_width + 2 * self.continuous

    @property
    def categorical_parts(self):
        """Slices of the categorical codes."""
        ends = list(itertools.accumulate(self.categorical, initial=0))
        return [slice(start, end) for start, end in itertools.pairwise(ends)]

    @property
    def continuous_part(self):
        """Slice of the continuous codes in the latents and of their means in the answers."""
        return slice(self.categorical_width, self.width)

    @property
    def deviation_part(self):
        """Slice of the logarithms of their deviations in the answers."""
        return slice(self.width, self.outputs)

    def draw(self, num, seed):
        """The prior: float32 `(num, width)`, for a seed pair whose `another` draws are free."""
        parts = []
        for place, size in enumerate(self.categorical):
            classes = randomness.integers((num,), randomness.another(seed, place + 1), size)
            parts.append(ops.one_hot(classes, size))
        if self.continuous:
            parts.append(randomness.uniform((num, self.continuous), randomness.another(seed, 0)))
        return ops.concatenate(parts, axis=1)

    def place(self, drawn, chosen):
        """Drawn codes with those that a user chose put in their place.

        Args:
            drawn: Array `(num, width)` of the prior.
            chosen: Dictionary from a name to a value, or to one value per sample: a class of a
                categorical code, a float of a continuous one. Values beyond `[-1, 1]` are allowed,
                as the paper shows them.

        Returns:
            NumPy float32 array `(num, width)`.

        Raises:
            ValueError: For a name that is no code, values of the wrong kind or number, and classes
                out of range.
        """
        if not isinstance(chosen, dict):
            raise ValueError(
                f"`codes` must be a dictionary from the names {', '.join(self.names)} to values. "
                f"Received: codes={chosen!r}"
            )
        placed = np.array(drawn, np.float32)
        for name, values in chosen.items():
            if name not in self.names:
                raise ValueError(
                    f"`codes` must be named {', '.join(self.names)}. Received: {name!r}"
                )
            place = self.names.index(name)
            values = self._checked(name, values, len(placed))
            if place < len(self.categorical):
                classes = np.eye(self.categorical[place], dtype=np.float32)
                placed[:, self.categorical_parts[place]] = classes[values]
            else:
                placed[:, self.categorical_width + place - len(self.categorical)] = values
        return placed

    def read(self, outputs):
        """What the recognition head read: dictionary from name to probabilities or means.

        Args:
            outputs: Tensor `(num, outputs)`.
        """
        read = [ops.softmax(outputs[:, part]) for part in self.categorical_parts]
        means = outputs[:, self.continuous_part]
        read += [means[:, place] for place in range(self.continuous)]
        return dict(zip(self.names, read, strict=True))

    def _checked(self, name, values, num):
        place = self.names.index(name)
        values = np.asarray(values)
        is_categorical = place < len(self.categorical)
        if values.shape not in ((), (num,)):
            raise ValueError(
                f"`codes` must hold one value or one per sample, {num}, for {name}. "
                f"Received: values of shape {values.shape}"
            )
        if is_categorical and values.dtype.kind not in "iu":
            raise ValueError(
                f"`codes` must hold integers, classes, for the categorical code {name}. "
                f"Received: {name} of dtype {values.dtype}"
            )
        if is_categorical and not (values.min() >= 0 and values.max() < self.categorical[place]):
            raise ValueError(
                f"`codes` must hold classes from 0 to {self.categorical[place] - 1} for {name}. "
                f"Received: {name} from {values.min()} to {values.max()}"
            )
        if not is_categorical and (values.dtype.kind not in "iuf" or not np.isfinite(values).all()):
            raise ValueError(
                f"`codes` must hold finite numbers for the continuous code {name}. "
                f"Received: {name}={values}"
            )
        return values
