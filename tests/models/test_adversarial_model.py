"""The engine, tried on small models: every trap that Keras leaves for several optimizers."""

import zipfile

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from keras_gans import DCGAN, GAN, AdversarialModel, data
from tests.models.tiny import build_discriminator, build_generator, build_model, points

MODELS = [GAN, DCGAN]


def weights_of(model, name):
    return [weight.numpy() for weight in getattr(model, name).weights]


def assert_equal(first, second):
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def fit(model, epochs=1, **kwargs):
    return model.fit(points(), batch_size=16, epochs=epochs, shuffle=False, verbose=0, **kwargs)


class OnePlayerMoves(DCGAN):
    """Steps the generator only."""

    def train_step(self, data):
        real, _ = self.begin_step(data)
        terms = self.minimize("generator", self.terms, ops.shape(real)[0])
        return self.report(terms | {"discriminator_loss": 0.0})

    def terms(self, batch_size):
        fake = self.generate(batch_size, training=True)
        return self.generator_terms(self.discriminator(fake, training=True))


class DrawsThrice(DCGAN):
    """Keeps what it draws, to look at it."""

    term_names = ("discriminator_loss",)

    def train_step(self, data):
        real, _ = self.begin_step(data)
        self.drawn = [self.sample_latents(4).numpy() for _ in range(3)]
        return self.report({"discriminator_loss": ops.mean(real)})


