"""The metrics as objects: two sets of images in, a `Score` with its protocol out."""

import numpy as np

from keras_gans.metrics.extractor import as_extractor
from keras_gans.metrics.frechet import frechet_distance
from keras_gans.metrics.image_sets import (
    Fingerprint,
    ImageFeatures,
    gather_images,
    read_images,
    read_reference,
)
from keras_gans.metrics.inception_score import inception_score
from keras_gans.metrics.kernel import kernel_distance
from keras_gans.metrics.manifold import density_coverage, precision_recall
from keras_gans.metrics.score import Protocol, Score
from keras_gans.metrics.sliced_wasserstein import sliced_wasserstein_distance
from keras_gans.metrics.structural_similarity import SCALE_WEIGHTS, diversity_ms_ssim


class FeatureScore:
    """Base of the metrics that compare what an extractor reads in two sets of images.

    A subclass sets `metric`, says what it needs, and writes `compute`.

    Args:
        extractor: `FeatureExtractor`, or a callable from images to features.
        num_real: Number of real images to use; None uses all. Fewer raise a ValueError.
        num_generated: Likewise of generated images.

    Call arguments:
        real: Images in `[-1, 1]`: an array `(num_images, height, width, channels)`, an iterable
            of such batches or of tuples that begin with one, such as a `tf.data.Dataset`, or
            `ImageFeatures`, so that several metrics share one reading. What is read in real
            images is kept between runs.
        generated: Likewise.
        real_split: What the real images are, such as `"mnist test"`. These four are written
            into the protocol.
        generated_split: What the generated images are, where they are not samples.
        seed: Seed that the samples were drawn with.
        ema: Whether the averaged generator drew them.

    Returns:
        `Score`.

    Raises:
        ValueError: If images or features are malformed or too few, or `ImageFeatures` were read
            by another extractor.
    """

    metric = None
    is_published = False  # whether papers compute it by an extractor that is `published`
    needs_features = True
    needs_logits = False
    needs_real = True

    def __init__(self, extractor, *, num_real=None, num_generated=None):
        self.extractor = as_extractor(extractor)
        self.num_real = num_real
        self.num_generated = num_generated

    @property
    def settings(self):
        """The metric's own numbers, as JSON writes them."""
        return {}

    def compute(self, real, generated):
        """Dict of values, the main one first, from two `ImageFeatures`."""
        raise NotImplementedError(f"`{type(self).__name__}` must define `compute`")

    def __call__(
        self, real, generated, *, real_split=None, generated_split=None, seed=None, ema=None
    ):
        real = self.read_real(real) if self.needs_real else None
        generated = self.read_generated(generated)
        protocol = Protocol(
            metric=self.metric,
            settings=self.settings,
            extractor=self.extractor.name,
            weights_hash=self.extractor.weights_hash,
            resize=self.extractor.resize,
            published=self.extractor.published and self.is_published,
            real_data=real.fingerprint if real else None,
            real_split=real_split if real else None,
            num_real=real.count if real else 0,
            generated_split=generated_split,
            num_generated=generated.count,
            seed=seed,
            ema=ema,
        )
        return Score(self.compute(real, generated), protocol)

    def read_real(self, images):
        """What this metric needs of real images, as `ImageFeatures`, from the cache if there."""
        if isinstance(images, ImageFeatures):
            return self._check("real", images, self.num_real)
        return read_reference(
            self.extractor, images, limit=self.num_real, features=self.needs_features
        )

    def read_generated(self, images):
        """What this metric needs of generated images, as `ImageFeatures`."""
        if isinstance(images, ImageFeatures):
            return self._check("generated", images, self.num_generated)
        return read_images(
            self.extractor,
            images,
            name="generated",
            limit=self.num_generated,
            features=self.needs_features,
            logits=self.needs_logits,
        )

    def _check(self, name, images, count):
        if images.extractor is not self.extractor:
            raise ValueError(
                f"`{name}` must have been read by this metric's extractor, {self.extractor!r}. "
                f"Received: {name} read by {images.extractor!r}"
            )
        if count is not None and images.count != count:
            raise ValueError(
                f"`{name}` must hold {count} images. Received: {images.count} images in {name}"
            )
        needs_logits = self.needs_logits and name == "generated"
        for part, needed in (("features", self.needs_features), ("logits", needs_logits)):
            if needed and getattr(images, part) is None:
                raise ValueError(
                    f"`{name}` must have been read with {part}=True for {self.metric}. "
                    f"Received: {name} without {part}"
                )
        return images


class FID(FeatureScore):
    """Frechet distance of the features, `{"fid"}`; see `frechet_distance`. Smaller is better.

    Only means and covariances are kept, in memory that does not grow with the images.
    """

    metric = "fid"
    is_published = True
    needs_features = False

    def compute(self, real, generated):
        return {"fid": frechet_distance(real.statistics, generated.statistics)}


