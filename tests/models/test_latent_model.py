"""What GAN, DCGAN and all later latent models share: sampling, signatures, the order of moves."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gans import DCGAN, GAN
from tests.models.games import build_game, build_network, compile_sgd
from tests.models.tiny import build_model, points


class TestSample:
    def test_depends_on_the_seed_and_not_on_the_batch_size(self):
        model = build_model(DCGAN)
        samples = model.sample(10, seed=7)
        assert samples.dtype == np.float32 and samples.shape == (10, 2)
        np.testing.assert_array_equal(samples, model.sample(10, seed=7))
        np.testing.assert_allclose(samples, model.sample(10, seed=7, batch_size=3), rtol=1e-5)
        assert not np.allclose(samples, model.sample(10, seed=8))

    def test_first_samples_do_not_depend_on_how_many_follow(self):
        model = build_model(DCGAN)
        np.testing.assert_allclose(model.sample(3, seed=1), model.sample(8, seed=1)[:3], rtol=1e-5)

    @pytest.mark.parametrize("num, seed, received", [(0, 0, "num=0"), (3, -1, "seed=-1")])
    def test_refusals(self, num, seed, received):
        with pytest.raises(ValueError, match=f"must be an integer.*Received: {received}"):
            build_model(DCGAN).sample(num, seed=seed)


class TestLatents:
    @pytest.mark.parametrize("model_class, limit", [(GAN, 3**0.5), (DCGAN, 1.0)])
    def test_prior_of_the_paper(self, model_class, limit):
        latents = build_model(model_class).latents_for_sampling(20_000, seed=0).numpy()
        assert -limit <= latents.min() < -0.99 * limit and 0.99 * limit < latents.max() <= limit
        np.testing.assert_allclose(latents.std(), limit / 3**0.5, rtol=0.02)


class TestPayoffs:
    @pytest.mark.parametrize("model_class, share", [(GAN, 0.5), (DCGAN, 1.0)])
    def test_by_hand(self, model_class, share):
        """Odds of 3 to 1 for real samples and 1 to 3 for fakes: log 4/3 each for the discriminator,
        and for the generator log 4, where the minimax loss would be -log 4/3."""
        model, odds = build_model(model_class), math.log(3)
        real, fake = np.full((5, 1), odds, "float32"), np.full((5, 1), -odds, "float32")
        terms = {**model.discriminator_terms(real, fake), **model.generator_terms(fake)}
        expected = {
            "discriminator_loss": share * 2 * math.log(4 / 3),
            "generator_loss": math.log(4),
        }
        assert {name: float(term) for name, term in terms.items()} == pytest.approx(expected)


class TestMoves:
    def test_dcgan_steps_the_discriminator_first(self):
        """The generator's gradient must go through the discriminator after its own step."""
        model = build_model(DCGAN, batch_norm=False, dropout=0, compiled=False)
        model.compile({player: keras.optimizers.SGD(0.1) for player in model.players})
        latents = np.ones((8, 3), "float32")
        model.draw_latents = lambda num, seed: tf.constant(latents[:num])
        real = points(8)
        reference = keras.models.clone_model(model.discriminator)
        reference.set_weights(model.discriminator.get_weights())
        variables = reference.trainable_variables
        with tf.GradientTape() as tape:
            loss = model.discriminator_terms(reference(real), reference(model.generator(latents)))
        for variable, gradient in zip(
            variables,
            tape.gradient(loss["discriminator_loss"], [v.value for v in variables]),
            strict=True,
        ):
            variable.assign_sub(0.1 * gradient)
        kernel = model.generator.trainable_variables[0]
        with tf.GradientTape() as tape:
            loss = model.generator_terms(reference(model.generator(latents)))["generator_loss"]
        expected = kernel.numpy() - 0.1 * tape.gradient(loss, kernel.value).numpy()
        model.train_on_batch(real)
        np.testing.assert_allclose(kernel.numpy(), expected, rtol=1e-4, atol=1e-7)

    def test_batch_norm_of_the_discriminator_sees_real_images_and_fakes_apart(self):
        judge = build_network([(2,)], batch_norm=True)
        model = compile_sgd(build_game(DCGAN, networks={"discriminator": judge}))
        latents = np.random.default_rng(0).uniform(-1, 1, (16, 3)).astype("float32")
        model.draw_latents = lambda num, seed: tf.constant(latents[:num])
        real = points(16) + 3.0
        fake = model.generator(latents, training=True)
        apart = [judge(samples, training=True) for samples in (real, fake)]
        expected = model.discriminator_terms(*apart)["discriminator_loss"]
        together = judge(np.concatenate([real, fake]), training=True)
        mixed = model.discriminator_terms(together[:16], together[16:])["discriminator_loss"]
        assert abs(float(mixed - expected)) > 1e-2
        logs = model.train_on_batch(real, return_dict=True)
        assert logs["discriminator_loss"] == pytest.approx(float(expected), rel=1e-5)
        expected = model.generator_terms(apart[1])["generator_loss"]
        assert logs["generator_loss"] == pytest.approx(float(expected), rel=1e-5)

    def test_gan_steps_both_players_from_the_weights_before(self):
        model = build_model(GAN, batch_norm=False, dropout=0, compiled=False)
        model.compile({player: keras.optimizers.SGD(0.1) for player in model.players})
        latents = np.ones((8, 3), "float32")
        model.draw_latents = lambda num, seed: tf.constant(latents[:num])
        kernel = model.generator.trainable_variables[0]
        with tf.GradientTape() as tape:
            fake_logits = model.discriminator(model.generator(latents))
            loss = model.generator_terms(fake_logits)["generator_loss"]
        expected = kernel.numpy() - 0.1 * tape.gradient(loss, kernel.value).numpy()
        model.train_on_batch(points(8))
        np.testing.assert_allclose(kernel.numpy(), expected, rtol=1e-4, atol=1e-7)

    @pytest.mark.parametrize("model_class", [GAN, DCGAN])
    def test_learns_the_mean_of_a_gaussian(self, model_class):
        """Data around (2, -1): after a short training the samples are around it, too."""
        model = build_model(model_class, batch_norm=False, dropout=0, compiled=False)
        model.compile({player: keras.optimizers.Adam(3e-3, beta_1=0.5) for player in model.players})
        data = points(2048) * 0.3 + np.array([2.0, -1.0], "float32")
        model.fit(data, batch_size=64, epochs=20, verbose=0)
        np.testing.assert_allclose(model.sample(500).mean(0), [2.0, -1.0], atol=0.35)


