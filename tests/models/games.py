"""Every game with networks that are small enough to train within a test."""

import math

import keras
import numpy as np
from keras import layers

import keras_gans as kg
from keras_gans.layers import SpectralNormalization
from keras_gans.models.codes import Codes

GAMES = [
    kg.GAN,
    kg.CGAN,
    kg.DCGAN,
    kg.InfoGAN,
    kg.LSGAN,
    kg.WGAN,
    kg.WGANGP,
    kg.HingeGAN,
    kg.BEGAN,
    kg.BiGAN,
    kg.D2GAN,
    kg.MGAN,
    kg.SAGAN,
]
# The rest make the moves of `LatentModel`, or GAN's, which are those of BiGAN.
OWN_MOVES = [game for game in GAMES if game not in (kg.GAN, kg.DCGAN, kg.LSGAN)]
LATENT_DIM, UNITS = 3, 8
ARGUMENTS = {  # what the constructors are given unless a test says otherwise
    kg.CGAN: {"num_classes": 3},
    kg.SAGAN: {"num_classes": 3},
    kg.InfoGAN: {"categorical_codes": (3,), "continuous_codes": 1, "noise_dim": 2},
    kg.WGAN: {"critic_steps": 2, "clip": 10.0},
    kg.WGANGP: {"critic_steps": 2},
    kg.HingeGAN: {"discriminator_steps": 2},
    kg.MGAN: {"num_generators": 2, "diversity_weight": 0.5, "samples_per_generator": 4},
}


def build_network(inputs, outputs=((1,),), batch_norm=False, dropout=0.0, spectral=False):
    """Smooth perceptron with one hidden layer, from some shapes to some shapes."""

    def dense(units, **kwargs):
        layer = layers.Dense(units, **kwargs)
        return SpectralNormalization(layer) if spectral else layer

    symbols = [keras.Input(shape) for shape in inputs]
    flat = [layers.Flatten()(symbol) for symbol in symbols]
    x = dense(UNITS)(layers.Concatenate()(flat) if len(flat) > 1 else flat[0])
    if batch_norm:
        x = layers.BatchNormalization(momentum=0.9)(x)
    x = layers.Activation("tanh")(x)
    if dropout:
        x = layers.Dropout(dropout)(x)
    answers = [
        layers.Reshape(shape, dtype="float32")(dense(math.prod(shape), dtype="float32")(x))
        for shape in outputs
    ]
    return keras.Model(
        symbols if len(symbols) > 1 else symbols[0], answers if len(answers) > 1 else answers[0]
    )


def build_networks(game, arguments, data_shape, batch_norm, dropout):
    """Dictionary from a network's name to a network, for every player of a game."""
    latents, made = (LATENT_DIM,), {"batch_norm": batch_norm}
    judged = {"dropout": dropout}
    if game in (kg.CGAN, kg.SAGAN):
        condition = (arguments.get("num_classes"),)
        condition = arguments.get("condition_shape", condition)
        return {
            "generator": build_network([latents, condition], [data_shape], **made),
            "discriminator": build_network([data_shape, condition], **judged),
        }
    if game is kg.InfoGAN:
        codes = Codes(arguments["categorical_codes"], arguments["continuous_codes"])
        return {
            "generator": build_network(
                [(arguments["noise_dim"] + codes.width,)], [data_shape], **made
            ),
            "trunk": build_network([data_shape], [(UNITS,)], **judged),
            "discriminator": build_network([(UNITS,)]),
            "recognition": build_network([(UNITS,)], [(codes.outputs,)]),
        }
    if game is kg.BiGAN:
        return {
            "generator": build_network([latents], [data_shape], **made),
            "encoder": build_network([data_shape], [latents], **made),
            "discriminator": build_network([data_shape, latents], **judged),
        }
    if game is kg.MGAN:
        num = arguments["num_generators"]
        return {
            "stems": build_network([latents], [(num, 4)], **made),
            "body": build_network([(4,)], [data_shape], **made),
            "discriminator": build_network([data_shape], [(1,), (num,)], **judged),
        }
    generator = {"generator": build_network([latents], [data_shape], **made)}
    if game is kg.BEGAN:
        return generator | {"discriminator": build_network([data_shape], [data_shape], **judged)}
    judges = [name for names in game.players.values() for name in names if name != "generator"]
    judged["spectral"] = game is kg.HingeGAN
    return generator | {name: build_network([data_shape], **judged) for name in judges}


