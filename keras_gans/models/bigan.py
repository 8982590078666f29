"""BiGAN: a generator and its inverse, judged together."""

import keras
import tensorflow as tf
from keras import ops

from keras_gans.losses import minimax_discriminator_loss
from keras_gans.models import network_checks
from keras_gans.models.batch_statistics import average_batch_statistics
from keras_gans.models.latent_model import LatentModel
from keras_gans.networks import (
    build_bigan_discriminator,
    build_bigan_encoder,
    build_bigan_generator,
)
from keras_gans.utils import randomness
from keras_gans.utils.checks import check_at_least

DEPLOYMENT = 3 << 29  # marks the noise of `deploy`, which neither steps nor `sample` draw


@keras.saving.register_keras_serializable(package="keras_gans")
class BiGAN(LatentModel):
    """Bidirectional GAN: the discriminator tells pairs `(x, E(x))` from pairs `(G(z), z)`.

    Generator and encoder are one player, whose payoff is the discriminator's with the labels
    swapped. All three networks step at once, from one forward pass.

    Default networks: the permutation-invariant ones of the paper's MNIST experiment, for images of
    any shape. Latents are uniform on `[-1, 1]`. Adam with learning rate 2e-4 and beta_1 0.5, for
    batches of 128. In the paper the rate falls over the second half of 400 epochs, as in
    `train/bigan.py`. L2 of 2.5e-5 is part of the networks.

    With `augment` the discriminator sees changed images beside unchanged latents: pairs `(T(x),
    E(x))` and `(T(G(z)), z)`, whose distributions agree where those of the unchanged pairs do. The
    encoder sees images as they are, as it does after training.

    Args:
        **kwargs: Arguments of `LatentModel`: `image_shape` or `data_shape`, `latent_dim`, `seed`,
            `ema_decay`, `augment`, `name`, and the networks

            - `generator`: as there;
            - `encoder`: `keras.Model` from `(batch_size, *data_shape)` to
              `(batch_size, latent_dim)`;
            - `discriminator`: `keras.Model` from the list of `(batch_size, *data_shape)` and
              `(batch_size, latent_dim)` to logits `(batch_size, ...)`.

    Reference:
        Donahue et al., 2016, "Adversarial Feature Learning" (arXiv:1605.09782), equation 3 and
        section 3.4, and its official code.
    """

    players = {"generator": ("generator", "encoder"), "discriminator": ("discriminator",)}
    averaged = ("generator", "encoder")
    judges = {"discriminator": 1}  # of the pair the image
    draws_pixels = True

    def default_latent_dim(self, data_shape):
        return 50

    def default_generator(self, latent_dim, data_shape):
        return build_bigan_generator(latent_dim, data_shape)

    def default_encoder(self, latent_dim, data_shape):
        return build_bigan_encoder(data_shape, latent_dim)

    def default_discriminator(self, latent_dim, data_shape):
        return build_bigan_discriminator(data_shape, latent_dim)

    def default_optimizers(self):
        return {
            player: keras.optimizers.Adam(2e-4, beta_1=0.5, epsilon=1e-8) for player in self.players
        }

    def draw_latents(self, num, seed):
        return randomness.uniform((num, self.latent_dim), seed)

    def encode(self, images, batch_size=256):
        """Latents of images, NumPy float32 `(num, latent_dim)`.

        Args:
            images: Array `(num, *data_shape)`, images in `[-1, 1]`.
            batch_size: Integer, how many are encoded at a time.
        """
        network_checks.check_images(images, self.data_shape)
        return self.in_batches(self._encode_batch, images, batch_size)

    def reconstruct(self, images, batch_size=256):
        """`G(E(x))` of images `(num, *data_shape)`, NumPy float32 of the same shape."""
        latents = tf.convert_to_tensor(self.encode(images, batch_size))
        return self.in_batches(self._sample_batch, latents, batch_size)

    @tf.function(reduce_retracing=True)
    def _encode_batch(self, images):
        latents = self.inference_network("encoder")(images, training=False)
        return ops.cast(latents, "float32")

    def deploy(self, batches, num_batches=1000):
        """Sets batch normalization to plain averages over batches, as the official code does before
        every evaluation, in the networks that `sample`, `encode` and exports use.

        Departure: the official code averages unbiased variances, which for batches of 128 are 0.8 %
        larger.

        Args:
            batches: Iterable of batches `(batch_size, *data_shape)`, or of tuples that begin with
                one, such as `keras_gans.data.load(...)`; it is repeated if it is too short.
            num_batches: Integer >= 1.

        Raises:
            ValueError: If `num_batches` is less than 1, or `batches` ends and cannot be repeated.
        """
        check_at_least(1, num_batches=num_batches)
        generator, encoder = map(self.inference_network, ("generator", "encoder"))
        endless = _repeated(batches)

        def run(index):
            images = next(endless)
            images = images[0] if isinstance(images, tuple | list) else images
            network_checks.check_batch("batches", images, self.data_shape)
            encoder(images, training=True)
            seed = randomness.seed_pair(self.seed, DEPLOYMENT, index)
            generator(self.draw_latents(len(images), seed), training=True)

        average_batch_statistics([generator, encoder], run, num_batches)

    def train_step(self, data):
        """All networks step at once, from one forward pass."""
        real_images, _ = self.begin_step(data)
        with self.record("discriminator", "generator") as tape:
            real_logits, fake_logits = self.judge_pairs(real_images, training=True)
            discriminator_terms = self.discriminator_terms(real_logits, fake_logits)
            generator_terms = self.generator_terms(real_logits, fake_logits)
        self.watch_reals(real_logits)
        self.descend("discriminator", tape, discriminator_terms)
        self.descend("generator", tape, generator_terms)
        return self.report(discriminator_terms | generator_terms)

    def test_step(self, data):
        """Reports the terms on held-out data and fresh latents; nothing is updated."""
        real_images, _ = self.begin_step(data, training=False)
        logits = self.judge_pairs(real_images, training=False)
        terms = self.discriminator_terms(*logits) | self.generator_terms(*logits)
        return self.report(terms, training=False)

    def judge_pairs(self, real_images, training):
        """Logits of the pairs `(x, E(x))` and of as many pairs `(G(z), z)`."""
        codes = self.encoder(real_images, training=training)
        latents = self.sample_latents(ops.shape(real_images)[0])
        fake_images = self.generator(latents, training=training)
        real_logits = self.discriminator([real_images, codes], training=training)
        fake_logits = self.discriminator([fake_images, latents], training=training)
        return real_logits, fake_logits

    def discriminator_terms(self, real_logits, fake_logits):
        loss = minimax_discriminator_loss(real_logits, fake_logits)
        return {"discriminator_loss": 0.5 * loss}  # the half is the official code's

    def generator_terms(self, real_logits, fake_logits):
        # The same loss with the labels swapped: gradients stay strong where D is sure.
        return {"generator_loss": 0.5 * minimax_discriminator_loss(fake_logits, real_logits)}

    def check_networks(self, networks, latent_dim, data_shape):
        latents = (latent_dim,)
        network_checks.check_maps("generator", networks["generator"], latents, data_shape)
        network_checks.check_maps("encoder", networks["encoder"], data_shape, latents)
        network_checks.check_accepts(
            "discriminator", networks["discriminator"], [data_shape, latents]
        )
        network_checks.check_gives_logits("discriminator", networks["discriminator"])

    def serving_signatures(self):
        """Those of `LatentModel`, with `encode` (`images` -> `latents`)."""
        images = tf.TensorSpec((None, *self.data_shape), tf.float32, name="images")

        def encode(images):
            return {"latents": self._encode_batch(images)}

        return {**super().serving_signatures(), "encode": (encode, [images])}


def _repeated(batches):
    while True:
        batch = None
        for batch in batches:
            yield batch
        if batch is None:
            raise ValueError(
                "`batches` must hold a batch, and must be a list or a data set and no iterator "
                f"where it is repeated. Received: {type(batches).__name__} without a batch"
            )
