"""Games as their papers set them: optimizers, priors, numbers and default networks."""

import importlib
import inspect

import keras
import numpy as np
import pytest

import keras_gans as kg
from keras_gans.models.network_checks import check_has_no_batch_norm
from keras_gans.utils import randomness
from tests.models.games import build_game, data_for

pytestmark = pytest.mark.usefixtures("eagerly")

IMAGES, POINTS = (28, 28, 1), (2,)
ADAM = {"learning_rate": 2e-4, "beta_1": 0.5, "beta_2": 0.999, "epsilon": 1e-8}
OPTIMIZERS = [
    (kg.GAN, IMAGES, {}, {"momentum": 0.5, "final_momentum": 0.7, "ramp_end": 125_000}),
    (kg.CGAN, IMAGES, {}, {"momentum": 0.5, "final_momentum": 0.7, "ramp_end": 125_000}),
    (kg.InfoGAN, IMAGES, {"generator": {"learning_rate": 1e-3}}, ADAM),
    (kg.LSGAN, IMAGES, {}, ADAM),
    (kg.LSGAN, (112, 112, 1), {}, ADAM | {"learning_rate": 1e-3}),
    (kg.LSGAN, POINTS, {"generator": {"learning_rate": 1e-3}}, ADAM | {"learning_rate": 1e-4}),
    (kg.WGAN, IMAGES, {}, {"learning_rate": 5e-5, "rho": 0.99, "epsilon": 1e-16, "momentum": 0.0}),
    (kg.WGANGP, IMAGES, {}, ADAM | {"learning_rate": 1e-4, "beta_2": 0.9}),
    (kg.WGANGP, POINTS, {}, ADAM | {"learning_rate": 1e-4, "beta_2": 0.9}),
    (kg.WGANGP, (32, 32, 3), {}, ADAM | {"learning_rate": 1e-4, "beta_1": 0.0, "beta_2": 0.9}),
    (kg.HingeGAN, IMAGES, {}, ADAM),
    (kg.BEGAN, IMAGES, {}, ADAM | {"learning_rate": 1e-4}),
    (kg.BiGAN, IMAGES, {}, ADAM),
    (kg.D2GAN, POINTS, {}, ADAM),
    (kg.MGAN, IMAGES, {}, ADAM),
]
UNIFORM = (-1.0, 1.0)
PRIORS = [
    (kg.CGAN, IMAGES, (0.0, 1.0)),
    (kg.LSGAN, IMAGES, UNIFORM),
    (kg.LSGAN, POINTS, "normal"),
    (kg.WGAN, IMAGES, "normal"),
    (kg.WGANGP, IMAGES, "normal"),
    (kg.HingeGAN, IMAGES, "normal"),
    (kg.BEGAN, IMAGES, UNIFORM),
    (kg.BiGAN, IMAGES, UNIFORM),
    (kg.D2GAN, IMAGES, UNIFORM),
    (kg.D2GAN, POINTS, "normal"),
    (kg.MGAN, IMAGES, UNIFORM),
    (kg.MGAN, POINTS, "normal"),
    (kg.SAGAN, IMAGES, "normal"),
]
NUMBERS = {
    kg.InfoGAN: {
        "categorical_codes": (10,),
        "continuous_codes": 2,
        "noise_dim": 62,
        "information_weight": 1.0,
        "continuous_weight": 1.0,
    },
    kg.LSGAN: {"fake_target": 0.0, "real_target": 1.0, "generator_target": 1.0},
    kg.WGAN: {"critic_steps": 5, "clip": 0.01, "warmup": False},
    kg.WGANGP: {"critic_steps": 5, "penalty_weight": 10.0},
    kg.HingeGAN: {"discriminator_steps": 1},
    kg.BEGAN: {"diversity_ratio": 0.5, "balance_rate": 0.001, "exponent": 1},
    kg.D2GAN: {"alpha": 1.0, "beta": 1.0},
}
GROWING_NUMBERS = {
    kg.ProGAN: {"penalty_weight": 10.0, "target_slope": 1.0, "drift_weight": 0.001},
    kg.StyleGAN: {"r1_weight": 10.0, "r1_interval": 1, "mixing_probability": 0.9},
}
NEW = [kg.CGAN, kg.BiGAN, kg.MGAN, *NUMBERS]
LATENT_DIMS = [
    (kg.LSGAN, (112, 112, 3), 1024),
    (kg.LSGAN, POINTS, 256),
    (kg.WGAN, IMAGES, 100),
    (kg.WGANGP, IMAGES, 128),
    (kg.WGANGP, POINTS, 2),
    (kg.HingeGAN, IMAGES, 128),
    (kg.BEGAN, IMAGES, 64),
    (kg.BiGAN, IMAGES, 50),
    (kg.D2GAN, POINTS, 256),
    (kg.D2GAN, IMAGES, 100),
    (kg.MGAN, POINTS, 256),
    (kg.SAGAN, (32, 32, 3), 128),
]


