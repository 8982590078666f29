"""Games whose generator maps latent vectors to data: sampling, serving and the usual moves."""

import numpy as np
import tensorflow as tf
from keras import ops

from keras_gans.models import network_checks
from keras_gans.models.adversarial_model import AdversarialModel
from keras_gans.utils import randomness
from keras_gans.utils.checks import check_at_least, check_shape_tuple
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
        latent_dim: Integer, size of the latent vector. Defaults to the paper's.
        **kwargs: Networks by the names in `players`, each the paper's where it is left out:

            - `generator`: `keras.Model` from `(batch_size, latent_dim)` to
              `(batch_size, *data_shape)`;
            - `discriminator`: `keras.Model` from `(batch_size, *data_shape)` to logits
              `(batch_size, ...)`.

            Further `seed`, `ema_decay` and `augment` of `AdversarialModel`, and `name` of
            `keras.Model`.

    Raises:
        ValueError: If both or neither shape is given, or a network does not fit; the message says
            which and what was expected.
    """

    players = {"generator": ("generator",), "discriminator": ("discriminator",)}
    takes_networks_by_name = True
    term_names = ("discriminator_loss", "generator_loss")
    averaged = ("generator",)
    judges = {"discriminator": None}
    draws_pixels = False  # whether the paper's networks end in a sigmoid, which points would leave

    def __init__(self, *, image_shape=None, data_shape=None, latent_dim=None, **kwargs):
        if (image_shape is None) == (data_shape is None):
            raise ValueError(
                "Exactly one of `image_shape` and `data_shape` must be given. "
                f"Received: image_shape={image_shape}, data_shape={data_shape}"
            )
        name = "data_shape" if image_shape is None else "image_shape"
        shape = data_shape if image_shape is None else image_shape
        check_shape_tuple(name, shape)
        data_shape = tuple(shape)
        latent_dim = self.default_latent_dim(data_shape) if latent_dim is None else latent_dim
        networks = {}
        for name in [name for names in self.players.values() for name in names]:
            network = kwargs.pop(name, None)
            networks[name] = network or self._default(name, latent_dim, data_shape)
        self.check_networks(networks, latent_dim, data_shape)
        super().__init__(networks=networks, **kwargs)
        self.data_shape = data_shape
        self.latent_dim = latent_dim

    def _default(self, name, latent_dim, data_shape):
        needed = ValueError(
            f"`{name}` must be given for points: {type(self).__name__} has networks of its own for "
            f"images only. Received: data_shape={data_shape}"
        )
        if self.draws_pixels and len(data_shape) == 1:
            raise needed
        try:
            return getattr(self, f"default_{name}")(latent_dim, data_shape)
        except ValueError as error:
            if len(data_shape) == 1 and "image_shape" in str(error):
                raise needed from error
            raise

    def default_latent_dim(self, data_shape):
        """The paper's size of the latent vector for this shape of data; 100 for most."""
        return 100

    def default_generator(self, latent_dim, data_shape):
        """The paper's generator for this shape of data; so for every network, `default_<name>`."""
        raise NotImplementedError

    def default_discriminator(self, latent_dim, data_shape):
        """The paper's discriminator for this shape of data."""
        raise NotImplementedError

    def check_networks(self, networks, latent_dim, data_shape):
        """Raises a `ValueError` for a network that does not fit the others or the data.

        Args:
            networks: Dictionary from the names in `players` to networks.
            latent_dim, data_shape: As in the constructor.
        """
        for name, network in networks.items():
            if name == "generator":
                network_checks.check_maps(name, network, (latent_dim,), data_shape)
            else:
                network_checks.check_accepts(name, network, data_shape)
                network_checks.check_gives_logits(name, network)

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

    def inputs_for_sampling(self, num, seed):
        """What `call` takes for `num` samples: latents, or a list that begins with them."""
        return self.latents_for_sampling(num, seed)

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
        check_at_least(1, num=num)
        check_at_least(0, seed=seed)
        return self.in_batches(self._sample_batch, self.inputs_for_sampling(num, seed), batch_size)

    @tf.function(reduce_retracing=True)
    def _sample_batch(self, inputs):
        return ops.cast(self(inputs, training=False), "float32")

    @staticmethod
    def in_batches(function, inputs, batch_size):
        """Applies a function to a tensor, or to a list of tensors, some rows at a time.

        Args:
            function: From tensors with at most `batch_size` rows to a tensor with as many, or to a
                dictionary of such tensors.
            inputs: Tensor, or list of tensors with equally many rows.
            batch_size: Integer.

        Returns:
            What `function` returns for all rows, as NumPy arrays.
        """
        num = len(tf.nest.flatten(inputs)[0])
        parts = []
        for start in range(0, num, batch_size):
            rows = slice(start, start + batch_size)
            part = function(tf.nest.map_structure(lambda array, rows=rows: array[rows], inputs))
            parts.append(tf.nest.map_structure(ops.convert_to_numpy, part))
        return tf.nest.map_structure(lambda *arrays: np.concatenate(arrays), *parts)

    # Moves and payoffs

    def train_step(self, data):
        """One step of each player; see `play`."""
        real_images, y = self.begin_step(data)
        return self.report(self.play(real_images, y))

    def play(self, real_images, y=None):
        """The usual moves: the discriminator and then the generator step, from one fake batch.

        The generator's step goes back through the discriminator as it is after its own step. Both
        see one draw of latents, which saves a generator pass; each player's gradient has the same
        distribution as with latents of its own. Real and fake batches pass the discriminator
        apart, so that batch normalization does not mix them.

        Args:
            real_images: Tensor `(batch_size, *data_shape)`.
            y: What came with them, where the networks are `told`.

        Returns:
            Dictionary of all terms.
        """
        fake_y = self.conditions_of_fakes(y)
        with self.record("generator") as generator_tape:
            latents = self.sample_latents(ops.shape(real_images)[0])
            fake_images = self.generator(self.told(latents, fake_y), training=True)
            with self.record("discriminator") as discriminator_tape:
                fixed_images = ops.stop_gradient(fake_images)
                real_logits = self.discriminator(self.told(real_images, y), training=True)
                fake_logits = self.discriminator(self.told(fixed_images, fake_y), training=True)
                discriminator_terms = self.discriminator_terms(real_logits, fake_logits)
            self.watch_reals(real_logits)
            self.descend("discriminator", discriminator_tape, discriminator_terms)
            fake_logits = self.discriminator(self.told(fake_images, fake_y), training=True)
            generator_terms = self.generator_terms(fake_logits)
        self.descend("generator", generator_tape, generator_terms)
        return discriminator_terms | generator_terms

    def play_at_once(self, real_images, y=None):
        """Other moves, for a `play` of some games: both players step from one forward pass.

        The generator's step goes back through the discriminator as it was before its own step.
        Arguments and result are those of `play`.
        """
        fake_y = self.conditions_of_fakes(y)
        with self.record("discriminator", "generator") as tape:
            latents = self.sample_latents(ops.shape(real_images)[0])
            fake_images = self.generator(self.told(latents, fake_y), training=True)
            real_logits = self.discriminator(self.told(real_images, y), training=True)
            fake_logits = self.discriminator(self.told(fake_images, fake_y), training=True)
            discriminator_terms = self.discriminator_terms(real_logits, fake_logits)
            generator_terms = self.generator_terms(fake_logits)
        self.watch_reals(real_logits)
        self.descend("discriminator", tape, discriminator_terms)
        self.descend("generator", tape, generator_terms)
        return discriminator_terms | generator_terms

    def test_step(self, data):
        """Reports the terms on held-out data and fresh fakes; nothing is updated."""
        real_images, y = self.begin_step(data, training=False)
        fake_y = self.conditions_of_fakes(y)
        latents = self.sample_latents(ops.shape(real_images)[0])
        fake_images = self.generator(self.told(latents, fake_y), training=False)
        real_logits = self.discriminator(self.told(real_images, y), training=False)
        fake_logits = self.discriminator(self.told(fake_images, fake_y), training=False)
        terms = self.discriminator_terms(real_logits, fake_logits)
        return self.report(terms | self.generator_terms(fake_logits), training=False)

    def told(self, samples, y):
        """What a network takes: the samples or latents; a conditional model adds the condition."""
        return samples

    def conditions_of_fakes(self, y):
        """What fakes are made for and judged with: what came with the real batch."""
        return y

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

    def call_specs(self):
        """List of the `tf.TensorSpec` of what `call` takes, named as in the exported signatures."""
        return [tf.TensorSpec((None, self.latent_dim), tf.float32, name="latents")]

    def sample_specs(self):
        """List of the `tf.TensorSpec` that `inputs_for_sampling` takes after number and seed."""
        return []

    def serving_signatures(self):
        """Dictionary from signature to its function and the specifications of its inputs.

        `serving_default` maps `latents` to float32 `images` in `[-1, 1]`; `sample` draws
        `num_images` of them from `seed` as uint8; `sample_png` encodes those as PNG. Data that is
        no image has `serving_default` and a float32 `sample`. A model whose samples depend on more
        takes that as well, by name.
        """
        scalars = [tf.TensorSpec((), tf.int32, name=name) for name in ("num_images", "seed")]
        to_sample = scalars + self.sample_specs()

        def generate(inputs):
            return {"images": ops.cast(self(inputs, training=False), "float32")}

        def serving_default(*inputs):
            return generate(inputs[0] if len(inputs) == 1 else list(inputs))

        def sample(*inputs):
            return generate(self.inputs_for_sampling(*inputs))

        def sample_uint8(*inputs):
            return {"images": to_uint8(sample(*inputs)["images"])}

        def sample_png(*inputs):
            return {"png_bytes": encode_png(sample_uint8(*inputs)["images"])}

        if not is_image_shape(self.data_shape):
            return {
                "serving_default": (serving_default, self.call_specs()),
                "sample": (sample, to_sample),
            }
        return {
            "serving_default": (serving_default, self.call_specs()),
            "sample": (sample_uint8, to_sample),
            "sample_png": (sample_png, to_sample),
        }
