"""SAGAN: residual networks that look at all positions at once, on two time scales."""

import warnings

import keras
from keras import ops

from keras_gans.losses import hinge_discriminator_loss, hinge_generator_loss
from keras_gans.models.conditional_model import ConditionalModel
from keras_gans.networks import build_sagan_discriminator, build_sagan_generator
from keras_gans.utils import randomness
from keras_gans.utils.checks import check_at_least


@keras.saving.register_keras_serializable(package="keras_gans")
class SAGAN(ConditionalModel):
    """Self-attention GAN at 32, 64 and 128 pixels, unconditional or on classes.

    Both networks are residual and spectrally normalised, with self-attention in their middle. On
    classes the generator has conditional batch normalization and the discriminator a projection
    head; fakes are made for classes drawn uniformly, as in the official code. Hinge losses, one
    step of each player a step, at two learning rates: Adam with 4e-4 for the discriminator and 1e-4
    for the generator, beta_1 0 and beta_2 0.9 (the official code leaves beta_2 at 0.999). Latents
    are standard normal.

    Args:
        num_classes: Integer >= 2, or `None` for an unconditional model, which ignores labels in
            the data. `condition_shape` works with networks of your own.
        **kwargs: Arguments of `LatentModel`: `image_shape` or `data_shape`, `latent_dim`,
            `generator`, `discriminator` (see `ConditionalModel`), `seed`, `ema_decay`, `augment`,
            `name`.

    Reference:
        Zhang et al., 2018, "Self-Attention Generative Adversarial Networks" (arXiv:1805.08318),
        and its official code.
    """

    condition_is_optional = True

    def default_latent_dim(self, data_shape):
        return 128

    def default_generator(self, latent_dim, data_shape):
        self._check_classes("generator")
        return build_sagan_generator(latent_dim, data_shape, self.num_classes)

    def default_discriminator(self, latent_dim, data_shape):
        self._check_classes("discriminator")
        return build_sagan_discriminator(data_shape, self.num_classes)

    def _check_classes(self, name):
        if self.is_conditional and self.num_classes is None:
            raise ValueError(
                f"`{name}` must be given for conditions that are no classes. "
                f"Received: condition_shape={self.condition_shape}"
            )

    def default_optimizers(self):
        rates = {"generator": 1e-4, "discriminator": 4e-4}
        return {
            player: keras.optimizers.Adam(rates[player], beta_1=0.0, beta_2=0.9, epsilon=1e-8)
            for player in self.players
        }

    def fit(self, x=None, y=None, **kwargs):
        """`ConditionalModel.fit`; warns of more classes than the data has: fakes are of all."""
        classes = getattr(x, "num_classes", None)
        if classes and self.num_classes and classes < self.num_classes:
            warnings.warn(
                f"The data has {classes} classes and the model {self.num_classes}: the fakes of "
                "the others have nothing to be like",
                stacklevel=2,
            )
        return super().fit(x, y, **kwargs)

    def conditions_of_fakes(self, y):
        """Classes drawn uniformly; conditions of another kind are those of the real batch."""
        if self.num_classes is None:
            return y
        seed = self.next_seed()
        return randomness.draw_for_replica(
            lambda num: randomness.integers((num,), seed, self.num_classes), ops.shape(y)[0]
        )

    def discriminator_terms(self, real_logits, fake_logits):
        return {"discriminator_loss": hinge_discriminator_loss(real_logits, fake_logits)}

    def generator_terms(self, fake_logits):
        return {"generator_loss": hinge_generator_loss(fake_logits)}

    def attend(self, samples, labels=None, condition=None):
        """Where the discriminator looks in samples.

        Args:
            samples: Array `(num, *data_shape)`, images in `[-1, 1]`.
            labels: Integers `(num,)`, or one for all, for a model of classes; default: in turn.
            condition: Array `(num, *condition_shape)`, or one for all, for a model of conditions.

        Returns:
            NumPy array `(num, height, width, attended_height, attended_width)`: for every position
            of the maps in the layer `"attention"`, weights that sum to 1 over the attended ones.

        Raises:
            ValueError: If the discriminator has no layer of that name, or labels do not fit.
        """
        return self._maps("discriminator", samples, self._chosen(len(samples), labels, condition))

    def attend_while_generating(self, num, seed=0, labels=None, condition=None):
        """Where the generator looks while it makes the samples of `sample(num, seed)`."""
        check_at_least(1, num=num)
        y = self._chosen(num, labels, condition)
        return self._maps("generator", self.latents_for_sampling(num, seed), y)

    def _maps(self, name, samples, labels):
        network = self.inference_network(name)
        try:
            layer = network.get_layer("attention")
        except ValueError as error:
            raise ValueError(
                f"`{name}` must have a layer named 'attention' to be asked where it looks. "
                f"Received: layers {[layer.name for layer in network.layers]}"
            ) from error
        looks = keras.Model(network.inputs, layer.attention_map(layer.input))
        inputs = self.told(ops.convert_to_tensor(samples), labels)
        return self.in_batches(lambda part: looks(part, training=False), inputs, 16)