def name_of(value):
    return getattr(value, "__name__", None) or "x".join(map(str, value))


@pytest.mark.parametrize(
    "game, data_shape, exceptions, expected",
    OPTIMIZERS,
    ids=[f"{game.__name__}-{name_of(shape)}" for game, shape, *_ in OPTIMIZERS],
)
def test_optimizers(game, data_shape, exceptions, expected):
    model = build_game(game, data_shape=data_shape)
    model.compile()
    for player, optimizer in model.optimizers.items():
        config = optimizer.get_config()
        wanted = expected | exceptions.get(player, {})
        assert {key: config[key] for key in wanted} == pytest.approx(wanted)
        assert isinstance(optimizer, keras.optimizers.RMSprop) == (game is kg.WGAN)
    if game in (kg.GAN, kg.CGAN):
        schedule = config["learning_rate"]["config"]
        factor = 1.000004 if game is kg.GAN else 1.00004
        assert (schedule["factor"], schedule["floor"]) == (factor, 1e-6)
        np.testing.assert_allclose(optimizer.learning_rate, 0.1)


@pytest.mark.parametrize("name, factor", [("gan", 1.000004), ("cgan", 1.00004)])
def test_the_rate_falls_by_the_minibatch_and_the_momentum_rises_by_the_epoch(name, factor):
    recipe = importlib.import_module(f"train.{name}").Recipe()
    assert recipe.batch_size == 100
    for optimizer in recipe.optimizers(steps_per_epoch=600).values():
        config = optimizer.get_config()
        assert (config["momentum"], config["final_momentum"]) == (0.5, 0.7)
        assert (config["ramp_start"], config["ramp_end"]) == (600, 250 * 600)
        schedule = config["learning_rate"]["config"]
        assert (schedule["factor"], schedule["floor"]) == (factor, 1e-6)
        optimizer.iterations.assign(1000)
        np.testing.assert_allclose(optimizer.learning_rate, 0.1 / factor**1000, rtol=1e-5)


@pytest.mark.parametrize(
    "game, data_shape, prior",
    PRIORS,
    ids=[f"{game.__name__}-{name_of(shape)}" for game, shape, _ in PRIORS],
)
def test_latent_priors(game, data_shape, prior):
    model = build_game(game, data_shape=data_shape)
    latents = np.array(model.draw_latents(20_000, randomness.seed_pair(0, 0, 0)))
    if prior == "normal":
        np.testing.assert_allclose([latents.mean(), latents.std()], [0, 1], atol=0.02)
        assert np.abs(latents).max() > 3
    else:
        low, high = prior
        assert low <= latents.min() < low + 0.01 and high - 0.01 < latents.max() <= high
        np.testing.assert_allclose(latents.mean(), (low + high) / 2, atol=0.02)


@pytest.mark.parametrize("game, data_shape, latent_dim", LATENT_DIMS)
def test_latent_dims(game, data_shape, latent_dim):
    assert game.default_latent_dim(None, data_shape) == latent_dim


def test_latent_dim_is_that_of_the_points():
    model = kg.D2GAN(data_shape=POINTS)
    assert model.latent_dim == 256 and model.generator.count_params() == 49_666


def test_infogan_draws_noise_before_the_codes():
    model = build_game(kg.InfoGAN)
    latents = np.array(model.draw_latents(5000, randomness.seed_pair(0, 0, 0)))
    noise, categorical, continuous = latents[:, :2], latents[:, 2:5], latents[:, 5:]
    for uniform in (noise, continuous):
        np.testing.assert_allclose([uniform.min(), uniform.max()], [-1, 1], atol=0.01)
    assert (categorical.sum(axis=1) == 1).all()


