"""The family tree of generative adversarial networks as Keras 3 models."""

import os
import pathlib
import sys

# Read by TensorFlow while it is imported: 1.4 to 1.6 times faster convolutions on processors for
# which it is off by default. It changes the last digits, so a user's own setting is respected.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

__version__ = "0.1.0"

from keras_gans.utils.quiet_start import quiet_start

if pathlib.Path(sys.argv[0]).name in ("-m", "__main__.py"):  # a command, not a library here
    with quiet_start():
        import tensorflow  # noqa: F401

from keras_gans import (
    callbacks,
    data,
    layers,
    losses,
    metrics,
    networks,
    optimizers,
    serving,
    training,
)
from keras_gans.models import (
    BEGAN,
    CGAN,
    D2GAN,
    DCGAN,
    GAN,
    LSGAN,
    MGAN,
    SAGAN,
    WGAN,
    WGANGP,
    AdversarialModel,
    BiGAN,
    ConditionalModel,
    CriticModel,
    CycleGAN,
    GrowingModel,
    HingeGAN,
    InfoGAN,
    LatentModel,
    Pix2Pix,
    ProGAN,
    StyleGAN,
    TranslationModel,
)
from keras_gans.utils.reproducibility import fix_order_of_sums

fix_order_of_sums()

__all__ = [
    "BEGAN",
    "CGAN",
    "D2GAN",
    "DCGAN",
    "GAN",
    "LSGAN",
    "MGAN",
    "SAGAN",
    "WGAN",
    "WGANGP",
    "AdversarialModel",
    "BiGAN",
    "ConditionalModel",
    "CriticModel",
    "CycleGAN",
    "GrowingModel",
    "HingeGAN",
    "InfoGAN",
    "LatentModel",
    "Pix2Pix",
    "ProGAN",
    "StyleGAN",
    "TranslationModel",
    "callbacks",
    "data",
    "layers",
    "losses",
    "metrics",
    "networks",
    "optimizers",
    "serving",
    "training",
]
