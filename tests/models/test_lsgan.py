import math

import numpy as np
import pytest
from keras import ops

import keras_gans as kg
from tests.models.games import build_game
from tests.networks.checks import trainable

REAL, FAKE = np.array([[2.0], [0.0]], "float32"), np.array([[1.0], [-1.0]], "float32")


class TestPayoffs:
    @pytest.mark.parametrize(
        "targets, discriminator_loss, generator_loss",
        [
            ((0.0, 1.0, 1.0), 0.5 * 1 + 0.5 * 1, 0.5 * 2),
            ((-1.0, 1.0, 0.0), 0.5 * 1 + 0.5 * 2, 0.5 * 1),  # Pearson's divergence
        ],
    )
    def test_by_hand(self, targets, discriminator_loss, generator_loss):
        names = ("fake_target", "real_target", "generator_target")
        model = build_game(kg.LSGAN, **dict(zip(names, targets, strict=True)))
        for copies in (1, 5):  # a mean: larger batches change nothing
            real, fake = np.tile(REAL, (copies, 1)), np.tile(FAKE, (copies, 1))
            terms = model.discriminator_terms(real, fake) | model.generator_terms(fake)
            np.testing.assert_allclose(terms["discriminator_loss"], discriminator_loss)
            np.testing.assert_allclose(terms["generator_loss"], generator_loss)

    def test_at_the_best_discriminator(self):
        half = ops.full((4, 1), 0.5)
        loss = build_game(kg.LSGAN).discriminator_terms(half, half)["discriminator_loss"]
        assert math.isclose(loss, 0.25)

    def test_fakes_far_on_the_right_side_are_pulled_back(self):
        model = build_game(kg.LSGAN)
        losses = [
            float(model.generator_terms(ops.full((2, 1), logit))["generator_loss"])
            for logit in (1.0, 2.0, 4.0)
        ]
        np.testing.assert_allclose(losses, [0.0, 0.5, 4.5])


def test_default_networks_of_112_pixels_are_the_papers():
    model = kg.LSGAN(image_shape=(112, 112, 3))
    sizes = [trainable(network) for network in (model.generator, model.discriminator)]
    assert sizes == [15_591_427, 4_333_441]


class TestRefusals:
    @pytest.mark.parametrize(
        "name, value",
        [
            ("real_target", float("inf")),
            ("fake_target", None),
            ("generator_target", float("nan")),
            ("generator_target", "1"),
        ],
    )
    def test_targets_that_are_no_numbers(self, name, value):
        with pytest.raises(ValueError, match=f"`{name}` must be a finite number"):
            build_game(kg.LSGAN, **{name: value})

    @pytest.mark.parametrize("targets", [{"real_target": 0.0}, {"fake_target": 1.0}])
    def test_targets_in_the_wrong_order(self, targets):
        with pytest.raises(ValueError, match="`real_target` must exceed `fake_target`"):
            build_game(kg.LSGAN, **targets)
