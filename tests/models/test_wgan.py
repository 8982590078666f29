import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gans as kg
from keras_gans.models import wgan
from tests.models.games import build_game, build_network, compile_sgd, data_for


def warm_model(**kwargs):
    return build_game(kg.WGAN, batch_norm=False, dropout=0, warmup=True, **kwargs)


class TestClipping:
    def test_weights_end_in_the_box_and_statistics_do_not(self):
        """Gain and offset of batch normalization are weights, as in the official code."""
        critic = build_network([(2,)], batch_norm=True)
        model = build_game(kg.WGAN, clip=0.01, networks={"critic": critic})
        compile_sgd(model, {"critic": 1.0, "generator": 1.0})
        model.train_on_batch(*data_for(model))
        assert all(np.abs(variable).max() <= 0.01 for variable in critic.trainable_variables)
        (norm,) = [x for x in critic.layers if isinstance(x, keras.layers.BatchNormalization)]
        np.testing.assert_allclose(norm.gamma, np.full(8, 0.01), rtol=1e-3)
        assert np.min(norm.moving_variance) > 0.01
        assert np.abs(norm.moving_mean).max() > 0.01
        assert max(np.abs(v).max() for v in model.generator.trainable_variables) > 0.01

    def test_clipping_follows_every_step_so_that_the_generator_sees_the_box(self):
        model, largest = build_game(kg.WGAN, clip=0.05, dropout=0), []
        terms = model.generator_terms

        def look(*args):
            largest.append(max(np.abs(v).max() for v in model.variables_of("critic")))
            return terms(*args)

        model.generator_terms = look
        compile_sgd(model, {"critic": 5.0})
        model.train_on_batch(*data_for(model))
        assert largest == [pytest.approx(0.05)]

    @pytest.mark.parametrize("clip", [0.0, -0.01, float("nan")])
    def test_refusals(self, clip):
        with pytest.raises(ValueError, match="`clip` must be greater than 0"):
            build_game(kg.WGAN, clip=clip)

    @pytest.mark.parametrize("depth", [1, 2])
    def test_estimates_of_two_boxes_or_depths_do_not_compare(self, depth):
        """Linear layers of one weight end at c, and together say c**depth times the distance."""
        estimates = []
        for clip in (0.01, 0.03):
            layers = [
                keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
                for _ in range(depth)
            ]
            critic = keras.Sequential([keras.Input((1,)), *layers])
            generator = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
            networks = {"critic": critic, "generator": generator}
            generator.layers[0].set_weights([np.zeros((3, 1)), np.array([-2.0])])
            model = build_game(kg.WGAN, data_shape=(1,), clip=clip, networks=networks)
            compile_sgd(model, {"critic": 1.0})
            for _ in range(2):
                model.reset_metrics()
                logs = model.train_on_batch(np.full((4, 1), 3.0, "float32"), return_dict=True)
            np.testing.assert_allclose(critic.get_weights(), [[[clip]]] * depth)
            estimates.append(logs["wasserstein_distance"])
        np.testing.assert_allclose(estimates, [5 * 0.01**depth, 5 * 0.03**depth], rtol=1e-5)


class TestWarmup:
    def test_a_hundred_critic_steps_in_the_first_25_and_every_500th(self):
        model = warm_model(critic_steps=1)
        compile_sgd(model, run_eagerly=False)
        iterations, taken = model.optimizers["critic"].iterations, []

        def take_step():
            before = int(iterations)
            model.train_on_batch(*data_for(model, 4))
            taken.append(int(iterations) - before)

        for step in (0, 24, 25, 26, 499, 500, 501, 1000):
            model.step.assign(step)
            take_step()
        assert taken == [100, 100, 1, 1, 1, 100, 1, 100]
        assert int(model.optimizers["generator"].iterations) == 8

    def test_steps_that_do_not_divide_a_hundred_are_rounded_up(self, monkeypatch):
        monkeypatch.setattr(wgan, "WARMUP_STEPS", 10)
        model = compile_sgd(warm_model(critic_steps=3))
        model.train_on_batch(*data_for(model, 12))
        assert int(model.optimizers["critic"].iterations) == 12

    def test_every_repetition_draws_fresh_noise(self, monkeypatch):
        monkeypatch.setattr(wgan, "WARMUP_STEPS", 8)
        model, drawn = warm_model(critic_steps=2), []
        draw = model.draw_latents

        def note(latents):
            drawn.append(latents.copy())
            return latents

        model.draw_latents = lambda num, seed: tf.ensure_shape(
            tf.numpy_function(note, [draw(num, seed)], tf.float32), (None, 3)
        )
        compile_sgd(model, run_eagerly=False)  # a loop in a graph is traced once
        for _ in range(2):
            model.train_on_batch(*data_for(model, 8))
        assert len(drawn) == 2 * (8 + 1)
        assert len({latents.tobytes() for latents in drawn}) == len(drawn)

    def test_without_it_every_step_is_alike(self):
        model = compile_sgd(build_game(kg.WGAN, dropout=0))
        model.train_on_batch(*data_for(model))
        assert int(model.optimizers["critic"].iterations) == 2

    def test_refused_on_replicas_and_on_one_of_them(self):
        with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
            model = compile_sgd(warm_model(), run_eagerly=False)
        with pytest.raises(ValueError, match="`warmup` must be False.*MirroredStrategy"):
            model.fit(*data_for(model, 8), batch_size=8, verbose=0)

    def test_one_device_is_no_replica(self):
        with tf.distribute.OneDeviceStrategy("CPU:0").scope():
            model = compile_sgd(warm_model(), run_eagerly=False)
        model.fit(*data_for(model, 8), batch_size=8, verbose=0)
        assert int(model.optimizers["critic"].iterations) > 8
