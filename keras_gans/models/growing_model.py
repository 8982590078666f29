"""Games whose networks grow: they hold all resolutions, and a part of them works at a time."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gans.models import network_checks
from keras_gans.models.latent_model import LatentModel


class GrowingModel(LatentModel):
    """A generator and a discriminator that grow from few pixels to many.

    A growing generator returns the list of its images at all resolutions, from the smallest on, and
    a growing discriminator takes such a list and returns as many logits; each is faded into by a
    layer `FadeIn` named `"fade_<resolution>"`. Both hold all their weights from the beginning, and
    so do the optimizers. At a time the model works at one `resolution`: only that part of the
    networks is computed, and only its weights are stepped. `callbacks.ProgressiveGrowth` moves it;
    without the callback all levels train together at the full resolution, from the first step on.

    Real images of the full resolution are averaged over blocks of pixels to the working one, and
    are blended with the level below as the networks' images are. Samples come at the full
    resolution, smaller ones with their pixels repeated.

    Networks with one output are fixed: they do not grow.

    Attributes:
        resolutions: Tuple of the levels; only the last one for fixed networks.

    Args:
        growing: Boolean, whether the default networks grow.
        **kwargs: Arguments of `LatentModel`.

    Reference:
        Karras et al., 2018, "Progressive Growing of GANs" (arXiv:1710.10196), section 2.
    """

    grown_networks = ("generator", "discriminator")  # those with a list of levels

    def __init__(self, *, growing=True, **kwargs):
        self._growing_by_default = growing
        super().__init__(**kwargs)
        networks = {name: getattr(self, name) for name in self.grown_networks}
        self.resolutions = _levels(networks, self.data_shape)
        self._working_resolution = self.resolutions[-1]
        self._parts = _Parts()
        self._samplers = {}  # by resolution
        self._made_at = {}  # from Keras's functions to the resolution that they were made for
        self.stored_resolution = self.add_weight(
            name="resolution",
            shape=(),
            dtype="int64",
            initializer=keras.initializers.Constant(self.resolutions[-1]),
            trainable=False,
            aggregation="only_first_replica",
        )
        for resolution in self.resolutions[1:]:
            self._assign_alpha(resolution, 1.0)

    # Where the model works

    @property
    def resolution(self):
        """Integer, the height and width in pixels at which the model works now."""
        if not tf.inside_function():  # a loaded or restored model works where its file says
            self._working_resolution = int(self.stored_resolution.numpy())
        return self._working_resolution

    def grow_to(self, resolution):
        """Makes the model work at a resolution; `fit` traces its step anew.

        Raises:
            ValueError: If the networks have no such level.
        """
        if resolution not in self.resolutions:
            raise ValueError(
                f"`resolution` must be one of {self.resolutions}. Received: resolution={resolution}"
            )
        self.stored_resolution.assign(resolution)
        for function in list(self._made_at):
            getattr(self, f"make_{function}_function")()

    def fade_in(self, alpha):
        """Sets the weight of the newest level against the one below.

        Raises:
            ValueError: If `alpha` is not in `[0, 1]`.
        """
        if not 0 <= alpha <= 1:
            raise ValueError(f"`alpha` must be in [0, 1]. Received: alpha={alpha}")
        if self.resolution != self.resolutions[0]:
            self._assign_alpha(self.resolution, alpha)

    @property
    def alpha(self):
        """Float, the weight of the newest level; 1 where nothing is faded in."""
        return float(ops.convert_to_numpy(self._alpha()))

    def reset_optimizers(self):
        """Forgets what the optimizers know of earlier steps, but not their learning rates."""
        for optimizer in self.optimizers.values():
            optimizer = getattr(optimizer, "inner_optimizer", optimizer)  # keeps the loss scale
            with self.distribute_strategy.scope():
                fresh = type(optimizer).from_config(optimizer.get_config())
                fresh.build(optimizer._trainable_variables)
            for variable, start in zip(optimizer.variables, fresh.variables, strict=True):
                if variable.name != "learning_rate":
                    variable.assign(start)

    def _assign_alpha(self, resolution, alpha):
        for name in self.grown_networks:
            for network in (getattr(self, name), getattr(self, f"average_{name}", None)):
                if network is not None:
                    network.get_layer(f"fade_{resolution}").alpha.assign(alpha)

    def _alpha(self):
        if self.resolution == self.resolutions[0]:
            return ops.ones(())
        name = self.grown_networks[0]
        return getattr(self, name).get_layer(f"fade_{self.resolution}").alpha.value

    def part_of(self, name):
        """The part of a growing network that works at the present resolution."""
        return self._part(name, getattr(self, name))

    def _part(self, name, network):
        if name not in self.grown_networks or not hasattr(network, "outputs"):
            return network
        level = self.resolutions.index(self.resolution)
        return self._parts.of(network, level, takes_levels=name == "discriminator")

    def inference_network(self, name):
        return self._part(name, super().inference_network(name))

    def active_variables_of(self, player):
        return [v for name in self.players[player] for v in self.part_of(name).trainable_variables]

    def make_train_function(self, force=False):
        super().make_train_function(force or self._is_outgrown("train"))

    def make_test_function(self, force=False):
        super().make_test_function(force or self._is_outgrown("test"))

    def make_predict_function(self, force=False):
        return super().make_predict_function(force or self._is_outgrown("predict"))

    def _is_outgrown(self, function):
        """Whether a function of Keras was made at another resolution than the present one."""
        before = self._made_at.get(function)
        self._made_at[function] = self.resolution
        return before is not None and before != self.resolution

    def fit(self, x=None, y=None, **kwargs):
        """Trains as `AdversarialModel.fit` does.

        Raises:
            ValueError: As there, for data that grows (`data.grown`) without the callback that
                lets the model grow by the same schedule, and for data in batches of another size
                than the callback's schedule says.
        """
        callbacks = kwargs.get("callbacks") or []
        callbacks = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]
        schedules = [getattr(callback, "schedule", None) for callback in callbacks]
        followed = [one for one in schedules if hasattr(one, "resolutions")]  # no learning rates'
        schedule = getattr(x, "schedule", None)
        if schedule is None:
            _check_batch_size(x, kwargs.get("batch_size"), followed)
        elif len(schedule.resolutions) > 1 and schedule not in followed:
            raise ValueError(
                "`callbacks` must hold a `ProgressiveGrowth` with the schedule of the data. "
                f"Received: callbacks={callbacks}, x={x!r}"
            )
        return super().fit(x, y, **kwargs)

    # Images at the working resolution

    def begin_step(self, data, training=True):
        real_images, y = super().begin_step(data, training)
        return self.shrink(real_images), y

    def shrink(self, images):
        """Real images as the discriminator sees them now: `(batch_size, resolution, ...)`.

        Images of the full resolution become means over blocks of pixels. While a level fades in,
        they are blended with their own, smaller version as the generator's images are.
        """
        size = self.resolution
        if images.shape[1] is not None and images.shape[1] != size:
            images = ops.average_pool(images, images.shape[1] // size)
        shape = (None, size, size, self.data_shape[-1])
        images = tf.ensure_shape(images, shape)
        if size == self.resolutions[0]:
            return images
        smaller = _enlarge(ops.average_pool(images, 2), 2)
        return smaller + ops.cast(self._alpha(), images.dtype) * (images - smaller)

    def check_batch(self, x, y):
        sides = x.shape[1:3]
        if None in sides:  # batches of several resolutions; `shrink` looks at each
            return
        if self.resolution in sides and self.resolution != self.data_shape[0]:
            network_checks.check_batch("x", x, (self.resolution,) * 2 + self.data_shape[2:])
        else:
            network_checks.check_batch("x", x, self.data_shape)

    def call(self, latents, training=False):
        return self._full_size(self.inference_network("generator")(latents, training=training))

    def _full_size(self, images):
        return _enlarge(images, self.data_shape[0] // self.resolution)

    def _sample_batch(self, inputs):
        resolution = self.resolution
        if resolution not in self._samplers:
            self._samplers[resolution] = tf.function(
                lambda inputs: ops.cast(self.draw(inputs), "float32"),
                reduce_retracing=True,
            )
        return self._samplers[resolution](inputs)

    def draw(self, inputs):
        """Samples from what `sample` prepared for them, some rows at a time."""
        return self(inputs, training=False)

    # Payoffs and moves that the papers share

    def play(self, real_images, y=None):
        """The discriminator's step and then the generator's, from one fake batch.

        As in the usual moves one draw of latents serves both, where the official codes draw twice:
        the gradients have the same distribution.
        """
        with self.record("generator") as generator_tape:
            fake_images = self.generate(ops.shape(real_images)[0], training=True)
            discriminator_terms = self.minimize(
                "discriminator",
                self.discriminator_terms,
                real_images,
                ops.stop_gradient(fake_images),
                training=True,
            )
            generator_terms = self.generator_terms(self.judge(fake_images, training=True))
        self.descend("generator", generator_tape, generator_terms)
        return discriminator_terms | generator_terms

    def judge(self, images, training):
        """Logits of the working part of the discriminator."""
        return self.part_of("discriminator")(images, training=training)

    def generate(self, batch_size, training):
        return self.part_of("generator")(self.sample_latents(batch_size), training=training)

    def discriminator_terms(self, real_images, fake_images, training):
        """The discriminator's payoff on images: a dictionary from name to scalar, minimised."""
        raise NotImplementedError

    def test_step(self, data):
        """Reports the terms on held-out data and fresh fakes; nothing is updated."""
        real_images, _ = self.begin_step(data, training=False)
        fake_images = self.generate(ops.shape(real_images)[0], training=False)
        terms = self.discriminator_terms(real_images, fake_images, training=False)
        terms |= self.generator_terms(self.judge(fake_images, training=False))
        return self.report(terms, training=False)

    def check_networks(self, networks, latent_dim, data_shape):
        sizes = _levels({name: networks[name] for name in self.grown_networks}, data_shape)
        shapes = [(size, size, data_shape[-1]) for size in sizes]
        lists = isinstance(getattr(networks["discriminator"], "input", None), list)
        shapes = shapes if lists else shapes[0]
        self.check_generator(networks, latent_dim, shapes)
        network_checks.check_accepts("discriminator", networks["discriminator"], shapes)
        network_checks.check_gives_logits("discriminator", networks["discriminator"])

    def check_generator(self, networks, latent_dim, shapes):
        """Raises a `ValueError` unless the generator gives images of `shapes`."""
        network_checks.check_maps("generator", networks["generator"], (latent_dim,), shapes)

    def serving_signatures(self):
        _ = self.resolution
        return super().serving_signatures()