class TestMinimize:
    def test_only_the_stepped_player_changes(self):
        model = build_model(OnePlayerMoves)
        discriminator = weights_of(model, "discriminator")
        generator = [variable.numpy() for variable in model.generator.trainable_variables]
        fit(model)
        assert_equal(discriminator, weights_of(model, "discriminator"))
        for before, variable in zip(generator, model.generator.trainable_variables, strict=True):
            assert not np.array_equal(before, variable.numpy())

    def test_step_is_the_gradient_of_the_sum_of_the_terms(self):
        """Two terms a * w and b * w under plain gradient descent move w by -rate * (a + b)."""
        model = build_model(DCGAN, compiled=False)
        model.compile({player: keras.optimizers.SGD(0.5) for player in model.players})
        variable = model.generator.trainable_variables[0]
        before = variable.numpy()
        model.minimize(
            "generator", lambda: {"a": ops.sum(2.0 * variable), "b": ops.sum(3.0 * variable)}
        )
        np.testing.assert_allclose(variable.numpy(), before - 0.5 * 5.0, rtol=1e-6)

    @pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
    def test_regularizers_take_part(self, policy):
        """Whatever the loss scale, and also for variables that no term reaches."""
        keras.config.set_dtype_policy(policy)
        network = keras.Sequential(
            [
                keras.Input((2,)),
                keras.layers.Dense(1, kernel_regularizer=keras.regularizers.L2(0.1)),
            ]
        )
        model = DCGAN(
            data_shape=(2,), latent_dim=3, generator=build_generator(), discriminator=network
        )
        model.compile({player: keras.optimizers.SGD(1.0) for player in model.players})
        kernel, bias = network.trainable_variables
        before = kernel.numpy()
        model.minimize("discriminator", lambda: {"a": ops.sum(bias)})
        np.testing.assert_allclose(kernel.numpy(), before - 0.2 * before, rtol=1e-5)

    def test_regularizers_of_activations_are_refused(self):
        network = keras.Sequential(
            [
                keras.Input((2,)),
                keras.layers.Dense(4, activity_regularizer="l2", name="lazy"),
                keras.layers.Dense(1),
            ]
        )
        with pytest.raises(ValueError, match="`discriminator` must regularize weights.*'lazy'"):
            DCGAN(data_shape=(2,), latent_dim=3, generator=build_generator(), discriminator=network)

    @pytest.mark.parametrize("run_eagerly", [False, True])
    @pytest.mark.parametrize("player", ["generator", "discriminator"])
    def test_losses_that_layers_add_are_refused_before_anything_moves(self, player, run_eagerly):
        class Costly(keras.layers.Layer):
            def call(self, inputs):
                self.add_loss(ops.mean(inputs**2))
                return inputs

        size, units = {"generator": (3, 2), "discriminator": (2, 1)}[player]
        network = keras.Sequential(
            [keras.Input((size,)), Costly(name="costly"), keras.layers.Dense(units)]
        )
        networks = {"generator": build_generator(), "discriminator": build_discriminator()}
        model = DCGAN(data_shape=(2,), latent_dim=3, **{**networks, player: network})
        model.compile(run_eagerly=run_eagerly)
        before = weights_of(model, "discriminator")
        with pytest.raises(ValueError, match=f"`{player}` must not add losses.*'costly'"):
            model.fit(points(8), batch_size=4, verbose=0)
        assert_equal(before, weights_of(model, "discriminator"))

    @pytest.mark.parametrize("reduce", [lambda x: x, lambda x: x[0]])
    def test_terms_that_are_no_scalars_are_refused(self, reduce):
        """The gradient of a batch of losses is that of their sum, where the log shows the mean."""
        model = build_model(DCGAN)
        variable = model.generator.trainable_variables[0]
        with pytest.raises(ValueError, match=r"must be scalars.*'a' of shape \("):
            model.minimize("generator", lambda: {"a": reduce(variable * 2.0)})

    def test_terms_without_names_are_refused(self):
        model = build_model(DCGAN)
        with pytest.raises(ValueError, match="dictionary from name to scalar.*of generator"):
            model.minimize("generator", lambda: ops.sum(model.generator.trainable_variables[0]))

    @pytest.mark.parametrize("model_class", MODELS)
    def test_gradient_equals_finite_differences(self, model_class):
        model = build_model(model_class, batch_norm=False, dropout=0, compiled=False)
        model.compile({player: keras.optimizers.SGD(1.0) for player in model.players})
        latents, real = points(5, seed=1)[:, :1] * np.ones((1, 3), "float32"), points(5)

        def loss(player):
            fake_logits = model.discriminator(model.generator(latents))
            if player == "generator":
                return model.generator_terms(fake_logits)
            return model.discriminator_terms(model.discriminator(real), fake_logits)

        for player in model.players:
            kernel = model.variables_of(player)[0]
            before, step = kernel.numpy(), 1e-2
            differences = []
            for sign in (1, -1):
                shifted = before.copy()
                shifted[0, 0] += sign * step
                kernel.assign(shifted)
                differences.append(float(next(iter(loss(player).values()))))
            kernel.assign(before)
            model.minimize(player, lambda player=player: loss(player))
            expected = (differences[0] - differences[1]) / (2 * step)
            np.testing.assert_allclose(
                (before - kernel.numpy())[0, 0], expected, rtol=0.02, atol=1e-5
            )


class TestNoise:
    def draws(self, seed=0, steps=1):
        model = build_model(DrawsThrice, compiled=False, seed=seed)
        model.compile(run_eagerly=True)
        model.fit(points(4 * steps), batch_size=4, verbose=0)
        return model.drawn

    def test_draws_of_a_step_differ(self):
        first, second, third = self.draws()
        assert not np.array_equal(first, second) and not np.array_equal(second, third)

    def test_noise_depends_on_seed_and_step_only(self):
        assert_equal(self.draws(), self.draws())
        assert not np.array_equal(self.draws()[0], self.draws(seed=1)[0])
        assert not np.array_equal(self.draws()[0], self.draws(steps=2)[0])

    def test_noise_outside_a_step_is_refused(self):
        with pytest.raises(ValueError, match="begin_step"):
            build_model(DCGAN).sample_latents(4)

    def test_evaluating_twice_agrees_and_draws_per_batch(self):
        model = build_model(DCGAN)
        first = model.evaluate(points(), batch_size=16, verbose=0, return_dict=True)
        assert first == model.evaluate(points(), batch_size=16, verbose=0, return_dict=True)
        one = model.evaluate(points(16), batch_size=16, verbose=0, return_dict=True)
        repeated = np.concatenate([points(16)] * 2)
        two = model.evaluate(repeated, batch_size=16, verbose=0, return_dict=True)
        assert one["generator_loss"] != two["generator_loss"]


