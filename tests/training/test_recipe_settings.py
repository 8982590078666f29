"""Recipes of single images: the papers' numbers, and flags that reach the model."""

import dataclasses
import importlib

import keras
import pytest

ADAM = {"learning_rate": 2e-4, "beta_1": 0.5, "beta_2": 0.999, "epsilon": 1e-8}
RMSPROP = {"learning_rate": 5e-5, "rho": 0.99, "epsilon": 1e-16, "momentum": 0.0}
SETTINGS = {
    "dcgan": {"batch_size": 128, "latent_dim": 100},
    "infogan": {
        "batch_size": 128,
        "epochs": 11,
        "categorical_codes": (10,),
        "continuous_codes": 2,
        "noise_dim": 62,
        "information_weight": 1.0,
        "continuous_weight": 1.0,
    },
    "lsgan": {"batch_size": 64, "fake_target": 0.0, "real_target": 1.0, "generator_target": 1.0},
    "wgan": {"batch_size": 64, "critic_steps": 5, "minibatches": 5, "clip": 0.01, "warmup": False},
    "wgan_gp": {"batch_size": 50, "critic_steps": 5, "minibatches": 5, "penalty_weight": 10.0},
    "hinge_gan": {"batch_size": 64, "latent_dim": 128, "discriminator_steps": 1, "minibatches": 1},
    "began": {"batch_size": 16, "diversity_ratio": 0.5, "balance_rate": 0.001},
    "bigan": {"batch_size": 128, "epochs": 400, "latent_dim": 50},
    "d2gan": {"batch_size": 64, "latent_dim": 100, "alpha": 0.1, "beta": 0.1},
    "mgan": {
        "batch_size": 64,
        "latent_dim": 100,
        "num_generators": 10,
        "shared_body": True,
        "samples_per_generator": None,
        "diversity_weight": 0.01,
    },
    "sagan": {"batch_size": 64, "latent_dim": 128, "num_classes": "data"},
}
OPTIMIZERS = {
    "dcgan": ADAM,
    "infogan": ADAM,
    "lsgan": ADAM,
    "wgan": RMSPROP,
    "wgan_gp": ADAM | {"learning_rate": 1e-4, "beta_2": 0.9},
    "hinge_gan": ADAM,
    "began": ADAM | {"learning_rate": 1e-4},
    "d2gan": ADAM,
    "mgan": ADAM,
    "sagan": ADAM | {"learning_rate": 4e-4, "beta_1": 0.0, "beta_2": 0.9},
}
GENERATORS = {"infogan": {"learning_rate": 1e-3}, "sagan": {"learning_rate": 1e-4}}
# Another value for each of the game's own arguments, none of them the model's default.
OTHERS = {
    "dcgan": {"latent_dim": 7},
    "infogan": {
        "categorical_codes": (3, 4),
        "continuous_codes": 1,
        "noise_dim": 9,
        "information_weight": 0.3,
        "continuous_weight": 0.2,
    },
    "lsgan": {"latent_dim": 7, "fake_target": -1.0, "real_target": 2.0, "generator_target": 0.0},
    "wgan": {"latent_dim": 7, "critic_steps": 3, "clip": 0.02, "warmup": True},
    "wgan_gp": {"latent_dim": 7, "critic_steps": 3, "penalty_weight": 4.0},
    "hinge_gan": {"latent_dim": 7, "discriminator_steps": 3},
    "began": {"latent_dim": 7, "diversity_ratio": 0.7, "balance_rate": 0.05},
    "bigan": {"latent_dim": 7},
    "cgan": {"latent_dim": 7, "num_classes": 4},
    "d2gan": {"latent_dim": 7, "alpha": 0.2, "beta": 0.4},
    "mgan": {
        "latent_dim": 7,
        "num_generators": 3,
        "shared_body": False,
        "samples_per_generator": 4,
        "diversity_weight": 0.5,
    },
    "sagan": {"latent_dim": 7, "num_classes": 4},
    "progan": {"latent_dim": 7, "penalty_weight": 3.0},
    "stylegan": {
        "latent_dim": 7,
        "r1_weight": 3.0,
        "r1_interval": 2,
        "mixing_probability": 0.25,
        "ema_half_life": 500.0,
    },
}
SIZES = dict.fromkeys(("sagan", "progan", "stylegan"), 32)  # of the others 28


def module_of(name):
    return importlib.import_module(f"train.{name}")