class _Parts:
    """Working parts of growing networks, made once each; Keras does not look in here, which would
    save their weights again."""

    def __init__(self):
        self.made = {}

    def of(self, network, level, takes_levels):
        key = id(network), level
        if key not in self.made:
            inputs = [network.inputs[level]] if takes_levels else network.inputs
            inputs = inputs[0] if len(inputs) == 1 else inputs
            self.made[key] = keras.Model(inputs, network.outputs[level])
        return self.made[key]


def _check_batch_size(x, batch_size, schedules):
    """Raises a `ValueError` where data of one batch size does not fit a schedule of growth."""
    size = getattr(x, "batch_size", None)
    if isinstance(x, np.ndarray):
        size = batch_size or 32  # Keras's own
    for schedule in schedules:
        wanted = {schedule.batch_size_at(resolution) for resolution in schedule.resolutions}
        if size is not None and wanted != {size}:
            raise ValueError(
                "Data must come in the batch sizes of the schedule, from which steps are counted: "
                "take `data.grown`, or say one size in `GrowthSchedule(batch_sizes=...)`. "
                f"Received: batches of {size}, batch_sizes={schedule.batch_sizes}"
            )


def _levels(networks, data_shape):
    """Tuple of the resolutions of the networks' lists of images.

    Raises:
        ValueError: If the networks grow differently or not to `data_shape`.
    """
    if len(data_shape) != 3 or data_shape[0] != data_shape[1]:
        raise ValueError(
            "`image_shape` must be square, (size, size, channels), for networks that grow. "
            f"Received: image_shape={data_shape}"
        )
    counts = {name: len(getattr(network, "outputs", [None])) for name, network in networks.items()}
    for name, network in networks.items():
        for level in range(counts[name] - 1):
            fade = f"fade_{data_shape[0] >> level}"
            if fade not in {layer.name for layer in network.layers}:
                raise ValueError(
                    f"`{name}` must have a `FadeIn` layer named {fade!r} to grow. "
                    f"Received: {name} without it"
                )
    if len(set(counts.values())) > 1:
        raise ValueError(f"The networks must have equally many levels. Received: levels {counts}")
    levels = counts.popitem()[1]
    return tuple(data_shape[0] >> level for level in reversed(range(levels)))


def _enlarge(images, factor):
    """Repeats pixels."""
    if factor == 1:
        return images
    return ops.repeat(ops.repeat(images, factor, axis=1), factor, axis=2)
