"""CGAN on MNIST: the Parzen log-likelihood of its table 1, and whether it obeys its labels."""

import dataclasses

import numpy as np

from keras_gans import CGAN, data, metrics
from keras_gans.networks import build_cgan_generator
from train.reproduce import digits
from train.reproduce.experiment import Experiment, mean_and_spread

LABELS = np.arange(10_000) % 10  # 1,000 samples of every class


@dataclasses.dataclass
class Reproduction(Experiment):
    """Parzen log-likelihood and conditional accuracy of CGAN's perceptrons on MNIST."""

    title = "CGAN, MNIST, Parzen log-likelihood"
    paper = "Mirza and Osindero, 2014, arXiv:1411.1784, table 1"
    published = "132 ± 1.8 nats"
    asked = "at least 132; conditional accuracy at least 97 %"
    protocol = (
        "images, bandwidths and error as for GAN; the paper's rates, no moving average, a look "
        "every 10 epochs; 1,000 samples of a class, the generator's dropout on; the accuracy is "
        "that of the scores' small classifier on the same samples against the labels asked for"
    )

    remark = (
        "The paper does not say whether its generator's dropout stays on when it samples. It does "
        "here: without it the samples of a class are one image, all read as the label asked for."
    )

    data_dir: str | None = None
    """Where TensorFlow Datasets keeps MNIST. Defaults to its own place."""
    epochs: int = 40
    """Passes over the 50,000 images, 500 steps each."""
    look_every: int = 10
    """Epochs from one look at the validation images to the next."""

    def run(self):
        batches = data.load(
            "mnist",
            split=digits.TRAIN,
            batch_size=100,
            labels=True,
            seed=self.seed,
            data_dir=self.data_dir,
        )
        model = CGAN(image_shape=(28, 28, 1), num_classes=10, seed=self.seed)
        model.compile()
        classifier = digits.classifier(self.data_dir)

        def sample(model):
            return model.sample(len(LABELS), seed=1, batch_size=1000, labels=LABELS)

        watcher = digits.parzen_watcher(self.look_every, sample, self.data_dir)
        likelihood = watcher.test

        def measure(model):
            logits = classifier.logits(sample(model))
            accuracy = metrics.conditional_accuracy(logits, LABELS)
            return {**likelihood(model), "conditional_accuracy": round(accuracy, 4)}

        def test(model):
            return {**measure(model), "without_dropout": measure(without_dropout(model))}

        watcher.test = test
        digits.train(model, batches, self.epochs, self.work_folder, watcher)
        steps = watcher.best["epoch"] * batches.steps_per_epoch
        return {"steps": steps, **watcher.best, "validation": watcher.history}

    @staticmethod
    def ours(results):
        obeyed = [100 * r["conditional_accuracy"] for r in results]
        accuracy = mean_and_spread(obeyed, 1, " %", count=False)
        return f"{digits.likelihoods(results)}, conditional accuracy {accuracy}"

    @staticmethod
    def details(results):
        return [
            f"Training {number}, the same weights without dropout: {still['log_likelihood']} nats, "
            f"conditional accuracy {100 * still['conditional_accuracy']:.1f} %"
            for number, still in enumerate((r["without_dropout"] for r in results), 1)
        ]


def without_dropout(model):
    """The same model with its generator's dropout off when it samples."""
    generator = build_cgan_generator(drops_when_sampling=False)
    generator.set_weights(model.generator.get_weights())
    return CGAN(image_shape=(28, 28, 1), num_classes=10, generator=generator)