@pytest.mark.parametrize("game", [*NUMBERS, *GROWING_NUMBERS], ids=name_of)
def test_numbers(game):
    expected = (NUMBERS | GROWING_NUMBERS)[game]
    defaults = {}
    for ancestor in reversed(game.__mro__):
        if ancestor.__module__.startswith("keras_gans"):
            parameters = inspect.signature(ancestor.__init__).parameters
            defaults |= {name: parameter.default for name, parameter in parameters.items()}
    assert {name: defaults[name] for name in expected} == expected


@pytest.mark.parametrize("data_shape, numbers", [(IMAGES, (10, 0.01)), (POINTS, (8, 0.125))])
def test_mgan_takes_the_numbers_of_its_experiment(data_shape, numbers):
    model = kg.MGAN(data_shape=data_shape)
    assert (model.num_generators, model.diversity_weight) == numbers
    batch = np.zeros((64 if data_shape == IMAGES else 512, 1))
    assert int(model.count_each(batch)) == (12 if data_shape == IMAGES else 128)


@pytest.mark.parametrize(
    "game, arguments", [(kg.LSGAN, {}), (kg.D2GAN, {}), (kg.MGAN, {"shared_body": False})]
)
def test_only_dcgan_itself_decays_the_weights_of_its_networks(game, arguments):
    def decayed(model):
        networks = [n for player in model.players for n in model.networks_of(player)]
        return sum(len(network.losses) for network in networks)

    assert decayed(game(data_shape=IMAGES, **arguments)) == 0
    model = kg.DCGAN(data_shape=IMAGES)
    kernels = [w for w in model.trainable_variables if w.name == "kernel"]
    assert decayed(model) == len(kernels)
    # The gradient gains 1e-5 times the weight.
    kernel = model.discriminator.get_layer("logits").kernel
    expected = 0.5e-5 * float(np.square(kernel).sum())
    np.testing.assert_allclose(model.discriminator.losses[-1], expected, rtol=1e-5)


