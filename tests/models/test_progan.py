import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gans as kg
from tests.models import growing
from tests.models.games import values_of
from tests.models.growing import LATENT_DIM, build_progan, images


def slopes(model, points):
    """Norms of the gradient of the discriminator at images, by a tape of the test's own."""
    points = tf.constant(points)
    with tf.GradientTape() as tape:
        tape.watch(points)
        scores = model.judge(points, training=True)
    gradient = tape.gradient(scores, points).numpy()
    return np.sqrt((gradient.reshape(len(gradient), -1) ** 2).sum(axis=1))


class TestProGAN:
    def test_terms_are_those_of_the_paper(self):
        """lambda / gamma^2 * E[(|grad D| - gamma)^2] between the two batches, and 0.001 * E[D^2]
        on the real one."""
        model = build_progan(penalty_weight=5.0, target_slope=3.0, drift_weight=0.5)
        model.fade_in(0.5)
        real = model.shrink(images(4))
        model.begin_step(images(4))
        mix = {}

        def keep(shape, seed, low=-1.0, high=1.0):
            mix["values"] = np.linspace(0, 1, shape[0]).astype("float32")
            return tf.constant(mix["values"])

        fake = tf.constant(images(4, seed=1))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(kg.models.progan.randomness, "uniform", keep)
            terms = model.discriminator_terms(real, fake, training=True)
        real_scores, fake_scores = (np.array(model.judge(x, training=True)) for x in (real, fake))
        points = real + mix["values"][:, None, None, None] * (fake - real)
        penalty = np.mean((slopes(model, points) - 3.0) ** 2)
        assert float(terms["discriminator_loss"]) == pytest.approx(
            fake_scores.mean() - real_scores.mean(), abs=1e-5
        )
        assert float(terms["gradient_penalty"]) == pytest.approx(5.0 / 9.0 * penalty, rel=1e-4)
        assert float(terms["drift_penalty"]) == pytest.approx(
            0.5 * np.mean(real_scores**2), rel=1e-5
        )
        generator_terms = model.generator_terms(fake_scores)
        assert float(generator_terms["generator_loss"]) == pytest.approx(
            -fake_scores.mean(), rel=1e-5
        )

    def test_batch_normalization_under_the_penalty_is_refused_by_name(self):
        model = build_progan(growing=False)
        normed = keras.layers.BatchNormalization(name="culprit")(model.discriminator.outputs[0])
        networks = {
            "generator": model.generator,
            "discriminator": keras.Model(model.discriminator.input, normed),
        }
        with pytest.raises(ValueError, match="`discriminator` must not normalise.*layer 'culprit'"):
            kg.ProGAN(image_shape=model.data_shape, latent_dim=LATENT_DIM, **networks)

    def test_optimizers_are_the_papers(self):
        for optimizer in build_progan().default_optimizers().values():
            settings = optimizer.get_config()
            assert settings["learning_rate"] == pytest.approx(1e-3)
            assert (settings["beta_1"], settings["beta_2"]) == (0.0, 0.99)
            assert settings["epsilon"] == 1e-8

    def test_latents_are_normal_and_pixel_normalised_by_the_generator(self):
        model = build_progan()
        latents = model.latents_for_sampling(3, 0)
        np.testing.assert_allclose(model(latents), model(10.0 * latents), atol=1e-4)

    @pytest.mark.parametrize("name", growing.BUILDERS)
    def test_latents_have_the_moments_of_a_normal_one(self, name):
        latents = np.array(growing.BUILDERS[name]().latents_for_sampling(20_000, 0))
        np.testing.assert_allclose([latents.mean(), latents.std()], [0, 1], atol=0.01)
        assert (latents**4).mean() == pytest.approx(3.0, abs=0.1) and np.abs(latents).max() > 3

    @pytest.mark.parametrize(
        "half_life, num, kept", [(4.0, 4, 0.5), (4.0, 8, 0.25), (1250.0, 4, 0.9977844)]
    )
    def test_half_life_of_the_average(self, half_life, num, kept):
        """With a half-life of 4 images, a step of 4 moves the average half the way; 0.9977844 is
        that of 32 images in the papers' 10,000."""
        model = build_progan(ema_half_life=half_life)
        rates = {"discriminator": 0.0, "generator": 100.0}
        model.compile({p: keras.optimizers.SGD(r) for p, r in rates.items()}, run_eagerly=True)
        before = values_of(model.generator.trainable_variables)
        model.train_on_batch(images(num))
        after = values_of(model.generator.trainable_variables)
        model.average_generator.trainable = True  # so that Keras lists its weights alike
        averages = values_of(model.average_generator.trainable_variables)
        moved = 0.0
        for old, new, average in zip(before, after, averages, strict=True):
            expected = kept * old + (1 - kept) * new
            np.testing.assert_allclose(average, expected, rtol=1e-5, atol=1e-6)
            moved = max(moved, np.abs(new - old).max())
        assert moved > 1.0

    @pytest.mark.parametrize(
        "wrong, message",
        [
            ({"penalty_weight": 0.0}, "`penalty_weight` must be greater than 0"),
            ({"target_slope": -1.0}, "`target_slope` must be greater than 0"),
            ({"drift_weight": -0.1}, "`drift_weight` must not be negative"),
        ],
    )
    def test_refuses(self, wrong, message):
        with pytest.raises(ValueError, match=message):
            build_progan(**wrong)

    def test_defaults_are_the_papers_networks(self):
        model = kg.ProGAN(image_shape=(4, 4, 3))
        assert model.latent_dim == 512 != LATENT_DIM
        assert model.generator.count_params() == 6_556_163
        assert model.discriminator.count_params() == 6_561_793
