import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gans as kg
from keras_gans import networks
from tests.models.games import values_of
from tests.models.growing import LATENT_DIM, MADE, SHAPE, build_stylegan, images, make_noisy


@pytest.fixture
def trained():
    """A model whose average style, noise weights and step are those of a trained one."""
    model = build_stylegan()
    model.average_style.assign(np.array([1.0, -1.0, 0.5, 0.0]))
    model.step.assign(3)
    make_noisy(model)
    return model


class TestTerms:
    @pytest.mark.parametrize("alpha", [0.5, 1.0])
    def test_are_those_of_the_paper(self, alpha):
        model = build_stylegan(r1_weight=4.0)
        model.fade_in(alpha)
        real, fake = tf.constant(images(4)), tf.constant(images(4, seed=1))
        terms = model.discriminator_terms(real, fake, training=True)
        with tf.GradientTape() as tape:
            tape.watch(real)
            logits = model.judge(real, training=True)
        gradient = tape.gradient(logits, real).numpy().reshape(4, -1)
        fake_logits = np.array(model.judge(fake, training=True))
        expected = np.logaddexp(0, -np.array(logits)).mean() + np.logaddexp(0, fake_logits).mean()
        assert float(terms["discriminator_loss"]) == pytest.approx(expected, rel=1e-5)
        penalty = 4.0 / 2 * (gradient**2).sum(axis=1).mean()
        assert float(terms["r1_penalty"]) == pytest.approx(penalty, rel=1e-4)
        generator_terms = model.generator_terms(fake_logits)
        assert float(generator_terms["generator_loss"]) == pytest.approx(
            np.logaddexp(0, -fake_logits).mean(), rel=1e-5
        )

    def test_lazy_penalty_has_the_same_mean(self):
        """Every third step it weighs three times as much, and nothing in between."""
        lazy = build_stylegan(r1_interval=3)
        real, fake = tf.constant(images(4)), tf.constant(images(4, seed=1))
        taken = []
        for step in range(6):
            lazy.step.assign(step)
            taken.append(float(lazy.discriminator_terms(real, fake, True)["r1_penalty"]))
        lazy.r1_interval = 1
        always = float(lazy.discriminator_terms(real, fake, True)["r1_penalty"])
        np.testing.assert_allclose(taken, [3 * always, 0, 0, 3 * always, 0, 0], rtol=1e-5)
        lazy.r1_interval = 3
        held_out = float(lazy.discriminator_terms(real, fake, False)["r1_penalty"])
        assert held_out == pytest.approx(always, rel=1e-5)  # in evaluation every batch, unweighed

    def test_without_weight_nothing_is_penalised(self):
        model = build_stylegan(r1_weight=0.0)
        real = tf.constant(images(4))
        assert float(model.discriminator_terms(real, real, True)["r1_penalty"]) == 0


