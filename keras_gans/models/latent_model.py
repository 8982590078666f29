"""Games whose generator maps latent vectors to data: sampling, serving and the usual moves."""

import numpy as np
import tensorflow as tf
from keras import ops

from keras_gans.models import network_checks
from keras_gans.models.adversarial_model import AdversarialModel
from keras_gans.utils import randomness
from keras_gans.utils.checks import check_shape_tuple
from keras_gans.utils.pixels import encode_png, is_image_shape, to_uint8

SAMPLING = 1 << 30  # marks the noise of `sample`, which no step draws


class LatentModel(AdversarialModel):
    """A generator of data from latent vectors against a discriminator.

    Brings what such games share: latents, `sample`, `call`, the serving signatures, and the usual
    moves, in which discriminator and generator step in turn. A subclass says its payoffs as
    `discriminator_terms` and `generator_terms`.

    Args:
        image_shape: Tuple `(height, width, channels)`, the shape of one image. Or instead:
        data_shape: Tuple, the shape of one sample of any kind, such as `(2,)` for points; the
            networks must then be given where the paper has none for it.
        latent_dim: Integer, size of the latent vector.
        generator: `keras.Model` from `(batch_size, latent_dim)` to `(batch_size, *data_shape)`.
            Defaults to the paper's.
        discriminator: `keras.Model` from `(batch_size, *data_shape)` to logits `(batch_size, ...)`.
            Defaults to the paper's.
        **kwargs: `seed` and `ema_decay` of `AdversarialModel`, `name` of `keras.Model`, and further
            networks of a subclass.

    Raises:
        ValueError: If both or neither shape is given, or a network does not fit; the message says
            which and what was expected.
    """

    players = {"generator": ("generator",), "discriminator": ("discriminator",)}
    term_names = ("discriminator_loss", "generator_loss")
    averaged = ("generator",)

    def __init__(
        self,
        *,
        image_shape=None,
        data_shape=None,
        latent_dim=100,
        generator=None,
        discriminator=None,
        **kwargs,
    ):
        if (image_shape is None) == (data_shape is None):
            raise ValueError(
                "Exactly one of `image_shape` and `data_shape` must be given. "
                f"Received: image_shape={image_shape}, data_shape={data_shape}"
            )
        data_shape = tuple(image_shape or data_shape)
        check_shape_tuple("data_shape" if image_shape is None else "image_shape", data_shape)
        generator = generator or self.default_generator(latent_dim, data_shape)
        discriminator = discriminator or self.default_discriminator(data_shape)
        network_checks.check_maps("generator", generator, (latent_dim,), data_shape)
        network_checks.check_accepts("discriminator", discriminator, data_shape)
        networks = {"generator": generator, "discriminator": discriminator}
        super().__init__(networks=networks, **kwargs)
        self.data_shape = data_shape
        self.latent_dim = latent_dim

    def default_generator(self, latent_dim, data_shape):
        """The paper's generator for this shape of data."""
        raise NotImplementedError

    def default_discriminator(self, data_shape):
        """The paper's discriminator for this shape of data."""
        raise NotImplementedError

    # Latents and samples

    def draw_latents(self, num, seed):
        """The latent prior: standard normal unless the paper says otherwise.

        Args:
            num: Number of latent vectors.
            seed: Seed pair, see `keras_gans.utils.randomness`.

        Returns:
            Tensor `(num, latent_dim)`, float32.
        """
        return randomness.normal((num, self.latent_dim), seed)

    def sample_latents(self, batch_size):
        """Latents `(batch_size, latent_dim)` within a step, fresh on every call."""
        seed = self.next_seed()
        return randomness.draw_for_replica(lambda num: self.draw_latents(num, seed), batch_size)

    def generate(self, batch_size, training):
        """Generated samples `(batch_size, *data_shape)` within a step, from fresh latents."""
        return self.generator(self.sample_latents(batch_size), training=training)

    def latents_for_sampling(self, num, seed):
        """The latents of `sample` and of the exported `sample` signatures, for an integer seed."""
        return self.draw_latents(num, randomness.seed_pair(0, SAMPLING, seed))

    def call(self, latents, training=False):
        """Generates `(batch_size, *data_shape)` from latents, so that `predict` does too."""
        return self.inference_network("generator")(latents, training=training)

    def sample(self, num, seed=0, batch_size=64):
        """Generates samples, with the moving average of the generator where one is kept.

        Args:
            num: Integer >= 1, number of samples.
            seed: Integer >= 0. The same seed gives the same samples, here and in an export.
            batch_size: Integer, how many are generated at a time; only memory depends on it.

        Returns:
            NumPy array `(num, *data_shape)`, float32; images lie in `[-1, 1]`.

        Raises:
            ValueError: If `num` is less than 1 or `seed` is negative.
        """
        if num < 1 or seed < 0:
            raise ValueError(
                f"`num` must be at least 1 and `seed` at least 0. Received: num={num}, seed={seed}"
            )
        latents = self.latents_for_sampling(num, seed)
        parts = [latents[start : start + batch_size] for start in range(0, num, batch_size)]
        return np.concatenate([ops.convert_to_numpy(self._sample_batch(part)) for part in parts])

    @tf.function(reduce_retracing=True)
    def _sample_batch(self, latents):
        return ops.cast(self(latents, training=False), "float32")

    # Moves and payoffs

    def train_step(self, data):
        """One step of the discriminator, then one of the generator, from the same fake batch.

        The generator's step goes back through the discriminator as it is after its own step. Both
        see one draw of latents, which saves a generator pass; each player's gradient has the same
        distribution as with latents of its own. Real and fake batches pass the discriminator
        apart, so that batch normalization does not mix them.
        """
        real_images, _ = self.begin_step(data)
        with self.record("generator") as generator_tape:
            fake_images = self.generate(ops.shape(real_images)[0], training=True)
            with self.record("discriminator") as discriminator_tape:
                discriminator_terms = self.discriminator_terms(
                    self.discriminator(real_images, training=True),
                    self.discriminator(ops.stop_gradient(fake_images), training=True),
                )
            self.descend("discriminator", discriminator_tape, discriminator_terms)
            generator_terms = self.generator_terms(self.discriminator(fake_images, training=True))
        self.descend("generator", generator_tape, generator_terms)
        return self.report(discriminator_terms | generator_terms)

    def test_step(self, data):
        """Reports the terms on held-out data and fresh fakes; nothing is updated."""
        real_images, _ = self.begin_step(data, training=False)
        fake_images = self.generate(ops.shape(real_images)[0], training=False)
        real_logits = self.discriminator(real_images, training=False)
        fake_logits = self.discriminator(fake_images, training=False)
        terms = self.discriminator_terms(real_logits, fake_logits)
        return self.report(terms | self.generator_terms(fake_logits), training=False)

    def discriminator_terms(self, real_logits, fake_logits):
        """The discriminator's payoff: a dictionary from name to scalar, minimised."""
        raise NotImplementedError

    def generator_terms(self, fake_logits):
        """The generator's payoff: a dictionary from name to scalar, minimised."""
        raise NotImplementedError

    def check_batch(self, x, y):
        network_checks.check_batch("x", x, self.data_shape)

    # Saving and serving

    def get_config(self):
        return {
            **super().get_config(),
            "data_shape": self.data_shape,
            "latent_dim": self.latent_dim,
        }

    def serving_signatures(self):
        """Dictionary from signature to its function and the specifications of its inputs.

        `serving_default` maps `latents` to float32 `images` in `[-1, 1]`; `sample` draws
        `num_images` of them from `seed` as uint8; `sample_png` encodes those as PNG. Data that is
        no image has `serving_default` and a float32 `sample`.
        """
        scalars = [
            tf.TensorSpec((), tf.int32, name="num_images"),
            tf.TensorSpec((), tf.int32, name="seed"),
        ]
        latents = tf.TensorSpec((None, self.latent_dim), tf.float32, name="latents")

        def serving_default(latents):
            return {"images": ops.cast(self(latents, training=False), "float32")}

        def sample(num_images, seed):
            return serving_default(self.latents_for_sampling(num_images, seed))

        def sample_uint8(num_images, seed):
            return {"images": to_uint8(sample(num_images, seed)["images"])}

        def sample_png(num_images, seed):
            return {"png_bytes": encode_png(sample_uint8(num_images, seed)["images"])}

        if not is_image_shape(self.data_shape):
            return {"serving_default": (serving_default, [latents]), "sample": (sample, scalars)}
        return {
            "serving_default": (serving_default, [latents]),
            "sample": (sample_uint8, scalars),
            "sample_png": (sample_png, scalars),
        }
