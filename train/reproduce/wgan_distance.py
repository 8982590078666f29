"""WGAN's example 1 and figure 2: a critic measures distances where a discriminator saturates."""

import dataclasses

import keras
import numpy as np
from keras import layers, ops

from keras_gans import DCGAN, WGAN, WGANGP
from keras_gans.networks import build_perceptron
from train.reproduce.experiment import Experiment

BATCH = 256
DISTANCES = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
NEAR = (0.0625, 0.125, 0.25, 0.375, 0.5, 0.75, 1.0)
ARMS = {
    "penalised": "penalised",
    "clipped": "clipped",
    "clipped_near": "clipped, distances up to 1",
    "kernels_clipped": "kernels clipped, biases free",
}


@keras.saving.register_keras_serializable(package="keras_gans_reproduce")
class Uniform(layers.Layer):
    """Maps standard normal numbers to uniform ones on `[0, 1]`."""

    def call(self, inputs):
        return 0.5 * (1.0 + ops.erf(inputs / 2**0.5))


def line_generator(distance):
    """A generator that never learns: points `(distance, u)` with `u` uniform on `[0, 1]`."""
    latents = keras.Input((1,))
    height = Uniform()(latents)
    return keras.Model(latents, layers.Concatenate()([0.0 * height + distance, height]))


def gaussian_generator(distance):
    """A generator that never learns: a normal number, moved by `distance`."""
    latents = keras.Input((1,))
    return keras.Model(latents, layers.Rescaling(1.0, offset=distance)(latents))


def lines(num, rng):
    return np.stack([np.zeros(num), rng.uniform(size=num)], axis=1)


def gaussians(num, rng):
    return rng.normal(size=(num, 1))


DATA = {"lines": (lines, line_generator, 2), "gaussians": (gaussians, gaussian_generator, 1)}


class Still:
    """A game whose generator stands still, so that its opponent answers for one distance."""

    def train_step(self, data):
        real, _ = self.begin_step(data)
        for minibatch in self.split(real):
            terms = self.opponent_step(minibatch)
        return self.report(terms | {n: 0.0 for n in self.term_names if n not in terms})


@keras.saving.register_keras_serializable(package="keras_gans_reproduce")
class StillWGAN(Still, WGAN):
    def opponent_step(self, real):
        terms = self.minimize("critic", self.critic_terms, real)
        self.clip_critic()
        return self.with_distance(terms)


@keras.saving.register_keras_serializable(package="keras_gans_reproduce")
class StillWGANWithFreeBiases(StillWGAN):
    """Has slopes as small as those of a clipped critic, and thresholds anywhere."""

    def clip_critic(self):
        for variable in self.variables_of("critic"):
            if variable.name == "kernel":
                variable.assign(ops.clip(variable, -self.clip, self.clip))


@keras.saving.register_keras_serializable(package="keras_gans_reproduce")
class StillWGANGP(Still, WGANGP):
    def opponent_step(self, real):
        return self.with_distance(self.minimize("critic", self.critic_terms, real))


@keras.saving.register_keras_serializable(package="keras_gans_reproduce")
class StillGAN(Still, DCGAN):
    def opponent_step(self, real):
        return self.minimize("discriminator", self.on_points, real)

    def on_points(self, real):
        fake = self.generate(ops.shape(real)[0], training=True)
        return self.discriminator_terms(
            self.discriminator(real, training=True), self.discriminator(fake, training=True)
        )

    def draw_latents(self, num, seed):
        return WGAN.draw_latents(self, num, seed)


