"""DCGAN: the convolutional GAN that first trained reliably."""

import keras

from keras_gans.losses import minimax_discriminator_loss, non_saturating_generator_loss
from keras_gans.models.latent_model import LatentModel
from keras_gans.networks import build_dcgan_discriminator, build_dcgan_generator
from keras_gans.utils import randomness


@keras.saving.register_keras_serializable(package="keras_gans")
class DCGAN(LatentModel):
    """Deep convolutional GAN, unconditional, for 28, 32, 64 and 128 pixels and 1 or 3 channels.

    Latents are uniform on `[-1, 1]`. The optimizers are Adam with learning rate 2e-4, beta_1 0.5,
    beta_2 0.999 and epsilon 1e-8, for batches of 128.

    Departure from the official code: there one minibatch steps the generator and the next one the
    discriminator; here the discriminator and then the generator step on every minibatch, from one
    generator pass (see `LatentModel.train_step`). An epoch therefore holds twice as many steps of
    each player. Its L2 penalty, of which the paper is silent, is part of the default networks.

    Args:
        **kwargs: Arguments of `LatentModel`: `image_shape` or `data_shape`, `latent_dim`,
            `generator`, `discriminator`, `seed`, `ema_decay`, `augment`, `name`.

    Reference:
        Radford et al., 2015, "Unsupervised Representation Learning with Deep Convolutional
        Generative Adversarial Networks" (arXiv:1511.06434), sections 3 and 4.
    """

    def default_generator(self, latent_dim, data_shape):
        return build_dcgan_generator(latent_dim, data_shape)

    def default_discriminator(self, latent_dim, data_shape):
        return build_dcgan_discriminator(data_shape)

    def default_optimizers(self):
        return {
            player: keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.999, epsilon=1e-8)
            for player in self.players
        }

    def draw_latents(self, num, seed):
        return randomness.uniform((num, self.latent_dim), seed)

    def discriminator_terms(self, real_logits, fake_logits):
        return {"discriminator_loss": minimax_discriminator_loss(real_logits, fake_logits)}

    def generator_terms(self, fake_logits):
        return {"generator_loss": non_saturating_generator_loss(fake_logits)}
