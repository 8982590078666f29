"""Scores: from features to numbers, with the protocol written next to each."""

from keras_gans.metrics.classifier_features import ClassifierFeatures
from keras_gans.metrics.clusters import ClusterError, cluster_error
from keras_gans.metrics.conditional import conditional_accuracy
from keras_gans.metrics.extractor import CallableFeatures, FeatureExtractor, Reading
from keras_gans.metrics.frechet import FeatureStatistics, frechet_distance
from keras_gans.metrics.generator_scores import PPL, ConditionalAccuracy, StylePPL
from keras_gans.metrics.image_scores import DC, FID, IS, KID, MSSSIM, PR, SWD, FeatureScore
from keras_gans.metrics.image_sets import ImageFeatures, read_images, read_reference
from keras_gans.metrics.inception_fid import AS_PYTORCH_FID, AS_TENSORFLOW_1, InceptionFID
from keras_gans.metrics.inception_score import InceptionScore, inception_score
from keras_gans.metrics.keras_applications import KerasApplications
from keras_gans.metrics.kernel import KernelDistance, kernel_distance, squared_mmd
from keras_gans.metrics.manifold import (
    DensityCoverage,
    PrecisionRecall,
    density_coverage,
    precision_recall,
)
from keras_gans.metrics.mixtures import MixtureModes, mixture_modes, symmetric_kl, wasserstein_1
from keras_gans.metrics.neighbours import nearest_neighbour_accuracy
from keras_gans.metrics.parzen import LogLikelihood, choose_bandwidth, parzen_log_likelihood
from keras_gans.metrics.path_length import (
    ImageDistance,
    PathLength,
    feature_distance,
    perceptual_path_length,
    style_path_length,
)
from keras_gans.metrics.score import Protocol, ProtocolMismatch, Score
from keras_gans.metrics.sliced_wasserstein import sliced_wasserstein_distance
from keras_gans.metrics.stacked_mnist import StackedModes, read_stacked_digits, stacked_modes
from keras_gans.metrics.structural_similarity import diversity_ms_ssim, ms_ssim

__all__ = [
    "AS_PYTORCH_FID",
    "AS_TENSORFLOW_1",
    "DC",
    "FID",
    "IS",
    "KID",
    "MSSSIM",
    "PPL",
    "PR",
    "SWD",
    "CallableFeatures",
    "ClassifierFeatures",
    "ClusterError",
    "ConditionalAccuracy",
    "DensityCoverage",
    "FeatureExtractor",
    "FeatureScore",
    "FeatureStatistics",
    "ImageDistance",
    "ImageFeatures",
    "InceptionFID",
    "InceptionScore",
    "KerasApplications",
    "KernelDistance",
    "LogLikelihood",
    "MixtureModes",
    "PathLength",
    "PrecisionRecall",
    "Protocol",
    "ProtocolMismatch",
    "Reading",
    "Score",
    "StackedModes",
    "StylePPL",
    "choose_bandwidth",
    "cluster_error",
    "conditional_accuracy",
    "density_coverage",
    "diversity_ms_ssim",
    "feature_distance",
    "frechet_distance",
    "inception_score",
    "kernel_distance",
    "mixture_modes",
    "ms_ssim",
    "nearest_neighbour_accuracy",
    "parzen_log_likelihood",
    "perceptual_path_length",
    "precision_recall",
    "read_images",
    "read_reference",
    "read_stacked_digits",
    "sliced_wasserstein_distance",
    "squared_mmd",
    "stacked_modes",
    "style_path_length",
    "symmetric_kl",
    "wasserstein_1",
]
