"""Frechet distance between two Gaussians fitted to features (FID), from streamed statistics."""

import numpy as np
import scipy.linalg

from keras_gans.metrics.checks import as_feature_pair, as_features


class FeatureStatistics:
    """Mean and covariance of features that arrive in batches, in float64.

    Each batch costs one symmetric rank-k update. Scatter is kept around the running mean, so
    features far from zero lose no digits; two accumulators that saw different parts of the data
    can be merged. Memory is one `(dim, dim)` matrix, 34 MB for width 2048.

    Example:
        >>> statistics = FeatureStatistics()
        >>> for batch in batches:
        ...     statistics.update(extractor(batch))
        >>> statistics.mean.shape, statistics.covariance.shape
        ((2048,), (2048, 2048))

    Reference:
        Chan, Golub & LeVeque, 1979, "Updating formulae and a pairwise algorithm for computing
        sample variances".
    """

    def __init__(self):
        self.count = 0
        self.mean = None
        self._scatter = None  # upper triangle of sum (x - mean)(x - mean)^T, Fortran order

    def update(self, features):
        """Adds a batch of features `(num_samples, dim)`, and returns the accumulator.

        Raises:
            ValueError: If the batch is not finite or its width differs from the batches before.
        """
        features = as_features("features", features, at_least=0).astype(np.float64)
        if not len(features):
            return self
        batch_mean = features.mean(axis=0)
        self._start(features.shape)
        total = self.count + len(features)
        shift = batch_mean - self.mean
        # The scatter of the union is that of the parts plus one more row, the scaled shift.
        between = np.sqrt(self.count * len(features) / total) * shift
        rows = np.concatenate([features - batch_mean, between[None]])
        self._scatter = scipy.linalg.blas.dsyrk(
            1.0, rows.T, beta=1.0, c=self._scatter, overwrite_c=True
        )
        self.mean = self.mean + shift * (len(features) / total)
        self.count = total
        return self

    def merge(self, other):
        """Adds what another accumulator has seen, and returns this one."""
        if other.count:
            self._start((other.count, len(other.mean)))
            total = self.count + other.count
            shift = other.mean - self.mean
            weight = self.count * other.count / total
            self._scatter += other._scatter + weight * np.triu(np.outer(shift, shift))
            self.mean = self.mean + shift * (other.count / total)
            self.count = total
        return self

    @property
    def covariance(self):
        """Unbiased covariance `(dim, dim)`, divided by `count - 1` as published FIDs do."""
        if self.count < 2:
            raise ValueError(
                "`FeatureStatistics` needs at least 2 samples for a covariance. "
                f"Received: count={self.count}"
            )
        upper = np.triu(self._scatter)
        return (upper + np.triu(upper, 1).T) / (self.count - 1)

    def to_arrays(self):
        """The accumulator as a dict of arrays, for a file."""
        return {"count": np.array(self.count), "mean": self.mean, "scatter": self._scatter}

    @classmethod
    def from_arrays(cls, arrays):
        """The accumulator that `to_arrays` described."""
        statistics = cls()
        statistics.count = int(arrays["count"])
        statistics.mean = np.array(arrays["mean"])
        statistics._scatter = np.array(arrays["scatter"], order="F")
        return statistics

    def _start(self, shape):
        if self.mean is None:
            self.mean = np.zeros(shape[1])
            self._scatter = np.zeros((shape[1], shape[1]), order="F")
        if shape[1] != len(self.mean):
            raise ValueError(
                f"`features` must have one width throughout, {len(self.mean)}. "
                f"Received: features of shape {shape}"
            )


def frechet_distance(real, generated):
    """Squared 2-Wasserstein distance between two Gaussians with the features' moments.

    `|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))`. It is 0 for equal moments and grows without
    bound. Its bias falls as one over the number of samples, so numbers for different sample
    counts must not be compared; with fewer samples than features the covariances are singular
    and the number is dominated by that bias, though still computed stably.

    The trace of the square root is the sum of the singular values of `C1^(1/2) C2^(1/2)`. That is
    the same number as the eigenvalues of `C1 C2` give, needs no complex square root, and keeps
    all digits for singular covariances.

    Args:
        real: Features `(num_real, dim)`, or their `FeatureStatistics`.
        generated: Features `(num_generated, dim)`, or their `FeatureStatistics`.

    Returns:
        Float, at least 0, in squared units of the features.

    Raises:
        ValueError: If a set has fewer than 2 samples, features are not finite or widths differ.

    Reference:
        Heusel et al., 2017, "GANs Trained by a Two Time-Scale Update Rule" (arXiv:1706.08500),
        equation 6; `metric_fid.py` of torch-fidelity; `fid.py` of bioinf-jku/TTUR.
    """
    if not isinstance(real, FeatureStatistics) and not isinstance(generated, FeatureStatistics):
        real, generated = as_feature_pair(real, generated, at_least=2)
    real, generated = _statistics("real", real), _statistics("generated", generated)
    if real.mean.shape != generated.mean.shape:
        raise ValueError(
            "`real` and `generated` must be features of the same kind, so of one width. "
            f"Received: real of width {len(real.mean)}, generated of width {len(generated.mean)}"
        )
    real_root = _square_root(real.covariance)
    generated_root = _square_root(generated.covariance)
    trace_of_root = scipy.linalg.svdvals(real_root.T @ generated_root).sum()
    spread = np.square(real_root).sum() + np.square(generated_root).sum() - 2 * trace_of_root
    shift = real.mean - generated.mean
    return max(0.0, float(shift @ shift + spread))


def _statistics(name, features):
    if isinstance(features, FeatureStatistics):
        return features
    return FeatureStatistics().update(as_features(name, features, at_least=2))


def _square_root(covariance):
    """A matrix `R` with `R R^T` equal to the covariance; rounding below zero is cut off."""
    eigenvalues, eigenvectors = scipy.linalg.eigh(covariance)
    return eigenvectors * np.sqrt(np.maximum(eigenvalues, 0.0))