@pytest.mark.parametrize("model_class", MODELS)
class TestSaving:
    def test_trains_on_as_if_never_saved(self, model_class, tmp_path):
        """Dropout, batch norm, optimizers, metrics and averages: everything continues."""
        model = build_model(model_class, ema_decay=0.9)
        fit(model, epochs=2)
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        assert fit(model).history == fit(loaded).history
        assert_equal(model.get_weights(), loaded.get_weights())
        for player, optimizer in model.optimizers.items():
            assert_equal(
                [variable.numpy() for variable in optimizer.variables],
                [variable.numpy() for variable in loaded.optimizers[player].variables],
            )

    def test_weights_in_several_files_are_refused(self, model_class, tmp_path):
        with pytest.raises(ValueError, match="`max_shard_size` must be None"):
            build_model(model_class).save_weights(tmp_path / "a.weights.json", max_shard_size=1)

    def test_weights_file_holds_the_whole_state(self, model_class, tmp_path):
        model = build_model(model_class)
        fit(model)
        model.save_weights(tmp_path / "a.weights.h5")
        other = build_model(model_class)
        other.load_weights(tmp_path / "a.weights.h5")
        assert fit(model).history == fit(other).history

    def test_seed_generators_are_saved(self, model_class, tmp_path):
        model = build_model(model_class)
        fit(model)
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        state, restored = [
            [
                layer.seed_generator.state.numpy()
                for layer in m.discriminator.layers
                if "dropout" in layer.name
            ]
            for m in (model, loaded)
        ]
        assert state[0][1] > 0
        assert_equal(state, restored)

    def test_half_a_file_is_refused(self, model_class, tmp_path):
        path = tmp_path / "model.keras"
        build_model(model_class).save(path)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        with pytest.raises((ValueError, OSError, zipfile.BadZipFile), match=r"model\.keras|zip"):
            keras.models.load_model(path)

    @pytest.mark.parametrize(
        "save, name, needed",
        [
            ("save", "model.keras", "get_config"),
            ("save_weights", "a.weights.h5", "save_own_variables"),
        ],
    )
    def test_failed_save_keeps_the_older_file(
        self, model_class, tmp_path, monkeypatch, save, name, needed
    ):
        path = tmp_path / name
        model = build_model(model_class)
        getattr(model, save)(path)
        before = path.read_bytes()
        monkeypatch.setattr(model, needed, lambda *arguments: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            getattr(model, save)(path)
        assert path.read_bytes() == before
        assert [file.name for file in tmp_path.iterdir()] == [name]

    def test_how_it_was_compiled_is_kept(self, model_class, tmp_path):
        model = build_model(model_class)
        model.compile(steps_per_execution=4, jit_compile=True)
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        assert loaded.steps_per_execution == 4 and loaded.jit_compile is True

    @pytest.mark.parametrize(
        "saved, compiled, message",
        [
            (keras.optimizers.Adam, keras.optimizers.SGD, "optimizers are not those"),
            (keras.optimizers.SGD, keras.optimizers.Adam, "it has no `optimizer_"),
        ],
    )
    def test_optimizers_that_do_not_match_are_refused(
        self, model_class, tmp_path, saved, compiled, message
    ):
        model, other = (build_model(model_class, compiled=False) for _ in range(2))
        for one, optimizer in ((model, saved), (other, compiled)):
            one.compile({player: optimizer() for player in one.players})
        model.save_weights(tmp_path / "a.weights.h5")
        with pytest.raises(ValueError, match=message):
            other.load_weights(tmp_path / "a.weights.h5")

    def test_weights_from_before_compile_leave_the_optimizers_as_they_are(
        self, model_class, tmp_path
    ):
        model = build_model(model_class, compiled=False)
        model.save_weights(tmp_path / "a.weights.h5")
        other = build_model(model_class)
        other.load_weights(tmp_path / "a.weights.h5")
        assert_equal(model.get_weights(), other.get_weights())
        assert {int(optimizer.iterations) for optimizer in other.optimizers.values()} == {0}

    def test_uncompiled_model_loads_without_optimizers(self, model_class, tmp_path):
        model = build_model(model_class)
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras", compile=False)
        assert_equal(model.get_weights(), loaded.get_weights())


@keras.saving.register_keras_serializable(package="tests")
class OwnGame(AdversarialModel):
    """Straight from the engine, as its docstring shows."""

    players = {"generator": ("generator",), "discriminator": ("discriminator",)}
    term_names = ("discriminator_loss", "generator_loss")

    def train_step(self, data):
        real, _ = self.begin_step(data)
        terms = self.minimize("discriminator", self.judge, real)
        return self.report(terms | self.minimize("generator", self.fool))

    def fakes(self):
        return self.generator(ops.ones((16, 3)), training=True)

    def judge(self, real):
        judged = self.discriminator(self.fakes(), training=True)
        return {"discriminator_loss": ops.mean(judged - self.discriminator(real, training=True))}

    def fool(self):
        return {"generator_loss": -ops.mean(self.discriminator(self.fakes(), training=True))}


def own_game():
    networks = {"generator": build_generator(), "discriminator": build_discriminator()}
    model = OwnGame(networks=networks)
    model.compile({player: keras.optimizers.Adam(1e-3) for player in model.players})
    return model


class TestOwnGame:
    def test_trains_on_as_if_never_saved(self, tmp_path):
        model = own_game()
        fit(model)
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        for one in (model, loaded):
            fit(one)
        assert_equal(model.get_weights(), loaded.get_weights())
        assert int(loaded.step.numpy()) == 8

    def test_says_what_it_lacks(self, tmp_path):
        model = own_game()
        with pytest.raises(NotImplementedError, match="OwnGame must define `test_step`"):
            fit(model, validation_data=points())
        with pytest.raises(NotImplementedError, match="OwnGame must define `serving_signatures`"):
            model.export(tmp_path / "export")


class TestMovingAverage:
    def test_two_steps_by_hand(self):
        model = build_model(DCGAN, ema_decay=0.75)
        average = model.generator.get_weights()
        trainable = {id(variable) for variable in model.generator.trainable_variables}
        for _ in range(2):
            model.fit(points(16), batch_size=16, verbose=0)
            average = [
                0.75 * mean + 0.25 * weight.numpy() if id(weight) in trainable else weight.numpy()
                for mean, weight in zip(average, model.generator.weights, strict=True)
            ]
        for mean, ours in zip(average, model.average_generator.get_weights(), strict=True):
            np.testing.assert_allclose(ours, mean, rtol=1e-5, atol=1e-7)

    def test_samples_come_from_the_average(self):
        model = build_model(DCGAN, ema_decay=0.5)
        fit(model)
        latents = model.latents_for_sampling(5, seed=1)
        np.testing.assert_allclose(
            model.sample(5, seed=1), model.average_generator(latents, training=False), rtol=1e-6
        )
        assert not np.allclose(model.sample(5, seed=1), model.generator(latents, training=False))

    def test_average_is_no_player(self):
        model = build_model(DCGAN, ema_decay=0.5)
        names = [variable.path for variable in model.variables_of("generator")]
        assert len(names) == len(model.generator.trainable_variables)


class TestPrecision:
    def test_float16_players_get_their_own_loss_scale(self):
        keras.config.set_dtype_policy("mixed_float16")
        model = build_model(DCGAN)
        scales = list(model.optimizers.values())
        assert all(isinstance(scale, keras.optimizers.LossScaleOptimizer) for scale in scales)
        assert np.isfinite(list(fit(model).history.values())).all()

    def test_float16_step_is_close_to_float32(self):
        steps = []
        for policy in ("float32", "mixed_float16"):
            keras.utils.set_random_seed(1)
            keras.config.set_dtype_policy(policy)
            model = build_model(DCGAN, batch_norm=False, dropout=0, compiled=False)
            model.compile({player: keras.optimizers.SGD(0.1) for player in model.players})
            before = model.get_weights()
            model.fit(points(16), batch_size=16, verbose=0)
            steps.append([b - a for a, b in zip(before, model.get_weights(), strict=True)][1:])
        for full, half in zip(*steps, strict=True):
            np.testing.assert_allclose(half, full, rtol=0.05, atol=2e-4)

    def test_a_loss_scale_can_be_left_out(self):
        keras.config.set_dtype_policy("mixed_float16")
        model = build_model(DCGAN, compiled=False)
        model.compile(auto_scale_loss=False)
        assert not any(
            isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
            for optimizer in model.optimizers.values()
        )

    def test_bfloat16_trains_without_a_loss_scale(self):
        keras.config.set_dtype_policy("mixed_bfloat16")
        model = build_model(DCGAN)
        assert not any(
            isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
            for optimizer in model.optimizers.values()
        )
        assert np.isfinite(list(fit(model).history.values())).all()
        assert all(variable.dtype == "float32" for variable in model.trainable_variables)

    def test_overflow_skips_the_step_of_that_player_only(self):
        keras.config.set_dtype_policy("mixed_float16")
        model = build_model(DCGAN)
        scale = model.optimizers["discriminator"].dynamic_scale.numpy()
        variables = {player: model.variables_of(player) for player in model.players}
        before = {p: [v.numpy() for v in variables[p]] for p in model.players}
        overflow = {"discriminator": float("inf"), "generator": 1.0}
        for player in model.players:
            model.minimize(
                player, lambda p=player: {"loss": overflow[p] * ops.sum(variables[p][0])}
            )
        assert_equal(before["discriminator"], [v.numpy() for v in variables["discriminator"]])
        assert not np.array_equal(before["generator"][0], variables["generator"][0].numpy())
        assert model.optimizers["discriminator"].dynamic_scale.numpy() == scale / 2


class TestKerasSurface:
    @pytest.mark.parametrize("model_class", MODELS)
    def test_step_compiles_with_xla(self, model_class):
        """XLA draws other noise, so that one step is compared on the same fakes: a constant one."""
        histories = []
        for jit_compile in (False, True):
            keras.utils.set_random_seed(0)
            model = build_model(model_class, dropout=0, batch_norm=False, compiled=False)
            model.draw_latents = lambda num, seed: tf.ones((num, 3))
            model.compile(jit_compile=jit_compile)
            assert model.jit_compile is jit_compile
            histories.append(list(fit(model).history.values()))
        np.testing.assert_allclose(*histories, rtol=1e-5)

    def test_xla_waits_to_be_asked_in_predict_as_well(self, monkeypatch):
        monkeypatch.setattr(keras.Model, "_resolve_auto_jit_compile", lambda self: True)  # a GPU's
        assert not build_model(GAN, compiled=False).jit_compile

    def test_steps_per_execution_changes_nothing(self):
        results = []
        for steps in (1, 4):
            keras.utils.set_random_seed(0)
            model = build_model(DCGAN, compiled=False)
            model.compile(steps_per_execution=steps)
            history = fit(model).history
            results.append((history, model.get_weights()))
        assert results[0][0] == results[1][0]
        assert_equal(results[0][1], results[1][1])

    def test_labels_are_ignored_by_an_unconditional_model(self):
        histories = []
        for labels in (None, np.zeros(64, "int32")):
            keras.utils.set_random_seed(0)
            model = build_model(DCGAN)
            histories.append(
                model.fit(points(), labels, batch_size=16, shuffle=False, verbose=0).history
            )
        assert histories[0] == histories[1]

    def test_predict_generates(self):
        model = build_model(DCGAN)
        latents = model.latents_for_sampling(6, seed=0).numpy()
        np.testing.assert_allclose(model.predict(latents, verbose=0), model.sample(6), rtol=1e-5)

    def test_train_on_batch_and_validation(self):
        model = build_model(DCGAN)
        logs = model.train_on_batch(points(16), return_dict=True)
        assert set(logs) == {"discriminator_loss", "generator_loss"}
        history = fit(model, validation_data=points(32, seed=5)).history
        assert set(history) == {
            "discriminator_loss",
            "generator_loss",
            "val_discriminator_loss",
            "val_generator_loss",
        }

    def test_validation_updates_nothing(self):
        model = build_model(DCGAN, ema_decay=0.5)
        fit(model)
        before = model.get_weights()
        model.evaluate(points(), verbose=0)
        assert_equal(before, model.get_weights())

    def test_held_out_batches_are_the_same_however_often_they_were_read(self):
        """21 points in batches of 5: another order would leave another one out."""
        held_out = data.load(points(21, seed=5), batch_size=5)
        seen = []
        for _ in range(2):
            keras.utils.set_random_seed(0)
            model = build_model(MeanGAN)
            history = model.fit(
                data.load(points(), batch_size=16),
                epochs=2,
                validation_data=held_out,
                verbose=0,
            ).history["val_generator_loss"]
            seen += [*history, model.evaluate(held_out, verbose=0, return_dict=True)]
        first = np.mean(list(held_out.first_epoch().as_numpy_iterator()))
        losses = [one["generator_loss"] if isinstance(one, dict) else one for one in seen]
        np.testing.assert_allclose(losses, first, rtol=1e-6)

    def test_batches_continue_where_the_model_stands(self, tmp_path):
        """Epoch 3 after loading sees the order of epoch 3, as three epochs in one go do."""
        straight = build_model(DCGAN, seed=4)
        straight.fit(data.load(points(), batch_size=16), epochs=3, verbose=0)
        keras.utils.set_random_seed(0)
        first = build_model(DCGAN, seed=4)
        first.fit(data.load(points(), batch_size=16), epochs=2, verbose=0)
        first.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        loaded.fit(data.load(points(), batch_size=16), epochs=1, verbose=0)
        assert_equal(straight.get_weights(), loaded.get_weights())


class TestRefusals:
    def test_optimizers_for_other_players(self):
        with pytest.raises(ValueError, match="exactly one optimizer per player"):
            build_model(DCGAN, compiled=False).compile({"generator": "adam"})

    def test_one_optimizer_for_two_players(self):
        model, adam = build_model(DCGAN, compiled=False), keras.optimizers.Adam()
        with pytest.raises(ValueError, match="different object"):
            model.compile({"generator": adam, "discriminator": adam})

    @pytest.mark.parametrize("name", ["loss", "metrics", "loss_weights", "optimizer"])
    def test_arguments_of_compile_that_would_do_nothing(self, name):
        with pytest.raises(ValueError, match=rf"one per player.*\['{name}'\]"):
            build_model(DCGAN, compiled=False).compile(**{name: "mse"})

    @pytest.mark.parametrize("wrap", [lambda o: o, keras.optimizers.LossScaleOptimizer])
    def test_averages_of_optimizers(self, wrap):
        adam = wrap(keras.optimizers.Adam(use_ema=True))
        with pytest.raises(ValueError, match="`ema_decay`.*discriminator with use_ema=True"):
            build_model(DCGAN, compiled=False).compile({"generator": "adam", "discriminator": adam})

    def test_a_refused_compile_changes_nothing(self):
        model = build_model(DCGAN)
        before = model.optimizer
        with pytest.raises(ValueError, match="use_ema"):
            model.compile(
                {"generator": "adam", "discriminator": keras.optimizers.Adam(use_ema=True)}
            )
        assert model.optimizer is before

    def test_executions_that_leave_a_rest_of_the_epoch(self):
        model = build_model(DCGAN, compiled=False)
        model.compile(steps_per_execution=16)
        with pytest.raises(ValueError, match="steps_per_execution=16, 6 steps; 6 would do"):
            model.fit(data.load(points(), batch_size=10), verbose=0)
        assert model.step.numpy() == 0

    @pytest.mark.parametrize("seed", [-1, 2**31, 1.5])
    def test_seed(self, seed):
        with pytest.raises(ValueError, match="`seed`"):
            build_model(DCGAN, seed=seed)

    def test_ema_decay(self):
        with pytest.raises(ValueError, match="ema_decay=1"):
            build_model(DCGAN, ema_decay=1)

    def test_sample_weight(self):
        with pytest.raises(ValueError, match="sample_weight"):
            build_model(DCGAN).fit(points(), points(), sample_weight=np.ones(64), verbose=0)

    def test_values_that_are_not_finite(self):
        values = points()
        values[3, 1] = np.nan
        with pytest.raises(ValueError, match="`x` must be finite.*1 of 128"):
            build_model(DCGAN).fit(values, verbose=0)

    @pytest.mark.parametrize("shape", [(16, 3), (16, 2, 1), (16, 4, 4, 1)])
    def test_shape(self, shape):
        with pytest.raises(ValueError, match="`x` must have the shape"):
            build_model(DCGAN).fit(np.zeros(shape, "float32"), verbose=0)

    def test_integers(self):
        with pytest.raises(ValueError, match="`x` must be floating"):
            build_model(DCGAN).fit(np.zeros((16, 2), "uint8"), verbose=0)

    def test_terms_that_were_not_announced(self):
        model = build_model(DCGAN)
        with pytest.raises(ValueError, match="term_names"):
            model.report({"surprise": 1.0})

    def test_missing_network(self):
        with pytest.raises(ValueError, match="without .*discriminator"):

            class Half(AdversarialModel):
                players = DCGAN.players

            Half(networks={"generator": build_generator()})

    def test_generator_that_makes_another_shape(self):
        with pytest.raises(
            ValueError, match=r"`generator` must map \(batch_size, 3\) to \(batch_size, 2\)"
        ):
            DCGAN(
                data_shape=(2,),
                latent_dim=3,
                generator=build_generator(data_shape=(5,)),
                discriminator=build_discriminator(),
            )

    def test_discriminator_that_takes_another_shape(self):
        with pytest.raises(ValueError, match=r"`discriminator` must accept .*\(batch_size, 2\)"):
            DCGAN(
                data_shape=(2,),
                latent_dim=3,
                generator=build_generator(),
                discriminator=build_discriminator(data_shape=(5,)),
            )

    def test_both_shapes_or_none(self):
        for shapes in ({}, {"image_shape": (28, 28, 1), "data_shape": (2,)}):
            with pytest.raises(ValueError, match="Exactly one of `image_shape` and `data_shape`"):
                DCGAN(**shapes)

    @pytest.mark.parametrize("shape", [2, (), (2.5,), (0,)])
    def test_shapes_that_are_none(self, shape):
        with pytest.raises(ValueError, match="`data_shape` must be a tuple of positive integers"):
            DCGAN(data_shape=shape)

    def test_shape_of_a_dataset_s_element(self):
        spec = tf.TensorSpec((None, 28, 28, 1))
        assert DCGAN(image_shape=spec.shape[1:]).data_shape == (28, 28, 1)

    def test_save_over_a_file_that_must_stay(self, tmp_path):
        model = build_model(DCGAN)
        model.save(tmp_path / "model.keras")
        with pytest.raises(FileExistsError, match="overwrite"):
            model.save(tmp_path / "model.keras", overwrite=False)
        model.save_weights(tmp_path / "a.weights.h5")
        with pytest.raises(FileExistsError, match="overwrite"):
            model.save_weights(tmp_path / "a.weights.h5", overwrite=False)


class TestPixels:
    """Images of another range are refused, in arrays, tensors and datasets."""

    def model(self, shape=(4, 4, 1)):
        networks = {
            "generator": build_generator(shape),
            "discriminator": build_discriminator(shape),
        }
        model = DCGAN(data_shape=shape, latent_dim=3, **networks)
        model.compile()
        return model

    def images(self, low, high):
        return np.random.default_rng(0).uniform(low, high, (8, 4, 4, 1)).astype("float32")

    def sources(self, images):
        labels = np.zeros(len(images), "int32")
        yield images
        yield tf.constant(images)
        yield tf.data.Dataset.from_tensor_slices(images).batch(4)
        yield tf.data.Dataset.from_tensor_slices((images, labels)).batch(4)

    def test_refused(self):
        error = (ValueError, tf.errors.InvalidArgumentError)
        for source in self.sources(self.images(0, 255)):
            model = self.model()
            before = [weight.numpy() for weight in model.weights if "step" not in weight.path]
            with pytest.raises(error, match=r"`x` must hold images in \[-1, 1\]"):
                model.fit(source, verbose=0)
            with pytest.raises(error, match=r"`x` must hold images in \[-1, 1\]"):
                model.evaluate(source, verbose=0)
            after = [weight.numpy() for weight in model.weights if "step" not in weight.path]
            assert_equal(before, after)

    def test_a_later_batch_is_looked_at_too(self):
        images = np.concatenate([self.images(-1, 1), self.images(0, 255)])
        dataset = tf.data.Dataset.from_tensor_slices(images).batch(8)
        with pytest.raises(tf.errors.InvalidArgumentError, match="`x` must hold images"):
            self.model().fit(dataset, verbose=0)

    def test_held_out_images_are_called_so(self):
        for source in self.sources(self.images(0, 255)):
            with pytest.raises(
                (ValueError, tf.errors.InvalidArgumentError),
                match="`validation_data` must hold images",
            ):
                self.model().fit(self.images(-1, 1), validation_data=source, verbose=0)

    def test_what_overshoots_and_what_is_no_image_passes(self):
        self.model().fit(tf.data.Dataset.from_tensors(1.02 * self.images(-1, 1)), verbose=0)
        fields = self.model((4, 4, 2))
        values = 9.0 * np.random.default_rng(0).normal(size=(8, 4, 4, 2)).astype("float32")
        fields.fit(values, verbose=0)
        fields.fit(tf.data.Dataset.from_tensors((values, np.zeros(8))), verbose=0)

    def test_elements_without_labels_but_a_place_for_them(self):
        images = tf.data.Dataset.from_tensor_slices(self.images(-1, 1)).batch(4)
        self.model().fit(images.map(lambda batch: (batch, None)), verbose=0)

    @pytest.mark.filterwarnings("error:.*no value below 0")
    def test_same_history_from_all_sources(self):
        histories = []
        for source in self.sources(self.images(-1, 1)):
            keras.utils.set_random_seed(0)
            histories.append(
                self.model()
                .fit(source, batch_size=None if hasattr(source, "map") else 4, shuffle=False)
                .history
            )
        for history in histories[1:]:
            assert history == histories[0]

    def test_unit_range_is_warned_of(self):
        with pytest.warns(UserWarning, match="`x` has no value below 0"):
            self.model().fit(self.images(0, 1), verbose=0)


class MeanGAN(DCGAN):
    """Its terms are the mean of the batch, to tell how batches are weighed."""

    def test_step(self, data):
        samples, _ = self.begin_step(data, training=False)
        return self.report(dict.fromkeys(self.term_names, ops.mean(samples)), training=False)


def test_logs_are_means_over_examples():
    samples = np.float32([[1, 1], [2, 2], [9, 9]])
    logs = build_model(MeanGAN).evaluate(samples, batch_size=2, verbose=0, return_dict=True)
    assert logs["generator_loss"] == pytest.approx(4.0)  # and not (1.5 + 9) / 2