@dataclasses.dataclass
class Reproduction(Experiment):
    """The critic's estimate grows with the distance; the discriminator's saturates."""

    title = "WGAN, distances of parallel lines and of 1-D Gaussians"
    paper = "Arjovsky et al., 2017, arXiv:1701.07875, example 1 and figure 2"
    published = "Wasserstein distance = the distance of the lines, Jensen-Shannon = log 2"
    asked = (
        "the critic's estimate is proportional to the distance (r at least 0.99) while the "
        "discriminator of a GAN saturates"
    )
    protocol = (
        "generators that stand still at distances 0.25 to 4, or 1/16 to 1; opponents 2 hidden ReLU "
        "layers of 64, trained anew at each distance on fresh batches of 256; estimates are means "
        "over the last fifth; the discriminator's is log 2 - L_D / 2, the Jensen-Shannon "
        "divergence at its best; "
        "clipped: c = 0.01, RMSProp 1e-3, 20 times the paper's rate; penalised: lambda = 10, and "
        "the discriminator: Adam 1e-3 (0.5, 0.9)"
    )

    remark = (
        "Clipped critics miss 0.99 up to distance 4, by their biases: clipping bounds a unit's "
        "bias as well as its weight, so that one with the weight -c and the bias c falls with the "
        "distance up to 1 and answers nothing beyond. With the same bound on kernels and free "
        "biases every training is above 0.99. Up to 1 what the clipped ones say grows along a "
        "line, but it is proportional to the distance only roughly: each distance has a critic of "
        "its own, and their slopes differ. The steepest critic with all weights in [-c, c] has "
        "c (64 c)^2 = 0.0041 on the lines; trainings from random weights end at flatter ones. The "
        "penalised critic says d + d^2 / (2 lambda) of the lines: its best slope is "
        "1 + d / (2 lambda), so r is high, not 1. The discriminator of the lines, which share no "
        "point, saturates at every distance; that of the Gaussians, which overlap, nears log 2 as "
        "they part."
    )

    steps: int = 2000
    """Steps of the opponent at each distance."""

    def run(self):
        arms = {
            "penalised": (StillWGANGP, DISTANCES),
            "clipped": (StillWGAN, DISTANCES),
            "clipped_near": (StillWGAN, NEAR),
            "kernels_clipped": (StillWGANWithFreeBiases, DISTANCES),
            "jensen_shannon": (StillGAN, DISTANCES),
        }
        values = {"steps": self.steps}
        for name in DATA:
            values[name] = {
                arm: {
                    "distances": list(distances),
                    "estimates": [self.estimate(game, name, distance) for distance in distances],
                }
                for arm, (game, distances) in arms.items()
            }
        return values

    def estimate(self, game, name, distance):
        """What an opponent, trained against a still generator, says of its distance.

        Args:
            game: Class of the game.
            name: One of `DATA`.
            distance: Number > 0.
        """
        draw, still_generator, dimensions = DATA[name]
        keras.utils.set_random_seed(self.seed)
        opponent = build_perceptron((dimensions,), (1,), widths=(64, 64))
        role = "discriminator" if game is StillGAN else "critic"
        shared = {"data_shape": (dimensions,), "latent_dim": 1, "seed": self.seed}
        steps_each = {} if game is StillGAN else {"critic_steps": 1}
        model = game(
            generator=still_generator(distance), **{role: opponent}, **shared, **steps_each
        )
        if issubclass(game, StillWGAN):
            optimizer = keras.optimizers.RMSprop(1e-3)
        else:
            optimizer = keras.optimizers.Adam(1e-3, beta_1=0.5, beta_2=0.9)
        model.compile(
            {"generator": keras.optimizers.SGD(0.0), role: optimizer}, steps_per_execution=20
        )
        points = draw(self.steps * BATCH, np.random.default_rng(self.seed)).astype("float32")
        fifths = np.split(points, 5)
        for part in fifths:
            logs = model.fit(part, batch_size=BATCH, shuffle=False, verbose=0).history
        if game is StillGAN:
            return round(float(np.log(2.0) - 0.5 * logs["discriminator_loss"][-1]), 4)
        return float(f"{logs['wasserstein_distance'][-1]:.4g}")

    @staticmethod
    def ours(results):
        least = "least " if len(results) > 1 else ""
        parts = []
        for name in DATA:
            found = ", ".join(
                f"{min(correlation(r[name][arm]) for r in results):.4f} ({words})"
                for arm, words in ARMS.items()
            )
            parts.append(f"{name}: {least}r = {found}")
        return "; ".join(parts)

    @staticmethod
    def details(results):
        sentences = []
        for name in DATA:
            said = {
                arm: ", ".join(f"{estimate:.3g}" for estimate in found["estimates"])
                for arm, found in results[0][name].items()
            }
            sentences.append(
                f"{name.capitalize()} at distances {_list(DISTANCES)}: the penalised critic says "
                f"{said['penalised']}; the clipped one {said['clipped']}, in its own unit, and "
                f"{said['clipped_near']} at {_list(NEAR)}; with free biases "
                f"{said['kernels_clipped']}; the discriminator "
                f"{said['jensen_shannon']} of log 2 = 0.693"
            )
            spans = [
                f"{_list(slopes(results, name, arm))} ({words})" for arm, words in ARMS.items()
            ]
            sentences.append(
                f"{name.capitalize()}: estimate over distance, the largest over the smallest, in "
                f"each training: {'; '.join(spans)}"
            )
        return sentences


def slopes(results, name, arm):
    """Of each result, the largest estimate over distance as a multiple of the smallest: 1 where
    estimates are proportional to the distance."""
    found = [r[name][arm] for r in results]
    ratios = [np.divide(each["estimates"], each["distances"]) for each in found]
    return [round(float(each.max() / each.min()), 2) for each in ratios]


def correlation(found):
    """Of the distances and what was said of them."""
    return np.corrcoef(found["distances"], found["estimates"])[0, 1]


def _list(distances):
    return ", ".join(f"{distance:g}" for distance in distances)
