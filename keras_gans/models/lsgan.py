"""LSGAN: squared distances to targets in the place of cross-entropies."""

import keras

from keras_gans.losses import least_squares_discriminator_loss, least_squares_generator_loss
from keras_gans.models.latent_model import LatentModel
from keras_gans.networks import (
    build_dcgan_discriminator,
    build_dcgan_generator,
    build_lsgan_discriminator,
    build_lsgan_generator,
    build_perceptron,
)
from keras_gans.utils import randomness
from keras_gans.utils.checks import check_number


def _orthogonal():
    return keras.initializers.Orthogonal(gain=1.4)


@keras.saving.register_keras_serializable(package="keras_gans")
class LSGAN(LatentModel):
    """Least squares GAN: the discriminator's output is linear, and fakes are pulled to a target
    also where they are far on the right side of it. (Loss-sensitive GAN, LS-GAN, is another one.)

    The default targets (a, b, c) = (0, 1, 1) are those of the paper's images; with (-1, 1, 0), for
    which b - c = 1 and b - a = 2, the generator minimises a Pearson chi-squared divergence.

    Default networks: at 112 pixels those of the paper's LSUN experiment; at 28, 32, 64 and 128
    pixels DCGAN's, with its 100 latents, without their decay of weights; for points the tanh
    perceptrons of its mixture experiment. (The paper's stability experiments take networks like
    DCGAN's without batch normalization; these have it.) Latents are uniform on `[-1, 1]` for images
    and standard normal for points. Adam with beta_1 0.5: learning rate 2e-4 for images (1e-3 at 112
    pixels), and for points 1e-4 for the discriminator and 1e-3 for the generator.

    The official code's networks for 28 pixels draw one of 3,740 characters, and their filters count
    the 256 numbers that stand for it; without it a filter would be left of the first convolution.

    On points both players step at once, from one forward pass, and on images in turn, as in the
    official scripts of each.

    Departure: the official code sums over the batch where the paper and this class average, which
    Adam cannot tell apart.

    Args:
        real_target: Float, b.
        fake_target: Float, a.
        generator_target: Float, c.
        **kwargs: Arguments of `LatentModel`: `image_shape` or `data_shape`, `latent_dim`,
            `generator`, `discriminator`, `seed`, `ema_decay`, `augment`, `name`.

    Raises:
        ValueError: If `real_target` does not exceed `fake_target`: a higher logit means more real;
            if a target is no finite number.

    Reference:
        Mao et al., 2017, "Least Squares Generative Adversarial Networks" (arXiv:1611.04076),
        sections 3 and 4, and its official code.
    """

    def __init__(self, *, real_target=1.0, fake_target=0.0, generator_target=1.0, **kwargs):
        check_number(
            real_target=real_target, fake_target=fake_target, generator_target=generator_target
        )
        if not real_target > fake_target:
            raise ValueError(
                "`real_target` must exceed `fake_target`. "
                f"Received: real_target={real_target}, fake_target={fake_target}"
            )
        super().__init__(**kwargs)
        self.real_target = real_target
        self.fake_target = fake_target
        self.generator_target = generator_target

    def default_latent_dim(self, data_shape):
        if len(data_shape) == 1:
            return 256
        return 1024 if data_shape[0] == 112 else 100

    def default_generator(self, latent_dim, data_shape):
        if len(data_shape) == 1:
            return build_perceptron(
                (latent_dim,), data_shape, activation="tanh", kernel_initializer=_orthogonal
            )
        if data_shape[0] == 112:
            return build_lsgan_generator(latent_dim, data_shape)
        return build_dcgan_generator(latent_dim, data_shape, decay=0)

    def default_discriminator(self, latent_dim, data_shape):
        if len(data_shape) == 1:
            return build_perceptron(
                data_shape, (1,), activation="tanh", kernel_initializer=_orthogonal
            )
        if data_shape[0] == 112:
            return build_lsgan_discriminator(data_shape)
        return build_dcgan_discriminator(data_shape, decay=0)

    def default_optimizers(self):
        rates = {"generator": 2e-4, "discriminator": 2e-4}
        if len(self.data_shape) == 1:
            rates = {"generator": 1e-3, "discriminator": 1e-4}
        elif self.data_shape[0] == 112:
            rates = {"generator": 1e-3, "discriminator": 1e-3}
        return {
            player: keras.optimizers.Adam(rates[player], beta_1=0.5, epsilon=1e-8)
            for player in self.players
        }

    def draw_latents(self, num, seed):
        draw = randomness.normal if len(self.data_shape) == 1 else randomness.uniform
        return draw((num, self.latent_dim), seed)

    def play(self, real_samples, y=None):
        moves = self.play_at_once if len(self.data_shape) == 1 else super().play
        return moves(real_samples, y)

    @property
    def undecided_logit(self):
        return 0.5 * (self.real_target + self.fake_target)

    def discriminator_terms(self, real_logits, fake_logits):
        loss = least_squares_discriminator_loss(
            real_logits, fake_logits, self.real_target, self.fake_target
        )
        return {"discriminator_loss": loss}

    def generator_terms(self, fake_logits):
        return {"generator_loss": least_squares_generator_loss(fake_logits, self.generator_target)}

    def get_config(self):
        return {
            **super().get_config(),
            "real_target": self.real_target,
            "fake_target": self.fake_target,
            "generator_target": self.generator_target,
        }
