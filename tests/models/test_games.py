"""What every game must do, whatever its paper."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gans as kg
from keras_gans.layers import SpectralNormalization
from keras_gans.utils.pixels import to_uint8
from tests.models.games import (
    GAMES,
    assert_all_equal,
    build_game,
    check_gradient,
    compile_sgd,
    data_for,
    values_of,
)

PLAYERS = [(game, player) for game in GAMES for player in game.players]
OTHER_ARGUMENTS = {  # of the constructors, none of them the default
    kg.CGAN: {"condition_shape": (4,)},
    kg.InfoGAN: {
        "categorical_codes": (2, 3),
        "continuous_codes": 2,
        "noise_dim": 4,
        "information_weight": 0.5,
        "continuous_weight": 0.25,
        "learned_deviation": True,
    },
    kg.LSGAN: {"real_target": 1.5, "fake_target": -0.5, "generator_target": 0.5},
    kg.WGAN: {"critic_steps": 3, "clip": 0.5, "warmup": True},
    kg.WGANGP: {"critic_steps": 3, "penalty_weight": 0.1},
    kg.HingeGAN: {"discriminator_steps": 3},
    kg.BEGAN: {"diversity_ratio": 0.25, "balance_rate": 0.5, "exponent": 2},
    kg.D2GAN: {"alpha": 0.25, "beta": 0.5},
    kg.MGAN: {
        "num_generators": 3,
        "diversity_weight": 0.75,
        "samples_per_generator": 5,
        "shared_body": False,
    },
}
ONE_STEP_EACH = {  # a player steps once in a step
    kg.WGAN: {"critic_steps": 1},
    kg.WGANGP: {"critic_steps": 1},
    kg.HingeGAN: {"discriminator_steps": 1},
    kg.BEGAN: {"exponent": 2},  # smooth
}

every_game = pytest.mark.parametrize("game", GAMES, ids=lambda game: game.__name__)
every_player = pytest.mark.parametrize(
    "game, player", PLAYERS, ids=[f"{game.__name__}-{player}" for game, player in PLAYERS]
)


def fit(model, **kwargs):
    """History of one step on arrays."""
    arguments = {"batch_size": 24, "shuffle": False, "verbose": 0, **kwargs}
    return model.fit(*data_for(model, 24), **arguments).history


@every_player
class TestStep:
    def test_changes_only_the_variables_of_its_player(self, game, player):
        model = compile_sgd(build_game(game), {player: 0.1})
        before = {p: values_of(model.variables_of(p)) for p in model.players}
        model.train_on_batch(*data_for(model, 12))
        for other in set(model.players) - {player}:
            assert_all_equal(before[other], values_of(model.variables_of(other)))
        for old, variable in zip(before[player], model.variables_of(player), strict=True):
            # A bias before batch normalization, or in a difference of scores, has no gradient.
            assert old.ndim < 2 or not np.array_equal(old, variable)

    def test_is_the_gradient_of_its_terms(self, game, player):
        """Central differences along random directions, against the step of plain descent."""
        model = build_game(game, dropout=0, **ONE_STEP_EACH.get(game, {}))
        for layer in model._flatten_layers():
            if isinstance(layer, SpectralNormalization):
                layer.follow_kernel(100)  # the vectors are constants: exact where they converged
        if game is kg.BEGAN:
            model.balance.assign(0.4)
        check_gradient(model, player, data_for(model))


def sigmoid_dense():
    return keras.layers.Dense(1, activation="sigmoid")


@pytest.mark.parametrize(
    "game, judge",
    [(kg.LSGAN, "discriminator"), (kg.HingeGAN, "discriminator"), (kg.WGAN, "critic"),
     (kg.WGANGP, "critic")],
)  # fmt: skip
@pytest.mark.parametrize(
    "last",
    [
        lambda: [sigmoid_dense()],
        lambda: [SpectralNormalization(sigmoid_dense())],
        lambda: [sigmoid_dense(), keras.layers.Reshape((1, 1))],
        lambda: [SpectralNormalization(sigmoid_dense()), keras.layers.Reshape((1, 1))],
        lambda: [sigmoid_dense(), keras.layers.Rescaling(2.0, -1.0)],
        lambda: [keras.Sequential([keras.Input((2,)), sigmoid_dense()])],
        lambda: [keras.layers.Dense(1), keras.layers.Activation("sigmoid")],
        lambda: [keras.layers.Dense(1), keras.ops.sigmoid],
    ],
    ids=["plain", "wrapped", "map", "wrapped map", "scaled", "nested", "layer", "function"],
)
def test_scores_through_a_sigmoid_are_refused(game, judge, last):
    inputs = x = keras.Input((2,))
    for layer in last():
        x = layer(x)
    with pytest.raises(ValueError, match=f"`{judge}` must end without.*sigmoid"):
        build_game(game, networks={judge: keras.Model(inputs, x)})


@pytest.mark.parametrize("activation", ["hard_tanh", "softsign", "log_sigmoid", "relu", "softplus"])
def test_scores_that_are_bounded_on_a_side_are_refused(activation):
    inputs = keras.Input((2,))
    logits = keras.layers.Dense(1)(inputs)
    functions = [keras.layers.Activation(activation), getattr(keras.ops, activation)]
    functions += [keras.layers.ReLU()] if activation == "relu" else []
    for function in functions:
        with pytest.raises(ValueError, match="`critic` must end without an activation"):
            build_game(kg.WGAN, networks={"critic": keras.Model(inputs, function(logits))})


@pytest.mark.parametrize(
    "game, name, inputs, squashed, others",
    [
        (kg.CGAN, "discriminator", [2, 3], (1, "sigmoid"), []),
        (kg.InfoGAN, "discriminator", [8], (1, "sigmoid"), []),
        (kg.InfoGAN, "recognition", [8], (5, "softmax"), []),
        (kg.MGAN, "discriminator", [2], (1, "sigmoid"), [2]),
    ],
    ids=["CGAN", "InfoGAN", "InfoGAN's recognition", "MGAN"],
)
def test_probabilities_in_place_of_logits_are_refused(game, name, inputs, squashed, others):
    units, activation = squashed
    inputs = [keras.Input((size,)) for size in inputs]
    x = keras.layers.Concatenate()(inputs) if len(inputs) > 1 else inputs[0]
    outputs = [keras.layers.Dense(units, activation=activation)(x)]
    outputs += [keras.layers.Dense(units)(x) for units in others]
    network = keras.Model(inputs, outputs if others else outputs[0])
    with pytest.raises(ValueError, match=f"`{name}` must end without.*{activation}"):
        build_game(game, networks={name: network})


@every_game
def test_no_network_is_frozen_while_another_player_steps(game, monkeypatch):
    """Keras's frozen batch normalization takes its moving averages, another game's judge."""
    called, call = [], keras.layers.Dense.call

    def noting(layer, *args, **kwargs):
        called.append((layer.trainable, layer.name))
        return call(layer, *args, **kwargs)

    model = compile_sgd(build_game(game))
    monkeypatch.setattr(keras.layers.Dense, "call", noting)
    model.train_on_batch(*data_for(model, 12))
    assert called and all(trainable for trainable, _ in called)


@pytest.mark.parametrize("game", [kg.InfoGAN, kg.D2GAN])
def test_both_steps_draw_fresh_latents(game):
    model, drawn = build_game(game), []
    draw = model.draw_latents
    model.draw_latents = lambda num, seed: drawn.append(draw(num, seed).numpy()) or drawn[-1]
    compile_sgd(model).train_on_batch(*data_for(model))
    assert len(drawn) == 2 and not np.array_equal(*drawn)


def moves_at_once(game, **arguments):
    """Whether no player's step depends on whether the other one stepped, too."""

    def stepped(*players):
        keras.utils.set_random_seed(0)
        model = build_game(game, dropout=0, **arguments)
        compile_sgd(model, dict.fromkeys(players, 0.1)).train_on_batch(*data_for(model, 12))
        return {player: values_of(model.variables_of(player)) for player in players}

    together = stepped(*game.players)
    return all(
        np.array_equal(a, b)
        for player in game.players
        for a, b in zip(together[player], stepped(player)[player], strict=True)
    )


