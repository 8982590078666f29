"""The games, one paper a file."""

from keras_gans.models.adversarial_model import AdversarialModel
from keras_gans.models.began import BEGAN
from keras_gans.models.bigan import BiGAN
from keras_gans.models.cgan import CGAN
from keras_gans.models.conditional_model import ConditionalModel
from keras_gans.models.critic_model import CriticModel
from keras_gans.models.cyclegan import CycleGAN
from keras_gans.models.d2gan import D2GAN
from keras_gans.models.dcgan import DCGAN
from keras_gans.models.gan import GAN
from keras_gans.models.growing_model import GrowingModel
from keras_gans.models.hinge_gan import HingeGAN
from keras_gans.models.infogan import InfoGAN
from keras_gans.models.latent_model import LatentModel
from keras_gans.models.lsgan import LSGAN
from keras_gans.models.mgan import MGAN
from keras_gans.models.pix2pix import Pix2Pix
from keras_gans.models.progan import ProGAN
from keras_gans.models.sagan import SAGAN
from keras_gans.models.stylegan import StyleGAN
from keras_gans.models.translation_model import TranslationModel
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
    "CycleGAN",
    "GrowingModel",
    "HingeGAN",
    "InfoGAN",
    "LatentModel",
    "Pix2Pix",
    "ProGAN",
    "StyleGAN",
    "TranslationModel",
]
