"""Games whose critic or discriminator steps several times, each time on a minibatch of its own."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gans as kg
from tests.models.games import build_game, compile_sgd, data_for

GAMES = [(kg.WGAN, "critic"), (kg.WGANGP, "critic"), (kg.HingeGAN, "discriminator")]
games = pytest.mark.parametrize("game, judge", GAMES, ids=[game.__name__ for game, _ in GAMES])


def build(game, judge, steps=3):
    return build_game(game, dropout=0, **{f"{judge}_steps": steps})


@games
class TestMinibatches:
    def test_each_step_sees_rows_of_its_own(self, game, judge):
        model, seen = build(game, judge), []
        network = getattr(model, judge)
        call = network.call
        network.call = lambda inputs, **kwargs: (
            seen.append(np.array(inputs)) or call(inputs, **kwargs)
        )
        compile_sgd(model)
        rows = np.arange(24, dtype="float32").reshape(12, 2)
        model.train_on_batch(rows)
        real = [batch for batch in seen if batch.ravel()[0] in rows[:, 0]]
        np.testing.assert_array_equal(np.sort(np.concatenate(real), axis=0), rows)
        assert [len(batch) for batch in real] == [4, 4, 4]
        fakes = [batch for batch in seen if batch.ravel()[0] not in rows[:, 0]]
        assert {len(batch) for batch in fakes} == {4}  # both means have the same weight
        assert len({batch.tobytes() for batch in fakes}) >= 3  # noise of its own as well

    def test_one_step_of_the_generator_for_several_of_its_opponent(self, game, judge):
        model = compile_sgd(build(game, judge))
        for _ in range(2):
            model.train_on_batch(*data_for(model, 12))
        assert int(model.optimizers[judge].iterations) == 6
        assert int(model.optimizers["generator"].iterations) == 2

    def test_batches_that_do_not_divide_are_refused(self, game, judge):
        model = compile_sgd(build(game, judge))
        samples = data_for(model, 24)[0]
        with pytest.raises(ValueError, match="3 minibatches of a step.*batch_size=8"):
            model.fit(samples, batch_size=8, verbose=0)
        with pytest.raises(ValueError, match="3 minibatches of a step.*a last batch of 4"):
            model.fit(samples[:16], batch_size=12, verbose=0)
        with pytest.raises(ValueError, match="3 minibatches of a step.*batch_size=8"):
            model.fit(kg.data.load(samples, batch_size=8), verbose=0)
        with pytest.raises(ValueError, match="3 minibatches of a step.*8 samples"):
            model.train_on_batch(samples[:8])
        assert int(model.step) == 0

    @pytest.mark.parametrize("steps", [0, -1, 2.5])
    def test_number_of_steps(self, game, judge, steps):
        with pytest.raises(ValueError, match=f"`{judge}_steps` must be an integer of at least 1"):
            build(game, judge, steps)


def test_a_stream_of_batches_that_do_not_divide_is_refused():
    """Batches of a size that is known only when they come."""
    model = build(kg.WGAN, "critic")
    model.compile()
    stream = kg.data.load(data_for(model, 8)[0], batch_size=8).unbatch().batch(8)
    with pytest.raises(tf.errors.InvalidArgumentError, match="must hold the [0-9]+ minibatches"):
        model.fit(stream, verbose=0)


class TestWassersteinDistance:
    @pytest.mark.parametrize("slope", [0.5, 1.0, 3.0])
    @pytest.mark.parametrize("game", [kg.WGAN, kg.WGANGP])
    def test_by_hand(self, game, slope):
        """f(x) = slope * x1, real samples at x1 = 4 and fakes at 1: slope * 3, penalty apart."""
        critic = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        critic.set_weights([np.array([[slope], [0.0]]), np.zeros(1)])
        generator = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        generator.set_weights([np.zeros((3, 2)), np.ones(2)])
        model = build_game(game, networks={"generator": generator, "critic": critic})
        compile_sgd(model)
        samples = np.full((8, 2), 4.0, "float32")
        for logs in (
            model.train_on_batch(samples, return_dict=True),
            model.evaluate(samples, batch_size=8, verbose=0, return_dict=True),
        ):
            np.testing.assert_allclose(logs["wasserstein_distance"], 3 * slope, rtol=1e-5)
            np.testing.assert_allclose(logs["critic_loss"], -3 * slope, rtol=1e-5)
            np.testing.assert_allclose(logs["generator_loss"], -slope, rtol=1e-5)
            if game is kg.WGANGP:  # two-sided: a slope below 1 pays, too
                expected = 10 * (slope - 1) ** 2
                np.testing.assert_allclose(logs["gradient_penalty"], expected, atol=1e-4)

    @pytest.mark.parametrize("game", [kg.WGAN, kg.WGANGP])
    def test_the_critic_raises_real_samples_and_the_generator_its_own(self, game):
        model = build_game(game, dropout=0, batch_norm=False, critic_steps=1)
        samples = data_for(model, 32)[0] + 3.0
        compile_sgd(model, {"critic": 0.02})
        for _ in range(20):
            logs = model.train_on_batch(samples, return_dict=True)
        fakes = model.sample(32)
        assert logs["wasserstein_distance"] > 0
        assert model.critic(samples).numpy().mean() > model.critic(fakes).numpy().mean() + 0.1
        compile_sgd(model, {"generator": 0.02})
        model.train_on_batch(samples)
        assert model.critic(model.sample(32)).numpy().mean() > model.critic(fakes).numpy().mean()