def test_lsgan_moves_in_turn_on_images():
    assert not moves_at_once(kg.LSGAN, data_shape=(5, 4, 1))


@every_game
class TestEveryGame:
    def test_players_move_at_once_or_in_turn_as_in_the_paper(self, game):
        assert moves_at_once(game) == (game in (kg.GAN, kg.LSGAN, kg.BEGAN, kg.BiGAN))

    def test_trains_on_after_loading_as_if_never_saved(self, game, tmp_path):
        model = build_game(game, ema_decay=0.5)
        model.compile(run_eagerly=True)
        model.train_on_batch(*data_for(model, 12))
        model.save(tmp_path / "game.keras")
        loaded = keras.models.load_model(tmp_path / "game.keras")
        assert type(loaded) is game
        history = fit(model)
        assert set(history) == set(game.term_names)
        assert np.isfinite(list(history.values())).all()
        assert history == fit(loaded)
        assert_all_equal(
            values_of(model.training_state().values()), values_of(loaded.training_state().values())
        )

    def test_config_keeps_every_argument(self, game):
        arguments = {"seed": 7, "ema_decay": 0.25, "name": "mine", **OTHER_ARGUMENTS.get(game, {})}
        model = build_game(game, **arguments)
        config = model.get_config()
        assert {key: config[key] for key in arguments} == arguments
        assert game.from_config(model.get_config()).get_config() == config
        taken = {
            name
            for ancestor in game.__mro__
            if ancestor.__module__.startswith("keras_gans")
            for name, argument in inspect.signature(ancestor.__init__).parameters.items()
            if argument.kind is inspect.Parameter.KEYWORD_ONLY
        }
        implied = {"networks", "image_shape"} | ({"latent_dim"} if game is kg.InfoGAN else set())
        assert taken - implied <= set(config)

    def test_evaluating_changes_nothing(self, game):
        model = build_game(game, ema_decay=0.5)
        model.compile(run_eagerly=True)
        before = {key: np.array(value) for key, value in model.training_state().items()}
        first, again = [
            model.evaluate(*data_for(model), batch_size=8, verbose=0, return_dict=True)
            for _ in range(2)
        ]
        assert set(first) == set(game.term_names) and np.isfinite(list(first.values())).all()
        assert first == again
        for key, variable in model.training_state().items():
            if not key.startswith("metric"):
                np.testing.assert_array_equal(before[key], variable, err_msg=key)

    def test_averages_follow_the_networks(self, game):
        model = compile_sgd(build_game(game, ema_decay=0.75), dict.fromkeys(game.players, 0.1))
        before = {name: getattr(model, name).get_weights() for name in game.averaged}
        model.train_on_batch(*data_for(model, 12))
        assert {"average_" + name for name in game.averaged} == set(model.average_names)
        assert set(game.averaged) >= set(game.players[next(iter(game.players))])
        for name in game.averaged:
            network, average = getattr(model, name), model.inference_network(name)
            trained = {id(variable) for variable in network.trainable_variables}
            triples = zip(before[name], network.weights, average.get_weights(), strict=True)
            for old, weight, mean in triples:
                new = np.array(weight)
                expected = 0.75 * old + 0.25 * new if id(weight) in trained else new
                np.testing.assert_allclose(mean, expected, rtol=1e-5, atol=1e-7)
        samples = model.sample(5)
        for name in game.averaged:
            model.inference_network(name).set_weights(getattr(model, name).get_weights())
        assert not np.allclose(samples, model.sample(5))

    def test_a_step_in_float16_is_finite(self, game):
        keras.config.set_dtype_policy("mixed_float16")
        model = build_game(game, ema_decay=0.5)
        model.compile(run_eagerly=True)
        before = {player: values_of(model.variables_of(player)) for player in model.players}
        logs = model.train_on_batch(*data_for(model, 12), return_dict=True)
        assert np.isfinite(list(logs.values())).all()
        for player, values in before.items():
            assert isinstance(model.optimizers[player], keras.optimizers.LossScaleOptimizer)
            after = values_of(model.variables_of(player))
            assert all(np.isfinite(value).all() for value in after)
            assert not np.array_equal(values[0], after[0])  # the step was not skipped
        assert model.sample(3).dtype == np.float32

    def test_samples_depend_on_the_seed_alone(self, game):
        model = build_game(game)
        samples = model.sample(7, seed=3)
        assert samples.shape == (7, 2) and samples.dtype == np.float32
        np.testing.assert_array_equal(samples, model.sample(7, seed=3))
        np.testing.assert_allclose(samples, model.sample(7, seed=3, batch_size=2), rtol=1e-5)
        assert not np.allclose(samples, model.sample(7, seed=4))
        inputs = model._chosen(7, None, None) if game in (kg.CGAN, kg.SAGAN) else None
        inputs = model.inputs_for_sampling(7, 3, *([] if inputs is None else [inputs]))
        arrays = tf.nest.map_structure(np.array, inputs)
        np.testing.assert_allclose(model.predict(arrays, verbose=0), samples, rtol=1e-5)

    def test_export_equals_the_model_for_every_signature(self, game, tmp_path):
        model = build_game(game, data_shape=(5, 4, 1), ema_decay=0.5)
        model.export(tmp_path / "export")
        loaded = tf.saved_model.load(str(tmp_path / "export"))
        signatures = model.serving_signatures()
        assert set(signatures) == set(loaded.signatures)
        assert set(signatures) >= {"serving_default", "sample", "sample_png"}
        rng = np.random.default_rng(0)

        def value_for(spec):
            if spec.shape.rank == 0:
                return tf.constant(6 if spec.name == "num_images" else 9, spec.dtype)
            if spec.dtype == tf.int32:
                return tf.constant(rng.integers(0, 2, 6), tf.int32)
            return tf.constant(rng.normal(size=(6, *spec.shape[1:])), tf.float32)

        for name, (function, specs) in signatures.items():
            inputs = {spec.name: value_for(spec) for spec in specs}
            expected = function(*inputs.values())
            exported = loaded.signatures[name](**inputs)
            assert set(exported) == set(expected)
            for key, value in expected.items():
                if value.dtype == tf.uint8:  # a last digit may cross a rounding boundary
                    np.testing.assert_allclose(exported[key], value, atol=1)
                elif value.dtype == tf.string:
                    pictures = [tf.io.decode_png(png) for png in exported[key]]
                    drawn = loaded.signatures["sample"](**inputs)["images"]
                    np.testing.assert_array_equal(pictures, drawn)
                else:
                    np.testing.assert_allclose(exported[key], value, rtol=1e-4, atol=1e-5)
        labels = {"labels": np.arange(6) % 3} if game in (kg.CGAN, kg.SAGAN) else {}
        arguments = {key: tf.constant(value, tf.int32) for key, value in labels.items()}
        drawn = loaded.signatures["sample"](
            num_images=tf.constant(6), seed=tf.constant(9), **arguments
        )
        samples = to_uint8(model.sample(6, seed=9, **labels))
        np.testing.assert_allclose(drawn["images"], samples, atol=1)


@pytest.mark.parametrize("game", [kg.InfoGAN, kg.BiGAN])
def test_what_are_no_images_in_range_is_not_encoded(game):
    model = build_game(game, data_shape=(4, 4, 1))
    with pytest.raises(ValueError, match=r"`images` must hold images in \[-1, 1\].*to 255"):
        model.encode(np.full((2, 4, 4, 1), 255.0, "float32"))
    with pytest.raises(ValueError, match="`images` must be an array or a tensor.*type list"):
        model.encode([[0.0]])
