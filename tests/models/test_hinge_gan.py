import keras
import numpy as np
import pytest
from keras import ops

import keras_gans as kg
from keras_gans.layers import SpectralNormalization
from tests.models.games import build_game, compile_sgd, data_for


def normalized_layers(model):
    layers = model.discriminator.layers
    return [layer for layer in layers if isinstance(layer, SpectralNormalization)]


class TestPayoffs:
    def test_margins_by_hand(self):
        model = build_game(kg.HingeGAN)
        real, fake = ops.array([[2.0], [0.5]]), ops.array([[-3.0], [0.5]])
        loss = model.discriminator_terms(real, fake)["discriminator_loss"]
        np.testing.assert_allclose(loss, (0 + 0.5) / 2 + (0 + 1.5) / 2)

    def test_the_generator_has_no_margin(self):
        model = build_game(kg.HingeGAN)
        losses = [model.generator_terms(ops.full((2, 1), x))["generator_loss"] for x in (-9.0, 9.0)]
        np.testing.assert_allclose(losses, [9.0, -9.0])


class TestSpectralNormalization:
    def test_power_iteration_moves_once_in_a_discriminator_step(self):
        """However often the discriminator is called: real, fake, and for the generator."""
        model = compile_sgd(build_game(kg.HingeGAN, discriminator_steps=1))
        expected = []
        for layer in normalized_layers(model):
            kernel, u = np.array(layer.layer.kernel), np.array(layer.u)
            v = kernel @ u
            u = kernel.T @ (v / np.linalg.norm(v))
            expected.append(u / np.linalg.norm(u))
        model.train_on_batch(*data_for(model))
        for layer, u in zip(normalized_layers(model), expected, strict=True):
            np.testing.assert_allclose(layer.u, u, rtol=1e-5, atol=1e-6)

    def test_as_often_as_the_discriminator_steps(self, monkeypatch):
        moved, follow = [], SpectralNormalization.follow_kernel
        monkeypatch.setattr(
            SpectralNormalization,
            "follow_kernel",
            lambda layer: moved.append(layer.name) or follow(layer),
        )
        model = compile_sgd(build_game(kg.HingeGAN, discriminator_steps=3))
        model.train_on_batch(*data_for(model, 12))
        assert moved == 3 * [layer.name for layer in normalized_layers(model)]

    def test_stands_still_outside_of_steps(self, tmp_path):
        model = compile_sgd(build_game(kg.HingeGAN))
        before = [np.array(layer.u) for layer in normalized_layers(model)]
        model.evaluate(*data_for(model), verbose=0)
        model.sample(3)
        model.discriminator(*data_for(model), training=True)
        model.discriminator.predict(*data_for(model), verbose=0)
        for layer, u in zip(normalized_layers(model), before, strict=True):
            np.testing.assert_array_equal(layer.u, u)

    def test_keeps_every_layer_at_norm_1_while_training(self):
        """Appendix C.1 of the SN-GAN paper reports norms of 1 to 1.05."""
        model = build_game(kg.HingeGAN, discriminator_steps=1)
        model.compile(
            {player: keras.optimizers.Adam(2e-3, beta_1=0.5) for player in model.players},
        )
        model.fit(*data_for(model, 1600), batch_size=16, verbose=0)
        for layer in normalized_layers(model):
            norm = np.linalg.norm(np.array(layer.layer.kernel), 2) / float(layer.sigma())
            assert 0.95 < norm < 1.1


def test_other_normalization_is_left_to_the_user():
    discriminator = keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(4),
            keras.layers.Dense(1, kernel_initializer="zeros"),
        ]
    )
    networks = {"discriminator": discriminator}
    model = build_game(kg.HingeGAN, networks=networks, discriminator_steps=1)
    compile_sgd(model, {"generator": 0.1, "discriminator": 0.1})
    logs = model.train_on_batch(*data_for(model), return_dict=True)
    assert logs["discriminator_loss"] == pytest.approx(2.0)  # logits of 0: 1 + 1
    assert np.any(discriminator.layers[-1].kernel)


def test_normalization_of_keras_is_refused():
    """Its power iteration moves at every call, and its kernel with it."""
    inner = keras.layers.SpectralNormalization(keras.layers.Dense(4), name="theirs")
    discriminator = keras.Sequential([keras.Input((2,)), inner, keras.layers.Dense(1)])
    with pytest.raises(ValueError, match="moves once a step.*discriminator with the layer 'theirs"):
        build_game(kg.HingeGAN, networks={"discriminator": discriminator})