class TestPaperDefaults:
    def test_dcgan_optimizers(self):
        model = DCGAN(image_shape=(28, 28, 1))
        model.compile()
        for player in ("generator", "discriminator"):
            config = model.optimizers[player].get_config()
            assert config["name"] == player
            np.testing.assert_allclose(
                [config[k] for k in ("learning_rate", "beta_1", "beta_2", "epsilon")],
                [2e-4, 0.5, 0.999, 1e-8],
            )

    def test_gan_optimizers(self):
        model = build_model(GAN)
        config = model.optimizers["generator"].get_config()
        assert (config["momentum"], config["final_momentum"], config["ramp_end"]) == (
            0.5,
            0.7,
            125_000,
        )
        np.testing.assert_allclose(model.optimizers["generator"].learning_rate, 0.1)

    @pytest.mark.parametrize("model_class", [GAN, DCGAN])
    def test_one_step_on_images_with_the_default_networks(self, model_class):
        model = model_class(image_shape=(28, 28, 1))
        model.compile()
        images = np.random.default_rng(0).uniform(-1, 1, (8, 28, 28, 1)).astype("float32")
        logs = model.train_on_batch(images, return_dict=True)
        assert np.isfinite(list(logs.values())).all()
        samples = model.sample(3)
        assert samples.shape == (3, 28, 28, 1) and np.abs(samples).max() <= 1.0


class TestSignatures:
    def test_images_have_three(self):
        signatures = DCGAN(image_shape=(28, 28, 1)).serving_signatures()
        assert set(signatures) == {"serving_default", "sample", "sample_png"}

    def test_points_have_two_and_sample_floats(self):
        model = build_model(DCGAN)
        signatures = model.serving_signatures()
        assert set(signatures) == {"serving_default", "sample"}
        function, _ = signatures["sample"]
        np.testing.assert_allclose(function(4, 9)["images"], model.sample(4, seed=9), rtol=1e-5)
