"""Keras layers that several papers share, one a file."""

from keras_gans.layers.adaptive_augment import AdaptiveAugment
from keras_gans.layers.adaptive_instance_normalization import AdaptiveInstanceNormalization
from keras_gans.layers.blur import Blur
from keras_gans.layers.channel_bias import ChannelBias
from keras_gans.layers.conditional_batch_normalization import ConditionalBatchNormalization
from keras_gans.layers.diff_augment import DiffAugment
from keras_gans.layers.equalized_conv2d import EqualizedConv2D
from keras_gans.layers.equalized_dense import EqualizedDense
from keras_gans.layers.fade_in import FadeIn
from keras_gans.layers.instance_normalization import InstanceNormalization
from keras_gans.layers.latent_dropout import LatentDropout
from keras_gans.layers.learned_constant import LearnedConstant
from keras_gans.layers.maxout import Maxout
from keras_gans.layers.minibatch_std_dev import MinibatchStdDev
from keras_gans.layers.noise_injection import NoiseInjection
from keras_gans.layers.pixel_normalization import PixelNormalization
from keras_gans.layers.projection_head import ProjectionHead
from keras_gans.layers.reflection_padding import ReflectionPadding2D
from keras_gans.layers.resampling import downsample, upsample
from keras_gans.layers.self_attention import SelfAttention
from keras_gans.layers.spectral_normalization import SpectralNormalization
from keras_gans.layers.style_transfer_normalization import StyleTransferNormalization

__all__ = [
    "AdaptiveAugment",
    "AdaptiveInstanceNormalization",
    "Blur",
    "ChannelBias",
    "ConditionalBatchNormalization",
    "DiffAugment",
    "EqualizedConv2D",
    "EqualizedDense",
    "FadeIn",
    "InstanceNormalization",
    "LatentDropout",
    "LearnedConstant",
    "Maxout",
    "MinibatchStdDev",
    "NoiseInjection",
    "PixelNormalization",
    "ProjectionHead",
    "ReflectionPadding2D",
    "SelfAttention",
    "SpectralNormalization",
    "StyleTransferNormalization",
    "downsample",
    "upsample",
]