def build_game(game, *, data_shape=(2,), batch_norm=True, dropout=0.3, networks=None, **kwargs):
    """A game on small networks, not compiled. `networks` replaces some of them."""
    arguments = ARGUMENTS.get(game, {}) | kwargs
    if "condition_shape" in arguments:
        arguments.pop("num_classes", None)
    made = build_networks(game, arguments, data_shape, batch_norm, dropout)
    if game is not kg.InfoGAN:
        arguments = {"latent_dim": LATENT_DIM} | arguments
    return game(data_shape=data_shape, **(made | (networks or {})), **arguments)


def compile_sgd(model, rates=None, **kwargs):
    """Compiles a model for plain gradient descent, with rate 0 for the players not in `rates`."""
    rates = rates or {}
    optimizers = {player: keras.optimizers.SGD(rates.get(player, 0.0)) for player in model.players}
    model.compile(optimizers, **{"run_eagerly": True, **kwargs})
    return model


def captured_losses(model):
    """Dictionary that fills with the loss of every player's last step, the sum of its terms.

    InfoGAN's information in nats is among the terms for the logs only.
    """
    losses, descend = {}, model.descend

    def note(player, tape, terms):
        losses[player] = float(sum(v for k, v in terms.items() if not k.endswith("information")))
        descend(player, tape, terms)

    model.descend = note
    return losses


def at_random(rng, gradient):
    """A direction in the space of some variables, for the list of their gradients."""
    return [rng.normal(size=value.shape).astype("float32") for value in gradient]


def check_gradient(model, player, data, size=1e-3, rtol=0.01, atol=1e-3, along=at_random):
    """The step of plain descent against central differences of the player's terms, along two
    directions of its working variables; `data` is what `train_on_batch` takes.

    The differences span `size` to either side, which must not reach the kinks of an activation. The
    model ends with the weights that it had, and must have no noise but that of its step.
    """
    losses = captured_losses(model)
    start = model.get_weights()
    variables = model.active_variables_of(player)
    values = values_of(variables)

    def step(shift, rates):
        compile_sgd(model, rates)
        model.set_weights(start)
        for variable, value, move in zip(variables, values, shift, strict=True):
            variable.assign(value + move)
        model.train_on_batch(*data)
        return losses[player]

    step([0.0] * len(values), {player: 1.0})
    gradient = [a - np.array(b) for a, b in zip(values, variables, strict=True)]
    rng = np.random.default_rng(1)
    for _ in range(2):
        direction = along(rng, gradient)
        above, below = [step([sign * size * d for d in direction], {}) for sign in (1.0, -1.0)]
        slope = sum((g * d).sum() for g, d in zip(gradient, direction, strict=True))
        np.testing.assert_allclose((above - below) / (2 * size), slope, rtol=rtol, atol=atol)
    model.set_weights(start)


def data_for(model, num=16, seed=0):
    """List of what `fit` takes: samples, and labels or conditions if the model asks for them."""
    rng = np.random.default_rng(seed)
    samples = [rng.normal(size=(num, *model.data_shape)).astype("float32")]
    if len(model.data_shape) == 3:
        samples = [np.tanh(samples[0])]  # images
    if not isinstance(model, kg.ConditionalModel):
        return samples
    if model.num_classes:
        return [*samples, rng.integers(0, model.num_classes, num).astype("int32")]
    return [*samples, rng.normal(size=(num, *model.condition_shape)).astype("float32")]


def values_of(variables):
    return [np.array(variable) for variable in variables]


def assert_all_equal(first, second):
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)
