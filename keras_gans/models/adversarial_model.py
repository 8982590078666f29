"""The engine: a Keras model that is a game between players, each with an optimizer of its own."""

import os
import threading
import types

import keras
import tensorflow as tf
from keras import ops

from keras_gans.layers import AdaptiveAugment, SpectralNormalization
from keras_gans.models import exporting, gradients, saved_state, training_data
from keras_gans.models.augmentation import with_augmentation
from keras_gans.models.network_checks import check_adds_no_loss, check_regularizes_weights_only
from keras_gans.models.optimizer_group import OptimizerGroup
from keras_gans.utils import randomness
from keras_gans.utils.checks import check_divides, warn_of_unit_pixels
from keras_gans.utils.files import check_readable_name, written_whole

EVALUATION = 1 << 31  # marks the noise of evaluation, which training never draws


class AdversarialModel(keras.Model):
    """A game between named players. Holds the verbs; the papers' games are its subclasses.

    A subclass names its players, writes their payoffs as methods that return a dictionary of named
    scalar loss terms (all minimised), and writes its moves as `train_step`:

        class MyGAN(AdversarialModel):
            players = {"generator": ("generator",), "discriminator": ("discriminator",)}
            term_names = ("discriminator_loss", "generator_loss")

            def train_step(self, data):
                real_images, _ = self.begin_step(data)
                discriminator_terms = self.minimize(
                    "discriminator", self.discriminator_terms, real_images
                )
                generator_terms = self.minimize("generator", self.generator_terms)
                return self.report(discriminator_terms | generator_terms)

    Class attributes:
        players: Dictionary from a player to the names of its networks, which are attributes. The
            networks of one player are stepped together.
        takes_networks_by_name: Whether the constructor takes them as arguments of these names, and
            not as the dictionary `networks`.
        term_names: Names of all terms that `report` receives, in the order of the progress bar.
        averaged: Names of the networks that `ema_decay` averages.
        judges: Dictionary from the networks that judge images, before which `augment` is put, to
            how many of their inputs are images; see `augmentation.with_augmentation`.

    Attributes:
        minibatches: Integer, into how many minibatches a step splits the batch that `fit` hands
            over: where a player steps several times, each of its steps sees fresh data.

    Args:
        networks: Dictionary from name to built `keras.Model`, one for every name in `players`.
        seed: Integer in `[0, 2**31)`. All noise is a function of it and of the step. The initial
            weights are Keras's: `keras.utils.set_random_seed` decides them.
        ema_decay: `None`, or a decay in `[0, 1)`: after each step a copy `average` of every network
            in `averaged` becomes `decay * average + (1 - decay) * network`. Statistics such as
            those of batch normalization are copied.
        ema_half_life: `None`, or instead of `ema_decay` a number > 0 of images: the decay is such
            that an old network's weight halves while so many are shown, whatever the batch size.
        augment: `None`, or a layer that changes images in training, such as `layers.DiffAugment` or
            `layers.AdaptiveAugment`. It is put before the networks that judge images, so that real
            ones and fakes are changed in all players' steps, and nothing else is.

    Raises:
        ValueError: If `seed`, `ema_decay` or `ema_half_life` is out of range, if both of the latter
            are given, a network is missing, or `augment` does not fit the game.
    """

    players = {}
    takes_networks_by_name = False
    term_names = ()
    averaged = ()
    judges = {}
    minibatches = 1

    def __init__(
        self, *, networks, seed=0, ema_decay=None, ema_half_life=None, augment=None, **kwargs
    ):
        # Under a mixed policy the networks round what they take; latents must reach them as drawn.
        super().__init__(autocast=False, **kwargs)
        if not isinstance(seed, int) or not 0 <= seed < 2**31:
            raise ValueError(f"`seed` must be an integer in [0, 2**31). Received: seed={seed}")
        if ema_decay is not None and not 0 <= ema_decay < 1:
            raise ValueError(
                f"`ema_decay` must be None or in [0, 1). Received: ema_decay={ema_decay}"
            )
        if ema_half_life is not None and (ema_decay is not None or ema_half_life <= 0):
            raise ValueError(
                "`ema_half_life` must be None or greater than 0, and None beside `ema_decay`. "
                f"Received: ema_half_life={ema_half_life}, ema_decay={ema_decay}"
            )
        missing = {name for names in self.players.values() for name in names} - set(networks)
        if missing:
            raise ValueError(
                f"`networks` must hold every network of the players {sorted(self.players)}. "
                f"Received: networks without {sorted(missing)}"
            )
        self.jit_compile = False  # what `compile` has; Keras would compile `predict` on a GPU
        self.seed = seed
        self.ema_decay = ema_decay
        self.ema_half_life = ema_half_life
        self.augment = augment
        # As they were given, for the configuration; Keras does not look in here to save them twice.
        self._plain_networks = types.MappingProxyType(networks)
        if augment is not None:
            self.check_augment(augment)
            networks = networks | {
                name: with_augmentation(networks[name], augment, num_images, name)
                for name, num_images in self.judges.items()
            }
        self.network_names = tuple(networks)
        for name, network in networks.items():
            check_regularizes_weights_only(name, network)
            setattr(self, name, network)
        self.average_names = ()
        if ema_decay is not None or ema_half_life is not None:
            self.average_names = tuple(f"average_{name}" for name in self.averaged)
            for name in self.averaged:
                setattr(self, f"average_{name}", _frozen_copy(networks[name]))
        probability = ("augmentation_probability",) if self.adapts_augmentation else ()
        self.trackers = [keras.metrics.Mean(name) for name in (*self.term_names, *probability)]
        self.step = self.add_weight(
            name="step",
            shape=(),
            dtype="int64",
            initializer="zeros",
            trainable=False,
            aggregation="only_first_replica",
        )
        # Batches since an evaluation began, so that evaluating twice draws the same noise.
        self._evaluated = tf.Variable(
            0,
            trainable=False,
            dtype=tf.int64,
            aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
        )
        self.steps_to_skip = 0  # of an epoch that is continued in its middle
        self._draws = {}  # by thread: replicas are traced in threads that take turns
        self._batch_sizes = {}  # by thread, likewise
        self._logits_of_reals = {}  # by thread, likewise: those of the step's minibatches
        self.built = True

    # What the game consists of

    def networks_of(self, player):
        """List of the networks that `player` owns."""
        return [getattr(self, name) for name in self.players[player]]

    def variables_of(self, player):
        """List of the variables that steps of `player` may change; its optimizer knows them all."""
        return [v for network in self.networks_of(player) for v in network.trainable_variables]

    def active_variables_of(self, player):
        """Those that its next step changes: all, but in a network of which only a part works."""
        return self.variables_of(player)

    def check_augment(self, augment):
        """Raises a `ValueError` for an augmentation that the game cannot have; see subclasses."""
        if not self.judges:
            raise ValueError(
                f"`augment` must be None for {type(self).__name__}, which names no `judges` of "
                f"images. Received: augment={augment}"
            )

    @property
    def adapts_augmentation(self):
        """Whether the augmentation has a probability that follows the judges' logits."""
        return isinstance(self.augment, AdaptiveAugment) and self.augment.adapts

    def inference_network(self, name):
        """The average of a network where one is kept (`ema_decay`), otherwise the network."""
        return getattr(self, f"average_{name}", None) or getattr(self, name)

    @property
    def metrics(self):
        return self.trackers

    # Optimizers

    def default_optimizers(self):
        """Dictionary from player to a new optimizer with the paper's settings."""
        raise NotImplementedError(f"{type(self).__name__} must say its paper's optimizers")

    def compile(self, optimizers=None, auto_scale_loss=True, **kwargs):
        """Gives every player its optimizer and builds them.

        Args:
            optimizers: Dictionary with exactly one optimizer (an object or a Keras name) per
                player. Defaults to the paper's. Each takes its player's name, as in the logged
                `learning_rate_generator`.
            auto_scale_loss: Whether players with float16 networks get a `LossScaleOptimizer`.
            **kwargs: `run_eagerly`, `jit_compile` and `steps_per_execution` of `keras.Model`, and
                no other argument of its `compile`. `jit_compile` is off by default: it compiles, is
                slower on processors, and leaves out the check of every batch's labels.

        Raises:
            ValueError: If the players are not exactly those of the game, or share an optimizer;
                for other arguments, and for an optimizer with `use_ema`: averages are the model's
                (`ema_decay`).
        """
        unknown = set(kwargs) - {"run_eagerly", "jit_compile", "steps_per_execution"}
        if unknown:
            raise ValueError(
                "`compile` takes `optimizers`, one per player; the losses are the terms of the "
                f"game, and its scores are `callbacks.EvaluateSamples`. Received: {sorted(unknown)}"
            )
        optimizers = self.default_optimizers() if optimizers is None else optimizers
        if not isinstance(optimizers, dict) or set(optimizers) != set(self.players):
            raise ValueError(
                f"`optimizers` must hold exactly one optimizer per player, {sorted(self.players)}. "
                f"Received: optimizers={optimizers}"
            )
        optimizers = {player: keras.optimizers.get(optimizers[player]) for player in self.players}
        if len({id(optimizer) for optimizer in optimizers.values()}) < len(optimizers):
            raise ValueError("`optimizers` must be a different object for every player.")
        for player, optimizer in optimizers.items():
            if getattr(optimizer, "inner_optimizer", optimizer).use_ema:
                raise ValueError(
                    "Optimizers must not average weights; the model does, with `ema_decay`. "
                    f"Received: an optimizer of {player} with use_ema=True"
                )
        self._compile_arguments = {
            "auto_scale_loss": auto_scale_loss,
            "jit_compile": False,
            **kwargs,
        }
        super().compile(optimizer=None, **self._compile_arguments)
        for player, optimizer in optimizers.items():
            if auto_scale_loss and self._computes_in_float16(player):
                optimizer = gradients.with_loss_scale(optimizer)
            optimizer.name = player
            # Built here, inside a strategy's scope if there is one: `fit` cannot build it there.
            if not optimizer.built:
                optimizer.build(self.variables_of(player))
            optimizers[player] = optimizer
        self.optimizer = OptimizerGroup(optimizers, self.step)

    @property
    def optimizers(self):
        """Mapping from player to its optimizer, after `compile`."""
        # No `dict`: Keras's saver would find it and store the optimizers a second time.
        return types.MappingProxyType(self.optimizer.by_player)

    def _computes_in_float16(self, player):
        return any(
            layer.compute_dtype == "float16"
            for network in self.networks_of(player)
            for layer in network._flatten_layers()
        )

    # The verbs

    def begin_step(self, data, training=True):
        """Opens a step: checks the batch that `fit` hands over and starts the step's noise.

        Returns:
            The pair `(x, y)`; `y` is `None` where the data holds no labels or partners.
        """
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        if sample_weight is not None:
            raise ValueError(
                f"{type(self).__name__} does not weigh samples. Received: a sample_weight"
            )
        # An eager step is handed NumPy arrays, which networks of several inputs do not mix.
        x = tf.nest.map_structure(ops.convert_to_tensor, x)
        y = None if y is None else tf.nest.map_structure(ops.convert_to_tensor, y)
        self.check_batch(x, y)
        self._draws[threading.get_ident()] = 0
        rows = ops.shape(tf.nest.flatten(x)[0])[0]
        if training and tf.distribute.get_strategy().num_replicas_in_sync > 1:
            rule = (
                "Every replica must have examples in every step: batch with `drop_remainder=True`"
            )
            tf.debugging.assert_greater(rows, 0, rule)
        self._batch_sizes[threading.get_ident()] = rows
        self._logits_of_reals[threading.get_ident()] = []
        self._draws_for_training = training
        return x, y

    def images_in(self, x, y):
        """Dictionary from name to what of a batch, or of arrays, must lie in `[-1, 1]`."""
        return {"x": x}

    def check_batch(self, x, y):
        """Raises a `ValueError` for a batch that does not fit the networks; see subclasses."""

    def split(self, batch):
        """The batch as a list of `minibatches` equal parts, one for each step of a player.

        Rows are dealt in turn, so that the minibatches are the same when replicas share the batch.

        Raises:
            ValueError: If the size of the batch is known and does not divide.
        """
        size = batch.shape[0]
        if size is not None and size % self.minibatches:
            raise ValueError(
                f"The batch must hold the {self.minibatches} minibatches of a step, all of one "
                f"size. Received: {size} samples in the batch"
            )
        if size is None:
            rest = tf.shape(batch)[0] % self.minibatches
            rule = f"The batch must hold the {self.minibatches} minibatches of a step"
            divides = tf.debugging.assert_equal(rest, 0, f"{rule}, all of one size")
            with tf.control_dependencies([] if divides is None else [divides]):
                batch = tf.identity(batch)
        dealt = ops.reshape(batch, (-1, self.minibatches, *batch.shape[1:]))
        return ops.unstack(dealt, self.minibatches, axis=1)

    def next_seed(self):
        """Seed pair of the next draw of this step; every call of a step gets noise of its own."""
        thread = threading.get_ident()
        if thread not in self._draws:
            raise ValueError("Noise is drawn within a step: call `begin_step(data)` first.")
        purpose = self._draws[thread]
        self._draws[thread] += 1
        if self._draws_for_training:
            return randomness.seed_pair(self.seed, purpose, self.step.value)
        return randomness.seed_pair(self.seed, EVALUATION | purpose, self._evaluated)

    def record(self, *players):
        """Tape that watches the variables of `players`, to take their steps from one forward pass.

        A tape for two players or more answers `descend` once for each.
        """
        variables = [v for player in players for v in self.active_variables_of(player)]
        return gradients.Recording(variables, persistent=len(players) > 1)

    def descend(self, player, tape, terms):
        """Steps `player` once down the gradient of the sum of its terms.

        On several replicas every term is a mean over the replica's part of the batch, and the step
        is that of the mean over the whole batch, unless the optimizer clips: Keras clips each
        replica's share before it adds them. A step whose gradient overflows in float16 is
        skipped for this player on all replicas, and its loss scale is halved. Regularizers of the
        player's variables take part. Layers that follow their weights by an estimate
        (`SpectralNormalization`) move it once.

        Args:
            player: Whose variables are stepped; no other variable changes.
            tape: The recording (`record`) under which the terms were computed.
            terms: Dictionary from name to scalar float32 tensor.

        Raises:
            ValueError: If the terms are no such dictionary, or a layer called `add_loss`, which
                would train nothing.
        """
        _check_terms(player, terms)
        for name in self.network_names:
            check_adds_no_loss(name, getattr(self, name))
        variables = self.active_variables_of(player)
        optimizer = self.optimizers[player]
        optimizer.apply(gradients.of_terms(tape, terms, variables, optimizer), variables)
        for network in self.networks_of(player):
            for layer in network._flatten_layers():
                if isinstance(layer, SpectralNormalization):
                    layer.follow_kernel()

    def minimize(self, player, terms, *args, **kwargs):
        """Steps `player` once down the gradient of `terms(*args, **kwargs)`, and returns them.

        Args:
            player: Whose variables are stepped.
            terms: Function that returns a dictionary from name to scalar term.
        """
        with self.record(player) as tape:
            named_terms = terms(*args, **kwargs)
        self.descend(player, tape, named_terms)
        return named_terms

    @property
    def undecided_logit(self):
        """The logit of an image that is held for neither: 0, or the middle between two targets."""
        return 0.0

    def watch_reals(self, real_logits):
        """Shows an adaptive augmentation how a minibatch of real images was judged, in training.

        A game calls it once for each step of its discriminator; without such an augmentation it
        does nothing.

        Args:
            real_logits: Tensor `(batch_size, ...)`, above `undecided_logit` where the discriminator
                holds the image for real rather than fake.
        """
        watched = self._logits_of_reals.get(threading.get_ident())
        if watched is not None and self.adapts_augmentation:
            watched.append(real_logits - self.undecided_logit)

    def reset_metrics(self):
        """Keras's, which begins an evaluation."""
        super().reset_metrics()
        self._evaluated.assign(0)

    def report(self, terms, training=True):
        """Closes a step: updates the running mean of every term, the averages and the counter.

        Args:
            terms: Dictionary from the names in `term_names` to scalars.
            training: `False` in `test_step`, where only the means move.

        Returns:
            Dictionary from name to running mean, as Keras expects of `train_step`.
        """
        if set(terms) != set(self.term_names):
            raise ValueError(
                f"`terms` must hold exactly the `term_names` of {type(self).__name__}, "
                f"{self.term_names}. Received: terms named {tuple(terms)}"
            )
        if self.adapts_augmentation:  # as it was in this step
            terms = terms | {"augmentation_probability": self.augment.probability()}
        # A mean over examples: the last batch of an evaluation may be smaller, and may leave some
        # replicas without an example, whose terms are NaN.
        rows = ops.cast(self._batch_sizes[threading.get_ident()], "float32")
        for tracker in self.trackers:
            term = ops.where(rows > 0, terms[tracker.name], 0.0)
            tracker.update_state(term, sample_weight=rows)
        if training:
            self._update_averages()
            self._adapt_augmentation()
            self.step.assign_add(1)
        else:
            self._evaluated.assign_add(1)
        self._draws.pop(threading.get_ident(), None)
        self._batch_sizes.pop(threading.get_ident(), None)
        self._logits_of_reals.pop(threading.get_ident(), None)
        return {tracker.name: _as_log(tracker.result()) for tracker in self.trackers}

    def _adapt_augmentation(self):
        if not self.adapts_augmentation:
            return
        watched = self._logits_of_reals.get(threading.get_ident())
        if not watched:
            raise ValueError(
                "An adaptive augmentation follows the logits of real images: `train_step` must "
                "call `watch_reals(real_logits)` in each step of the discriminator."
            )
        for real_logits in watched:
            self.augment.adapt(real_logits)

    def _update_averages(self):
        if not self.average_names:
            return
        decay = self._decay_of_averages()
        for name in self.averaged:
            network, average = getattr(self, name), getattr(self, f"average_{name}")
            trainable = {id(variable) for variable in network.trainable_variables}
            for mean, variable in zip(average.weights, network.weights, strict=True):
                value = ops.convert_to_tensor(variable)
                if id(variable) in trainable:
                    value = mean + (1.0 - decay) * (value - mean)
                mean.assign(value)

    def _decay_of_averages(self):
        if self.ema_half_life is None:
            return self.ema_decay
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        images = replicas * ops.cast(self._batch_sizes[threading.get_ident()], "float32")
        return 0.5 ** (images / self.ema_half_life)

    # Keras's public methods, where a game needs more of them

    def fit(self, x=None, y=None, **kwargs):
        """Trains as `keras.Model.fit` does, and checks data for values that would ruin the run.

        Batches of `keras_gans.data` are read from the model's own step on, in an order that only
        depends on their seed and that step: a loaded model sees the data that it would have seen
        had it never stopped.

        With `callbacks.Checkpoints` among the callbacks, the training continues from its newest
        checkpoint; `epochs` counts from the first start.

        Raises:
            ValueError: For arrays that hold NaN or infinity, for arrays of images outside
                `[-1, 1]`, for batches whose shape does not fit the networks, for checkpoints of
                data that cannot start at any step, and for batches of `keras_gans.data` an epoch of
                which is no whole number of `steps_per_execution`.
            tf.errors.InvalidArgumentError: For images outside `[-1, 1]` in a `tf.data.Dataset`,
                when they are read.
        """
        x = training_data.checked(x, y, self.images_in)
        warn_of_unit_pixels(**self.images_in(x, y))
        held_out = training_data.checked_held_out(kwargs.get("validation_data"), self.images_in)
        kwargs["validation_data"] = held_out
        check_divides(
            x,
            kwargs.get("batch_size"),
            replicas=self.distribute_strategy.num_replicas_in_sync,
            minibatches=self.minibatches,
        )
        callbacks = kwargs.get("callbacks") or []
        callbacks = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]
        checkpoints = [callback for callback in callbacks if hasattr(callback, "restore")]
        if checkpoints and not hasattr(x, "from_step"):
            raise ValueError(
                "`x` must be batches of `keras_gans.data`, which can start at any step, where "
                f"checkpoints are written. Received: {type(x).__name__}"
            )
        for callback in checkpoints:
            callback.restore(self, callbacks)
        if hasattr(x, "from_step"):
            step = int(self.step.numpy())
            steps_per_epoch = kwargs["steps_per_epoch"] = (
                kwargs.get("steps_per_epoch") or x.steps_per_epoch
            )
            self.check_executions(steps_per_epoch)
            for callback in checkpoints:
                epoch, skipped = divmod(step - callback.first_step, steps_per_epoch)
                self.check_executions(skipped)
                kwargs["initial_epoch"], self.steps_to_skip = epoch, skipped
                if callback.is_over(kwargs.get("epochs", 1)):
                    kwargs["initial_epoch"] = kwargs.get("epochs", 1)
            x = x.from_step(step)
            kwargs["shuffle"] = False  # or Keras warns that it cannot
        try:
            return super().fit(x, y, **kwargs)
        finally:
            self.steps_to_skip = 0
            for callback in checkpoints:
                callback.release()

    def evaluate(self, x=None, y=None, *args, **kwargs):
        """Keras's `evaluate`; batches of `keras_gans.data` are those of their first epoch."""
        if not kwargs.get("_use_cached_eval_dataset"):  # Keras's own, of `fit`
            x = training_data.one_epoch(x, y, self.images_in)
        return super().evaluate(x, y, *args, **kwargs)

    def check_executions(self, num_steps):
        """Raises a `ValueError` unless `num_steps` are whole executions of `steps_per_execution`.

        Batches of `keras_gans.data` are an endless stream: Keras would make the last one whole.
        """
        size = self.steps_per_execution
        if num_steps % size:
            fitting = max(n for n in range(1, size) if num_steps % n == 0)
            raise ValueError(
                "`steps_per_execution` must divide the steps of an epoch, and those of a "
                f"checkpoint in its middle. Received: steps_per_execution={size}, {num_steps} "
                f"steps; {fitting} would do"
            )

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Nothing, since a model is built when it is made.

        Keras would read one batch under a strategy and drop the iterator at once. With data that
        grows that ended the process about every other time (TensorFlow 2.21, two replicas): a
        pipeline is destroyed while it makes batches ahead.
        """

    def make_train_function(self, force=False):
        """Keras's, preceded by the steps of an epoch that were made before a resume."""
        if self.train_function is not None and not force:
            return
        super().make_train_function(force)
        take_steps = self.train_function

        def train_function(iterator):
            if self.steps_to_skip > 0:
                self.steps_to_skip -= self.steps_per_execution
                return self.get_metrics_result()
            return take_steps(iterator)

        self.train_function = train_function

    def save(self, filepath, overwrite=True, **kwargs):
        """Saves as `keras.Model.save` does, and leaves an older file in place until it is done."""
        if not overwrite and os.path.exists(filepath):
            raise FileExistsError(f"`filepath` exists and `overwrite` is False: {filepath}")
        with written_whole(filepath) as aside:
            super().save(aside, **kwargs)

    def save_weights(self, filepath, overwrite=True, **kwargs):
        """Saves the whole training state, without the configuration, as `save` does."""
        if not overwrite and os.path.exists(filepath):
            raise FileExistsError(f"`filepath` exists and `overwrite` is False: {filepath}")
        if kwargs.get("max_shard_size") is not None:
            raise ValueError(
                "`max_shard_size` must be None: the file appears whole or not at all. "
                f"Received: max_shard_size={kwargs['max_shard_size']}"
            )
        with written_whole(filepath) as aside:
            super().save_weights(aside, **kwargs)

    def test_step(self, data):
        """What `evaluate` does with a batch; a game of one's own defines it if it needs it."""
        raise NotImplementedError(f"{type(self).__name__} must define `test_step` to be evaluated")

    def serving_signatures(self):
        """Dictionary from signature to its function and the list of its `tf.TensorSpec` inputs."""
        raise NotImplementedError(
            f"{type(self).__name__} must define `serving_signatures` to be exported"
        )

    def export(self, filepath, format="tf_saved_model", **kwargs):
        """Writes a SavedModel with named signatures that needs nothing but TensorFlow to run.

        The folder appears when it is complete. Beside the model lies
        `assets.extra/keras_gans.json` with the model's name and settings.

        Args:
            filepath: The folder to make.
            format: `"tf_saved_model"`; for `"onnx"` and `"litert"` Keras exports the generator,
                which takes one-hot vectors where the model has classes.
            **kwargs: Arguments of `keras.Model.export` for those two formats.

        Raises:
            FileExistsError: If `filepath` exists; nothing is overwritten.
            ValueError: For square brackets in `filepath`; for `"onnx"` and `"litert"`, if the
                generator is not one network.
        """
        check_readable_name(filepath=filepath)
        if os.path.exists(filepath):
            raise FileExistsError(f"`filepath` exists, and an export replaces nothing: {filepath}")
        if format != "tf_saved_model":
            if "generator" not in self.network_names:
                raise ValueError(
                    f"`format` must be 'tf_saved_model' for {type(self).__name__}, whose generator "
                    f"is not one network. Received: format={format!r}"
                )
            self.inference_network("generator").export(filepath, format=format, **kwargs)
            return
        exporting.write_saved_model(filepath, self.serving_signatures(), self.describe())

    def describe(self):
        """Dictionary of plain values that tells an export's readers what it is."""
        return {
            "model": type(self).__name__,
            "trained_steps": int(self.step.numpy()),
            "seed": self.seed,
            "ema_decay": self.ema_decay,
            "ema_half_life": self.ema_half_life,
            "parameters": {
                name: int(network.count_params()) for name, network in self._plain_networks.items()
            },
        }

    def get_config(self):
        networks = {
            name: keras.saving.serialize_keras_object(network)
            for name, network in self._plain_networks.items()
        }
        return {
            "name": self.name,
            "seed": self.seed,
            "ema_decay": self.ema_decay,
            "ema_half_life": self.ema_half_life,
            "augment": self.augment and keras.saving.serialize_keras_object(self.augment),
            "dtype": keras.saving.serialize_keras_object(self.dtype_policy),
            **(networks if self.takes_networks_by_name else {"networks": networks}),
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(
            **{
                key: keras.saving.deserialize_keras_object(value, custom_objects=custom_objects)
                if isinstance(value, dict)
                else value
                for key, value in config.items()
            }
        )

    def get_compile_config(self):
        if not self.compiled:
            return None
        optimizers = {
            player: keras.saving.serialize_keras_object(optimizer)
            for player, optimizer in self.optimizers.items()
        }
        return {**self._compile_arguments, "optimizers": optimizers}

    def compile_from_config(self, config):
        self.compile(**keras.saving.deserialize_keras_object(config))

    def training_state(self):
        """Dictionary from a stable name to every variable that influences the training."""
        return saved_state.all_variables(self)

    def save_own_variables(self, store):
        saved_state.save(self, store)

    def load_own_variables(self, store):
        saved_state.load(self, store)


def _check_terms(player, terms):
    if not isinstance(terms, dict):
        raise ValueError(
            "Terms must be a dictionary from name to scalar. "
            f"Received: terms of {player} of type {type(terms).__name__}"
        )
    for name, term in terms.items():
        shape = tuple(ops.shape(term))
        if shape:  # its gradient would be that of the sum
            raise ValueError(
                "Terms must be scalars; reduce each with `keras.ops.mean`. "
                f"Received: {name!r} of shape {shape}"
            )


def _frozen_copy(network):
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    copy.trainable = False
    return copy


def _as_log(value):
    """A scalar, or shape `(1,)` on several workers, where Keras cannot reduce scalars."""
    strategy = tf.distribute.get_strategy()
    if isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return ops.reshape(value, (1,))
    return value
