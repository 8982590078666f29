"""Recipes with another variant's networks or settings, to tell what makes a score what it is."""

import dataclasses

import keras
from keras import layers

from keras_gans import DCGAN, networks
from keras_gans.layers import SpectralNormalization
from keras_gans.networks._common import layer_norm
from train import bigan, cgan, dcgan, gan, hinge_gan, mgan, wgan, wgan_gp


class WithDCGANOptimizers:
    """Takes DCGAN's optimizers in the place of a recipe's own."""

    opponent = "discriminator"

    def optimizers(self, steps_per_epoch):
        optimizers = dcgan.Recipe().optimizers(steps_per_epoch)
        return {
            "generator": optimizers["generator"],
            self.opponent: optimizers["discriminator"],
        }


@dataclasses.dataclass
class GANOnDCGAN(WithDCGANOptimizers, gan.Recipe):
    """GAN's game on DCGAN's networks, with DCGAN's optimizers and batches."""

    batch_size: int = 128

    def shared_arguments(self, data_shape):
        return {
            "generator": networks.build_dcgan_generator(self.latent_dim, data_shape),
            "discriminator": networks.build_dcgan_discriminator(data_shape),
            **super().shared_arguments(data_shape),
        }


@dataclasses.dataclass
class CGANOnDCGAN(WithDCGANOptimizers, cgan.Recipe):
    """CGAN's game on the networks of DCGAN's MNIST experiment, with DCGAN's optimizers."""

    batch_size: int = 128

    def shared_arguments(self, data_shape):
        condition = {"condition_dim": self.num_classes, "image_shape": data_shape}
        return {
            "generator": networks.build_conditional_dcgan_generator(self.latent_dim, **condition),
            "discriminator": networks.build_conditional_dcgan_discriminator(**condition),
            **super().shared_arguments(data_shape),
        }


@dataclasses.dataclass
class BiGANOnDCGAN(WithDCGANOptimizers, bigan.Recipe):
    """BiGAN's game on DCGAN's networks, with DCGAN's optimizers.

    Encoder and discriminator are DCGAN's discriminator up to its logits. The encoder goes on to
    latents, and the discriminator takes latents as BiGAN's own does: added in a hidden layer.
    """

    def shared_arguments(self, data_shape):
        images, features = _convolutions(data_shape)
        latents = layers.Dense(self.latent_dim, activation="tanh")(features)
        encoder = keras.Model(images, latents, name="encoder")
        images, features = _convolutions(data_shape)
        latents = keras.Input((self.latent_dim,), name="latents")
        x = layers.Add()([layers.Dense(1024)(features), layers.Dense(1024)(latents)])
        x = layers.LeakyReLU(0.2)(layers.BatchNormalization()(x))
        discriminator = keras.Model([images, latents], layers.Dense(1)(x), name="discriminator")
        return {
            "generator": networks.build_dcgan_generator(self.latent_dim, data_shape),
            "encoder": encoder,
            "discriminator": discriminator,
            **super().shared_arguments(data_shape),
        }


def _convolutions(data_shape):
    """Images and features of a fresh DCGAN discriminator without its logits."""
    network = networks.build_dcgan_discriminator(data_shape)
    return network.input, network.get_layer("logits").input


@dataclasses.dataclass
class HingeGANOnDCGAN(WithDCGANOptimizers, hinge_gan.Recipe):
    """HingeGAN's game on DCGAN's networks of 28 pixels, with DCGAN's optimizers and batches.

    In the discriminator every layer is spectrally normalised, and has a bias, in the place of batch
    normalization.
    """

    batch_size: int = 128

    def shared_arguments(self, data_shape):
        return {
            "generator": networks.build_dcgan_generator(self.latent_dim, data_shape),
            "discriminator": _without_batch_norm(data_shape, wrap=SpectralNormalization),
            **super().shared_arguments(data_shape),
        }