@pytest.mark.parametrize("name", SETTINGS)
def test_numbers_of_the_paper(name):
    recipe = module_of(name).Recipe()
    assert {field: getattr(recipe, field) for field in SETTINGS[name]} == SETTINGS[name]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_of_the_paper(name):
    optimizers = module_of(name).Recipe().optimizers(steps_per_epoch=100)
    assert len(optimizers) == 2
    for player, optimizer in optimizers.items():
        wanted = OPTIMIZERS[name] | (GENERATORS.get(name, {}) if player == "generator" else {})
        config = optimizer.get_config()
        assert {key: config[key] for key in wanted} == pytest.approx(wanted)
        assert isinstance(optimizer, keras.optimizers.RMSprop) == (name == "wgan")


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_flags_reach_the_optimizers(name):
    recipe_class = module_of(name).Recipe
    fields = {field.name for field in dataclasses.fields(recipe_class)}
    flags = {
        "learning_rate": 0.5,
        "generator_learning_rate": 0.5,
        "discriminator_learning_rate": 0.25,
        "beta_1": 0.3,
        "beta_2": 0.7,
    }
    flags = {flag: value for flag, value in flags.items() if flag in fields}
    for player, optimizer in recipe_class(**flags).optimizers(steps_per_epoch=100).items():
        told = optimizer.get_config()
        told |= {f"{player}_learning_rate": told["learning_rate"]}
        mine = {flag for flag in flags if flag in told}
        assert {flag: told[flag] for flag in mine} == pytest.approx({f: flags[f] for f in mine})
        assert mine >= {flag for flag in flags if flag.startswith((player, "beta"))}


@pytest.mark.parametrize("size, beta_1", [(28, 0.5), (32, 0.0), (64, 0.0)])
def test_momentum_of_wgan_gp_goes_by_the_script_for_the_size(size, beta_1):
    for optimizer in module_of("wgan_gp").Recipe(image_size=size).optimizers(100).values():
        assert optimizer.beta_1 == beta_1


@pytest.mark.parametrize("size, rate", [(28, 2e-4), (64, 2e-4), (112, 1e-3)])
def test_rate_of_lsgan_goes_by_the_script_for_the_size(size, rate):
    for optimizer in module_of("lsgan").Recipe(image_size=size).optimizers(100).values():
        assert float(optimizer.learning_rate) == pytest.approx(rate)


def test_bigan_holds_its_rate_for_half_of_the_epochs():
    for epochs, half in ((400, 20_000), (30, 1_500)):
        for optimizer in module_of("bigan").Recipe(epochs=epochs).optimizers(100).values():
            rates = [float(optimizer.learning_rate)]
            for step in (half, 2 * half):
                optimizer.iterations.assign(step)
                rates.append(float(optimizer.learning_rate))
            config = optimizer.get_config()
            assert {key: config[key] for key in ("beta_1", "beta_2", "epsilon")} == pytest.approx(
                {"beta_1": 0.5, "beta_2": 0.999, "epsilon": 1e-8}
            )
            assert rates == pytest.approx([2e-4, 2e-4, 2e-6])


def test_began_halves_its_rate_when_the_measure_stalls():
    (halved,) = module_of("began").Recipe(patience=5).callbacks()
    assert (halved.monitor, halved.factor, halved.patience) == ("convergence", 0.5, 5)


@pytest.mark.parametrize("name", OTHERS)
def test_flags_reach_the_model(name, monkeypatch):
    module, told = module_of(name), {}
    game = next(value for value in vars(module).values() if hasattr(value, "train_step"))
    monkeypatch.setattr(module, game.__name__, lambda **arguments: told.update(arguments))
    shape = (SIZES.get(name, 28),) * 2 + (1,)
    shared = {"seed": 5} if "ema_half_life" in OTHERS[name] else {"seed": 5, "ema_decay": 0.9}
    module.Recipe(**OTHERS[name], **shared).model(shape)
    expected = OTHERS[name] | shared | {"image_shape": shape}
    assert {key: told[key] for key in expected} == expected


@pytest.mark.parametrize("name", ["progan", "stylegan"])
def test_the_group_reaches_the_minibatch_deviation(name):
    model = module_of(name).Recipe(image_size=8, group_size=2).model((8, 8, 1))
    assert model.discriminator.get_layer("minibatch_std_dev").group_size == 2
