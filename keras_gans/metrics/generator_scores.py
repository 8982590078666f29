"""Metrics of what a generator makes of its input: small steps of latents, labels asked for."""

from keras_gans.metrics.cache import content_hash
from keras_gans.metrics.checks import as_labels
from keras_gans.metrics.conditional import conditional_accuracy
from keras_gans.metrics.image_scores import FeatureScore
from keras_gans.metrics.path_length import as_distance, perceptual_path_length, style_path_length
from keras_gans.metrics.score import Protocol, Score


class _PathScore:
    """Base of the path lengths: their settings, and the protocol of a number."""

    metric = None

    def __init__(
        self, distance, *, num_pairs=100_000, whole_path=True, epsilon=1e-4, batch_size=64
    ):
        self.distance = as_distance(distance)
        self.num_pairs = num_pairs
        self.whole_path = whole_path
        self.epsilon = epsilon
        self.batch_size = batch_size

    def score(self, measure, *arguments, seed, ema):
        """`Score` of what the function `measure` says of `arguments`."""
        length = measure(
            *arguments,
            num_pairs=self.num_pairs,
            whole_path=self.whole_path,
            epsilon=self.epsilon,
            seed=seed,
            batch_size=self.batch_size,
        )
        protocol = Protocol(
            metric=self.metric,
            settings={"path": "whole" if self.whole_path else "start", "epsilon": self.epsilon},
            extractor=self.distance.name,
            weights_hash=self.distance.weights_hash,
            resize=self.distance.resize,
            generated_split="pairs",
            num_generated=self.num_pairs,
            seed=seed,
            ema=ema,
        )
        return Score({self.metric: length.mean, f"{self.metric}_std": length.std}, protocol)


class PPL(_PathScore):
    """Path length in latent space, `{"ppl", "ppl_std"}`; see `perceptual_path_length`.

    Smaller means that images change evenly.

    Args:
        distance: `FeatureExtractor`, whose `feature_distance` is taken, or an `ImageDistance`, or
            a callable from two batches of images to one distance a pair.
        num_pairs: Number of pairs.
        whole_path: True draws places along the whole path, False takes its start.
        epsilon: Step along the path, of which the whole has length 1.
        batch_size: Pairs generated at once; only memory depends on it.

    Call arguments:
        generate: Callable from latents to images, such as a model or its `predict_on_batch`.
        sample_latents: Callable `(num, seed)` to latents, such as `model.latents_for_sampling`.
        seed: Seed of latents and places. It and `ema` are written into the protocol.
        ema: Whether the averaged generator generates.

    Returns:
        `Score`, whose number of samples is the number of pairs.

    Example:
        >>> ppl = PPL(extractor, num_pairs=10_000)
        >>> ppl(model.predict_on_batch, model.latents_for_sampling, seed=7, ema=False)
    """

    metric = "ppl"

    def __call__(self, generate, sample_latents, *, seed=0, ema=None):
        arguments = generate, self.distance, sample_latents
        return self.score(perceptual_path_length, *arguments, seed=seed, ema=ema)


class StylePPL(_PathScore):
    """Path length in style space, `{"style_ppl", "style_ppl_std"}`; see `style_path_length`.

    Settings and call are those of `PPL`, with two callables in the place of `generate`:
    `mapping` from latents to styles, and `synthesize` from styles to images.
    """

    metric = "style_ppl"

    def __call__(self, mapping, synthesize, sample_latents, *, seed=0, ema=None):
        arguments = mapping, synthesize, self.distance, sample_latents
        return self.score(style_path_length, *arguments, seed=seed, ema=ema)


class ConditionalAccuracy(FeatureScore):
    """Share of samples in which the label asked for is read, `{"conditional_accuracy"}`.

    See `conditional_accuracy`, and `FeatureScore` for the call; `real` is not looked at and may
    be None. The extractor must give logits. Score real images with their own labels for the
    ceiling.

    Args:
        extractor: `FeatureExtractor` that classifies.
        labels: Integer labels `(num_samples,)` that the samples are asked for, in their order. A
            hash of them stands in the protocol.

    Example:
        >>> labels = np.arange(1000) % 10
        >>> accuracy = ConditionalAccuracy(extractor, labels)
        >>> accuracy(None, model.sample(1000, labels=labels, seed=7), seed=7)
    """

    metric = "conditional_accuracy"
    needs_features = False
    needs_logits = True
    needs_real = False

    def __init__(self, extractor, labels):
        super().__init__(extractor)
        self.labels = as_labels("labels", labels)

    @property
    def settings(self):
        return {"labels": content_hash(self.labels)[:16]}

    def compute(self, real, generated):
        return {"conditional_accuracy": conditional_accuracy(generated.logits, self.labels)}
