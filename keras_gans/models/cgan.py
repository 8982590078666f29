"""CGAN: both players are told a label or another condition."""

import keras

from keras_gans.losses import minimax_discriminator_loss, non_saturating_generator_loss
from keras_gans.models.conditional_model import ConditionalModel
from keras_gans.networks import build_cgan_discriminator, build_cgan_generator
from keras_gans.optimizers import DecayToFloor, RampedMomentumSGD
from keras_gans.utils import randomness


@keras.saving.register_keras_serializable(package="keras_gans")
class CGAN(ConditionalModel):
    """Conditional GAN on labels or on any vector.

    Default networks: those of the paper's MNIST experiment, in which the condition has a hidden
    layer of its own in both; `networks.build_conditional_dcgan_generator` and `..._discriminator`
    are the convolutional ones of DCGAN's MNIST experiment. Latents are uniform on `[0, 1]`.
    Gradient descent with learning rate 0.1, divided by 1.00004 after every step down to 1e-6, and
    momentum that rises from 0.5 to 0.7 over the first 250 epochs of 500 steps, a length that the
    paper leaves open and GAN's official code has; batches of 100.

    Where the paper is silent: the generator maximises `log d(G(z|y)|y)`; the dropout of the default
    generator stays on when it samples, with masks that the latents decide; the discriminator steps
    first, then the generator, from one batch of fakes. The paper stops by the likelihood of
    validation images, which `fit` leaves to a callback.

    Args:
        num_classes: Integer >= 2, for labels. Or instead:
        condition_shape: Tuple, the shape of one condition, such as `(300,)`. The default networks
            take vectors.
        **kwargs: Arguments of `LatentModel`: `image_shape` or `data_shape`, `latent_dim`,
            `generator`, `discriminator` (see `ConditionalModel`), `seed`, `ema_decay`, `augment`,
            `name`.

    Raises:
        ValueError: As `ConditionalModel`, and for conditions that are no vectors with the default
            networks.

    Reference:
        Mirza and Osindero, 2014, "Conditional Generative Adversarial Nets" (arXiv:1411.1784),
        equation 2 and section 4.1.
    """

    draws_pixels = True

    def default_generator(self, latent_dim, data_shape):
        return build_cgan_generator(latent_dim, self._condition_dim("generator"), data_shape)

    def default_discriminator(self, latent_dim, data_shape):
        return build_cgan_discriminator(data_shape, self._condition_dim("discriminator"))

    def _condition_dim(self, network):
        if len(self.condition_shape) != 1:
            raise ValueError(
                f"`{network}` must be given for conditions that are no vectors. "
                f"Received: condition_shape={self.condition_shape}"
            )
        return self.condition_shape[0]

    def default_optimizers(self):
        return {
            player: RampedMomentumSGD(DecayToFloor(0.1, factor=1.00004, floor=1e-6))
            for player in self.players
        }

    def draw_latents(self, num, seed):
        return randomness.uniform((num, self.latent_dim), seed, low=0.0)

    def discriminator_terms(self, real_logits, fake_logits):
        return {"discriminator_loss": minimax_discriminator_loss(real_logits, fake_logits)}

    def generator_terms(self, fake_logits):
        return {"generator_loss": non_saturating_generator_loss(fake_logits)}