def _without_batch_norm(data_shape, wrap=lambda layer: layer, normalization=layers.Identity):
    """DCGAN's discriminator of 28 pixels with biases and another normalization, or none."""

    def convolution(filters):
        return wrap(layers.Conv2D(filters, 5, strides=2, padding="same"))

    images = keras.Input(data_shape, name="images")
    x = layers.LeakyReLU(0.2)(convolution(64)(images))
    x = layers.LeakyReLU(0.2)(normalization()(convolution(128)(x)))
    x = wrap(layers.Dense(1024))(layers.Flatten()(x))
    x = layers.LeakyReLU(0.2)(normalization()(x))
    return keras.Model(images, wrap(layers.Dense(1))(x), name="discriminator")


@dataclasses.dataclass
class DCGANOnPerceptrons(dcgan.Recipe):
    """DCGAN's game, optimizers and batches on the perceptrons of the first GAN."""

    def shared_arguments(self, data_shape):
        return {
            "generator": networks.build_mlp_generator(self.latent_dim, data_shape),
            "discriminator": networks.build_maxout_discriminator(data_shape),
            **super().shared_arguments(data_shape),
        }


@dataclasses.dataclass
class WGANWithAdam(wgan.Recipe):
    """WGAN's game and networks with WGAN-GP's optimizers and batches.

    What is left between them: clipping, batch normalization in the networks, and 100 latents.
    """

    batch_size: int = 50

    def optimizers(self, steps_per_epoch):
        return wgan_gp.Recipe().optimizers(steps_per_epoch)


@dataclasses.dataclass
class WGANGPOneToOne(wgan_gp.Recipe):
    """WGAN-GP with one step of the critic for each of the generator's, which takes more of them."""

    critic_steps: int = 1


class CriticOnDCGAN(WithDCGANOptimizers):
    """Takes DCGAN's networks and optimizers for a game with a critic.

    The critic has layer normalization where DCGAN's discriminator has batch normalization.
    """

    opponent = "critic"

    def shared_arguments(self, data_shape):
        return {
            "generator": networks.build_dcgan_generator(self.latent_dim, data_shape),
            "critic": _without_batch_norm(data_shape, normalization=layer_norm),
            **super().shared_arguments(data_shape),
        }


@dataclasses.dataclass
class WGANGPOnDCGAN(CriticOnDCGAN, WGANGPOneToOne):
    """WGAN-GP's game, one to one, on DCGAN's networks, with DCGAN's optimizers and batches."""

    batch_size: int = 128


@dataclasses.dataclass
class WGANOnDCGAN(CriticOnDCGAN, wgan.Recipe):
    """The same with WGAN's game: clipping in the place of the penalty, all else alike."""

    batch_size: int = 128
    latent_dim: int = wgan_gp.Recipe.latent_dim
    critic_steps: int = 1


@dataclasses.dataclass
class MGANOfOne(mgan.Recipe):
    """MGAN with one generator, which makes all fakes of a step and has nothing to keep apart from.

    What is left is GAN's game on MGAN's networks, with as many fakes in a step as of ten.
    """

    num_generators: int = 1


@dataclasses.dataclass
class DCGANOnBiGAN(bigan.Recipe):
    """DCGAN's game on BiGAN's perceptrons, with BiGAN's optimizers and batches."""

    def model(self, data_shape):
        images = keras.Input(data_shape, name="images")
        nothing = 0.0 * layers.Flatten()(images)[:, : self.latent_dim]
        # Without biases, latents that are 0 add nothing.
        logits = networks.build_bigan_discriminator(data_shape, self.latent_dim)([images, nothing])
        return DCGAN(
            latent_dim=self.latent_dim,
            generator=networks.build_bigan_generator(self.latent_dim, data_shape),
            discriminator=keras.Model(images, logits, name="discriminator"),
            **self.shared_arguments(data_shape),
        )


RECIPES = {
    "gan_on_dcgan": GANOnDCGAN,
    "cgan_on_dcgan": CGANOnDCGAN,
    "bigan_on_dcgan": BiGANOnDCGAN,
    "hinge_gan_on_dcgan": HingeGANOnDCGAN,
    "dcgan_on_perceptrons": DCGANOnPerceptrons,
    "wgan_with_adam": WGANWithAdam,
    "wgan_gp_one_to_one": WGANGPOneToOne,
    "wgan_gp_on_dcgan": WGANGPOnDCGAN,
    "wgan_on_dcgan": WGANOnDCGAN,
    "mgan_of_one": MGANOfOne,
    "dcgan_on_bigan": DCGANOnBiGAN,
}
