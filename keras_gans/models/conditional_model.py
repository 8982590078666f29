"""Games in which data comes with a condition, a class or a vector, that both players are told."""

import numpy as np
import tensorflow as tf
from keras import ops

from keras_gans.models import network_checks
from keras_gans.models.latent_model import LatentModel
from keras_gans.utils.checks import (
    assert_below,
    check_at_least,
    check_shape_tuple,
    plain_integer,
)


class ConditionalModel(LatentModel):
    """A generator of data for a condition against a discriminator that is told the condition.

    Networks take lists: the generator `[latents, condition]`, the discriminator
    `[samples, condition]`. Labels become one-hot vectors; a condition of another kind, such as the
    embedding of a sentence, is passed on as it is. `fit` takes `(x, y)`, `y` the labels int
    `(batch_size,)` or the conditions float `(batch_size, *condition_shape)`. Fakes are made for,
    and judged with, the conditions of the real batch, unless `conditions_of_fakes` draws others.

    A subclass whose paper has an unconditional form sets `condition_is_optional`; without a
    condition its networks take single tensors, and labels in the data are ignored.

    Args:
        num_classes: Integer >= 2, number of classes that labels count. Or instead:
        condition_shape: Tuple, the shape of one condition.
        **kwargs: Arguments of `LatentModel`.

    Raises:
        ValueError: If both or neither is given, or a network does not fit; in `fit`, for data
            without labels or conditions, or with labels outside the classes.
    """

    condition_is_optional = False
    judges = {"discriminator": 1}  # the condition is told as it is

    def __init__(self, *, num_classes=None, condition_shape=None, **kwargs):
        given = [one for one in (num_classes, condition_shape) if one is not None]
        if len(given) > 1 or (not given and not self.condition_is_optional):
            raise ValueError(
                "Exactly one of `num_classes` and `condition_shape` must be given. "
                f"Received: num_classes={num_classes}, condition_shape={condition_shape}"
            )
        num_classes = plain_integer(num_classes)  # a count of NumPy's labels is NumPy's, too
        if num_classes is not None:
            check_at_least(2, num_classes=num_classes)
            condition_shape = (num_classes,)
        elif condition_shape is not None:
            check_shape_tuple("condition_shape", condition_shape)
        self.condition_shape = None if condition_shape is None else tuple(condition_shape)
        self.num_classes = num_classes
        super().__init__(**kwargs)

    @property
    def is_conditional(self):
        """Whether the model was made for classes or conditions."""
        return self.condition_shape is not None

    # Conditions

    def told(self, samples, y):
        """What a network takes: samples or latents, with the condition where there is one.

        Labels become one-hot vectors.
        """
        if not self.is_conditional:
            return samples
        if self.num_classes is None:
            return [samples, ops.cast(y, "float32")]
        return [samples, ops.one_hot(ops.cast(y, "int32"), self.num_classes)]

    def check_conditions(self, name, y):
        """Raises a `ValueError` for an array of labels or conditions that do not fit."""
        y = np.asarray(y)
        if self.num_classes is None:
            if y.shape[1:] != self.condition_shape or not np.isfinite(y).all():
                raise ValueError(
                    f"`{name}` must be finite, of shape {('num', *self.condition_shape)}. "
                    f"Received: {name} of shape {y.shape}"
                )
        elif y.ndim != 1 or y.dtype.kind not in "iu":
            raise ValueError(
                f"`{name}` must be an integer vector. "
                f"Received: {name} of shape {y.shape} and dtype {y.dtype}"
            )
        elif len(y) and (y.min() < 0 or y.max() >= self.num_classes):
            raise ValueError(
                f"`{name}` must lie in [0, {self.num_classes}), the model's classes. "
                f"Received: {name} from {y.min()} to {y.max()}"
            )

    def check_batch(self, x, y):
        super().check_batch(x, y)
        if not self.is_conditional:
            return
        if y is None:
            raise ValueError(
                f"{type(self).__name__} is conditional and asks for batches (x, y); load the data "
                "with `labels=True`. Received: batches without y"
            )
        shape = () if self.num_classes is not None else self.condition_shape
        if tuple(y.shape[1:]) != shape:
            raise ValueError(
                f"`y` must have the shape {('batch_size', *shape)}. "
                f"Received: y of shape {tuple(y.shape)}"
            )
        if self.num_classes is not None:
            if not tf.as_dtype(y.dtype).is_integer:
                raise ValueError(
                    "`y` must be integers, the classes, and no one-hot vectors or floats. "
                    f"Received: y of dtype {tf.as_dtype(y.dtype).name}"
                )
            assert_below(self.num_classes, labels=y)

    def fit(self, x=None, y=None, **kwargs):
        """`AdversarialModel.fit`, after a look at labels that are at hand."""
        self._look_at("y", y)
        validation_data = kwargs.get("validation_data")
        if isinstance(validation_data, (tuple, list)) and len(validation_data) > 1:
            self._look_at("validation_data", validation_data[1])
        classes = getattr(x, "num_classes", None)
        if classes and self.num_classes and classes > self.num_classes:
            raise ValueError(
                f"`num_classes` must cover the classes of the data, {classes}. "
                f"Received: num_classes={self.num_classes}"
            )
        return super().fit(x, y, **kwargs)

    def evaluate(self, x=None, y=None, *args, **kwargs):
        """Keras's `evaluate`, after a look at labels that are at hand."""
        self._look_at("y", y)
        return super().evaluate(x, y, *args, **kwargs)

    def _look_at(self, name, y):
        if isinstance(y, np.ndarray) and self.is_conditional:
            self.check_conditions(name, y)

    # Samples

    def call(self, inputs, training=False):
        """Generates `(batch_size, *data_shape)` from `[latents, y]`, `y` as in `fit`, or from
        latents alone where there is no condition.

        Labels outside the classes raise a `tf.errors.InvalidArgumentError`, in SavedModels as well.
        """
        if self.is_conditional and not (isinstance(inputs, (list, tuple)) and len(inputs) == 2):
            raise ValueError(
                f"`inputs` must be the list [latents, y] of {type(self).__name__}, which is "
                f"conditional. Received: inputs={inputs}"
            )
        latents, y = inputs if self.is_conditional else (inputs, None)
        if self.num_classes is not None:
            assert_below(self.num_classes, labels=y)  # one-hot vectors of others are zero
        network = self.inference_network("generator")
        return network(self.told(latents, y), training=training)

    def sample(self, num, seed=0, batch_size=64, labels=None, condition=None):
        """Generates samples for labels or conditions.

        Args:
            num, seed, batch_size: As in `LatentModel.sample`.
            labels: Integer, or integers `(num,)`: the classes. Defaults to all classes in turn.
            condition: Array `condition_shape`, or `(num, *condition_shape)`.

        Returns:
            NumPy array `(num, *data_shape)`, float32; images lie in `[-1, 1]`.

        Raises:
            ValueError: If an argument is out of range, or for labels where the model takes
                conditions and the other way round.
        """
        check_at_least(1, num=num)
        check_at_least(0, seed=seed)
        inputs = self.inputs_for_sampling(num, seed, self._chosen(num, labels, condition))
        return self.in_batches(self._sample_batch, inputs, batch_size)

    def inputs_for_sampling(self, num, seed, y=None):
        latents = self.latents_for_sampling(num, seed)
        if not self.is_conditional:
            return latents
        name = "condition" if self.num_classes is None else "labels"
        rule = f"{name} must be one for each of the samples"
        fits = tf.debugging.assert_equal(tf.shape(y)[0], num, rule)  # an operation in exports
        with tf.control_dependencies([] if fits is None else [fits]):
            return [tf.identity(latents), tf.identity(y)]

    def describe(self):
        return {**super().describe(), "num_classes": self.num_classes}

    def _chosen(self, num, labels, condition):
        """The labels or conditions of `num` samples, checked; `None` where there are none."""
        of_classes = self.num_classes is not None
        kind = ("classes" if of_classes else "conditions") if self.is_conditional else "neither"
        for name, y in {"labels": labels, "condition": condition}.items():
            fitting = "classes" if name == "labels" else "conditions"
            if y is not None and kind != fitting:
                raise ValueError(
                    f"`{name}` must be left out: the model was made for {kind}. Received: {name}"
                )
        if not self.is_conditional:
            return None
        name, y = ("labels", labels) if of_classes else ("condition", condition)
        if y is None and not of_classes:
            raise ValueError("`condition` must be given. Received: condition=None")
        y = np.arange(num) % self.num_classes if y is None else np.asarray(y)
        shape = (num,) if of_classes else (num, *self.condition_shape)
        if y.shape == shape[1:]:
            y = np.broadcast_to(y, shape)
        if y.shape[:1] != (num,):
            raise ValueError(
                f"`{name}` must be one, or one for each of the {num} samples. "
                f"Received: {name} of shape {y.shape}"
            )
        self.check_conditions(name, y)
        return tf.constant(y, tf.int32 if of_classes else tf.float32)

    def call_specs(self):
        return [*super().call_specs(), *self.sample_specs()]

    def sample_specs(self):
        if not self.is_conditional:
            return []
        if self.num_classes is not None:
            return [tf.TensorSpec((None,), tf.int32, name="labels")]
        return [tf.TensorSpec((None, *self.condition_shape), tf.float32, name="condition")]

    def check_networks(self, networks, latent_dim, data_shape):
        if not self.is_conditional:
            super().check_networks(networks, latent_dim, data_shape)
            return
        condition, generator = self.condition_shape, networks["generator"]
        network_checks.check_maps("generator", generator, [(latent_dim,), condition], data_shape)
        discriminator = networks["discriminator"]
        network_checks.check_accepts("discriminator", discriminator, [data_shape, condition])
        network_checks.check_gives_logits("discriminator", discriminator)

    def get_config(self):
        condition_shape = self.condition_shape if self.num_classes is None else None
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "condition_shape": condition_shape,
        }
