"""EvaluateSamples: the field's scores among Keras's logs."""

import json
import pathlib

import keras
import numpy as np

from keras_gans.metrics import read_images


class EvaluateSamples(keras.callbacks.Callback):
    """Scores samples of the model after epochs, and puts the numbers into the logs as `val_<name>`.

    `ModelCheckpoint(monitor="val_fid", mode="min")`, `EarlyStopping`, TensorBoard, `CSVLogger` and
    `callbacks.Checkpoints(best="val_fid")` then see them, if they stand behind this callback in the
    list. In an epoch that is not scored the last numbers are repeated, so that every epoch has all
    logs. Generators without a bound, such as BEGAN's and StyleGAN's, are scored by their pictures:
    what lies outside `[-1, 1]` is black or white. The real images are read once in a training, the
    samples once for all metrics of an extractor.

    Args:
        metrics: List of metrics of `keras_gans.metrics`, such as `FID(extractor)`.
        real: Real images as the metrics take them: an array, batches, or `ImageFeatures`.
        num: Integer >= 1, how many samples are drawn.
        every: Integer >= 1, epochs from one scoring to the next; the last one is always scored.
        seed: Integer, the seed of the samples.
        real_split: What the real images are, such as `"mnist test"`; part of the protocol.
        path: `None`, or a file to which every score is appended as a line of JSON, with protocol.
        sample_arguments: `None`, or a dictionary of further arguments of `model.sample`.

    Attributes:
        scores: List of the newest `Score` of every metric.

    Raises:
        ValueError: If `num` or `every` is less than 1, and what the metrics refuse.
    """

    def __init__(
        self,
        metrics,
        real,
        num=10_000,
        every=1,
        seed=0,
        real_split=None,
        path=None,
        sample_arguments=None,
    ):
        super().__init__()
        if num < 1 or every < 1:
            raise ValueError(
                f"`num` and `every` must be at least 1. Received: num={num}, every={every}"
            )
        self.metrics = list(metrics)
        self.real = real
        self.num = num
        self.every = every
        self.seed = seed
        self.real_split = real_split
        self.path = None if path is None else pathlib.Path(path)
        self.sample_arguments = sample_arguments or {}
        self.scores = []
        self._logged = {}
        self._real_features = {}

    def on_epoch_end(self, epoch, logs=None):
        stopped = self.model.stop_training
        is_due = (epoch + 1) % self.every == 0 or not self._logged
        is_due = is_due or stopped or epoch + 1 == self.params["epochs"]
        if is_due and not (stopped and _is_broken(self.model)):
            self.evaluate(self.model, epoch + 1)
            values = {name: v for score in self.scores for name, v in score.values.items()}
            self._logged = {f"val_{name}": float(value) for name, value in values.items()}
        if logs is not None:
            logs.update(self._logged)

    def state(self):
        """What `Checkpoints` keeps: the numbers that epochs without a score repeat."""
        return self._logged

    def set_state(self, state):
        self._logged = state

    def evaluate(self, model, epoch=None):
        """Scores a model now.

        Args:
            model: A model with `sample`.
            epoch: Written beside the scores in `path`.

        Returns:
            List of `Score`, one per metric.
        """
        generated = model.sample(self.num, seed=self.seed, **self.sample_arguments)
        if generated.ndim == 4:  # images
            generated = np.clip(generated, -1.0, 1.0)
        protocol = {
            "real_split": self.real_split,
            "seed": self.seed,
            "ema": bool(getattr(model, "average_names", ())),
        }
        readings = {}
        self.scores = []
        for metric in self.metrics:
            self.scores.append(
                metric(self._real(metric), self._generated(metric, generated, readings), **protocol)
            )
        if self.path is not None:
            with open(self.path, "a") as file:
                for score in self.scores:
                    file.write(json.dumps({"epoch": epoch, **json.loads(score.to_json())}) + "\n")
        return self.scores

    def _real(self, metric):
        """The real images, as one metric reads them; read once in the whole training."""
        if not getattr(metric, "needs_real", True):
            return None
        if not hasattr(metric, "read_real"):
            return self.real
        key = (id(metric.extractor), metric.num_real)
        if key not in self._real_features:
            sharing = [one for one in self._sharing(metric, "num_real") if one.needs_real]
            neediest = max(sharing, key=lambda one: one.needs_features)
            self._real_features[key] = neediest.read_real(self.real)
        return self._real_features[key]

    def _generated(self, metric, images, readings):
        """The samples, read once for all metrics of the same extractor."""
        if not hasattr(metric, "read_generated"):
            return images
        key = (id(metric.extractor), metric.num_generated)
        if key not in readings:
            sharing = self._sharing(metric, "num_generated")
            readings[key] = read_images(
                metric.extractor,
                images,
                name="generated",
                limit=metric.num_generated,
                features=any(one.needs_features for one in sharing),
                logits=any(one.needs_logits for one in sharing),
            )
        return readings[key]

    def _sharing(self, metric, count):
        """The metrics that read as many images as this one by the same extractor."""
        return [
            one
            for one in self.metrics
            if getattr(one, "extractor", None) is metric.extractor
            and getattr(one, count) == getattr(metric, count)
        ]


def _is_broken(model):
    """Whether there is nothing to score, which is why the training was stopped."""
    return not all(np.isfinite(weight).all() for weight in model.get_weights())
