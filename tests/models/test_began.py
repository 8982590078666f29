import keras
import numpy as np
import pytest

import keras_gans as kg
from tests.models.games import build_game, build_network, compile_sgd, data_for


def constant_network(input_shape, output_shape, value):
    """Answers every sample with the same numbers."""
    network = keras.Sequential([keras.Input(input_shape), keras.layers.Dense(*output_shape)])
    kernel, bias = network.get_weights()
    network.set_weights([0 * kernel, 0 * bias + value])
    return network


def constant_game(fake, data_shape=(2,), **kwargs):
    """The discriminator answers 0, so that the errors are means of |v|: `fake` for fakes."""
    networks = {
        "generator": constant_network((3,), data_shape, fake),
        "discriminator": constant_network(data_shape, data_shape, 0.0),
    }
    return compile_sgd(build_game(kg.BEGAN, data_shape=data_shape, networks=networks, **kwargs))


class TestBalance:
    @pytest.mark.parametrize("data_shape", [(2,), (7,)])  # a mean over pixels
    @pytest.mark.parametrize("exponent, real_error, fake_error", [(1, 2.0, 0.5), (2, 4.0, 0.25)])
    def test_two_steps_by_hand(self, data_shape, exponent, real_error, fake_error):
        model = constant_game(0.5, data_shape, exponent=exponent, balance_rate=0.1)
        samples = np.full((4, *data_shape), 2.0, "float32")
        balance = 0.0
        for _ in range(2):
            logs = model.train_on_batch(samples, return_dict=True)
            model.reset_metrics()
            expected = {
                "discriminator_loss": real_error - balance * fake_error,
                "generator_loss": fake_error,
                "real_error": real_error,
                "convergence": real_error + abs(0.5 * real_error - fake_error),
                "ratio": fake_error / real_error,
            }
            assert logs == pytest.approx(expected | {"balance": balance}, rel=1e-5)
            balance += 0.1 * (0.5 * real_error - fake_error)
            np.testing.assert_allclose(model.balance, balance, rtol=1e-5)

    def test_follows_the_errors_from_before_the_step(self):
        model = constant_game(0.5, balance_rate=0.1)
        for optimizer in model.optimizers.values():
            optimizer.learning_rate.assign(0.1)
        before = model.discriminator.get_weights()[1].copy()
        model.train_on_batch(np.full((4, 2), 2.0, "float32"))
        assert not np.allclose(
            before, model.discriminator.get_weights()[1]
        )  # errors are others now
        np.testing.assert_allclose(model.balance, 0.1 * (0.5 * 2.0 - 0.5), rtol=1e-5)

    def test_weighs_the_fakes_of_the_discriminator_and_not_those_of_the_generator(self):
        """Answers and samples are biases, each with a slope of 1/2 in a mean over 2 numbers."""
        model = constant_game(0.5)
        model.balance.assign(0.5)
        for optimizer in model.optimizers.values():
            optimizer.learning_rate.assign(0.1)
        model.train_on_batch(np.full((4, 2), 2.0, "float32"))
        sample, answer = (
            network.get_weights()[1] for network in (model.generator, model.discriminator)
        )
        np.testing.assert_allclose(sample, 0.5 - 0.1 / 2, rtol=1e-5)
        np.testing.assert_allclose(answer, 0.1 * (1 - 0.5) / 2, rtol=1e-5)

    @pytest.mark.parametrize("fake, end", [(0.0, 1.0), (9.0, 0.0)])
    def test_stays_between_0_and_1(self, fake, end):
        model = constant_game(fake, balance_rate=10.0)
        model.balance.assign(0.5)
        model.train_on_batch(np.full((4, 2), 2.0, "float32"))
        assert float(model.balance) == end

    def test_starts_at_0_and_belongs_to_no_player(self):
        model = build_game(kg.BEGAN)
        assert float(model.balance) == 0.0 and not model.balance.trainable
        for player in model.players:
            assert all(variable is not model.balance for variable in model.variables_of(player))

    def test_is_saved_with_the_model_and_with_the_weights(self, tmp_path):
        model = build_game(kg.BEGAN)
        model.balance.assign(0.375)
        model.save(tmp_path / "model.keras")
        assert float(keras.models.load_model(tmp_path / "model.keras").balance) == 0.375
        model.save_weights(tmp_path / "a.weights.h5")
        other = build_game(kg.BEGAN)
        other.load_weights(tmp_path / "a.weights.h5")
        assert float(other.balance) == 0.375

    def test_brings_the_ratio_to_gamma(self):
        model = build_game(kg.BEGAN, batch_norm=False, dropout=0, balance_rate=0.02)
        rates = {player: keras.optimizers.Adam(2e-3, beta_1=0.5) for player in model.players}
        model.compile(rates)
        samples = 0.5 * data_for(model, 1600)[0]
        history = model.fit(samples, batch_size=16, epochs=8, verbose=0).history
        np.testing.assert_allclose(history["ratio"][-1], 0.5, atol=0.1)
        assert 0 < history["balance"][-1] < 1


def test_the_learning_rate_is_halved_when_the_measure_stalls():
    model = constant_game(0.5)
    for optimizer in model.optimizers.values():
        optimizer.learning_rate.assign(1e-4)
    for network in (model.generator, model.discriminator):
        network.trainable = False  # nothing moves: the measure stalls at once
    halve = keras.callbacks.ReduceLROnPlateau("convergence", factor=0.5, patience=2, mode="min")
    samples = np.full((4, 2), 2.0, "float32")
    model.fit(samples, epochs=3, verbose=0, callbacks=[halve])
    for optimizer in model.optimizers.values():
        np.testing.assert_allclose(optimizer.learning_rate, 0.5e-4)


def test_default_networks_are_linear_at_the_end_and_have_no_batch_norm():
    model = kg.BEGAN(image_shape=(32, 32, 3))
    for network in (model.generator, model.discriminator):
        assert not any(isinstance(x, keras.layers.BatchNormalization) for x in network.layers)
        assert np.abs(network(1e3 * np.ones((1, *network.input_shape[1:])))).max() > 1


class TestRefusals:
    @pytest.mark.parametrize(
        "arguments",
        [
            {"diversity_ratio": 0.0},
            {"diversity_ratio": 1.5},
            {"diversity_ratio": "0.5"},
            {"balance_rate": 0.0},
            {"exponent": 3},
        ],
    )
    def test_ranges(self, arguments):
        (name,) = arguments
        with pytest.raises(ValueError, match=f"`{name}` must be .*Received: {name}="):
            build_game(kg.BEGAN, **arguments)

    def test_a_discriminator_that_gives_logits(self):
        with pytest.raises(ValueError, match=r"`discriminator` must map \(batch_size, 2\) to"):
            build_game(kg.BEGAN, networks={"discriminator": build_network([(2,)])})
