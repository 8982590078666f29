"""MGAN: several generators, and a classifier that keeps them apart."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gans.losses import (
    categorical_cross_entropy,
    minimax_discriminator_loss,
    non_saturating_generator_loss,
)
from keras_gans.models import network_checks
from keras_gans.models.latent_model import SAMPLING, LatentModel
from keras_gans.networks import (
    build_dcgan_generator,
    build_mgan_body,
    build_mgan_discriminator,
    build_mgan_point_body,
    build_mgan_point_discriminator,
    build_mgan_point_stems,
    build_mgan_stems,
    build_perceptron,
    build_separate_generators,
)
from keras_gans.utils import randomness
from keras_gans.utils.checks import assert_below, check_at_least, check_not_negative

CHOICE = 1 << 29  # with SAMPLING: the noise that chooses generators for `sample`


def _normal():
    return keras.initializers.RandomNormal(stddev=0.02)


@keras.saving.register_keras_serializable(package="keras_gans")
class MGAN(LatentModel):
    """Mixture GAN: `num_generators` generators, all stepped together, against a discriminator that
    also classifies which generator made a fake.

    The classifier learns from fakes only. Generators are rewarded, with weight `diversity_weight`,
    for fakes that it gets right, which drives them apart. The classifier's own term has weight 1 in
    the discriminator's step, as in the official code.

    The generators are two networks: `stems`, which hold what each has for itself, and `body`, which
    all share. Each step gives the same latents to every generator, and uses them for both players.

    Default networks: for images those of the official code for CIFAR-10, at 28, 32 and 64 pixels;
    for points those of the ring of 8 Gaussians, whose sizes, latents and beta are not compared
    with the paper; an early script of its authors, with 4 generators, has others. Latents are
    uniform on `[-1, 1]` for images and standard normal for points. Adam with learning rate 2e-4 and
    beta_1 0.5.

    Args:
        num_generators: Integer >= 1, K. Defaults to the official code's 10 for images, and for
            points to 8, one for each mode of the ring.
        diversity_weight: Float >= 0, beta. Defaults to 0.01 for images and 0.125 for points.
        samples_per_generator: Integer >= 1, or 2 on each replica where the stems hold batch
            normalization: fakes of each generator in a step, over all replicas.
            Defaults to the paper's share, twice the batch over all generators: 12 beside 64 real
            images, 128 beside 512 real points; at least 2 on each replica.
        shared_body: Whether the default generators share all but their first layer. False makes
            them separate networks: DCGAN's, or perceptrons for points.
        **kwargs: Arguments of `LatentModel`: `image_shape` or `data_shape`, `latent_dim`, `seed`,
            `ema_decay`, `augment`, `name`, and the networks

            - `stems`: `keras.Model` from `(batch_size, latent_dim)` to
              `(batch_size, num_generators, ...)`;
            - `body`: from `(batch_size, ...)` to `(batch_size, *data_shape)`;
            - `discriminator`: from `(batch_size, *data_shape)` to the list of logits
              `(batch_size, 1)` and of the classifier's logits `(batch_size, num_generators)`.

    Raises:
        ValueError: If an argument is out of range or a network does not fit; in `fit`, for fakes
            that do not spread over the replicas.

    Reference:
        Hoang et al., 2018, "MGAN: Training Generative Adversarial Nets with Multiple Generators"
        (arXiv:1708.02556), equation 1, and its official code.
    """

    players = {"generators": ("stems", "body"), "discriminator": ("discriminator",)}
    term_names = ("discriminator_loss", "classifier_loss", "generator_loss", "diversity_loss")
    averaged = ("stems", "body")

    def __init__(
        self,
        *,
        num_generators=None,
        diversity_weight=None,
        samples_per_generator=None,
        shared_body=True,
        **kwargs,
    ):
        data_shape = kwargs.get("data_shape") or kwargs.get("image_shape") or ()
        is_points = len(data_shape) == 1
        if num_generators is None:
            num_generators = 8 if is_points else 10
        if diversity_weight is None:
            diversity_weight = 0.125 if is_points else 0.01
        check_at_least(1, num_generators=num_generators)
        check_not_negative(diversity_weight=diversity_weight)
        self.num_generators = num_generators  # before the networks, which it shapes
        self.shared_body = shared_body
        super().__init__(**kwargs)
        # Of one sample, batch normalization in the stems would make a constant.
        self._least_samples = 2 if network_checks.batch_norms_of(self.stems) else 1
        if samples_per_generator is not None:
            check_at_least(self._least_samples, samples_per_generator=samples_per_generator)
        self.diversity_weight = diversity_weight
        self.samples_per_generator = samples_per_generator

    def default_latent_dim(self, data_shape):
        return 256 if len(data_shape) == 1 else 100

    def default_stems(self, latent_dim, data_shape):
        is_points = len(data_shape) == 1
        if self.shared_body:
            build = build_mgan_point_stems if is_points else build_mgan_stems
            shape = {} if is_points else {"image_shape": data_shape}
            return build(latent_dim, self.num_generators, **shape)
        if is_points:
            return build_separate_generators(
                lambda: build_perceptron((latent_dim,), data_shape, kernel_initializer=_normal),
                self.num_generators,
            )
        return build_separate_generators(
            lambda: build_dcgan_generator(latent_dim, data_shape, decay=0), self.num_generators
        )

    def default_body(self, latent_dim, data_shape):
        if not self.shared_body:
            return keras.Sequential([keras.Input(data_shape), keras.layers.Identity()], name="body")
        if len(data_shape) == 1:
            return build_mgan_point_body(data_shape=data_shape)
        return build_mgan_body(data_shape)

    def default_discriminator(self, latent_dim, data_shape):
        build = build_mgan_point_discriminator if len(data_shape) == 1 else build_mgan_discriminator
        return build(data_shape, self.num_generators)

    def default_optimizers(self):
        return {
            player: keras.optimizers.Adam(2e-4, beta_1=0.5, epsilon=1e-8) for player in self.players
        }

    def draw_latents(self, num, seed):
        draw = randomness.normal if len(self.data_shape) == 1 else randomness.uniform
        return draw((num, self.latent_dim), seed)

    # Moves and payoffs

    def train_step(self, data):
        """Discriminator with classifier, then all generators, from one fake batch."""
        real_samples, _ = self.begin_step(data)
        with self.record("generators") as generator_tape:
            fake_samples = self.generate_all(self.count_each(real_samples), training=True)
            discriminator_terms = self.minimize(
                "discriminator",
                self.discriminator_terms,
                real_samples,
                ops.stop_gradient(fake_samples),
            )
            generator_terms = self.generator_terms(fake_samples)
        self.descend("generators", generator_tape, generator_terms)
        return self.report(discriminator_terms | generator_terms)

    def test_step(self, data):
        """Reports the terms on held-out data and fresh fakes; nothing is updated."""
        real_samples, _ = self.begin_step(data, training=False)
        fake_samples = self.generate_all(self.count_each(real_samples), training=False)
        terms = self.discriminator_terms(real_samples, fake_samples, training=False)
        return self.report(terms | self.generator_terms(fake_samples, training=False), False)

    def count_each(self, real_samples):
        """How many fakes each generator makes on this replica beside a batch of real samples."""
        if self.samples_per_generator is not None:
            replicas = tf.distribute.get_strategy().num_replicas_in_sync
            each, left_over = divmod(self.samples_per_generator, replicas)
            if left_over or each < self._least_samples:
                raise ValueError(
                    f"`samples_per_generator` must be a multiple of the {replicas} replicas, with "
                    f"at least {self._least_samples} for each. "
                    f"Received: samples_per_generator={self.samples_per_generator}"
                )
            return each
        return ops.maximum(2 * ops.shape(real_samples)[0] // self.num_generators, 2)

    def generate_all(self, num, training):
        """Fakes of every generator from the same latents, `(num * num_generators, *data_shape)`.

        Row `i` is the work of generator `i % num_generators`.
        """
        stems = self.stems(self.sample_latents(num), training=training)
        # One call for all generators: batch normalization of the body sees the whole mixture.
        return self.body(ops.reshape(stems, (-1, *stems.shape[2:])), training=training)

    def makers(self, fake_samples):
        """One-hot `(num * num_generators, num_generators)`: who made each row."""
        repeats = ops.shape(fake_samples)[0] // self.num_generators
        return ops.tile(ops.eye(self.num_generators), (repeats, 1))

    def discriminator_terms(self, real_samples, fake_samples, training=True):
        real_logits, _ = self.discriminator(real_samples, training=training)
        fake_logits, maker_logits = self.discriminator(fake_samples, training=training)
        self.watch_reals(real_logits)
        return {
            "discriminator_loss": minimax_discriminator_loss(real_logits, fake_logits),
            "classifier_loss": categorical_cross_entropy(self.makers(fake_samples), maker_logits),
        }

    def generator_terms(self, fake_samples, training=True):
        fake_logits, maker_logits = self.discriminator(fake_samples, training=training)
        cross_entropy = categorical_cross_entropy(self.makers(fake_samples), maker_logits)
        return {
            "generator_loss": non_saturating_generator_loss(fake_logits),
            "diversity_loss": self.diversity_weight * cross_entropy,  # beta * CE
        }

    # Samples

    def call(self, inputs, training=False):
        """Generates `(batch_size, *data_shape)` from `[latents, generators]`.

        `generators` is an integer vector `(batch_size,)`: who makes each sample.
        """
        latents, generators = inputs
        assert_below(self.num_generators, generators=generators)
        # Within the range, so that it is the check that fails, and not the gather in its place.
        generators = ops.clip(ops.cast(generators, "int32"), 0, self.num_generators - 1)
        stems = self.inference_network("stems")(latents, training=training)
        chosen = tf.gather(stems, generators, batch_dims=1)
        return self.inference_network("body")(chosen, training=training)

    def sample(self, num, seed=0, batch_size=64, generator=None, mixture_weights=None):
        """Generates samples of the mixture, or of one generator.

        Args:
            num, seed, batch_size: As in `LatentModel.sample`.
            generator: `None`, or an integer in `[0, num_generators)`, who makes all of them.
            mixture_weights: Instead, shares of the generators that sum to 1. Defaults to equal
                ones, with which they were trained.

        Returns:
            NumPy array `(num, *data_shape)`, float32.

        Raises:
            ValueError: If an argument is out of range.
        """
        if generator is not None and mixture_weights is not None:
            raise ValueError("Only one of `generator` and `mixture_weights` may be given.")
        is_one = isinstance(generator, (int, np.integer)) and 0 <= generator < self.num_generators
        if generator is not None and not is_one:
            raise ValueError(
                f"`generator` must be an integer in [0, {self.num_generators}). "
                f"Received: generator={generator!r}"
            )
        check_at_least(1, num=num)
        check_at_least(0, seed=seed)
        shares = np.eye(self.num_generators)[generator] if generator is not None else None
        if mixture_weights is not None:
            shares = self._checked_shares(mixture_weights)
        inputs = self.inputs_for_sampling(num, seed, shares)
        return self.in_batches(self._sample_batch, inputs, batch_size)

    def inputs_for_sampling(self, num, seed, shares=None):
        """Latents, and who makes each sample: by `shares` of the generators, or by equal ones."""
        if shares is None:
            shares = np.full(self.num_generators, 1.0 / self.num_generators)
        pair = randomness.seed_pair(0, SAMPLING | CHOICE, seed)
        position = randomness.uniform((num,), pair, low=0.0, high=1.0)
        ends = tf.constant(np.cumsum(shares)[:-1], tf.float32)
        generators = tf.searchsorted(ends, position, side="right")
        return [self.latents_for_sampling(num, seed), generators]

    def call_specs(self):
        return [*super().call_specs(), tf.TensorSpec((None,), tf.int32, name="generators")]

    def _checked_shares(self, mixture_weights):
        shares = np.asarray(mixture_weights, np.float64)
        fits = shares.shape == (self.num_generators,) and shares.min() >= 0
        if not fits or abs(shares.sum() - 1.0) > 1e-6:
            raise ValueError(
                f"`mixture_weights` must be {self.num_generators} shares that sum to 1. "
                f"Received: mixture_weights={mixture_weights}"
            )
        return shares

    def check_networks(self, networks, latent_dim, data_shape):
        shape = network_checks.shape_of_output("stems", networks["stems"], (latent_dim,))
        if shape[1] != self.num_generators:
            raise ValueError(
                f"`stems` must map to (batch_size, {self.num_generators}, ...), one entry for each "
                f"generator. Received: stems with output shape {shape}"
            )
        network_checks.check_maps("body", networks["body"], shape[2:], data_shape)
        shapes = network_checks.shape_of_output(
            "discriminator", networks["discriminator"], data_shape
        )
        # Maps of the classifier's logits would be paired with the makers wrongly.
        fits = isinstance(shapes, list) and len(shapes) == 2 and shapes[0][-1] == 1
        if not fits or tuple(shapes[1][1:]) != (self.num_generators,):
            raise ValueError(
                "`discriminator` must return a list of logits (batch_size, 1) and of the "
                f"classifier's logits (batch_size, {self.num_generators}). "
                f"Received: discriminator with output shape {shapes}"
            )
        network_checks.check_gives_logits("discriminator", networks["discriminator"])

    def get_config(self):
        return {
            **super().get_config(),
            "num_generators": self.num_generators,
            "diversity_weight": self.diversity_weight,
            "samples_per_generator": self.samples_per_generator,
            "shared_body": self.shared_body,
        }