class TestStyles:
    def test_average_follows_with_decay_0_995_for_each_player(self):
        model = build_stylegan()
        styles = np.arange(8, dtype="float32").reshape(2, 4)
        model._follow_styles(styles)
        np.testing.assert_allclose(
            model.average_style, (1 - 0.995**2) * styles.mean(axis=0), rtol=1e-5
        )
        model._follow_styles(styles)
        np.testing.assert_allclose(
            model.average_style, (1 - 0.995**4) * styles.mean(axis=0), rtol=1e-5
        )

    def test_training_moves_the_average_and_evaluation_does_not(self):
        model = build_stylegan()
        model.compile(run_eagerly=True)
        model.evaluate(images(4), verbose=0)
        assert not np.any(model.average_style)
        model.train_on_batch(images(4))
        assert np.all(np.array(model.average_style) != 0)

    @pytest.mark.parametrize("resolution, working", [(4, 2), (8, 4)])
    def test_mixing_takes_the_later_layers_from_another_sample(self, resolution, working):
        """One crossover for the whole batch, somewhere among the working layers, never at 0."""
        model = build_stylegan(mixing_probability=1.0)
        model.compile()
        model.grow_to(resolution)
        styles = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
        crossovers = set()
        for step in range(24):
            model.step.assign(step)
            model.begin_step(images(3))
            mixed = np.array(model._mixed(tf.constant(styles), 3))
            own = (mixed == styles[:, None]).all(axis=-1)  # (3, num_styles)
            assert (own == own[0]).all() and own[0, 0]
            crossover = int(own[0].sum())
            assert not own[0, crossover:].any()
            crossovers.add(crossover)
        assert crossovers == set(range(1, working))

    def test_mixing_is_as_frequent_as_asked(self):
        model = build_stylegan(mixing_probability=0.25)
        styles = tf.zeros((1, 4))
        mixed = 0
        model.mapping = lambda latents, training: tf.ones((1, 4))  # whose style shows
        for step in range(200):
            model.step.assign(step)
            model.begin_step(images(1))
            mixed += bool(np.any(model._mixed(styles, 1)))
        assert 30 < mixed < 72  # 50 expected; 3.5 standard deviations

    def test_training_truncates_nothing(self, trained, monkeypatch):
        trained.mixing_probability = 0.0
        trained.begin_step(images(3))
        drawn, latents, given = trained.sample_latents, [], []

        def draw(num):
            latents.append(drawn(num))
            return latents[-1]

        part_of = trained.part_of

        def note(name):
            part = part_of(name)

            def synthesis(inputs, training):
                given.append(inputs[0])
                return part(inputs, training=training)

            return synthesis

        monkeypatch.setattr(trained, "sample_latents", draw)
        monkeypatch.setattr(trained, "part_of", note)
        trained.generate(3, training=True)
        styles = np.array(trained.mapping(latents[0]))  # the others are there to be mixed in
        expected = np.repeat(styles[:, None], trained.num_styles, axis=1)
        np.testing.assert_allclose(given[0], expected, rtol=1e-6)

    def test_truncation_pulls_to_the_average(self, trained):
        latents = trained.latents_for_sampling(3, 0)
        whole, half, none = [trained.map(latents, psi) for psi in (1.0, 0.5, 0.0)]
        assert whole.shape == (3, trained.num_styles, 4)
        average = np.array(trained.average_style)
        np.testing.assert_allclose(half, 0.5 * (whole + average), atol=1e-6)
        np.testing.assert_allclose(none, np.broadcast_to(average, none.shape), atol=1e-6)
        first = trained.map(latents, 0.0, truncated_layers=1)
        np.testing.assert_allclose(first[:, 0], none[:, 0])
        np.testing.assert_array_equal(first[:, 1:], whole[:, 1:])

    def test_truncation_concerns_eight_layers(self, trained):
        """Those up to 32 pixels; the finer ones of a larger model keep their style."""
        trained.num_styles = 10
        pulled = np.array(trained.truncated(np.full((1, 10, 4), 2.0, "float32"), 0.0))
        np.testing.assert_allclose(pulled[0, :8], np.tile(trained.average_style, (8, 1)))
        np.testing.assert_array_equal(pulled[0, 8:], 2.0)

    @pytest.mark.slow
    def test_truncation_leaves_what_is_finer_than_32_pixels_alone(self, tmp_path):
        made = {"image_shape": (64, 64, 1), "base_width": 32, "max_width": 2}
        model = kg.StyleGAN(
            image_shape=(64, 64, 1),
            latent_dim=4,
            mapping=networks.build_style_mapping(4, 4, 2),
            synthesis=networks.build_style_synthesis(style_dim=4, **made),
            discriminator=networks.build_style_discriminator(group_size=1, **made),
        )
        model.step.assign(1)
        model.average_style.assign([1.0, -1.0, 0.5, 0.0])
        whole, none = model.styles_of([5, 9]), model.styles_of([5, 9], 0.0)
        assert whole.shape == (2, 10, 4)
        np.testing.assert_array_equal(none[:, 8:], whole[:, 8:])
        np.testing.assert_allclose(none[:, :8] - model.average_style, 0.0, atol=1e-6)
        model.export(tmp_path / "export")
        exported = kg.serving.Exported(tmp_path / "export")
        of_seeds = exported.run("styles_of_seeds", seeds=[5, 9], truncation=0.0)["styles"]
        np.testing.assert_allclose(of_seeds, none, atol=1e-5)

    def test_truncation_before_any_training_is_refused(self):
        with pytest.raises(ValueError, match="`truncation` needs the average style.*0.7"):
            build_stylegan().sample(2, truncation=0.7)


