"""The games, one paper a file."""

from keras_gans.models.adversarial_model import AdversarialModel
from keras_gans.models.dcgan import DCGAN
from keras_gans.models.gan import GAN
from keras_gans.models.latent_model import LatentModel

__all__ = ["DCGAN", "GAN", "AdversarialModel", "LatentModel"]
