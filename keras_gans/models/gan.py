"""GAN: the first paper, on which all others build."""

import keras

from keras_gans.losses import minimax_discriminator_loss, non_saturating_generator_loss
from keras_gans.models.latent_model import LatentModel
from keras_gans.networks import build_maxout_discriminator, build_mlp_generator
from keras_gans.optimizers import DecayToFloor, RampedMomentumSGD
from keras_gans.utils import randomness


@keras.saving.register_keras_serializable(package="keras_gans")
class GAN(LatentModel):
    """Generative adversarial network with the networks and settings of its MNIST experiment.

    Discriminator and generator step at the same time, from the weights before the step and from
    one batch of fakes, as the official code does with k = 1. The generator maximises
    `log d(G(z))` (section 3 of the paper) instead of minimising `log(1 - d(G(z)))`.

    Latents are uniform with unit variance, on `[-sqrt(3), sqrt(3)]`. The defaults: a multilayer
    perceptron against a maxout network; gradient descent with learning rate 0.1, divided by
    1.000004 after every step, and momentum that rises from 0.5 to 0.7 over the first 250 epochs of
    500 steps; batches of 100.

    Departure: the official configuration starts the biases of the generator's output at the logits
    of the data's mean image. A model is made before it sees data, so they start at 0; hand
    `networks.build_mlp_generator` an `output_bias_initializer` to have them.

    Args:
        **kwargs: Arguments of `LatentModel`: `image_shape` or `data_shape`, `latent_dim`,
            `generator`, `discriminator`, `seed`, `ema_decay`, `augment`, `name`.

    Reference:
        Goodfellow et al., 2014, "Generative Adversarial Nets" (arXiv:1406.2661), algorithm 1, and
        its official code, which halves the discriminator's loss.
    """

    draws_pixels = True

    def default_generator(self, latent_dim, data_shape):
        return build_mlp_generator(latent_dim, data_shape)

    def default_discriminator(self, latent_dim, data_shape):
        return build_maxout_discriminator(data_shape)

    def default_optimizers(self):
        return {
            player: RampedMomentumSGD(DecayToFloor(0.1, factor=1.000004, floor=1e-6))
            for player in self.players
        }

    def draw_latents(self, num, seed):
        return randomness.uniform((num, self.latent_dim), seed, low=-(3**0.5), high=3**0.5)

    def play(self, real_images, y=None):
        return self.play_at_once(real_images, y)

    def discriminator_terms(self, real_logits, fake_logits):
        loss = minimax_discriminator_loss(real_logits, fake_logits)
        return {"discriminator_loss": 0.5 * loss}  # the half is the official code's

    def generator_terms(self, fake_logits):
        return {"generator_loss": non_saturating_generator_loss(fake_logits)}
