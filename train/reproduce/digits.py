"""What the experiments on MNIST share: splits, training that resumes, and Parzen windows."""

import keras
import numpy as np

from keras_gans import callbacks, data, metrics
from train.reproduce.experiment import CONSOLE, mean_and_spread

# As many as in the official codes' splits, but in the order of TensorFlow Datasets, which is not
# that of the original files.
TRAIN, VALIDATION = "train[:50000]", "train[50000:]"
EVERYTHING, TEST = "train", "test"


def arrays(split, data_dir, limit=None, image_size=28):
    """Images in `[-1, 1]` and labels of a split of MNIST, in its own order."""
    source = data.load(
        "mnist",
        image_size=image_size,
        split=split,
        batch_size=1,
        labels=True,
        shuffle=False,
        data_dir=data_dir,
    )
    return source.arrays(limit)


def classifier(data_dir, image_size=28):
    """The classifier behind scores and conditional accuracies, trained once and cached."""
    images = arrays(EVERYTHING, data_dir, image_size=image_size)
    return metrics.ClassifierFeatures(*images, name="mnist classifier")


def scores(samples, data_dir, ema):
    """FID, precision, recall, density and coverage of samples `(num, size, size, 1)`.

    Against the test images, under `classifier` for images of their size.
    """
    return scorer(data_dir, samples.shape[1])(samples, ema)


def scorer(data_dir, image_size=28):
    """`scores` as a function of samples and `ema` that has read the test images already.

    The function's `kinds`, a tuple of the metrics' classes, may name fewer. What lies outside
    `[-1, 1]` is black or white to them, as in a picture.

    Args:
        data_dir: Where TensorFlow Datasets keeps MNIST.
        image_size: Integer, height and width of the samples.
    """
    extractor = classifier(data_dir, image_size)
    real = metrics.read_reference(extractor, arrays(TEST, data_dir, image_size=image_size)[0])

    def score(samples, ema, kinds=(metrics.FID, metrics.PR, metrics.DC)):
        generated = metrics.read_images(extractor, np.clip(samples, -1.0, 1.0))
        values = {}
        for kind in kinds:
            found = kind(extractor)(real, generated, real_split="mnist test", seed=0, ema=ema)
            values |= {name: round(float(value), 4) for name, value in found.values.items()}
            CONSOLE.print(str(found))
        return values

    return score


def train(model, batches, epochs, folder, *watchers, steps_per_epoch=None):
    """`fit` with checkpoints and a grid of samples in `folder`; continues what is there.

    Raises:
        ValueError: If a `BestOnValidation` among the watchers would never look.
    """
    for watcher in watchers:
        if isinstance(watcher, BestOnValidation) and epochs < watcher.every:
            raise ValueError(
                f"`epochs` must be at least {watcher.every}, the first look's. "
                f"Received: epochs={epochs}"
            )
    return model.fit(
        batches,
        epochs=epochs,
        steps_per_epoch=steps_per_epoch,
        verbose=2,
        callbacks=[
            callbacks.TerminateOnNaN(raise_error=True),
            callbacks.SampleGrid(folder / "samples", every=max(epochs // 20, 1)),
            *watchers,
            callbacks.Checkpoints(folder / "checkpoints", keep=1),
        ],
    )


def unit_pixels(images):
    """Flat images in `[0, 1]`, where the published log-likelihoods live."""
    return 0.5 + 0.5 * images.reshape(len(images), -1)


def likelihoods(results):
    """Words about the Parzen log-likelihoods of all seeds."""
    nats = mean_and_spread([r["log_likelihood"] for r in results], 1, " nats")
    error = max(r["standard_error"] for r in results)
    epochs = ", ".join(str(r["epoch"]) for r in results)
    return f"{nats}, standard error over the test images {error:.1f}, after {epochs} epochs"


class BestOnValidation(keras.callbacks.Callback):
    """Looks at a model every few epochs, and keeps the test measures of its best look.

    Args:
        every: Integer, epochs from one look to the next.
        validate: Function from the model to a number, higher is better.
        test: Function from the model to a dictionary of plain values.

    Attributes:
        history: Dictionary from epoch to the number.
        best: Dictionary of the best look, with its `epoch`, or None.
    """

    def __init__(self, every, validate, test):
        super().__init__()
        self.every = every
        self.validate = validate
        self.test = test
        self.history = {}
        self.best = None

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every:
            return
        score = self.validate(self.model)
        if score > max(self.history.values(), default=-np.inf):
            self.best = {"epoch": epoch + 1, **self.test(self.model)}
        self.history[str(epoch + 1)] = score
        print(f"epoch {epoch + 1}: validation {score:.2f}, best {self.best}", flush=True)

    def state(self):
        """What `Checkpoints` keeps."""
        return {"history": self.history, "best": self.best}

    def set_state(self, state):
        self.history, self.best = state["history"], state["best"]


def parzen_watcher(every, sample, data_dir):
    """`BestOnValidation` of the Parzen log-likelihood.

    Args:
        every: Integer, epochs from one look to the next.
        sample: Function from the model to 10,000 images in `[-1, 1]`.
        data_dir: Where TensorFlow Datasets keeps MNIST.
    """
    validation = unit_pixels(arrays(VALIDATION, data_dir, 1000)[0])
    test_images = unit_pixels(arrays(TEST, data_dir)[0])

    def validate(model):
        samples = unit_pixels(sample(model))
        bandwidth = metrics.choose_bandwidth(validation, samples)
        return metrics.parzen_log_likelihood(validation, samples, bandwidth).mean

    def test(model):
        samples = unit_pixels(sample(model))
        bandwidth = metrics.choose_bandwidth(validation, samples)
        likelihood = metrics.parzen_log_likelihood(test_images, samples, bandwidth)
        return {
            "log_likelihood": round(likelihood.mean, 2),
            "standard_error": round(likelihood.standard_error, 2),
            "bandwidth": round(bandwidth, 3),
        }

    return BestOnValidation(every, validate, test)