class TestSamples:
    def test_the_same_seed_gives_the_same_samples_in_any_batch(self, trained):
        together = trained.sample(5, seed=2)
        np.testing.assert_allclose(together, trained.sample(5, seed=2, batch_size=2), atol=1e-6)
        assert np.abs(together - trained.sample(5, seed=3)).max() > 1e-3

    def test_noise_varies_the_details_only_if_asked(self, trained):
        own, fixed = trained.sample(2, seed=2), trained.sample(2, seed=2, noise_seed=4)
        other = trained.sample(2, seed=2, noise_seed=5)
        assert np.abs(own - fixed).max() > 1e-3 and np.abs(fixed - other).max() > 1e-3
        np.testing.assert_array_equal(fixed, trained.sample(2, seed=2, noise_seed=4))

    def test_synthesize_of_map_is_sample(self, trained):
        styles = trained.map(trained.latents_for_sampling(2, 7), truncation=0.7)
        np.testing.assert_allclose(
            trained.synthesize(styles, noise_seed=4),
            trained.sample(2, seed=7, truncation=0.7, noise_seed=4),
            atol=1e-6,
        )

    def test_one_style_serves_all_layers(self, trained):
        style = np.ones((1, 4), "float32")
        np.testing.assert_array_equal(
            trained.synthesize(style), trained.synthesize(np.ones((1, 4, 4), "float32"))
        )

    def test_mix(self, trained):
        grid = trained.mix([0, 1], [2, 3, 4], layers=[2, 3])
        assert grid.shape == (2, 3, *SHAPE)
        first, second = trained.styles_of([1]), trained.styles_of([4])
        mixed = np.concatenate([first[:, :2], second[:, 2:]], axis=1)
        np.testing.assert_allclose(grid[1, 2], trained.synthesize(mixed)[0], atol=1e-6)
        all_layers = trained.mix([0, 1], [2], layers=range(4))
        np.testing.assert_allclose(all_layers[0], all_layers[1], atol=1e-6)

    def test_one_seed_and_one_layer_need_no_list(self, trained):
        expected = trained.mix([0], [1], [2])
        np.testing.assert_array_equal(trained.mix(0, 1, 2), expected)
        np.testing.assert_array_equal(trained.mix({0}, range(1, 2), {2}), expected)

    def test_interpolate_passes_through_its_samples(self, trained):
        path = trained.interpolate([0, 1, 2], frames=4)
        assert path.shape == (9, *SHAPE)
        ends = trained.synthesize(trained.styles_of([0, 1, 2]))
        np.testing.assert_allclose(path[::4], ends, atol=1e-6)
        styles = trained.styles_of([0, 1])
        middle = trained.synthesize(styles.mean(axis=0, keepdims=True))
        np.testing.assert_allclose(path[2], middle[0], atol=1e-6)

    @pytest.mark.parametrize(
        "call, message",
        [
            (lambda m: m.synthesize(np.zeros((2, 3, 4))), r"\(num, 4, 4\).*\(2, 3, 4\)"),
            (lambda m: m.synthesize(np.zeros((2, 5))), r"\(num, 4\).*\(2, 4, 5\)"),
            (lambda m: m.mix([0], [1], layers=[4]), "some of 0 to 3"),
            (lambda m: m.mix([0], [1], layers=[]), "some of 0 to 3"),
            (lambda m: m.interpolate([0], frames=2), "at least 2"),
            (lambda m: m.interpolate([0, 1], frames=0), "`frames` must be"),
            (lambda m: m.map(np.zeros((2, LATENT_DIM + 1))), "`latents` must have the shape"),
            (lambda m: m.sample(0), "`num` must be"),
            (lambda m: m.sample(1, noise_seed=-1), "`noise_seed` must be"),
            (lambda m: m.mix([-1], [1], layers=[1]), "Seeds must be"),
            (lambda m: m.mix([], [1], layers=[1]), "Seeds must be"),
        ],
    )
    def test_refusals(self, trained, call, message):
        with pytest.raises(ValueError, match=message):
            call(trained)


