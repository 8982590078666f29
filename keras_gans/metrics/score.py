"""A score is a value and its protocol, and is compared only with its like."""

import dataclasses
import json

from keras_gans.utils.checks import check_positive


class ProtocolMismatch(ValueError):  # noqa: N818 - reads as what happened
    """Two scores were compared although their protocols differ."""


@dataclasses.dataclass(frozen=True)
class Protocol:
    """Everything that changes a score without the generator having changed.

    Attributes:
        metric: Short name of the metric, such as `"fid"`.
        settings: Its own numbers, such as the subsets of KID.
        extractor: Name of the feature extractor, or None where the metric needs none.
        weights_hash: SHA-256 of its weights, or None where unknown.
        resize: How images are brought to its size.
        published: Whether papers' numbers were computed with exactly this extractor.
        real_data: Fingerprint of the real images, whatever their order.
        real_split: What they are, such as `"mnist test"`.
        num_real: How many; 0 where the metric looks at none.
        generated_split: What the other images are where they are not samples, such as
            `"mnist train"`, or `"pairs"` of samples.
        num_generated: How many.
        seed: Seed of the samples.
        ema: Whether they are of the averaged generator.
    """

    metric: str
    settings: dict = dataclasses.field(default_factory=dict)
    extractor: str | None = None
    weights_hash: str | None = None
    resize: str | None = None
    published: bool = False
    real_data: str | None = None
    real_split: str | None = None
    num_real: int = 0
    generated_split: str | None = None
    num_generated: int = 0
    seed: int | None = None
    ema: bool | None = None

    def differences(self, other, ignoring=()):
        """Dict from each attribute in which two protocols differ to both of its values.

        Args:
            other: Protocol.
            ignoring: Names of attributes that may differ.
        """
        names = [field.name for field in dataclasses.fields(self)]
        if unknown := set(ignoring) - set(names):
            raise ValueError(
                f"`ignoring` must name parts of a protocol, {names}. Received: {sorted(unknown)}"
            )
        return {
            name: (getattr(self, name), getattr(other, name))
            for name in names
            if name not in ignoring and getattr(self, name) != getattr(other, name)
        }

    def __str__(self):
        generated = f"{self.num_generated:,} {self.generated_split or 'generated'}"
        parts = [generated]
        if self.num_real:
            parts.append(f"against {self.num_real:,} {self.real_split or 'real'}")
            parts.append(f"data {self.real_data}")
        if self.extractor:
            weights = self.weights_hash[:8] if self.weights_hash else "unknown"
            parts += [f"{self.extractor}", f"weights {weights}", f"resize: {self.resize}"]
        parts += [f"{name} {value}" for name, value in self.settings.items()]
        parts += [f"seed {self.seed}"] * (self.seed is not None)
        if self.ema is not None:
            parts.append("EMA" if self.ema else "no EMA")
        if self.extractor and not self.published:
            parts.append("not comparable with published numbers")
        return ", ".join(parts)


@dataclasses.dataclass(frozen=True)
class Score:
    """One or several numbers of a metric with the protocol that they were computed under.

    Scores print with their protocol, go to JSON and back, and can be ordered and subtracted
    where the protocols agree. Whether small or large is good depends on the metric.

    Args:
        values: Dict from names to floats, the main one first, such as `{"fid": 12.3}` or
            `{"precision": 0.9, "recall": 0.4}`.
        protocol: `Protocol`.

    Example:
        >>> score = FID(extractor)(real, generated, real_split="mnist test", seed=7)
        >>> print(score)
        fid_10k = 12.34 (10,000 generated, against 10,000 mnist test, ...)
        >>> score.value < best.value  # of anything
        >>> score < best  # raises unless the protocols agree
    """

    values: dict
    protocol: Protocol

    @property
    def value(self):
        """The main number."""
        return next(iter(self.values.values()))

    @property
    def name(self):
        """The metric with its number of samples, such as `fid_50k`."""
        return with_count(self.protocol.metric, self.protocol.num_generated)

    def difference(self, other, ignoring=()):
        """`self.value - other.value`, after checking that the protocols agree.

        Args:
            other: Score.
            ignoring: Parts of the protocol that may differ, such as `("ema", "seed")`.

        Raises:
            ProtocolMismatch: If the protocols differ elsewhere; the message lists where.
        """
        if differences := self.protocol.differences(other.protocol, ignoring):
            listed = "; ".join(f"{part}: {a!r} / {b!r}" for part, (a, b) in differences.items())
            raise ProtocolMismatch(
                f"`other` must be a score of the same protocol. Received: {self.name} and "
                f"{other.name}, which differ in {listed}"
            )
        return self.value - other.value

    def __sub__(self, other):
        return self.difference(other)

    def __lt__(self, other):
        return self.difference(other) < 0

    def __le__(self, other):
        return self.difference(other) <= 0

    def __gt__(self, other):
        return self.difference(other) > 0

    def __ge__(self, other):
        return self.difference(other) >= 0

    def __float__(self):
        return float(self.value)

    def __str__(self):
        if len(self.values) == 1:
            return f"{self.name} = {self.value:.4g} ({self.protocol})"
        numbers = ", ".join(f"{name} = {value:.4g}" for name, value in self.values.items())
        return f"{self.name}: {numbers} ({self.protocol})"

    def to_json(self, indent=2):
        """The score as a JSON object, in one string; `indent=None` makes it one line."""
        return json.dumps(dataclasses.asdict(self), indent=indent)

    @classmethod
    def from_json(cls, text):
        """The score that `to_json` wrote.

        Raises:
            ValueError: If the text is no score.
        """
        try:
            fields = json.loads(text)
            return cls(dict(fields["values"]), Protocol(**fields["protocol"]))
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(
                f"`text` must be JSON that `Score.to_json` wrote ({error}). "
                f"Received: text={text!r:.80}"
            ) from error


def with_count(name, count):
    """`fid` and 50,000 make `fid_50k`; counts that are no full thousands are written out."""
    check_positive(count=count)
    return f"{name}_{count // 1000}k" if count % 1000 == 0 else f"{name}_{count}"


def reals_said(split, crop):
    """What a protocol calls real images of a split: it names a crop that is not the usual one."""
    return split if crop == "center" else f"{split}, crop {crop}"
