"""D2GAN: two discriminators, so that both directions of the divergence are fought."""

import keras
from keras import ops

from keras_gans.losses import (
    dual_fake_discriminator_loss,
    dual_generator_loss,
    dual_real_discriminator_loss,
)
from keras_gans.models.latent_model import LatentModel
from keras_gans.networks import (
    build_dcgan_discriminator,
    build_dcgan_generator,
    build_perceptron,
)
from keras_gans.utils import randomness
from keras_gans.utils.checks import check_share


def _normal():
    return keras.initializers.RandomNormal(stddev=0.01)


@keras.saving.register_keras_serializable(package="keras_gans")
class D2GAN(LatentModel):
    """Dual discriminator GAN.

    `discriminator_1` rewards real samples, `discriminator_2` rewards fakes. Both answer with a
    positive number, the softplus of their logit. With the best of both, the generator minimises
    `alpha KL(data || model) + beta KL(model || data)`: the first covers modes, the second keeps
    samples sharp.

    Both discriminators step jointly, then the generator from fresh latents. The losses do not tell
    success: they can sit near 1 and -1 for collapsed generators, too. Look at samples and scores.

    Default networks: for points the perceptrons of the official code, but with two hidden layers in
    the discriminators where it has one; with one, this class does not keep the 8 modes of the ring
    (docs/reproductions.md). For images DCGAN's without their decay of weights, since the paper's
    are not known to us. Latents are standard normal for points and uniform on `[-1, 1]` for images.
    Adam with learning rate 2e-4 and beta_1 0.5.

    Args:
        alpha: Float in (0, 1], weight of `log D1(x)`. 1 is for the ring; `train/d2gan.py` takes 0.1
            for images, from a range that is not compared with the paper.
        beta: Float in (0, 1], weight of `log D2(G(z))`, likewise.
        **kwargs: Arguments of `LatentModel`: `image_shape` or `data_shape`, `latent_dim`,
            `generator`, `discriminator_1`, `discriminator_2`, `seed`, `ema_decay`, `augment`,
            `name`.

    Raises:
        ValueError: If `alpha` or `beta` is out of range.

    Reference:
        Nguyen et al., 2017, "Dual Discriminator Generative Adversarial Nets" (arXiv:1709.03831),
        equation 1, and its official code.
    """

    players = {
        "generator": ("generator",),
        "discriminators": ("discriminator_1", "discriminator_2"),
    }
    term_names = ("discriminator_1_loss", "discriminator_2_loss", "generator_loss")
    judges = {"discriminator_1": None, "discriminator_2": None}

    def __init__(self, *, alpha=1.0, beta=1.0, **kwargs):
        check_share(alpha=alpha, beta=beta)
        super().__init__(**kwargs)
        self.alpha = alpha
        self.beta = beta

    def default_latent_dim(self, data_shape):
        return 256 if len(data_shape) == 1 else 100

    def default_generator(self, latent_dim, data_shape):
        if len(data_shape) == 1:
            return build_perceptron((latent_dim,), data_shape, kernel_initializer=_normal)
        return build_dcgan_generator(latent_dim, data_shape, decay=0)

    def default_discriminator_1(self, latent_dim, data_shape):
        if len(data_shape) == 1:
            return build_perceptron(data_shape, (1,), kernel_initializer=_normal)
        return build_dcgan_discriminator(data_shape, decay=0)

    default_discriminator_2 = default_discriminator_1

    def default_optimizers(self):
        return {
            player: keras.optimizers.Adam(2e-4, beta_1=0.5, epsilon=1e-8) for player in self.players
        }

    def draw_latents(self, num, seed):
        draw = randomness.normal if len(self.data_shape) == 1 else randomness.uniform
        return draw((num, self.latent_dim), seed)

    def train_step(self, data):
        """One joint step of the discriminators, then one of the generator."""
        real_samples, _ = self.begin_step(data)
        batch_size = ops.shape(real_samples)[0]
        discriminator_terms = self.minimize(
            "discriminators", self.discriminator_terms, real_samples
        )
        generator_terms = self.minimize("generator", self.generator_terms, batch_size)
        return self.report(discriminator_terms | generator_terms)

    def test_step(self, data):
        """Reports the terms on held-out data and fresh fakes; nothing is updated."""
        real_samples, _ = self.begin_step(data, training=False)
        terms = self.discriminator_terms(real_samples, training=False)
        terms |= self.generator_terms(ops.shape(real_samples)[0], training=False)
        return self.report(terms, training=False)

    def discriminator_terms(self, real_samples, training=True):
        """The joint payoff of both discriminators on real samples and fresh fakes."""
        fake_samples = self.generate(ops.shape(real_samples)[0], training=training)
        real_logits_1 = self.discriminator_1(real_samples, training=training)
        real_logits_2 = self.discriminator_2(real_samples, training=training)
        self.watch_reals(self.in_favour(real_logits_1, real_logits_2))
        return {
            "discriminator_1_loss": dual_real_discriminator_loss(
                real_logits_1,
                self.discriminator_1(fake_samples, training=training),
                self.alpha,
            ),
            "discriminator_2_loss": dual_fake_discriminator_loss(
                real_logits_2,
                self.discriminator_2(fake_samples, training=training),
                self.beta,
            ),
        }

    def in_favour(self, logits_1, logits_2):
        """What both discriminators say for a sample being real, positive where they hold it for so.

        At their best they answer `alpha * data / model` and `beta * model / data`, densities, which
        cross `alpha` and `beta` where real samples and fakes are equally likely.

        Returns:
            Tensor `(batch_size, num)`, the answers of both side by side.
        """
        answers = [
            ops.softplus(ops.cast(logits_1, "float32")) - self.alpha,
            self.beta - ops.softplus(ops.cast(logits_2, "float32")),
        ]
        batch_size = ops.shape(logits_1)[0]
        return ops.concatenate([ops.reshape(a, (batch_size, -1)) for a in answers], axis=1)

    def generator_terms(self, batch_size, training=True):
        """The generator's payoff on fresh latents."""
        fake_samples = self.generate(batch_size, training=training)
        loss = dual_generator_loss(
            self.discriminator_1(fake_samples, training=training),
            self.discriminator_2(fake_samples, training=training),
            self.beta,
        )
        return {"generator_loss": loss}

    def get_config(self):
        return {**super().get_config(), "alpha": self.alpha, "beta": self.beta}
