"""StyleGAN: latents become styles, and styles and noise tell a growing network what to draw."""

import functools
from numbers import Integral

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gans.losses import minimax_discriminator_loss, non_saturating_generator_loss, r1_penalty
from keras_gans.models import network_checks
from keras_gans.models.growing_model import GrowingModel
from keras_gans.networks import (
    build_style_discriminator,
    build_style_mapping,
    build_style_synthesis,
)
from keras_gans.utils import randomness
from keras_gans.utils.checks import check_at_least, check_not_negative
from keras_gans.utils.pixels import images_at_once, to_uint8
from keras_gans.utils.styles import mixed_styles, path_between

NOISE = 5 << 28  # marks the noise maps of samples, which neither steps nor latents draw
# Decay of the average style a step: 0.995 for either player's step in the official code, which one
# draw of styles serves here.
TRACKING = 0.995**2


@keras.saving.register_keras_serializable(package="keras_gans")
class StyleGAN(GrowingModel):
    """Style-based generator, 4 to 1024 pixels.

    A `mapping` turns latents `z` into a style `w`; a `synthesis` network starts from a constant and
    is told by a style in every layer what to draw, and by noise how to vary the details. Losses are
    the non-saturating ones with R1. In `mixing_probability` of the steps the styles of two latents
    are mixed: from a layer drawn at random on, the second one's hold.

    The model keeps the average style of its training, towards which `truncation` pulls samples.
    `sample`, `synthesize`, `mix` and `interpolate` use the moving averages of the networks where
    they are kept; `ema_half_life=10_000` is the official code's.

    Latents are standard normal, 512 of them. Adam with learning rate 1e-3, beta_1 0, beta_2 0.99
    and epsilon 1e-8. The paper starts at 8 pixels: `GrowthSchedule(resolution, start=8)`.

    Departures from the official code: one draw of styles serves both players' steps; the schedule
    moves on with every step, there after every four of each player; the official code can take
    labels.

    Args:
        r1_weight: Float >= 0, gamma; the penalty is `gamma / 2 * E[|grad D(x)|^2]`.
        r1_interval: Integer >= 1: the penalty is taken every so many steps, and then weighs as much
            more. Later papers take 16; it stands in the step's other terms here, so that the
            optimizer's constants need no change.
        mixing_probability: Float in `[0, 1]`.
        growing: Boolean, whether the default networks grow.
        **kwargs: Arguments of `LatentModel`: `image_shape`, `latent_dim`, `seed`, `ema_decay`,
            `ema_half_life`, `augment`, `name`, and the networks `mapping`
            (`(batch_size, latent_dim)` to `(batch_size, style_dim)`), `synthesis` (styles
            `(batch_size, num_styles, style_dim)` and noise seeds `(batch_size, 2)` to images) and
            `discriminator`; see `GrowingModel`.

    Raises:
        ValueError: If an argument is out of range, for images whose size is no power of two, and
            for networks that do not fit each other.

    Reference:
        Karras et al., 2019, "A Style-Based Generator Architecture for Generative Adversarial
        Networks" (arXiv:1812.04948), and its official code; R1: Mescheder et al., 2018
        (arXiv:1801.04406); every 16 steps: Karras et al., 2020 (arXiv:1912.04958), section 3.1.
    """

    players = {"generator": ("mapping", "synthesis"), "discriminator": ("discriminator",)}
    term_names = ("discriminator_loss", "r1_penalty", "generator_loss")
    averaged = ("mapping", "synthesis")
    grown_networks = ("synthesis", "discriminator")

    def __init__(self, *, r1_weight=10.0, r1_interval=1, mixing_probability=0.9, **kwargs):
        check_not_negative(r1_weight=r1_weight)
        check_at_least(1, r1_interval=r1_interval)
        if not 0 <= mixing_probability <= 1:
            raise ValueError(
                "`mixing_probability` must be in [0, 1]. "
                f"Received: mixing_probability={mixing_probability}"
            )
        super().__init__(**kwargs)
        self.r1_weight = r1_weight
        self.r1_interval = r1_interval
        self.mixing_probability = mixing_probability
        self.num_styles, self.style_dim = self.synthesis.inputs[0].shape[1:]
        self.average_style = self.add_weight(
            name="average_style",
            shape=(self.style_dim,),
            initializer="zeros",
            trainable=False,
            aggregation="mean",
            autocast=False,
        )

    # Networks

    def default_latent_dim(self, data_shape):
        return 512

    def default_mapping(self, latent_dim, data_shape):
        return build_style_mapping(latent_dim)

    def default_synthesis(self, latent_dim, data_shape):
        return build_style_synthesis(data_shape, growing=self._growing_by_default)

    def default_discriminator(self, latent_dim, data_shape):
        return build_style_discriminator(data_shape, growing=self._growing_by_default)

    def check_generator(self, networks, latent_dim, shapes):
        mapping, synthesis = networks["mapping"], networks["synthesis"]
        style_shape = network_checks.shape_of_output("mapping", mapping, (latent_dim,))[1:]
        inputs = [tuple(tensor.shape[1:]) for tensor in getattr(synthesis, "inputs", [])]
        if len(inputs) != 2 or len(inputs[0]) != 2 or inputs[0][1:] != style_shape:
            raise ValueError(
                "`synthesis` must take styles (batch_size, num_styles, style_dim) of the size that "
                f"`mapping` gives, {style_shape}, and noise seeds (batch_size, 2). "
                f"Received: synthesis with inputs {inputs}"
            )
        size = (shapes[-1] if isinstance(shapes, list) else shapes)[0]
        if inputs[0][0] != 2 * size.bit_length() - 4:
            raise ValueError(
                f"`synthesis` must take {2 * size.bit_length() - 4} styles for {size} pixels, two "
                f"for each resolution. Received: synthesis that takes {inputs[0][0]}"
            )
        outputs = [tuple(output.shape[1:]) for output in synthesis.outputs]
        wanted = shapes if isinstance(shapes, list) else [shapes]
        if outputs != wanted:
            raise ValueError(f"`synthesis` must give images {wanted}. Received: {outputs}")

    def default_optimizers(self):
        return {
            player: keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99, epsilon=1e-8)
            for player in self.players
        }

    # Moves and payoffs

    def generate(self, batch_size, training):
        styles = self.mapping(self.sample_latents(batch_size), training=training)
        if training:
            self._follow_styles(styles)
            styles = self._mixed(styles, batch_size)
        else:
            styles = self.for_every_layer(styles)
        seed = self.next_seed()
        noise_seeds = randomness.draw_for_replica(
            lambda num: randomness.pairs(num, seed), batch_size
        )
        return self.part_of("synthesis")([styles, noise_seeds], training=training)

    def _follow_styles(self, styles):
        mean = ops.stop_gradient(ops.mean(ops.cast(styles, "float32"), axis=0))
        average = ops.convert_to_tensor(self.average_style)
        self.average_style.assign(mean + TRACKING * (average - mean))

    def _mixed(self, styles, batch_size):
        """The styles for every layer; of two latents in some of the steps, the same layers for all.

        The official code draws whether and where to mix once a batch, and so does this.
        """
        others = self.mapping(self.sample_latents(batch_size), training=True)
        seed = self.next_seed()
        working = 2 * self.resolution.bit_length() - 4  # layers in use
        crossover = 1 + randomness.integers((), seed, working - 1)
        mixes = randomness.uniform((), randomness.another(seed, 0), low=0.0)
        crossover = ops.where(mixes < self.mixing_probability, crossover, self.num_styles)
        first = ops.arange(self.num_styles)[None, :, None] < crossover
        return ops.where(first, styles[:, None], others[:, None])

    def for_every_layer(self, styles):
        """Styles `(batch_size, style_dim)` as `(batch_size, num_styles, style_dim)`."""
        return ops.repeat(styles[:, None], self.num_styles, axis=1)

    def discriminator_terms(self, real_images, fake_images, training):
        real_logits = self.judge(real_images, training)
        fake_logits = self.judge(fake_images, training)
        if training:
            self.watch_reals(real_logits)
        return {
            "discriminator_loss": minimax_discriminator_loss(real_logits, fake_logits),
            "r1_penalty": self._r1(real_images, training),
        }

    def _r1(self, real_images, training):
        def penalty():
            judge = functools.partial(self.judge, training=training)
            return self.r1_weight * self.r1_interval * r1_penalty(judge, real_images)

        if self.r1_weight == 0:
            return ops.zeros(())
        if self.r1_interval == 1 or not training:
            return penalty() / (1 if training else self.r1_interval)
        return tf.cond(self.step.value % self.r1_interval == 0, penalty, lambda: tf.zeros(()))

    def generator_terms(self, fake_logits):
        return {"generator_loss": non_saturating_generator_loss(fake_logits)}

    # Samples

    def call(self, inputs, training=False):
        """Images `(batch_size, *data_shape)` from latents, or from a list of latents and what else
        there is: noise seeds `(batch_size, 2)`, without which all images have the same noise, and
        a truncation."""
        latents, *others = inputs if isinstance(inputs, list | tuple) else [inputs]
        noise_seeds = others[0] if others else self._noise_seeds(ops.shape(latents)[0], None, 0)
        styles = self.inference_network("mapping")(latents, training=training)
        styles = self.for_every_layer(styles)
        styles = self.truncated(styles, others[1]) if len(others) > 1 else styles
        return self.draw([styles, noise_seeds])

    def draw(self, inputs):
        return self._full_size(self.inference_network("synthesis")(inputs, training=False))

    def _noise_seeds(self, num, seed, noise_seed):
        """Pairs for the noise of samples: of their own, or the same for all for a `noise_seed`."""
        if noise_seed is None:
            return randomness.pairs(num, randomness.seed_pair(1, NOISE, seed))
        pair = randomness.pairs(1, randomness.seed_pair(0, NOISE, noise_seed))
        return ops.repeat(pair, num, axis=0)

    def sample(
        self,
        num,
        seed=0,
        batch_size=64,
        truncation=1.0,
        truncated_layers=8,
        noise_seed=None,
    ):
        """Generates samples, with the moving averages of the networks where they are kept.

        Args:
            num: Integer >= 1, number of samples.
            seed: Integer >= 0. The same seed gives the same samples.
            batch_size: Integer, how many are generated at a time; only memory depends on it.
            truncation: Float, psi: styles are pulled to the average one,
                `average + psi * (w - average)`. 1 changes nothing; the paper's figures take 0.7.
            truncated_layers: Integer, how many layers it concerns; the official code's 8 are those
                up to 32 pixels.
            noise_seed: `None` for noise of its own for every sample, or an integer >= 0 for the
                same noise in all.

        Returns:
            NumPy array `(num, *data_shape)`, float32; images lie in `[-1, 1]` or little outside.

        Raises:
            ValueError: If a number is out of range, or for a truncation before any training, when
                there is no average style.
        """
        check_at_least(1, num=num)
        check_at_least(0, seed=seed)
        if noise_seed is not None:
            check_at_least(0, noise_seed=noise_seed)
        latents = self.latents_for_sampling(num, seed)
        styles = self.map(latents, truncation, truncated_layers, batch_size=batch_size)
        seeds = self._noise_seeds(num, seed, noise_seed)
        return self.in_batches(self._sample_batch, [styles, seeds], batch_size)

    def map(self, latents, truncation=1.0, truncated_layers=8, batch_size=64):
        """Styles of latents.

        Args:
            latents: Array `(num, latent_dim)`.
            truncation, truncated_layers, batch_size: As in `sample`.

        Returns:
            NumPy array `(num, num_styles, style_dim)`: the style of each layer, coarse to fine.

        Raises:
            ValueError: For latents of another shape, and as in `sample`.
        """
        latents = ops.convert_to_tensor(latents, "float32")
        network_checks.check_batch("latents", latents, (self.latent_dim,))
        check_at_least(0, truncated_layers=truncated_layers)
        if truncation != 1 and int(self.step.numpy()) == 0:
            raise ValueError(
                "`truncation` needs the average style, which a model has when it was trained. "
                f"Received: truncation={truncation} before any training"
            )
        mapping = self.inference_network("mapping")
        styles = self.in_batches(lambda part: mapping(part, training=False), latents, batch_size)
        styles = np.repeat(styles[:, None], self.num_styles, axis=1)
        return np.asarray(self.truncated(styles, truncation, truncated_layers))

    def truncated(self, styles, truncation, truncated_layers=8):
        """Styles pulled towards the average one; see `sample`."""
        psi = ops.where(ops.arange(self.num_styles) < truncated_layers, truncation, 1.0)
        average = ops.convert_to_tensor(self.average_style)
        return average + ops.cast(psi, "float32")[:, None] * (styles - average)

    def synthesize(self, styles, noise_seed=0, batch_size=None):
        """Images of styles.

        Args:
            styles: Array `(num, num_styles, style_dim)`, or `(num, style_dim)` for the same style
                in every layer.
            noise_seed: Integer >= 0, the noise, the same in all images.
            batch_size: Integer, how many are generated at a time. Defaults to 64, or fewer of
                large images.

        Returns:
            NumPy array `(num, *data_shape)`, float32.

        Raises:
            ValueError: For styles of another shape.
        """
        check_at_least(0, noise_seed=noise_seed)
        styles = np.asarray(styles, "float32")
        if styles.ndim == 2:
            styles = np.repeat(styles[:, None], self.num_styles, axis=1)
        if styles.shape[1:] != (self.num_styles, self.style_dim):
            raise ValueError(
                f"`styles` must have the shape (num, {self.num_styles}, {self.style_dim}), or "
                f"(num, {self.style_dim}). Received: styles of shape {styles.shape}"
            )
        seeds = self._noise_seeds(len(styles), None, noise_seed)
        styles = ops.convert_to_tensor(styles)
        batch_size = batch_size or images_at_once(self.data_shape)
        return self.in_batches(self._sample_batch, [styles, seeds], batch_size)

    def mix(self, seeds_a, seeds_b, layers, truncation=1.0, noise_seed=0):
        """The paper's figure of style mixing: the layers `layers` take the styles of b.

        Args:
            seeds_a, seeds_b: Integers >= 0; each is a sample, `sample(1, seed)`.
            layers: Integers in `[0, num_styles)`, or one: which layers take their style from b. 0
                to 3 are coarse (4 and 8 pixels), 4 to 7 middle (16 and 32), from 8 on fine.
            truncation, noise_seed: As in `sample`.

        Returns:
            NumPy array `(len(seeds_a), len(seeds_b), *data_shape)`, float32.

        Raises:
            ValueError: If a layer does not exist, or as in `sample`.
        """
        layers = [layers] if isinstance(layers, Integral) else list(layers)
        if not layers or not set(layers) <= set(range(self.num_styles)):
            raise ValueError(
                f"`layers` must be some of 0 to {self.num_styles - 1}. Received: layers={layers}"
            )
        styles_a = self.styles_of(seeds_a, truncation)
        styles_b = self.styles_of(seeds_b, truncation)
        images = self.synthesize(mixed_styles(styles_a, styles_b, layers), noise_seed)
        return images.reshape(len(styles_a), len(styles_b), *self.data_shape)

    def interpolate(self, seeds, frames, truncation=1.0, noise_seed=0):
        """A path from sample to sample, straight lines between their styles, with fixed noise.

        Args:
            seeds: List of at least two integers >= 0, the samples to pass through.
            frames: Integer >= 1, images from one of them to the next; the last one closes the path.
            truncation, noise_seed: As in `sample`.

        Returns:
            NumPy array `((len(seeds) - 1) * frames + 1, *data_shape)`, float32.
        """
        check_at_least(1, frames=frames)
        check_at_least(2, **{"len(seeds)": np.size(seeds)})
        path = path_between(self.styles_of(seeds, truncation), frames)
        return self.synthesize(path, noise_seed)

    def styles_of(self, seeds, truncation=1.0):
        """Styles `(len(seeds), num_styles, style_dim)` of the samples of these seeds."""
        seeds = np.atleast_1d(seeds if np.isscalar(seeds) else list(seeds))
        if seeds.dtype.kind not in "iu" or not len(seeds) or min(seeds) < 0:
            raise ValueError(f"Seeds must be integers of at least 0. Received: {seeds.tolist()}")
        latents = [self.latents_for_sampling(1, seed) for seed in seeds.tolist()]
        return self.map(ops.concatenate(latents), truncation)

    # Saving and serving

    def get_config(self):
        return {
            **super().get_config(),
            "r1_weight": self.r1_weight,
            "r1_interval": self.r1_interval,
            "mixing_probability": self.mixing_probability,
        }

    def inputs_for_sampling(self, num, seed, truncation=1.0):
        latents = self.latents_for_sampling(num, seed)
        return [latents, self._noise_seeds(num, seed, None), truncation]

    def sample_specs(self):
        return [tf.TensorSpec((), tf.float32, name="truncation")]

    def serving_signatures(self):
        """Those of other models, of which `sample` and `sample_png` also take a `truncation`, and
        three more: `map` from `latents` to `styles`, one for each layer; `styles_of_seeds` from
        `seeds` and a `truncation`; `synthesize` from `styles` and a `noise_seed` to uint8 `images`.
        """

        def to_styles(latents):
            styles = self.inference_network("mapping")(latents, training=False)
            return {"styles": self.for_every_layer(styles)}

        def styles_of_seeds(seeds, truncation):
            latents = tf.map_fn(
                lambda seed: self.latents_for_sampling(1, seed)[0],
                seeds,
                fn_output_signature=tf.float32,
            )
            return {"styles": self.truncated(to_styles(latents)["styles"], truncation)}

        def synthesize(styles, noise_seed):
            seeds = self._noise_seeds(ops.shape(styles)[0], None, noise_seed)
            return {"images": to_uint8(self.draw([styles, seeds]))}

        styles = tf.TensorSpec((None, self.num_styles, self.style_dim), tf.float32, name="styles")
        noise_seed = tf.TensorSpec((), tf.int32, name="noise_seed")
        seeds = tf.TensorSpec((None,), tf.int32, name="seeds")
        return {
            **super().serving_signatures(),
            "map": (to_styles, self.call_specs()),
            "styles_of_seeds": (styles_of_seeds, [seeds, *self.sample_specs()]),
            "synthesize": (synthesize, [styles, noise_seed]),
        }
