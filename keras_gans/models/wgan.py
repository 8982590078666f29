"""WGAN: a critic that estimates the Wasserstein distance, held in a box of weights."""

import keras
import tensorflow as tf
from keras import ops

from keras_gans.models.critic_model import CriticModel
from keras_gans.networks import build_wgan_critic, build_wgan_generator
from keras_gans.utils.checks import check_positive

WARMUP_STEPS = 100  # critic steps in a generator step of the warm-up
WARMUP_FIRST = 25  # generator steps that begin the training
WARMUP_EVERY = 500  # generator steps from one refresh of the critic to the next


@keras.saving.register_keras_serializable(package="keras_gans")
class WGAN(CriticModel):
    """Wasserstein GAN with weight clipping.

    A step is one pass of the outer loop of algorithm 1: `critic_steps` steps of the critic, each
    on a minibatch of its own (see `CriticModel`) and followed by clipping its weights to
    `[-clip, clip]`, then one step of the generator.

    The estimate of the distance in the logs holds up to a factor that depends on `clip` and the
    critic: compare its values within a run, not across critics.

    Every trainable variable of the critic is clipped, gain and offset of batch normalization
    included, as in the official code; moving statistics are not.

    Default networks: at 32 and 64 pixels those of the official code, at 28 pixels those of
    Gulrajani et al.'s script for MNIST in its WGAN mode, whose 128 latents, batches of 50 and other
    constants of RMSprop are not taken over. Latents are standard normal, 100 of them. RMSprop with
    learning rate 5e-5 (decay 0.99; the official code's framework adds 1e-8 to the root of the mean
    square, Keras adds its epsilon under the root, hence 1e-16).

    Args:
        critic_steps: Integer >= 1, n_critic.
        clip: Float > 0, c.
        warmup: Whether the critic takes 100 steps in each of the first 25 generator steps and in
            every 500th, as in the official code and not in the paper. The further steps go over
            the minibatches of the batch again, with fresh latents; the official code reads new
            ones. It works without a strategy, or with `tf.distribute.OneDeviceStrategy`.
        **kwargs: Arguments of `LatentModel`: `image_shape` or `data_shape`, `latent_dim`,
            `generator`, `critic`, `seed`, `ema_decay`, `augment`, `name`.

    Raises:
        ValueError: If `critic_steps` or `clip` is out of range; in `fit`, if `critic_steps` does
            not divide the batch, and for a warm-up under a strategy for replicas.

    Reference:
        Arjovsky et al., 2017, "Wasserstein GAN" (arXiv:1701.07875), algorithm 1, and its official
        code.
    """

    def __init__(self, *, critic_steps=5, clip=0.01, warmup=False, **kwargs):
        check_positive(clip=clip)
        super().__init__(critic_steps=critic_steps, **kwargs)
        self.clip = clip
        self.warmup = warmup
        self._repetition = 0

    def default_generator(self, latent_dim, data_shape):
        return build_wgan_generator(latent_dim, data_shape)

    def default_critic(self, latent_dim, data_shape):
        return build_wgan_critic(data_shape)

    def default_optimizers(self):
        return {
            player: keras.optimizers.RMSprop(5e-5, rho=0.99, epsilon=1e-16)
            for player in self.players
        }

    def train_step(self, data):
        """One pass of the outer loop of algorithm 1."""
        real_images, _ = self.begin_step(data)
        minibatches = self.split(real_images)
        if self.warmup:
            self._take_warmup_steps(minibatches)
        critic_terms = self._step_critic(minibatches)
        batch_size = ops.shape(minibatches[0])[0]
        generator_terms = self.minimize("generator", self.generator_terms, batch_size)
        return self.report(self.with_distance(critic_terms | generator_terms))

    def _step_critic(self, minibatches):
        for real_images in minibatches:  # for t = 0, ..., n_critic
            critic_terms = self.minimize("critic", self.critic_terms, real_images)
            self.clip_critic()
        return critic_terms

    def clip_critic(self):
        """Puts the critic's weights back into the box."""
        for variable in self.variables_of("critic"):
            variable.assign(ops.clip(variable, -self.clip, self.clip))

    def _take_warmup_steps(self, minibatches):
        strategy = tf.distribute.get_strategy()
        one_device = isinstance(strategy, tf.distribute.OneDeviceStrategy)
        if tf.distribute.has_strategy() and not one_device:
            raise ValueError(
                "`warmup` must be False under a strategy for replicas, even of one device: they "
                f"cannot step within a loop. Received: warmup=True, {type(strategy).__name__}"
            )
        step = ops.convert_to_tensor(self.step)
        is_due = ops.logical_or(step < WARMUP_FIRST, step % WARMUP_EVERY == 0)
        passes = ops.where(is_due, -(-WARMUP_STEPS // self.critic_steps) - 1, 0)

        def once_more(repetition):
            self._repetition = repetition + 1
            self._step_critic(minibatches)
            return (repetition + 1,)

        tf.while_loop(lambda repetition: repetition < passes, once_more, (0,))
        self._repetition = 0

    def next_seed(self):
        # A repeated pass over the minibatches draws noise of its own, in the index's high bits.
        return super().next_seed() + tf.stack([0, tf.cast(self._repetition, tf.int64) * (1 << 40)])

    def get_config(self):
        return {**super().get_config(), "clip": self.clip, "warmup": self.warmup}
