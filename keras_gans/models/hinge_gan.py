"""HingeGAN: margins in the place of probabilities, and a discriminator of bounded slope."""

import keras
from keras import ops

from keras_gans.losses import hinge_discriminator_loss, hinge_generator_loss
from keras_gans.models import network_checks
from keras_gans.models.latent_model import LatentModel
from keras_gans.networks import build_sngan_discriminator, build_sngan_generator
from keras_gans.utils.checks import check_at_least


@keras.saving.register_keras_serializable(package="keras_gans")
class HingeGAN(LatentModel):
    """Hinge losses with spectral normalization in the discriminator.

    The discriminator steps `discriminator_steps` times, each time on a minibatch of its own, of
    which the batch that `fit` hands over holds as many; the generator steps once, from the fakes
    of the last of them. The power iterations of `SpectralNormalization` move once after each step
    of the discriminator; its calls, also those in the generator's step, leave them.

    Default networks: the standard convolutional ones of the SN-GAN paper, made for 32 pixels, and
    for 28 and 64 pixels our adaptations of them. Latents are standard normal. Adam with learning
    rate 2e-4, beta_1 0.5 and beta_2 0.999: setting C of that paper, with one discriminator step.

    Departure from the official code, which steps the generator first and draws twice as many fakes
    for it.

    Args:
        discriminator_steps: Integer >= 1, n_dis. The paper's residual networks take 5.
        **kwargs: Arguments of `LatentModel`: `image_shape` or `data_shape`, `latent_dim`,
            `generator`, `discriminator`, `seed`, `ema_decay`, `augment`, `name`.

    Raises:
        ValueError: If `discriminator_steps` is less than 1, or the discriminator holds a
            `keras.layers.SpectralNormalization` in the place of this library's; in `fit`, if
            `discriminator_steps` does not divide the batch.

    Reference:
        Lim and Ye, 2017, "Geometric GAN" (arXiv:1705.02894); Miyato et al., 2018, "Spectral
        Normalization for Generative Adversarial Networks" (arXiv:1802.05957), equations 16 and 17,
        table 3, and its official code.
    """

    def __init__(self, *, discriminator_steps=1, **kwargs):
        check_at_least(1, discriminator_steps=discriminator_steps)
        super().__init__(**kwargs)
        self.discriminator_steps = self.minibatches = discriminator_steps

    def default_latent_dim(self, data_shape):
        return 128

    def default_generator(self, latent_dim, data_shape):
        return build_sngan_generator(latent_dim, data_shape)

    def default_discriminator(self, latent_dim, data_shape):
        return build_sngan_discriminator(data_shape)

    def default_optimizers(self):
        return {
            player: keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.999, epsilon=1e-8)
            for player in self.players
        }

    def check_networks(self, networks, latent_dim, data_shape):
        super().check_networks(networks, latent_dim, data_shape)
        network_checks.check_iterates_once("discriminator", networks["discriminator"])

    def train_step(self, data):
        """`discriminator_steps` steps of the discriminator and one of the generator."""
        real_images, _ = self.begin_step(data)
        *earlier, last = self.split(real_images)
        for minibatch in earlier:
            self.minimize("discriminator", self.on_images, minibatch)
        return self.report(self.play(last))

    def on_images(self, real_images):
        """The discriminator's payoff on real images and fresh fakes."""
        fake_images = self.generate(ops.shape(real_images)[0], training=True)
        real_logits = self.discriminator(real_images, training=True)
        fake_logits = self.discriminator(fake_images, training=True)
        self.watch_reals(real_logits)
        return self.discriminator_terms(real_logits, fake_logits)

    def discriminator_terms(self, real_logits, fake_logits):
        return {"discriminator_loss": hinge_discriminator_loss(real_logits, fake_logits)}

    def generator_terms(self, fake_logits):
        return {"generator_loss": hinge_generator_loss(fake_logits)}

    def get_config(self):
        return {**super().get_config(), "discriminator_steps": self.discriminator_steps}