class KID(FeatureScore):
    """Kernel distance of the features, `{"kid", "kid_std"}`; see `kernel_distance`.

    Smaller is better; the second value is the deviation over subsets.
    """

    metric = "kid"
    is_published = True

    def __init__(self, extractor, *, subsets=100, subset_size=1000, subset_seed=2020, **counts):
        super().__init__(extractor, **counts)
        self.subsets = subsets
        self.subset_size = subset_size
        self.subset_seed = subset_seed

    @property
    def settings(self):
        return {
            "subsets": self.subsets,
            "subset_size": self.subset_size,
            "subset_seed": self.subset_seed,
        }

    def compute(self, real, generated):
        distance = kernel_distance(
            real.features, generated.features, self.subsets, self.subset_size, self.subset_seed
        )
        return {"kid": distance.mean, "kid_std": distance.std}


class IS(FeatureScore):
    """Inception-type score, `{"is", "is_std"}`; see `inception_score`. Larger is better.

    `real` is not looked at and may be None. The extractor must give logits.
    """

    metric = "is"
    is_published = True
    needs_features = False
    needs_logits = True
    needs_real = False

    def __init__(self, extractor, *, splits=10, shuffle_seed=2020, **counts):
        super().__init__(extractor, **counts)
        self.splits = splits
        self.shuffle_seed = shuffle_seed

    @property
    def settings(self):
        return {"splits": self.splits, "shuffle_seed": self.shuffle_seed}

    def compute(self, real, generated):
        score = inception_score(generated.logits, self.splits, self.shuffle_seed)
        return {"is": score.mean, "is_std": score.std}


class PR(FeatureScore):
    """Precision and recall, `{"precision", "recall"}`; see `precision_recall`."""

    metric = "pr"

    def __init__(self, extractor, *, neighbours=3, **counts):
        super().__init__(extractor, **counts)
        self.neighbours = neighbours

    @property
    def settings(self):
        return {"neighbours": self.neighbours}

    def compute(self, real, generated):
        return precision_recall(real.features, generated.features, self.neighbours)._asdict()


class DC(FeatureScore):
    """Density and coverage, `{"density", "coverage"}`; see `density_coverage`."""

    metric = "dc"

    def __init__(self, extractor, *, neighbours=5, **counts):
        super().__init__(extractor, **counts)
        self.neighbours = neighbours

    @property
    def settings(self):
        return {"neighbours": self.neighbours}

    def compute(self, real, generated):
        return density_coverage(real.features, generated.features, self.neighbours)._asdict()


class _PictureScore:
    """Base of the metrics that look at the pixels themselves, without an extractor."""

    metric = None
    needs_real = True

    def __init__(self, *, num_real=None, num_generated=None):
        self.num_real = num_real
        self.num_generated = num_generated

    def __call__(
        self, real, generated, *, real_split=None, generated_split=None, seed=None, ema=None
    ):
        real = gather_images("real", real, self.num_real) if self.needs_real else None
        generated = gather_images("generated", generated, self.num_generated)
        protocol = Protocol(
            metric=self.metric,
            settings=self.settings,
            real_data=str(Fingerprint().update(real)) if self.needs_real else None,
            real_split=real_split if self.needs_real else None,
            num_real=len(real) if self.needs_real else 0,
            generated_split=generated_split,
            num_generated=len(generated),
            seed=seed,
            ema=ema,
        )
        return Score(self.compute(real, generated), protocol)


class SWD(_PictureScore):
    """Sliced Wasserstein distance, `{"swd", "swd_<resolution>" ...}`; smaller is better.

    See `sliced_wasserstein_distance`, whose options it takes, and `FeatureScore` for the call.
    Both sets must hold equally many images; published numbers use 16,384.
    """

    metric = "swd"

    def __init__(
        self,
        *,
        patches_per_image=128,
        patch_size=7,
        directions=512,
        smallest_resolution=16,
        patch_seed=0,
        **counts,
    ):
        super().__init__(**counts)
        self.settings = {
            "patches_per_image": patches_per_image,
            "patch_size": patch_size,
            "directions": directions,
            "smallest_resolution": smallest_resolution,
            "patch_seed": patch_seed,
        }

    def compute(self, real, generated):
        options = dict(self.settings)
        distances = sliced_wasserstein_distance(
            real, generated, seed=options.pop("patch_seed"), **options
        )
        average = distances.pop("average")
        return {"swd": average} | {f"swd_{side}": value for side, value in distances.items()}


class MSSSIM(_PictureScore):
    """Similarity of samples to each other, `{"ms_ssim"}`; see `diversity_ms_ssim`.

    `real` is not looked at and may be None; score real images for the number to compare with.
    Samples are paired in the order of `pair_seed`.
    """

    metric = "ms_ssim"
    needs_real = False

    def __init__(self, *, weights=SCALE_WEIGHTS, pair_seed=0, **counts):
        super().__init__(**counts)
        self.settings = {"weights": list(weights), "pair_seed": pair_seed}

    def compute(self, real, generated):
        order = np.random.default_rng(self.settings["pair_seed"]).permutation(len(generated))
        return {"ms_ssim": diversity_ms_ssim(generated[order], self.settings["weights"])}
