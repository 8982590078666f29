"""The games, one paper a file."""

from keras_gans.models.adversarial_model import AdversarialModel
from keras_gans.models.began import BEGAN
from keras_gans.models.bigan import BiGAN
from keras_gans.models.cgan import CGAN
from keras_gans.models.conditional_model import ConditionalModel
from keras_gans.models.critic_model import CriticModel
from keras_gans.models.d2gan import D2GAN
from keras_gans.models.dcgan import DCGAN
from keras_gans.models.gan import GAN
from keras_gans.models.hinge_gan import HingeGAN
from keras_gans.models.infogan import InfoGAN
from keras_gans.models.latent_model import LatentModel
from keras_gans.models.lsgan import LSGAN
from keras_gans.models.mgan import MGAN
from keras_gans.models.sagan import SAGAN
from keras_gans.models.wgan import WGAN
from keras_gans.models.wgan_gp import WGANGP

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
    "HingeGAN",
    "InfoGAN",
    "LatentModel",
]
