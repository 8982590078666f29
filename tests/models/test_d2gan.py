import math

import keras
import numpy as np
import pytest
from keras import ops

import keras_gans as kg
from tests.models.games import build_game, compile_sgd, data_for

ONE = math.log(math.e - 1)  # softplus(ONE) = 1


def constant_logits(model, first, second):
    """The discriminators answer everything with these logits."""
    for network, logit in ((model.discriminator_1, first), (model.discriminator_2, second)):
        *hidden, kernel, bias = network.get_weights()
        network.set_weights([*hidden, 0 * kernel, 0 * bias + logit])


class TestPayoffs:
    def test_at_the_optimum(self):
        """The same for a collapsed generator: the losses do not tell success."""
        model = compile_sgd(build_game(kg.D2GAN))
        constant_logits(model, ONE, ONE)
        logs = model.train_on_batch(*data_for(model), return_dict=True)
        expected = {"discriminator_1_loss": 1, "discriminator_2_loss": 1, "generator_loss": -1}
        assert logs == pytest.approx(expected, rel=1e-5)

    def test_alpha_and_beta_weigh_the_logarithms(self):
        model = compile_sgd(build_game(kg.D2GAN, alpha=0.25, beta=0.5))
        constant_logits(model, 0.0, 2.0)
        logs = model.train_on_batch(*data_for(model), return_dict=True)
        first, second = math.log(2), math.log1p(math.exp(2))
        expected = {
            "discriminator_1_loss": -0.25 * math.log(first) + first,
            "discriminator_2_loss": second - 0.5 * math.log(second),
            "generator_loss": -first + 0.5 * math.log(second),
        }
        assert logs == pytest.approx(expected, rel=1e-5)

    def test_the_first_rewards_real_samples_and_the_second_fakes(self):
        model = build_game(kg.D2GAN, dropout=0, batch_norm=False)
        compile_sgd(model, {"discriminators": 0.1})
        samples = data_for(model)[0] + 2.0
        for _ in range(15):
            model.train_on_batch(samples)
        fakes = model.sample(16)
        first = [ops.mean(model.discriminator_1(x)) for x in (samples, fakes)]
        second = [ops.mean(model.discriminator_2(x)) for x in (samples, fakes)]
        assert first[0] > first[1] + 0.5 and second[1] > second[0] + 0.5

    def test_logits_far_below_0_keep_their_gradient(self):
        model = compile_sgd(build_game(kg.D2GAN, dropout=0), {"discriminators": 1.0})
        constant_logits(model, -200.0, -200.0)
        model.train_on_batch(*data_for(model))
        for network in (model.discriminator_1, model.discriminator_2):
            np.testing.assert_allclose(network.get_weights()[-1], -199.0)  # d log softplus = 1


class TestDefaultNetworks:
    def test_discriminators_start_apart_with_two_hidden_layers(self):
        model = kg.D2GAN(data_shape=(2,), latent_dim=256)
        kernels = [
            [variable.numpy() for variable in network.trainable_variables if variable.ndim == 2]
            for network in (model.discriminator_1, model.discriminator_2)
        ]
        assert [kernel.shape for kernel in kernels[0]] == [(2, 128), (128, 128), (128, 1)]
        for a, b in zip(*kernels, strict=True):
            assert not np.array_equal(a, b)
            np.testing.assert_allclose(a.std(), 0.01, rtol=0.3)

    def test_discriminators_of_images_start_apart(self):
        model = kg.D2GAN(image_shape=(28, 28, 1))
        first, second = model.discriminator_1.get_weights(), model.discriminator_2.get_weights()
        assert not np.array_equal(first[0], second[0])


class TestRefusals:
    @pytest.mark.parametrize("name", ["alpha", "beta"])
    @pytest.mark.parametrize("value", [0.0, -0.5, 1.5, float("nan"), "1"])
    def test_ranges(self, name, value):
        with pytest.raises(ValueError, match=f"`{name}` must be in .0, 1.*Received: {name}="):
            build_game(kg.D2GAN, **{name: value})

    @pytest.mark.parametrize("activation", ["sigmoid", "softplus"])
    def test_activations(self, activation):
        network = keras.Sequential(
            [keras.Input((2,)), keras.layers.Dense(1, activation=activation)]
        )
        with pytest.raises(ValueError, match=f"`discriminator_2` must end without.*{activation}"):
            build_game(kg.D2GAN, networks={"discriminator_2": network})
