"""pix2pix: a generator that translates an image into another, trained on pairs."""

import math

import keras
from keras import ops

from keras_gans.losses import (
    least_squares_discriminator_loss,
    least_squares_generator_loss,
    minimax_discriminator_loss,
    non_saturating_generator_loss,
    reconstruction_error,
)
from keras_gans.models import network_checks
from keras_gans.models.image_sides import side_multiple
from keras_gans.models.translation_model import TranslationModel, checked_shapes
from keras_gans.networks import (
    build_from_pytorch,
    build_patch_discriminator,
    build_patch_from_pytorch,
    build_unet_generator,
    load_patch_weights,
)
from keras_gans.utils import randomness
from keras_gans.utils.checks import check_not_negative

DOWNS = (5, 8)  # fewest and most halvings of the default generator


@keras.saving.register_keras_serializable(package="keras_gans")
class Pix2Pix(TranslationModel):
    """Image-to-image translation with conditional adversarial networks.

    Trained on pairs `(x, y)`, the generator makes `G(x)` near to `y` and such that the
    discriminator cannot tell it from `y`; the discriminator sees `x` beside either. There are no
    latents: the only noise is the generator's dropout.

    In a step the generator translates once. The discriminator steps down half the cross-entropy of
    telling `(x, y)` from `(x, G(x))`, then the generator down

        adversarial_weight * E[softplus(-D(x, G(x)))] + reconstruction_weight * mean |y - G(x)|

    through the discriminator as it is after its step, which is the order of the official code in
    PyTorch; the one in Torch takes the generator's gradient from before.

    Translation is as in the paper's tests: dropout stays, and batch normalization uses the
    statistics of the image that is translated. Noise is a function of a seed, see `translate`, and
    nothing of the model changes. `test_step` translates in the same way.

    Default networks: the U-Net and the discriminator of 70x70 patches, with batch normalization;
    the U-Net halves the sides until one pixel is left, but at most 8 times. Adam with learning rate
    2e-4 and beta_1 0.5, for batches of 1.

    Args:
        image_shape: Tuple `(height, width, channels)` of inputs and targets. Or instead:
        input_shape, target_shape: Tuples of either, with the same sides.
        generator: `keras.Model` from `(batch_size, *input_shape)` to `(batch_size, *target_shape)`
            in `[-1, 1]`.
        discriminator: `keras.Model` from the list of inputs and targets to logits of any shape;
            from targets alone where it is not `conditional`.
        reconstruction_weight: Float >= 0, lambda, weight of the mean absolute error; with 0 the
            conditional GAN alone is left.
        adversarial_weight: Float >= 0; with 0 the absolute error alone is left, and the
            discriminator neither steps nor is asked.
        conditional: Boolean, whether the discriminator sees the inputs; `False` is the paper's GAN
            as opposed to its cGAN.
        least_squares: Boolean, squared distances to 1 and 0 instead of cross-entropies.
        translate_in_training_mode: Boolean, `False` to translate as Keras's models usually do,
            without dropout and with moving averages; then images are translated in batches.
        **kwargs: `seed`, `ema_decay`, `ema_half_life` and `augment` of `AdversarialModel`, and
            `name`.

    Raises:
        ValueError: If shapes or networks do not fit each other, for weights out of range, and if
            both are 0.

    Reference:
        Isola et al., 2017, "Image-to-Image Translation with Conditional Adversarial Networks"
        (arXiv:1611.07004), section 3 and appendix 6; the half of the discriminator's loss is that
        of section 3.3.
    """

    players = {"generator": ("generator",), "discriminator": ("discriminator",)}
    averaged = ("generator",)
    directions = {"input_to_target": "generator"}
    data_rule = (
        "Pix2Pix trains on pairs of an input and its target, `(x, y)`, as "
        "`keras_gans.data.load_pairs` gives them."
    )

    def __init__(
        self,
        *,
        image_shape=None,
        input_shape=None,
        target_shape=None,
        generator=None,
        discriminator=None,
        reconstruction_weight=100.0,
        adversarial_weight=1.0,
        conditional=True,
        least_squares=False,
        translate_in_training_mode=True,
        **kwargs,
    ):
        input_shape, target_shape = checked_shapes(
            image_shape, input_shape=input_shape, target_shape=target_shape
        )
        check_not_negative(
            reconstruction_weight=reconstruction_weight, adversarial_weight=adversarial_weight
        )
        if reconstruction_weight == adversarial_weight == 0:
            raise ValueError(
                "`reconstruction_weight` and `adversarial_weight` must not both be 0. "
                "Received: reconstruction_weight=0, adversarial_weight=0"
            )
        self.input_shape = input_shape
        self.target_shape = target_shape
        self.reconstruction_weight = reconstruction_weight
        self.adversarial_weight = adversarial_weight
        self.conditional = conditional
        self.least_squares = least_squares
        self.translate_in_training_mode = translate_in_training_mode
        if generator is None:
            generator = self.default_generator(input_shape, target_shape)
        if discriminator is None:
            discriminator = self.default_discriminator(
                target_shape, input_shape if conditional else None
            )
        network_checks.check_maps("generator", generator, input_shape, target_shape)
        judged = [input_shape, target_shape] if conditional else target_shape
        network_checks.check_accepts("discriminator", discriminator, judged)
        network_checks.check_gives_logits("discriminator", discriminator)
        super().__init__(
            networks={"generator": generator, "discriminator": discriminator}, **kwargs
        )

    @staticmethod
    def default_generator(input_shape, target_shape, **kwargs):
        """A U-Net for images of all sides that can be halved as often as the given ones, at most 8
        times; `**kwargs` are further arguments of `build_unet_generator`."""
        both = math.gcd(*input_shape[:2])
        fewest, most = DOWNS
        downs = min(max((both & -both).bit_length() - 1, fewest), most)
        if any(side % 2**downs for side in input_shape[:2]):
            raise ValueError(
                "`image_shape`, or `input_shape`, must have sides that are multiples of "
                f"{2**downs} for the default generator; pass a `generator` of your own for others. "
                f"Received: input_shape={input_shape}"
            )
        return build_unet_generator(
            (None, None, input_shape[-1]), target_shape[-1], downs=downs, **kwargs
        )

    @staticmethod
    def default_discriminator(target_shape, condition_shape=None, **kwargs):
        """The discriminator of 70x70 patches; `**kwargs` as for `build_patch_discriminator`."""
        return build_patch_discriminator(target_shape, condition_shape, **kwargs)

    @classmethod
    def from_pytorch(cls, path, discriminator_path=None, image_size=None, **kwargs):
        """The model with a generator of the official PyTorch release, `<epoch>_net_G.pth`.

        Args:
            path: Path of the generator's file, a U-Net or a residual network of any width.
            discriminator_path: `None`, or the path of `<epoch>_net_D.pth`, to train on.
            image_size: Integer, sides of the images to train on. Defaults to those for which a
                U-Net is made, otherwise to 256. Translation takes other sizes as well.
            **kwargs: Arguments of the constructor, but for shapes and generator.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If a file holds no such network.
        """
        generator = build_from_pytorch(path, sides=(None, None))
        input_channels, target_channels = generator.input_shape[-1], generator.output_shape[-1]
        if image_size is None:
            multiple = side_multiple(generator, input_channels)
            image_size = multiple if multiple >= 2 ** DOWNS[0] else 256
        input_shape = (image_size, image_size, input_channels)
        target_shape = (image_size, image_size, target_channels)
        if discriminator_path is not None and kwargs.get("discriminator") is not None:
            load_patch_weights(kwargs["discriminator"], discriminator_path)
        elif discriminator_path is not None:
            conditional = kwargs.get("conditional", True)
            kwargs["discriminator"] = build_patch_from_pytorch(
                discriminator_path,
                (None, None, target_channels),
                (None, None, input_channels) if conditional else None,
            )
        return cls(
            input_shape=input_shape, target_shape=target_shape, generator=generator, **kwargs
        )

    @property
    def term_names(self):
        """Those whose weights are not 0."""
        adversarial = ("discriminator_loss", "generator_loss") * (self.adversarial_weight > 0)
        return adversarial + ("reconstruction_loss",) * (self.reconstruction_weight > 0)

    @property
    def judges(self):
        """The pair is augmented as one where the discriminator sees both."""
        return {"discriminator": 2 if self.conditional else 1}

    def check_augment(self, augment):
        if self.adversarial_weight == 0:
            raise ValueError(
                "`augment` must be None where `adversarial_weight` is 0 and nothing is judged. "
                f"Received: augment={augment}"
            )

    def shapes_of(self, direction):
        return self.input_shape, self.target_shape

    # The game

    def train_step(self, data):
        """One step of the discriminator, then one of the generator, from one translation."""
        inputs, targets = self.begin_step(data)
        with self.record("generator") as generator_tape:
            fakes = self.generator(inputs, training=True)
            discriminator_terms = self._step_discriminator(inputs, targets, fakes)
            generator_terms = self.generator_terms(inputs, targets, fakes, training=True)
        self.descend("generator", generator_tape, generator_terms)
        return self.report(discriminator_terms | generator_terms)

    def _step_discriminator(self, inputs, targets, fakes):
        if self.adversarial_weight == 0:
            return {}
        fakes = ops.stop_gradient(fakes)
        return self.minimize(
            "discriminator", self.discriminator_terms, inputs, targets, fakes, training=True
        )

    def test_step(self, data):
        """Reports the terms on held-out pairs, translated as `translate` does; changes nothing."""
        inputs, targets = self.begin_step(data, training=False)
        seed = self.next_seed()
        seeds = randomness.draw_for_replica(
            lambda num: randomness.pairs(num, seed), ops.shape(inputs)[0]
        )
        fakes = self.translated("input_to_target", inputs, seeds)
        terms = self.generator_terms(inputs, targets, fakes, training=False)
        if self.adversarial_weight > 0:
            terms |= self.discriminator_terms(inputs, targets, fakes, training=False)
        return self.report(terms, training=False)

    def judge(self, inputs, images, training):
        """Logits of targets or translations beside the inputs that they belong to."""
        judged = [inputs, images] if self.conditional else images
        return self.discriminator(judged, training=training)

    def discriminator_terms(self, inputs, targets, fakes, training):
        real_logits = self.judge(inputs, targets, training)
        fake_logits = self.judge(inputs, fakes, training)
        self.watch_reals(real_logits)
        if self.least_squares:
            loss = least_squares_discriminator_loss(real_logits, fake_logits)  # holds the half
        else:
            loss = 0.5 * minimax_discriminator_loss(real_logits, fake_logits)
        return {"discriminator_loss": loss}

    def generator_terms(self, inputs, targets, fakes, training):
        terms = {}
        if self.adversarial_weight > 0:
            fake_logits = self.judge(inputs, fakes, training)
            if self.least_squares:  # without the half of LSGAN
                loss = 2.0 * least_squares_generator_loss(fake_logits)
            else:
                loss = non_saturating_generator_loss(fake_logits)
            terms["generator_loss"] = self.adversarial_weight * loss
        if self.reconstruction_weight > 0:
            error = reconstruction_error(targets, fakes)
            terms["reconstruction_loss"] = self.reconstruction_weight * error
        return terms

    @property
    def undecided_logit(self):
        return 0.5 if self.least_squares else 0.0  # targets 1 and 0

    def check_batch(self, x, y):
        self.check_both(x, self.input_shape, y, self.target_shape)

    # What is made of examples

    def showcase(self, x, y, seed=0):
        return {"input": x, "output": self.translate(x, seed=seed), "target": y}

    def export(self, filepath, format="tf_saved_model", **kwargs):
        """As in `AdversarialModel`.

        Raises:
            ValueError: For `"onnx"` and `"litert"` where translation is in training mode: those
                formats hold the generator in inference mode, which makes other images.
        """
        if format != "tf_saved_model" and self.translate_in_training_mode:
            raise ValueError(
                "`format` must be 'tf_saved_model' where the model translates in training mode; "
                "the others hold the generator in inference mode, for which there is "
                f"`Pix2Pix(translate_in_training_mode=False)`. Received: format={format!r}"
            )
        super().export(filepath, format=format, **kwargs)

    def get_config(self):
        return {
            **super().get_config(),
            "input_shape": self.input_shape,
            "target_shape": self.target_shape,
            "reconstruction_weight": self.reconstruction_weight,
            "adversarial_weight": self.adversarial_weight,
            "conditional": self.conditional,
            "least_squares": self.least_squares,
            "translate_in_training_mode": self.translate_in_training_mode,
        }
