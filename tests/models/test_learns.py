"""Every game, trained for a moment, brings its samples to where the data lies."""

import keras
import numpy as np
import pytest

import keras_gans as kg
from tests.models.games import GAMES, build_game

CENTER = np.array([2.0, -1.0], "float32")
ARGUMENTS = {
    kg.WGAN: {"critic_steps": 2, "clip": 0.3},
    kg.WGANGP: {"critic_steps": 4, "penalty_weight": 0.1},  # as the official code for points
    kg.HingeGAN: {"discriminator_steps": 1},
    kg.BEGAN: {"balance_rate": 0.01},
    kg.MGAN: {"diversity_weight": 0.05},
}
NEW = [game for game in GAMES if game not in (kg.GAN, kg.DCGAN)]


def narrow_autoencoder():
    """Of one hidden number: it can only reconstruct what lies near the data."""
    hidden = keras.layers.Dense(1, activation="tanh")
    return keras.Sequential([keras.Input((2,)), hidden, keras.layers.Dense(2)])


@pytest.mark.parametrize("game", NEW, ids=lambda game: game.__name__)
def test_the_mean_of_a_gaussian(game):
    """Data around (2, -1): after a short training the samples are around it, too."""
    networks = {"discriminator": narrow_autoencoder()} if game is kg.BEGAN else {}
    model = build_game(
        game, batch_norm=False, dropout=0, networks=networks, **ARGUMENTS.get(game, {})
    )
    betas = (0.0, 0.9) if game in (kg.WGAN, kg.WGANGP) else (0.5, 0.999)
    model.compile({player: keras.optimizers.Adam(3e-3, *betas) for player in model.players})
    data = np.random.default_rng(0).normal(CENTER, 0.3, (2048, 2)).astype("float32")
    labels = [np.arange(2048) % 3] if game in (kg.CGAN, kg.SAGAN) else []
    model.fit(data, *labels, batch_size=64, epochs=20, verbose=0)
    np.testing.assert_allclose(model.sample(500).mean(0), CENTER, atol=0.35)
