import keras
import numpy as np
import pytest

import keras_gans as kg
from keras_gans.models import wgan_gp
from tests.models.games import build_game, build_network, compile_sgd, data_for


class TestPenalty:
    def test_one_mix_for_each_example(self, monkeypatch):
        """Drawn uniformly on [0, 1], a scalar per example, fresh in every critic step."""
        mixes, penalty = [], wgan_gp.gradient_penalty

        def look(critic, real, fake, mix):
            mixes.append(mix.numpy())
            return penalty(critic, real, fake, mix)

        monkeypatch.setattr(wgan_gp, "gradient_penalty", look)
        model = compile_sgd(build_game(kg.WGANGP))
        model.train_on_batch(*data_for(model, 1000))
        assert [mix.shape for mix in mixes] == [(500,), (500,)]
        both = np.concatenate(mixes)
        assert len(np.unique(both)) > 990
        assert 0 <= both.min() < 0.01 and 0.99 < both.max() <= 1
        np.testing.assert_allclose(both.mean(), 0.5, atol=0.05)

    @pytest.mark.parametrize("weight", [0.0, -1.0])
    def test_weight(self, weight):
        with pytest.raises(ValueError, match="`penalty_weight` must be greater than 0"):
            build_game(kg.WGANGP, penalty_weight=weight)


@pytest.mark.parametrize("distance", [1.0, 4.0])
def test_the_best_slope_exceeds_1_by_the_distance_over_twice_lambda(distance):
    """Of `s d - lambda (s - 1)^2` for a linear critic, which this rate reaches in one step."""
    generator = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, "relu")])
    generator.set_weights([np.zeros((3, 1)), np.zeros(1)])  # all fakes are at 0
    critic = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    critic.set_weights([np.full((1, 1), 0.5)])
    networks = {"generator": generator, "critic": critic}
    model = build_game(kg.WGANGP, data_shape=(1,), critic_steps=1, networks=networks)
    compile_sgd(model, {"critic": 1 / (2 * model.penalty_weight)})
    real = np.full((8, 1), distance, "float32")
    model.train_on_batch(real)
    slope = 1 + distance / 20
    np.testing.assert_allclose(critic.get_weights()[0], slope, rtol=1e-5)
    model.reset_metrics()
    logs = model.train_on_batch(real, return_dict=True)
    np.testing.assert_allclose(logs["wasserstein_distance"], slope * distance, rtol=1e-5)


class TestNormalization:
    @pytest.mark.parametrize("nested", [False, True])
    def test_over_the_batch_is_refused_by_name(self, nested):
        critic = keras.Sequential(
            [
                keras.Input((2,)),
                keras.layers.Dense(4),
                keras.layers.BatchNormalization(name="culprit"),
                keras.layers.Dense(1),
            ]
        )
        if nested:
            critic = keras.Sequential([keras.Input((2,)), critic])
        with pytest.raises(ValueError, match="`critic` must not normalise.*layer 'culprit'"):
            build_game(kg.WGANGP, networks={"critic": critic})

    @pytest.mark.parametrize("data_shape", [(2,), (28, 28, 1), (32, 32, 3)])
    def test_default_critics_have_no_elu(self, data_shape):
        """With which the authors' critics did not train (appendix D)."""
        layers = list(kg.WGANGP(data_shape=data_shape).critic._flatten_layers())
        used = {getattr(getattr(each, "activation", None), "__name__", "") for each in layers}
        assert used & {"relu", "leaky_relu"} or any(
            "ReLU" in type(each).__name__ for each in layers
        )
        assert not {"elu", "selu", "celu"} & used
        assert not any(isinstance(each, keras.layers.ELU) for each in layers)

    def test_in_the_generator_is_allowed(self):
        generator = build_network([(3,)], [(2,)], batch_norm=True)
        build_game(kg.WGANGP, networks={"generator": generator})

    def test_over_the_layer_is_allowed_and_trains(self):
        critic = keras.Sequential(
            [
                keras.Input((2,)),
                keras.layers.Dense(4),
                keras.layers.LayerNormalization(),
                keras.layers.Dense(1),
            ]
        )
        model = compile_sgd(build_game(kg.WGANGP, networks={"critic": critic}), {"critic": 0.01})
        logs = model.train_on_batch(*data_for(model), return_dict=True)
        assert np.isfinite(list(logs.values())).all()
