"""CycleGAN: two generators that translate between two domains, trained without pairs."""

import keras
import numpy as np
from keras import ops

from keras_gans.losses import (
    least_squares_discriminator_loss,
    least_squares_generator_loss,
    reconstruction_error,
)
from keras_gans.models import network_checks
from keras_gans.models.image_buffer import ImageBuffer
from keras_gans.models.image_sides import side_multiple
from keras_gans.models.translation_model import TranslationModel, checked_shapes
from keras_gans.networks import (
    build_from_pytorch,
    build_patch_discriminator,
    build_patch_from_pytorch,
    build_resnet_translator,
    load_patch_weights,
)
from keras_gans.utils.checks import check_not_negative

FULL_SIZE = 256  # pixels from which on the paper has 9 residual blocks, and 6 below


@keras.saving.register_keras_serializable(package="keras_gans")
class CycleGAN(TranslationModel):
    """Translation between two domains of images, of which no two belong together.

    `G` (`generator_ab`) translates from a to b and `F` (`generator_ba`) back. Either shall fool the
    discriminator of the domain that it translates to, and what goes there and back shall come back
    as it was. In a step both generators translate once and step together down

        E[(D_b(G(a)) - 1)^2] + E[(D_a(F(b)) - 1)^2]
            + cycle_weight * (mean |F(G(a)) - a| + mean |G(F(b)) - b|)
            + identity_weight * cycle_weight * (mean |F(a) - a| + mean |G(b) - b|)

    and then both discriminators together, each down half the squared distances of real images to 1
    and of fakes to 0. The discriminators' fakes are those of this step, from before the generators
    moved, exchanged in half of the cases for older ones out of a buffer (`ImageBuffer`). That is
    the order of the official code in PyTorch, with one Adam for the generators and one for the
    discriminators; the one in Torch steps each network by itself.

    Default networks: the residual network of 9 blocks (6 for sides below 256), and discriminators
    of 70x70 patches, all with instance normalization. Adam with learning rate 2e-4 and beta_1 0.5,
    for batches of 1.

    Args:
        image_shape: Tuple `(height, width, channels)` of the images of both domains. Or instead:
        a_shape, b_shape: Tuples of either, with the same sides.
        generator_ab: `keras.Model` from `(batch_size, *a_shape)` to `(batch_size, *b_shape)` in
            `[-1, 1]`.
        generator_ba: The converse.
        discriminator_a: `keras.Model` from `(batch_size, *a_shape)` to logits of any shape, with
            which F is judged. It is the official code's D_B.
        discriminator_b: The same for b and G; the official code's D_A.
        cycle_weight: Float >= 0, lambda, or a tuple of two, of the cycles a to b to a and b to a
            to b. With 0 a cycle and the identity of its domain are left out.
        identity_weight: Float >= 0, how much an image that is in the target domain already may be
            changed, as a share of the cycle's weight; on in the official code, while the paper
            takes it for paintings only. Both domains need the same channels, unless it is 0.
        buffer_size: Integer >= 0, images in the buffer of each domain; 0 for no buffers.
        **kwargs: `seed`, `ema_decay`, `ema_half_life` and `augment` of `AdversarialModel`, and
            `name`.

    Raises:
        ValueError: If shapes or networks do not fit each other, for numbers out of range, and for
            domains of different channels with an `identity_weight`.

    Reference:
        Zhu et al., 2017, "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial
        Networks" (arXiv:1703.10593), sections 3, 4 and 5.2.
    """

    players = {
        "generators": ("generator_ab", "generator_ba"),
        "discriminators": ("discriminator_a", "discriminator_b"),
    }
    averaged = ("generator_ab", "generator_ba")
    judges = {"discriminator_a": None, "discriminator_b": None}
    directions = {"a_to_b": "generator_ab", "b_to_a": "generator_ba"}
    data_rule = (
        "CycleGAN trains on images of two domains, `(a, b)`, as "
        "`keras_gans.data.load_unpaired` gives them."
    )

    def __init__(
        self,
        *,
        image_shape=None,
        a_shape=None,
        b_shape=None,
        generator_ab=None,
        generator_ba=None,
        discriminator_a=None,
        discriminator_b=None,
        cycle_weight=10.0,
        identity_weight=0.5,
        buffer_size=50,
        **kwargs,
    ):
        a_shape, b_shape = checked_shapes(image_shape, a_shape=a_shape, b_shape=b_shape)
        _check_weights(cycle_weight, identity_weight, a_shape, b_shape)
        self.a_shape = a_shape
        self.b_shape = b_shape
        self.cycle_weight = cycle_weight
        self.identity_weight = identity_weight
        self.buffer_size = buffer_size
        if generator_ab is None:
            generator_ab = self.default_generator(a_shape, b_shape)
        if generator_ba is None:
            generator_ba = self.default_generator(b_shape, a_shape)
        if discriminator_a is None:
            discriminator_a = self.default_discriminator(a_shape)
        if discriminator_b is None:
            discriminator_b = self.default_discriminator(b_shape)
        networks = {
            "generator_ab": generator_ab,
            "generator_ba": generator_ba,
            "discriminator_a": discriminator_a,
            "discriminator_b": discriminator_b,
        }
        for direction, name in self.directions.items():
            network_checks.check_maps(name, networks[name], *self.shapes_of(direction))
        for name, shape in {"discriminator_a": a_shape, "discriminator_b": b_shape}.items():
            network_checks.check_accepts(name, networks[name], shape)
            network_checks.check_gives_logits(name, networks[name])
        super().__init__(networks=networks, **kwargs)
        self._buffer_a = ImageBuffer(buffer_size, a_shape, self.add_weight, "buffer_a")
        self._buffer_b = ImageBuffer(buffer_size, b_shape, self.add_weight, "buffer_b")

    @staticmethod
    def default_generator(from_shape, to_shape, blocks=None, **kwargs):
        """A residual network for images of all sides that are multiples of 4; `**kwargs` are
        further arguments of `build_resnet_translator`."""
        if any(side % 4 for side in from_shape[:2]):
            raise ValueError(
                "`image_shape` must have sides that are multiples of 4 for the default "
                "generators; pass generators of your own for others. "
                f"Received: image_shape={from_shape}"
            )
        if blocks is None:
            blocks = 9 if min(from_shape[:2]) >= FULL_SIZE else 6
        return build_resnet_translator(
            (None, None, from_shape[-1]), to_shape[-1], blocks=blocks, **kwargs
        )

    @staticmethod
    def default_discriminator(image_shape, **kwargs):
        """The discriminator of 70x70 patches with instance normalization; `**kwargs` are further
        arguments of `build_patch_discriminator`."""
        return build_patch_discriminator(image_shape, instance_norm=True, **kwargs)

    @classmethod
    def from_pytorch(cls, path_a, path_b, discriminator_paths=None, image_size=None, **kwargs):
        """The model with both generators of the official PyTorch release.

        Args:
            path_a: Path of `<epoch>_net_G_A.pth`, which translates from A to B.
            path_b: Path of `<epoch>_net_G_B.pth`, which translates from B to A.
            discriminator_paths: `None`, or a tuple of the paths of `<epoch>_net_D_A.pth`, which
                judges images of B, and `<epoch>_net_D_B.pth`, which judges images of A, to train
                on.
            image_size: Integer, sides of the images to train on, 256 unless a generator is a U-Net
                for others. Translation takes other sizes as well.
            **kwargs: Arguments of the constructor, but for shapes and generators.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If a file holds no such network, or the two do not fit each other.
        """
        there, back = (build_from_pytorch(path, sides=(None, None)) for path in (path_a, path_b))
        a_channels, b_channels = there.input_shape[-1], there.output_shape[-1]
        if image_size is None:
            multiple = side_multiple(there, a_channels)
            image_size = multiple if multiple > 4 else FULL_SIZE
        a_shape, b_shape = ((image_size, image_size, each) for each in (a_channels, b_channels))
        if discriminator_paths is not None:
            judge_of_b, judge_of_a = discriminator_paths
            for name, path, channels in (
                ("discriminator_a", judge_of_a, a_channels),
                ("discriminator_b", judge_of_b, b_channels),
            ):
                if kwargs.get(name) is not None:
                    load_patch_weights(kwargs[name], path)
                else:
                    kwargs[name] = build_patch_from_pytorch(path, (None, None, channels))
        return cls(
            a_shape=a_shape, b_shape=b_shape, generator_ab=there, generator_ba=back, **kwargs
        )

    @property
    def cycle_weights(self):
        """Tuple of the weights of the cycles from a and from b."""
        if isinstance(self.cycle_weight, (tuple, list)):
            return tuple(self.cycle_weight)
        return self.cycle_weight, self.cycle_weight

    @property
    def term_names(self):
        """Those whose weights are not 0."""
        weights = dict(zip("ab", self.cycle_weights, strict=True))
        cycles = [f"cycle_{domain}_loss" for domain, weight in weights.items() if weight > 0]
        identities = [name.replace("cycle", "identity") for name in cycles if self.identity_weight]
        return (
            "discriminator_a_loss",
            "discriminator_b_loss",
            "generator_ab_loss",
            "generator_ba_loss",
            *cycles,
            *identities,
        )

    def shapes_of(self, direction):
        shapes = self.a_shape, self.b_shape
        return shapes if direction == "a_to_b" else shapes[::-1]

    # The game

    def train_step(self, data):
        """One step of both generators, then one of both discriminators, from one translation."""
        real_a, real_b = self.begin_step(data)
        with self.record("generators") as tape:
            fake_a = self.generator_ba(real_b, training=True)
            fake_b = self.generator_ab(real_a, training=True)
            generator_terms = self.generator_terms(real_a, real_b, fake_a, fake_b, training=True)
        self.descend("generators", tape, generator_terms)
        fake_a = self._buffer_a.exchange(fake_a, self.next_seed())
        fake_b = self._buffer_b.exchange(fake_b, self.next_seed())
        discriminator_terms = self.minimize(
            "discriminators",
            self.discriminator_terms,
            real_a,
            real_b,
            fake_a,
            fake_b,
            training=True,
        )
        return self.report(discriminator_terms | generator_terms)

    def test_step(self, data):
        """Reports the terms on held-out images and their translations; changes nothing."""
        real_a, real_b = self.begin_step(data, training=False)
        fake_a = self.generator_ba(real_b, training=False)
        fake_b = self.generator_ab(real_a, training=False)
        batch = real_a, real_b, fake_a, fake_b
        terms = self.discriminator_terms(*batch, training=False)
        return self.report(terms | self.generator_terms(*batch, training=False), training=False)

    def generator_terms(self, real_a, real_b, fake_a, fake_b, training):
        """The payoff of both generators, all of whose terms are minimised together."""
        logits_b = self.discriminator_b(fake_b, training=training)
        logits_a = self.discriminator_a(fake_a, training=training)
        terms = {  # without the half of LSGAN
            "generator_ab_loss": 2.0 * least_squares_generator_loss(logits_b),
            "generator_ba_loss": 2.0 * least_squares_generator_loss(logits_a),
        }
        domains = {  # a real image, its translation, the way back
            "a": (real_a, fake_b, self.generator_ba),
            "b": (real_b, fake_a, self.generator_ab),
        }
        for weight, (domain, (real, fake, back)) in zip(
            self.cycle_weights, domains.items(), strict=True
        ):
            if weight == 0:
                continue
            error = reconstruction_error(real, back(fake, training=training))
            terms[f"cycle_{domain}_loss"] = weight * error
            if self.identity_weight > 0:
                change = reconstruction_error(real, back(real, training=training))
                terms[f"identity_{domain}_loss"] = self.identity_weight * weight * change
        return terms

    def discriminator_terms(self, real_a, real_b, fake_a, fake_b, training):
        """The joint payoff of both discriminators."""
        real_logits_a = self.discriminator_a(real_a, training=training)
        real_logits_b = self.discriminator_b(real_b, training=training)
        self.watch_reals(_side_by_side(real_logits_a, real_logits_b))
        fake_logits_a = self.discriminator_a(fake_a, training=training)
        fake_logits_b = self.discriminator_b(fake_b, training=training)
        return {
            "discriminator_a_loss": least_squares_discriminator_loss(real_logits_a, fake_logits_a),
            "discriminator_b_loss": least_squares_discriminator_loss(real_logits_b, fake_logits_b),
        }

    @property
    def undecided_logit(self):
        return 0.5  # targets 1 and 0

    def check_batch(self, x, y):
        self.check_both(x, self.a_shape, y, self.b_shape)

    # What is made of examples

    def cycle(self, images, direction, **kwargs):
        """Translates images and translates the translations back.

        Args:
            images, direction, **kwargs: As for `translate`.

        Returns:
            Tuple of two NumPy arrays, the translations and what came back of them, which has the
            shape of `images`.

        Raises:
            ValueError: As `translate`.
        """
        direction = self.check_direction(direction)
        (back,) = set(self.directions) - {direction}
        translated = self.translate(images, direction, **kwargs)
        return translated, self.translate(translated, back, **kwargs)

    def showcase(self, x, y, seed=0):
        fake_b, cycled_a = self.cycle(x, "a_to_b", seed=seed)
        fake_a, cycled_b = self.cycle(y, "b_to_a", seed=seed)
        return {
            "a": x,
            "a to b": fake_b,
            "a to b to a": cycled_a,
            "b": y,
            "b to a": fake_a,
            "b to a to b": cycled_b,
        }

    def get_config(self):
        return {
            **super().get_config(),
            "a_shape": self.a_shape,
            "b_shape": self.b_shape,
            "cycle_weight": self.cycle_weight,
            "identity_weight": self.identity_weight,
            "buffer_size": self.buffer_size,
        }


def _check_weights(cycle_weight, identity_weight, a_shape, b_shape):
    if np.shape(cycle_weight) not in ((), (2,)) or np.min(cycle_weight) < 0:
        raise ValueError(
            "`cycle_weight` must be a number of at least 0, or a tuple of two such. "
            f"Received: cycle_weight={cycle_weight}"
        )
    check_not_negative(identity_weight=identity_weight)
    if identity_weight > 0 and a_shape != b_shape:
        raise ValueError(
            "`identity_weight` must be 0 where the domains have different channels: a generator "
            "cannot take images of the domain that it translates to. Received: "
            f"identity_weight={identity_weight}, a_shape={a_shape}, b_shape={b_shape}"
        )


def _side_by_side(*logits):
    """Logits of several discriminators `(batch_size, ...)` as one tensor `(batch_size, num)`."""
    batch_size = ops.shape(logits[0])[0]
    return ops.concatenate([ops.reshape(each, (batch_size, -1)) for each in logits], axis=1)