class TestStyleGAN:
    def test_mapping_and_synthesis_are_one_player(self):
        model = build_stylegan(ema_decay=0.5)
        model.compile(run_eagerly=True)
        before = {name: values_of(getattr(model, name).weights) for name in model.network_names}
        model.train_on_batch(images(4))
        for name in model.network_names:
            after = values_of(getattr(model, name).weights)
            assert any(np.any(a != b) for a, b in zip(before[name], after, strict=True)), name
        assert model.average_names == ("average_mapping", "average_synthesis")

    def test_export_takes_truncation_and_styles(self, trained, tmp_path):
        trained.export(tmp_path / "export")
        exported = kg.serving.Exported(tmp_path / "export")
        pictures = exported.run("sample", num_images=2, seed=3, truncation=0.5)["images"]
        expected = trained.sample(2, seed=3, truncation=0.5)
        np.testing.assert_allclose(pictures, 127.5 * (np.clip(expected, -1, 1) + 1), atol=0.51)
        latents = np.array(trained.latents_for_sampling(2, 3))
        styles = exported.run("map", latents=latents)["styles"]
        np.testing.assert_allclose(styles, trained.map(latents), atol=1e-5)
        of_seeds = exported.run("styles_of_seeds", seeds=[5, 9], truncation=0.5)["styles"]
        np.testing.assert_allclose(of_seeds, trained.styles_of([5, 9], 0.5), atol=1e-5)
        drawn = exported.run("synthesize", styles=styles, noise_seed=1)["images"]
        expected = trained.synthesize(styles, noise_seed=1)
        np.testing.assert_allclose(drawn, 127.5 * (np.clip(expected, -1, 1) + 1), atol=0.51)

    def test_predict_takes_latents(self, trained):
        latents = np.array(trained.latents_for_sampling(3, 0))
        assert trained.predict(latents, verbose=0).shape == (3, *SHAPE)

    def test_defaults_are_the_papers_networks(self):
        model = kg.StyleGAN(image_shape=(4, 4, 3))
        assert model.mapping.count_params() == 2_101_248
        assert model.mapping.count_params() + model.synthesis.count_params() == 5_522_947
        for optimizer in model.default_optimizers().values():
            settings = optimizer.get_config()
            assert settings["learning_rate"] == pytest.approx(1e-3)
            assert (settings["beta_1"], settings["beta_2"]) == (0.0, 0.99)

    @pytest.mark.parametrize(
        "wrong, message",
        [
            ({"r1_weight": -1.0}, "`r1_weight` must not be negative"),
            ({"r1_interval": 0}, "`r1_interval` must be an integer of at least 1"),
            ({"mixing_probability": 1.5}, "`mixing_probability` must be in"),
        ],
    )
    def test_refuses_arguments(self, wrong, message):
        with pytest.raises(ValueError, match=message):
            build_stylegan(**wrong)

    @pytest.mark.parametrize(
        "synthesis, message",
        [
            (lambda: networks.build_style_synthesis(style_dim=5, **MADE), "size that `mapping`"),
            (lambda: networks.build_progan_generator(LATENT_DIM, **MADE), "`synthesis` must take"),
            (
                lambda: networks.build_style_synthesis(
                    (8, 8, 3), 4, **{k: v for k, v in MADE.items() if k != "image_shape"}
                ),
                r"must give images .*\(8, 8, 1\).*Received.*\(8, 8, 3\)",
            ),
        ],
    )
    def test_refuses_networks_that_do_not_fit(self, synthesis, message):
        with pytest.raises(ValueError, match=message):
            kg.StyleGAN(
                image_shape=SHAPE,
                latent_dim=LATENT_DIM,
                mapping=networks.build_style_mapping(LATENT_DIM, 4, 2),
                synthesis=synthesis(),
                discriminator=networks.build_style_discriminator(**MADE),
            )

    def test_refuses_a_synthesis_with_more_styles_than_layers(self):
        inner = networks.build_style_synthesis(style_dim=4, growing=False, **MADE)
        inputs = [keras.Input((6, 4)), keras.Input((2,), dtype="int64")]
        synthesis = keras.Model(inputs, inner([inputs[0][:, :4], inputs[1]]))
        with pytest.raises(ValueError, match="must take 4 styles for 8 pixels.*that takes 6"):
            kg.StyleGAN(
                image_shape=SHAPE,
                latent_dim=LATENT_DIM,
                mapping=networks.build_style_mapping(LATENT_DIM, 4, 2),
                synthesis=synthesis,
                discriminator=networks.build_style_discriminator(growing=False, **MADE),
            )