@pytest.mark.parametrize(
    "game, layers",
    [(kg.InfoGAN, 6), (kg.LSGAN, 5), (kg.WGAN, 5), (kg.BiGAN, 4), (kg.D2GAN, 7), (kg.MGAN, 4)],
)
def test_batch_normalization_of_the_papers_time(game, layers):
    model = game(data_shape=IMAGES)
    networks = [n for player in model.players for n in model.networks_of(player)]
    found = [
        layer
        for network in networks
        for layer in network.layers
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    assert len(found) == layers
    assert {(layer.momentum, layer.epsilon) for layer in found} == {(0.9, 1e-5)}


@pytest.mark.parametrize(
    "game", [kg.LSGAN, kg.WGAN, kg.WGANGP, kg.HingeGAN, kg.BiGAN, kg.D2GAN], ids=name_of
)
def test_judges_end_without_a_sigmoid(game):
    """Scores of any size and sign: nothing bends them from the last kernel on."""
    model = game(data_shape=IMAGES)
    name = "critic" if hasattr(model, "critic") else "discriminator"
    network = getattr(model, name, None) or model.discriminator_1
    layers = [getattr(layer, "layer", layer) for layer in network.layers]  # without a wrapper
    last = max(place for place, layer in enumerate(layers) if hasattr(layer, "kernel"))
    activations = [getattr(layer, "activation", None) for layer in layers[last:]]
    assert set(activations) <= {None, keras.activations.linear}


def check_one_step(game, data_shape, **kwargs):
    model = game(data_shape=data_shape, **kwargs)
    model.compile()
    before = {player: np.array(model.variables_of(player)[0]) for player in model.players}
    logs = model.train_on_batch(*data_for(model, 2 * model.minibatches), return_dict=True)
    assert np.isfinite(list(logs.values())).all()
    for player, value in before.items():
        assert not np.array_equal(value, model.variables_of(player)[0])
    samples = model.sample(2)
    assert samples.shape == (2, *data_shape) and np.isfinite(samples).all()
    if len(data_shape) == 3 and game is not kg.BEGAN:  # whose output is linear
        assert np.abs(samples).max() <= 1
    return model


def arguments_for(game):
    if game is kg.MGAN:  # batch normalization of each generator needs some samples of it
        return {"samples_per_generator": 3}
    return {"num_classes": 10} if game is kg.CGAN else {}


@pytest.mark.parametrize(
    "game", [kg.GAN, kg.CGAN, kg.DCGAN, kg.WGAN, kg.HingeGAN, kg.BiGAN], ids=name_of
)
def test_networks_for_points_are_asked_for_where_the_paper_has_none(game):
    """Those of GAN, CGAN and BiGAN would fit, and never leave the [-1, 1] of their sigmoid."""
    message = f"`generator` must be given for points: {game.__name__} has networks of its own for"
    with pytest.raises(ValueError, match=message):
        game(data_shape=POINTS, **arguments_for(game))


@pytest.mark.parametrize(
    "game, width, activation, parameters",
    [
        (kg.LSGAN, 128, "tanh", (49_666, 17_025)),
        (kg.WGANGP, 512, "relu", (527_874, 527_361)),
        (kg.D2GAN, 128, "relu", (49_666, 17_025)),
    ],
    ids=["LSGAN", "WGANGP", "D2GAN"],
)
def test_perceptrons_for_points(game, width, activation, parameters):
    """Orthogonal times 1.4, He's uniform rule, and a normal one with deviation 0.01."""
    model = game(data_shape=POINTS)
    judge = getattr(model, "critic" if game is kg.WGANGP else "discriminator", None)
    for network, number in zip(
        (model.generator, judge or model.discriminator_1), parameters, strict=True
    ):
        dense = [layer for layer in network.layers if isinstance(layer, keras.layers.Dense)]
        assert sum(layer.count_params() for layer in dense) == network.count_params() == number
        used = [layer for layer in network.layers if getattr(layer, "activation", None)]
        names = [getattr(layer.activation, "__name__", "") for layer in used]
        assert set(names) - {"linear"} == {activation}
        for layer in dense[1:-1]:
            kernel = layer.kernel.numpy()
            assert kernel.shape == (width, width)
            if game is kg.LSGAN:
                np.testing.assert_allclose(kernel.T @ kernel, 1.96 * np.eye(width), atol=1e-4)
            elif game is kg.WGANGP:
                limit = np.sqrt(6 / width)
                assert 0.99 * limit < np.abs(kernel).max() <= limit
                np.testing.assert_allclose(kernel.std(), limit / np.sqrt(3), rtol=0.02)
            else:
                np.testing.assert_allclose(kernel.std(), 0.01, rtol=0.02)
                assert np.abs(kernel).max() > 0.03


@pytest.mark.parametrize("game", NEW, ids=name_of)
def test_one_step_on_28_pixels_with_the_default_networks(game):
    model = check_one_step(game, IMAGES, **arguments_for(game))
    if game in (kg.WGANGP, kg.BEGAN, kg.HingeGAN):
        judge = "critic" if game is kg.WGANGP else "discriminator"
        check_has_no_batch_norm(judge, getattr(model, judge), "")
    assert model.latent_dim == {
        kg.InfoGAN: 74,
        kg.WGANGP: 128,
        kg.HingeGAN: 128,
        kg.BEGAN: 64,
        kg.BiGAN: 50,
    }.get(game, 100)


@pytest.mark.parametrize("game", [kg.LSGAN, kg.WGANGP, kg.D2GAN, kg.MGAN], ids=name_of)
def test_one_step_on_points_with_the_default_networks(game):
    check_one_step(game, POINTS, latent_dim=256)


@pytest.mark.slow
def test_one_step_of_ten_generators_that_share_nothing():
    model = check_one_step(kg.MGAN, IMAGES, samples_per_generator=3, shared_body=False)
    assert not model.body.trainable_variables


@pytest.mark.slow
@pytest.mark.parametrize("size, channels", [(32, 3), (64, 3), (32, 1), (64, 1)])
@pytest.mark.parametrize("game", NEW, ids=name_of)
def test_one_step_on_larger_images_with_the_default_networks(game, size, channels):
    check_one_step(game, (size, size, channels), **arguments_for(game))
