"""InfoGAN on MNIST: the categorical code as a classifier that never saw a label."""

import dataclasses
from typing import Literal

import keras
import numpy as np

from keras_gans import InfoGAN, data, metrics
from keras_gans.networks import (
    build_infogan_generator,
    build_infogan_recognition,
    build_infogan_trunk,
)
from keras_gans.utils.image_grid import save_image_grid
from train.reproduce import digits
from train.reproduce.experiment import Experiment, grouped, mean_and_spread
from train.reproduce.looks import Looks
from train.reproduce.random_affine import RandomAffine

EPOCH_STEPS = 100  # as in the official code
FEW = "train[:10000]"
NAMES = {
    "paper": "slope 0.1, pixels in [0, 1]",
    "code": "slope 0.01, pixels in [0, 1]",
    "tanh": "slope 0.1, pixels in [-1, 1]",
    "augmented": "slope 0.1, pixels in [0, 1], images augmented",
    "even": "slope 0.1, pixels in [0, 1], images augmented, equal learning rates",
}
EVEN_RATE = 5e-4  # about the geometric mean of the official code's 1e-3 and 2e-4


@dataclasses.dataclass
class Reproduction(Experiment):
    """Error of InfoGAN's categorical code, matched to the digits."""

    title = "InfoGAN, MNIST, error of the categorical code"
    paper = "Chen et al., 2016, arXiv:1606.03657, section 7.2 and figure 1"
    published = "5 % error; the information of the code reaches 2.30 nats"
    asked = (
        "best of at least 3 seeds at most 5 %, mean stated; information at least 2.2 of 2.303 nats"
    )
    protocol = (
        "codes read from the test images with inference statistics; each code stands for a digit, "
        "by majority or one to one, fitted on the training images' labels (on the way: on those of "
        "10,000); information: mean over the last epoch of 100 steps"
    )

    remark = (
        "Met where images are augmented, which the paper does not speak of: the best of three "
        "seeds has 4.9 %, their mean is 8.0 %, and in two of them (4.9 and 5.6 %) every code is a "
        "digit of its own; in the third (13.7 %) two codes share 2 and 8. Missed with the paper's "
        "settings. There three more seeds went to step 1,000 only, where none was ahead of the "
        "best of the first three (23.7 %). What is left at the end is how the codes of 4 "
        "and 9, and in the worse trainings of 7 or 1, are shared; errors change by "
        "at most 1.4 points after step 3,000. In the best of three "
        "all others have one code each, and 4 and 9 mixed by halves in two are about 9 of "
        "its 14 points. With the official code's slope 3 and 5 are mixed by halves, too, and the "
        "error still falls. Reading the codes with the statistics of a batch of real images, or of "
        "fakes only, in the place of the moving averages changed the error by less than half a "
        "point (seed 0, pixels in [0, 1]: 17.2, 16.9 and 16.8 %, tried once and not kept)."
        "\nAugmented: the trunk sees every image, real or fake, turned by up to 20 degrees, "
        "sheared, stretched and moved, each time anew, so that neither slant nor width nor place "
        "can be read back as a code; the test images are read as they are. Codes stay able to "
        "move, by 6 points and more between looks, so that where the training ends counts: in all "
        "three the last look, at the end set beforehand, is the best. Gone on with from step 5,000 "
        "of seed 0 while the generator's learning rate fell from 1e-3 to 3e-4, "
        "the error stayed between 4.0 and 6.3 % for 1,500 steps (tried once and not kept). The "
        "continuous codes become thickness more than slant. With learning rates of 5e-4 for both "
        "players one training shared 2, 3 and 5 among its codes and was stopped after 3,500 steps."
        "\nThe figures are of seed 0, with the paper's settings, then augmented: c1, c2 and c3."
    )

    figures = tuple(
        f"{variant}_{code}.png" for variant in ("paper", "augmented") for code in ("c1", "c2", "c3")
    )

    variant: Literal["paper", "code", "tanh", "augmented", "even"] = "paper"
    """Slope 0.1 and pixels in [0, 1], the official code's slope 0.01, this library's default
    networks, which have slope 0.1 and tanh for pixels in [-1, 1], or the paper's where the trunk
    sees every image, real or fake, through `RandomAffine`: no code can be a slant or a width. Last
    the same with equal learning rates, for a discriminator that keeps up."""
    data_dir: str | None = None
    """Where TensorFlow Datasets keeps MNIST. Defaults to its own place."""
    epochs: int = 50
    """Of 100 steps each, as in the official code."""

    def run(self):
        batches = data.load("mnist", batch_size=128, seed=self.seed, data_dir=self.data_dir)
        is_augmented = self.variant in ("augmented", "even")
        augment = RandomAffine(seed=self.seed) if is_augmented else None
        model = InfoGAN(image_shape=(28, 28, 1), seed=self.seed, augment=augment, **self.networks())
        model.compile(self.optimizers(model.players) if self.variant == "even" else None)
        looks = Looks(lambda model: self.errors(model, FEW)[0], epochs=10)
        history = digits.train(
            model, batches, self.epochs, self.work_folder, looks, steps_per_epoch=EPOCH_STEPS
        ).history
        errors, mixed = self.errors(model, digits.EVERYTHING)
        self.save_traversals(model)
        return {
            "variant": self.variant,
            "steps": self.epochs * EPOCH_STEPS,
            "confusions": mixed,
            **errors,
            "over_time": {str(step): look["majority_error"] for step, look in looks.found.items()},
            "mutual_information": round(history["mutual_information"][-1], 4),
        }

    def errors(self, model, fitted):
        """Errors on the test images with codes matched on the images `fitted`, and confusions."""
        (codes, labels), (fitted_codes, fitted_labels) = (
            (model.encode(images)["c1"].argmax(axis=1), labels)
            for images, labels in (digits.arrays(s, self.data_dir) for s in (digits.TEST, fitted))
        )
        error = metrics.cluster_error(codes, labels, fitted_codes, fitted_labels)
        found = {
            "majority_error": round(error.majority, 4),
            "one_to_one_error": round(error.one_to_one, 4),
        }
        return found, confusions(codes, labels)

    def save_traversals(self, model):
        """The paper's figure 2: each code varies along a row."""
        for code, values in {
            "c1": np.arange(10),
            "c2": np.linspace(-2, 2, 10),
            "c3": np.linspace(-2, 2, 10),
        }.items():
            images = model.traverse(code, values, num_rows=5)
            path = self.work_folder / f"{self.variant}_{code}.png"
            save_image_grid(images.reshape(-1, *model.data_shape), path, columns=10)

    def optimizers(self, players):
        """One for each player, equal ones."""
        return {
            player: keras.optimizers.Adam(EVEN_RATE, beta_1=0.5, epsilon=1e-8) for player in players
        }

    def networks(self):
        """The networks that are not InfoGAN's default ones."""
        if self.variant == "tanh":
            return {}
        slope = 0.01 if self.variant == "code" else 0.1
        generator = build_infogan_generator()
        logits = generator.get_layer("images").input
        unit_images = keras.layers.Activation("sigmoid", dtype="float32")(logits)
        images = keras.Input((28, 28, 1), name="images")
        features = build_infogan_trunk(slope=slope)(keras.layers.Rescaling(0.5, 0.5)(images))
        return {
            "generator": keras.Model(
                generator.inputs, keras.layers.Rescaling(2.0, -1.0)(unit_images), name="generator"
            ),
            "trunk": keras.Model(images, features, name="trunk"),
            "recognition": build_infogan_recognition(slope=slope),
        }

    @staticmethod
    def ours(results):
        parts = []
        for (variant, steps), arm in by_length(results).items():
            errors = [100 * r["majority_error"] for r in arm]
            one_to_one = [100 * r["one_to_one_error"] for r in arm]
            information = [r["mutual_information"] for r in arm]
            parts.append(
                f"{NAMES[variant]}, {steps:,} steps: best {min(errors):.1f} %, mean "
                f"{mean_and_spread(errors, 1)} by majority; one to one "
                f"{mean_and_spread(one_to_one, 1)}; information "
                f"{mean_and_spread(information, 3)} nats"
            )
        return "; ".join(parts)

    @staticmethod
    def details(results):
        sentences = []
        for number, result in enumerate(results, 1):
            mixed = []
            for code, shares in enumerate(np.array(result.get("confusions", []))):
                first, second = np.argsort(shares)[::-1][:2]
                if shares[second] >= 0.1:
                    mixed.append(
                        f"{code} is {shares[first]:.0%} {first} and {shares[second]:.0%} {second}"
                    )
            sentences.append(
                f"Training {number}, {NAMES[result['variant']]}: error "
                f"{100 * result['majority_error']:.1f} %"
                + "".join(
                    f", {100 * error:.1f} at step {int(step):,}"
                    for step, error in result.get("over_time", {}).items()
                )
                + (f"; code {', code '.join(mixed)}" if mixed else "")
            )
        return sentences


def by_length(results):
    """Dictionary from variant and steps to the results: short trainings screen the seeds."""
    order = list(NAMES)
    ordered = sorted(results, key=lambda r: (order.index(r["variant"]), -r["steps"]))
    return grouped(ordered, lambda r: (r["variant"], r["steps"]))


def confusions(codes, labels):
    """List of lists: for each code the shares of the digits 0 to 9, rounded, of its images."""
    table = np.zeros((10, 10))
    np.add.at(table, (codes, labels), 1)
    return np.round(table / np.maximum(table.sum(axis=1, keepdims=True), 1), 2).tolist()
