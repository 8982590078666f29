"""InfoGAN: part of the latents is a code that can be read back from the image."""

from numbers import Integral

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gans.losses import (
    categorical_information,
    gaussian_information,
    minimax_discriminator_loss,
    non_saturating_generator_loss,
)
from keras_gans.models import network_checks
from keras_gans.models.codes import Codes
from keras_gans.models.latent_model import LatentModel
from keras_gans.networks import (
    build_infogan_discriminator,
    build_infogan_generator,
    build_infogan_recognition,
    build_infogan_trunk,
)
from keras_gans.utils import randomness
from keras_gans.utils.checks import check_at_least, check_not_negative, plain_integer


@keras.saving.register_keras_serializable(package="keras_gans")
class InfoGAN(LatentModel):
    """Information maximising GAN, for any mix of categorical and continuous codes.

    The generator's input is noise, uniform on `[-1, 1]`, followed by the codes: categorical ones as
    one-hot vectors, continuous ones uniform on `[-1, 1]`. Codes are named as in the paper: `c1`,
    `c2`, ..., the categorical ones first.

    The discriminator is a trunk with two heads: `discriminator` tells real from fake and
    `recognition` reads the codes, of fakes only. All three are one player: the information term
    trains trunk and recognition in the discriminator's step and the generator in its own, each from
    fresh latents. The logs hold `mutual_information`, the bound for the categorical codes in nats,
    at most the sum of the logarithms of their sizes, and `continuous_information`.

    With `augment` the trunk sees changed images, so that nothing can be read back that the changes
    hide: a code does not come to mean brightness, or with `AdaptiveAugment` an angle.

    Default networks: those of the official code for MNIST, and our adaptations to 32 and 64 pixels.
    Adam with beta_1 0.5 and learning rate 1e-3 for the generator and 2e-4 for the discriminator.

    Args:
        categorical_codes: Tuple of integers >= 2, the sizes of the categorical codes; an integer
            for a single one.
        continuous_codes: Integer >= 0, number of continuous codes.
        noise_dim: Integer >= 1, size of the noise. `latent_dim`, 74 with the defaults, counts codes
            as well.
        information_weight: Float >= 0, lambda of the categorical codes.
        continuous_weight: Float >= 0, lambda of the continuous codes: 1 in the official code for
            MNIST, smaller in the paper's text.
        learned_deviation: Whether the recognition head's deviations of continuous codes are used,
            as in the paper's appendix; the official code for MNIST fixes them at 1.
        **kwargs: Arguments of `LatentModel`: `image_shape` or `data_shape`, `seed`, `ema_decay`,
            `augment`, `name`, and the networks

            - `generator`: from `(batch_size, latent_dim)` to `(batch_size, *data_shape)`;
            - `trunk`: from `(batch_size, *data_shape)` to features `(batch_size, feature_dim)`;
            - `discriminator`: from features to logits `(batch_size, 1)`;
            - `recognition`: from features to `(batch_size, outputs)`, logits of the categorical
              codes, then means, then logarithms of deviations of the continuous ones: 14 with the
              defaults.

    Raises:
        ValueError: If there is no code, an argument is out of range or a network does not fit.

    Reference:
        Chen et al., 2016, "InfoGAN: Interpretable Representation Learning by Information Maximizing
        Generative Adversarial Nets" (arXiv:1606.03657), equation 6, appendix C.1, and its official
        code.
    """

    players = {
        "generator": ("generator",),
        "discriminator": ("trunk", "discriminator", "recognition"),
    }
    term_names = (
        "discriminator_loss",
        "generator_loss",
        "information_loss",
        "mutual_information",
        "continuous_information",
    )
    judges = {"trunk": None}

    def __init__(
        self,
        *,
        categorical_codes=(10,),
        continuous_codes=2,
        noise_dim=62,
        information_weight=1.0,
        continuous_weight=1.0,
        learned_deviation=False,
        **kwargs,
    ):
        if "latent_dim" in kwargs:
            raise ValueError(
                "`noise_dim` must be given in the place of `latent_dim`, which follows from it and "
                f"the codes. Received: latent_dim={kwargs['latent_dim']}"
            )
        if isinstance(categorical_codes, Integral):
            categorical_codes = (categorical_codes,)
        categorical_codes = tuple(map(plain_integer, categorical_codes))
        self.codes = Codes(categorical_codes, plain_integer(continuous_codes))
        check_at_least(1, noise_dim=noise_dim)
        check_not_negative(
            information_weight=information_weight, continuous_weight=continuous_weight
        )
        super().__init__(latent_dim=noise_dim + self.codes.width, **kwargs)
        self.noise_dim = noise_dim
        self.information_weight = information_weight
        self.continuous_weight = continuous_weight
        self.learned_deviation = learned_deviation

    def default_generator(self, latent_dim, data_shape):
        return build_infogan_generator(latent_dim, data_shape)

    def default_trunk(self, latent_dim, data_shape):
        return build_infogan_trunk(data_shape)

    def default_discriminator(self, latent_dim, data_shape):
        return build_infogan_discriminator()

    def default_recognition(self, latent_dim, data_shape):
        return build_infogan_recognition(outputs=self.codes.outputs)

    def default_optimizers(self):
        rates = {"generator": 1e-3, "discriminator": 2e-4}
        return {
            player: keras.optimizers.Adam(rates[player], beta_1=0.5, epsilon=1e-8)
            for player in self.players
        }

    def draw_latents(self, num, seed):
        noise = randomness.uniform((num, self.noise_dim), seed)
        return ops.concatenate([noise, self.codes.draw(num, seed)], axis=1)

    # Moves and payoffs

    def train_step(self, data):
        """One step of trunk and both heads, then one of the generator, each from fresh latents."""
        real_images, _ = self.begin_step(data)
        discriminator_terms = self.minimize("discriminator", self.discriminator_terms, real_images)
        batch_size = ops.shape(real_images)[0]
        generator_terms = self.minimize("generator", self.generator_terms, batch_size)
        return self.report(discriminator_terms | generator_terms)

    def test_step(self, data):
        """Reports the terms on held-out data and fresh fakes; nothing is updated."""
        real_images, _ = self.begin_step(data, training=False)
        terms = self.discriminator_terms(real_images, training=False)
        terms |= self.generator_terms(ops.shape(real_images)[0], training=False)
        return self.report(terms, training=False)

    def discriminator_terms(self, real_images, training=True):
        """The payoff of trunk and heads on real images and fresh fakes."""
        latents = self.sample_latents(ops.shape(real_images)[0])
        fake_images = self.generator(latents, training=training)
        real_features = self.trunk(real_images, training=training)
        fake_features = self.trunk(fake_images, training=training)
        real_logits = self.discriminator(real_features, training=training)
        fake_logits = self.discriminator(fake_features, training=training)
        self.watch_reals(real_logits)
        loss = minimax_discriminator_loss(real_logits, fake_logits)
        return {
            "discriminator_loss": loss,
            **self.information_terms(latents, fake_features, training),
        }

    def generator_terms(self, batch_size, training=True):
        """The generator's payoff on fresh latents."""
        latents = self.sample_latents(batch_size)
        fake_features = self.trunk(self.generator(latents, training=training), training=training)
        fake_logits = self.discriminator(fake_features, training=training)
        return {
            "generator_loss": non_saturating_generator_loss(fake_logits),
            **self.information_terms(latents, fake_features, training),
        }

    def information_terms(self, latents, fake_features, training):
        """`-lambda L_I(G, Q)`, and its parts in nats, which are logged only."""
        outputs = self.recognition(fake_features, training=training)
        layout, codes = self.codes, latents[:, self.noise_dim :]
        categorical = continuous = ops.zeros(())
        for part in layout.categorical_parts:
            categorical += categorical_information(codes[:, part], outputs[:, part])
        if layout.continuous:
            continuous += gaussian_information(
                codes[:, layout.continuous_part],
                outputs[:, layout.continuous_part],
                outputs[:, layout.deviation_part] if self.learned_deviation else None,
            )
        loss = -(self.information_weight * categorical + self.continuous_weight * continuous)
        return {
            "information_loss": loss,
            "mutual_information": ops.stop_gradient(categorical),
            "continuous_information": ops.stop_gradient(continuous),
        }

    # Codes

    def encode(self, images, batch_size=256):
        """Codes that the recognition head reads in images.

        Args:
            images: Array `(num, *data_shape)`, images in `[-1, 1]`.
            batch_size: Integer, how many are read at a time.

        Returns:
            Dictionary from a code's name to a NumPy array: probabilities `(num, classes)` of a
            categorical code, means `(num,)` of a continuous one.
        """
        network_checks.check_images(images, self.data_shape)
        return self.in_batches(self._encode_batch, images, batch_size)

    @tf.function(reduce_retracing=True)
    def _encode_batch(self, images):
        features = self.trunk(images, training=False)
        return self.codes.read(ops.cast(self.recognition(features, training=False), "float32"))

    def sample(self, num, seed=0, batch_size=64, codes=None):
        """Generates samples, with codes from the prior where none are chosen.

        Args:
            num, seed, batch_size: As in `LatentModel.sample`.
            codes: `None`, or a dictionary from a code's name to a value, or to a value per sample:
                `{"c1": 3, "c2": np.linspace(-2, 2, num)}`. Classes of categorical codes are
                integers, continuous codes may leave `[-1, 1]`.

        Returns:
            NumPy array `(num, *data_shape)`, float32; images lie in `[-1, 1]`.

        Raises:
            ValueError: If an argument is out of range, or a code of the wrong kind.
        """
        if codes is None:
            return super().sample(num, seed, batch_size)
        check_at_least(1, num=num)
        check_at_least(0, seed=seed)
        latents = np.array(self.latents_for_sampling(num, seed))
        latents[:, self.noise_dim :] = self.codes.place(latents[:, self.noise_dim :], codes)
        return self.in_batches(self._sample_batch, tf.constant(latents), batch_size)

    def traverse(self, code, values, num_rows=10, seed=0):
        """The grid of the paper's figure 2: one code varies along a row, all else stays.

        Args:
            code: Name of the code that varies, such as `"c1"`.
            values: Its values, one for each column.
            num_rows: Integer >= 1; each row has noise and other codes of its own.
            seed: Integer >= 0.

        Returns:
            NumPy array `(num_rows, len(values), *data_shape)`, float32.

        Raises:
            ValueError: As `sample`.
        """
        check_at_least(1, num_rows=num_rows)
        check_at_least(0, seed=seed)
        values = np.asarray(values)
        if values.ndim != 1 or not len(values):
            raise ValueError(
                "`values` must be a sequence of at least one value, one for each column. "
                f"Received: values of shape {values.shape}"
            )
        columns = len(values)
        latents = np.repeat(self.latents_for_sampling(num_rows, seed), columns, axis=0)
        chosen = {code: np.tile(values, num_rows)}
        latents[:, self.noise_dim :] = self.codes.place(latents[:, self.noise_dim :], chosen)
        images = self.in_batches(self._sample_batch, tf.constant(latents), 64)
        return images.reshape(num_rows, columns, *self.data_shape)

    def serving_signatures(self):
        """Those of `LatentModel`, with `encode` (`images` -> a key for every code)."""
        images = tf.TensorSpec((None, *self.data_shape), tf.float32, name="images")
        return {**super().serving_signatures(), "encode": (self._encode_batch, [images])}

    def check_networks(self, networks, latent_dim, data_shape):
        check = network_checks
        check.check_maps("generator", networks["generator"], (latent_dim,), data_shape)
        features = check.shape_of_output("trunk", networks["trunk"], data_shape)[1:]
        check.check_accepts("discriminator", networks["discriminator"], features)
        check.check_gives_logits("discriminator", networks["discriminator"])
        check.check_maps("recognition", networks["recognition"], features, (self.codes.outputs,))
        check.check_gives_logits("recognition", networks["recognition"])

    def get_config(self):
        config = super().get_config()
        del config["latent_dim"]  # follows from the noise and the codes
        return {
            **config,
            "categorical_codes": self.codes.categorical,
            "continuous_codes": self.codes.continuous,
            "noise_dim": self.noise_dim,
            "information_weight": self.information_weight,
            "continuous_weight": self.continuous_weight,
            "learned_deviation": self.learned_deviation,
        }
