"""BEGAN: the discriminator is an autoencoder, and a balance decides how much it fights."""

import keras
import tensorflow as tf
from keras import ops

from keras_gans.losses import began_convergence, began_discriminator_loss, reconstruction_error
from keras_gans.models import network_checks
from keras_gans.models.latent_model import LatentModel
from keras_gans.networks import build_began_autoencoder, build_began_decoder
from keras_gans.utils import randomness
from keras_gans.utils.checks import check_positive, check_share


@keras.saving.register_keras_serializable(package="keras_gans")
class BEGAN(LatentModel):
    """Boundary equilibrium GAN.

    The discriminator reconstructs images. It lowers the error `L(x)` of real ones and, weighed by
    the balance `k`, raises the error `L(G(z))` of fakes, which the generator lowers. After each
    step `k` moves so that `L(G(z))` stays `diversity_ratio` times `L(x)`. `k` is a weight of the
    model, `balance`, saved with it.

    The logs hold `convergence`, the measure that falls while samples get better, with `balance` and
    `ratio`, `L(G(z)) / L(x)`. The paper halves the learning rate when the measure stalls:
    `keras.callbacks.ReduceLROnPlateau("convergence", factor=0.5, mode="min")`.

    Both players step at once, from one batch of fakes, as in the unofficial code that the
    networks follow; the paper writes separate draws. Default networks: a decoder as the generator
    and an autoencoder, without normalization and with linear outputs. Latents are uniform on
    `[-1, 1]`. Adam with learning rate 1e-4 and beta_1 0.5, which are not compared with the
    paper; the unofficial code takes 8e-5 and 0.9.

    Args:
        diversity_ratio: Float in (0, 1], gamma: the lower, the better and the more alike the
            samples.
        balance_rate: Float > 0, lambda_k.
        exponent: 1 or 2, eta in `L(v) = mean |v - D(v)|^eta`.
        **kwargs: Arguments of `LatentModel`: `image_shape` or `data_shape`, `latent_dim`,
            `generator`, `discriminator` (which maps samples to samples), `seed`, `ema_decay`,
            `name`.

    Raises:
        ValueError: If an argument is out of range, the discriminator is no autoencoder, or for an
            augmentation.

    Reference:
        Berthelot et al., 2017, "BEGAN: Boundary Equilibrium Generative Adversarial Networks"
        (arXiv:1703.10717), sections 3.3 and 3.4.
    """

    term_names = (
        "discriminator_loss",
        "generator_loss",
        "real_error",
        "convergence",
        "balance",
        "ratio",
    )

    def __init__(self, *, diversity_ratio=0.5, balance_rate=0.001, exponent=1, **kwargs):
        check_share(diversity_ratio=diversity_ratio)
        check_positive(balance_rate=balance_rate)
        if exponent not in (1, 2):
            raise ValueError(f"`exponent` must be 1 or 2. Received: exponent={exponent!r}")
        super().__init__(**kwargs)
        self.diversity_ratio = diversity_ratio
        self.balance_rate = balance_rate
        self.exponent = exponent
        self.balance = self.add_weight(
            name="balance",
            shape=(),
            initializer="zeros",
            dtype="float32",
            trainable=False,
            aggregation="only_first_replica",
        )

    def check_augment(self, augment):
        raise ValueError(
            "`augment` must be None for BEGAN, whose discriminator is to give back the image that "
            "it was given: it would have to undo the changes. "
            f"Received: augment={augment}"
        )

    def default_latent_dim(self, data_shape):
        return 64

    def default_generator(self, latent_dim, data_shape):
        return build_began_decoder(latent_dim, data_shape)

    def default_discriminator(self, latent_dim, data_shape):
        return build_began_autoencoder(data_shape, embedding_dim=latent_dim)

    def default_optimizers(self):
        return {
            player: keras.optimizers.Adam(1e-4, beta_1=0.5, epsilon=1e-8) for player in self.players
        }

    def draw_latents(self, num, seed):
        return randomness.uniform((num, self.latent_dim), seed)

    def train_step(self, data):
        """Both players step at once, then the balance moves."""
        real_images, _ = self.begin_step(data)
        with self.record("discriminator", "generator") as tape:
            fake_images = self.generate(ops.shape(real_images)[0], training=True)
            real_error = self.error(real_images, training=True)
            fake_error = self.error(fake_images, training=True)
            discriminator_terms = self.discriminator_terms(real_error, fake_error)
            generator_terms = self.generator_terms(fake_error)
        self.descend("discriminator", tape, discriminator_terms)
        self.descend("generator", tape, generator_terms)
        rows = ops.shape(real_images)[0]
        real_error, fake_error = (_over_replicas(e, rows) for e in (real_error, fake_error))
        terms = discriminator_terms | generator_terms | self.measures(real_error, fake_error)
        surplus = self.diversity_ratio * real_error - fake_error
        self.balance.assign(ops.clip(self.balance + self.balance_rate * surplus, 0.0, 1.0))
        return self.report(terms)

    def test_step(self, data):
        """Reports the terms on held-out data and fresh fakes; nothing is updated."""
        real_images, _ = self.begin_step(data, training=False)
        fake_images = self.generate(ops.shape(real_images)[0], training=False)
        real_error = self.error(real_images, training=False)
        fake_error = self.error(fake_images, training=False)
        rows = ops.shape(real_images)[0]
        real_error, fake_error = (_over_replicas(e, rows) for e in (real_error, fake_error))
        terms = self.discriminator_terms(real_error, fake_error) | self.generator_terms(fake_error)
        return self.report(terms | self.measures(real_error, fake_error), training=False)

    def error(self, images, training):
        """`L(v)`: the discriminator's mean reconstruction error, a scalar."""
        reconstructions = self.discriminator(images, training=training)
        return reconstruction_error(images, reconstructions, self.exponent)

    def discriminator_terms(self, real_error, fake_error):
        loss = began_discriminator_loss(real_error, fake_error, self.balance)
        return {"discriminator_loss": loss}

    def generator_terms(self, fake_error):
        return {"generator_loss": fake_error}

    def measures(self, real_error, fake_error):
        """What the logs hold besides the losses."""
        return {
            "real_error": real_error,
            "convergence": began_convergence(real_error, fake_error, self.diversity_ratio),
            "balance": tf.identity(self.balance),  # as it was in this step's losses
            "ratio": fake_error / real_error,
        }

    def check_networks(self, networks, latent_dim, data_shape):
        network_checks.check_maps("generator", networks["generator"], (latent_dim,), data_shape)
        network_checks.check_maps(
            "discriminator", networks["discriminator"], data_shape, data_shape
        )

    def get_config(self):
        return {
            **super().get_config(),
            "diversity_ratio": self.diversity_ratio,
            "balance_rate": self.balance_rate,
            "exponent": self.exponent,
        }


def _over_replicas(error, rows):
    """The mean over the whole batch of what is a mean over the rows of each replica, or NaN."""
    context = tf.distribute.get_replica_context()
    if context is None:
        return error
    rows = ops.cast(rows, "float32")
    parts = ops.stack([ops.where(rows > 0, error * rows, 0.0), rows])
    total, num = ops.unstack(context.all_reduce(tf.distribute.ReduceOp.SUM, parts), 2)
    return total / num
