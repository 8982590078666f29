import keras
import numpy as np
import pytest

import keras_gans as kg
from keras_gans import networks
from tests.models.games import assert_all_equal, check_gradient, values_of
from tests.models.growing import (
    BUILDERS,
    LATENT_DIM,
    MADE,
    SHAPE,
    batches,
    build_progan,
    images,
    make_noisy,
)

every_model = pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)


def shrunk(pictures, factor):
    n, height, width, channels = pictures.shape
    blocks = pictures.reshape(n, height // factor, factor, width // factor, factor, channels)
    return blocks.mean(axis=(2, 4))


def step(model, num=4):
    return model.train_on_batch(images(num), return_dict=True)


@every_model
class TestGrowingModel:
    def test_works_at_the_full_resolution_until_it_is_told_otherwise(self, build):
        model = build()
        assert model.resolutions == (4, 8)
        assert (model.resolution, model.alpha) == (8, 1.0)

    def test_a_step_changes_the_working_part_only(self, build):
        model = build(ema_decay=0.5)
        model.compile(run_eagerly=True)
        model.grow_to(4)
        variables = {p: model.variables_of(p) for p in model.players}
        before = {p: values_of(v) for p, v in variables.items()}
        step(model)
        for player in model.players:
            active = {id(variable) for variable in model.active_variables_of(player)}
            assert 0 < len(active) < len(variables[player])
            for old, variable in zip(before[player], variables[player], strict=True):
                if id(variable) not in active:
                    np.testing.assert_array_equal(old, variable)
                elif old.ndim > 1 and "style" not in variable.path:
                    assert not np.array_equal(old, variable), variable.path
        names = {variable.path for p in model.players for variable in model.active_variables_of(p)}
        assert not any("_8" in name for name in names)

    @pytest.mark.parametrize("player", ["generator", "discriminator"])
    def test_a_step_is_the_gradient_of_its_terms_in_a_fade(self, build, player):
        model = build()
        make_noisy(model)
        model.fade_in(0.5)
        check_gradient(model, player, [images(4)], size=3e-5, rtol=0.05)

    def test_optimizers_know_all_variables(self, build):
        model = build()
        model.grow_to(4)
        model.compile()
        for player, optimizer in model.optimizers.items():
            slots = 2 * len(model.variables_of(player))
            assert len(optimizer.variables) == slots + 2  # iterations and the learning rate

    def test_real_images_are_faded_as_the_networks_are(self, build):
        model = build()
        pictures = images(3)
        np.testing.assert_allclose(model.shrink(pictures), pictures, atol=1e-6)
        model.fade_in(0.25)
        coarse = shrunk(pictures, 2).repeat(2, axis=1).repeat(2, axis=2)
        expected = 0.25 * pictures + 0.75 * coarse
        np.testing.assert_allclose(model.shrink(pictures), expected, atol=1e-6)
        model.grow_to(4)
        np.testing.assert_allclose(model.shrink(pictures), shrunk(pictures, 2), atol=1e-6)

    def test_a_step_sees_faded_real_images(self, build):
        model = build()
        model.fade_in(0.25)
        seen, _ = model.begin_step(images(3))
        np.testing.assert_allclose(seen, model.shrink(images(3)), atol=1e-6)
        assert np.abs(np.array(seen) - images(3)).max() > 0.1

    def test_samples_have_the_full_size(self, build):
        model = build()
        large = model.sample(3, seed=1)
        model.fade_in(0.0)
        faded = model.sample(3, seed=1)
        model.grow_to(4)
        small = model.sample(3, seed=1)
        assert large.shape == small.shape == (3, *SHAPE)
        np.testing.assert_allclose(small, faded, atol=1e-6)  # nothing of the new level yet
        np.testing.assert_array_equal(small[:, ::2, ::2], small[:, 1::2, 1::2])
        assert np.abs(large - small).max() > 1e-3

    def test_averages_fade_too(self, build):
        model = build(ema_decay=0.5)
        model.fade_in(0.5)
        name = model.grown_networks[0]
        for network in (getattr(model, name), getattr(model, f"average_{name}")):
            assert float(network.get_layer("fade_8").alpha) == 0.5

    def test_a_saved_model_works_where_it_was(self, build, tmp_path):
        model = build(ema_half_life=10.0)
        model.compile(run_eagerly=True)
        model.grow_to(4)
        step(model)
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        assert loaded.resolution == 4 and loaded.resolutions == (4, 8)
        plain = {k: v for k, v in model.get_config().items() if k not in model.network_names}
        assert {name: loaded.get_config()[name] for name in plain} == plain
        loaded.compile(loaded.default_optimizers(), run_eagerly=True)
        model.compile(run_eagerly=True)
        assert_all_equal([model.sample(2)], [loaded.sample(2)])
        assert step(model) == step(loaded)
        assert_all_equal(values_of(model.weights), values_of(loaded.weights))

    def test_fixed_networks_train_without_levels(self, build):
        model = build(growing=False)
        model.compile(run_eagerly=True)
        assert model.resolutions == (8,)
        assert all(np.isfinite(value) for value in step(model).values())
        assert model.sample(2).shape == (2, *SHAPE)

    def test_export_is_the_model_at_its_resolution(self, build, tmp_path):
        model = build()
        model.grow_to(4)
        model.export(tmp_path / "export")
        exported = kg.serving.Exported(tmp_path / "export")
        latents = np.random.default_rng(0).normal(size=(2, LATENT_DIM)).astype("float32")
        served = exported.run("serving_default", latents=latents)["images"]
        np.testing.assert_allclose(served, model(latents), atol=1e-6)
        assert served.shape == (2, *SHAPE)

    def test_float16_steps_are_close_to_float32(self, build):
        logs = {}
        for policy in ("float32", "mixed_float16"):
            keras.config.set_dtype_policy(policy)
            model = build()
            model.compile(run_eagerly=True)
            model.fade_in(0.5)
            logs[policy] = step(model)
        for name, value in logs["float32"].items():
            np.testing.assert_allclose(logs["mixed_float16"][name], value, rtol=0.05, atol=0.02)

    def test_evaluation_updates_nothing(self, build):
        model = build()
        model.compile(run_eagerly=True)
        before = values_of(model.weights)
        first = model.evaluate(images(4), batch_size=4, verbose=0, return_dict=True)
        assert first == model.evaluate(images(4), batch_size=4, verbose=0, return_dict=True)
        assert set(first) == set(model.term_names)
        assert_all_equal(before, values_of(model.weights))

    def test_augmentation_stands_before_every_level(self, build):
        model = build(augment=kg.layers.DiffAugment())
        model.compile(run_eagerly=True)
        for resolution in model.resolutions:
            model.grow_to(resolution)
            pictures = model.shrink(images(4))
            quiet = model.judge(pictures, training=False)
            np.testing.assert_array_equal(quiet, model.judge(pictures, training=False))
            assert np.any(model.judge(pictures, training=True) != quiet)
            assert all(np.isfinite(value) for value in step(model).values())

    def test_refuses_levels_that_are_not_there(self, build):
        with pytest.raises(ValueError, match="`resolution` must be one of \\(4, 8\\)"):
            build().grow_to(16)


def test_adaptive_augmentation_follows_what_stylegan_says_of_reals(tmp_path):
    """It rises with each step of 4 images, as the logits of reals are positive, and goes on after
    loading. Those of fakes are negative."""

    def sure(model):
        model.compile({p: keras.optimizers.SGD(0.0) for p in model.players}, run_eagerly=True)
        judge = model.judge

        def judge_by_name(pictures, training):
            is_real = np.array_equal(pictures, model.shrink(images(4)))
            return 0.0 * judge(pictures, training) + (1.0 if is_real else -1.0)

        model.judge = judge_by_name
        return model

    augment = kg.layers.AdaptiveAugment(images=100, interval=1, probability=0.5)
    model = sure(BUILDERS["StyleGAN"](augment=augment, r1_interval=2))
    logged = [step(model)["augmentation_probability"] for _ in range(2)]
    assert logged == pytest.approx([0.5, 0.54])
    model.save(tmp_path / "model.keras")
    loaded = sure(keras.models.load_model(tmp_path / "model.keras", compile=False))
    assert float(loaded.augment.probability()) == pytest.approx(0.58)
    assert step(loaded) == step(model)
    assert int(loaded.augment.calls) == int(model.augment.calls) > 0


def test_adaptive_augmentation_follows_no_critic():
    with pytest.raises(ValueError, match="must not adapt to a critic"):
        build_progan(augment=kg.layers.AdaptiveAugment())


class TestRefusals:
    def test_data_that_grows_without_the_callback(self):
        model = build_progan()
        model.compile()
        with pytest.raises(ValueError, match="must hold a `ProgressiveGrowth`"):
            model.fit(batches(), verbose=0)

    def test_a_weight_out_of_range(self):
        with pytest.raises(ValueError, match="`alpha` must be in .0, 1."):
            build_progan().fade_in(1.5)

    def test_growing_networks_without_levels_to_fade(self):
        generator = networks.build_progan_generator(LATENT_DIM, **MADE)
        renamed = keras.models.clone_model(
            generator,
            clone_function=lambda layer: type(layer).from_config(
                layer.get_config() | {"name": layer.name.replace("fade", "blend")}
            ),
        )
        with pytest.raises(ValueError, match="a `FadeIn` layer named 'fade_8'"):
            kg.ProGAN(
                image_shape=SHAPE,
                latent_dim=LATENT_DIM,
                generator=renamed,
                discriminator=networks.build_progan_discriminator(**MADE),
            )

    def test_images_that_are_not_square(self):
        with pytest.raises(ValueError, match="`image_shape` must be square"):
            kg.ProGAN(
                image_shape=(8, 4, 1),
                generator=networks.build_progan_generator(LATENT_DIM, **MADE),
                discriminator=networks.build_progan_discriminator(**MADE),
            )

    def test_sizes_that_are_no_power_of_two(self):
        with pytest.raises(ValueError, match="power of two"):
            kg.ProGAN(image_shape=(12, 12, 1))

    def test_networks_that_grow_differently(self):
        with pytest.raises(ValueError, match="equally many levels.*'generator': 2"):
            kg.ProGAN(
                image_shape=SHAPE,
                latent_dim=LATENT_DIM,
                generator=networks.build_progan_generator(LATENT_DIM, **MADE),
                discriminator=networks.build_progan_discriminator(growing=False, **MADE),
            )

    def test_batches_of_another_size(self):
        model = build_progan()
        model.compile(run_eagerly=True)
        with pytest.raises(ValueError, match="batch_size, 8, 8, 1"):
            model.train_on_batch(np.zeros((4, 16, 16, 1), "float32"))

    def test_half_life(self):
        with pytest.raises(ValueError, match="`ema_half_life` must be None or greater than 0"):
            build_progan(ema_half_life=0.0)
        with pytest.raises(ValueError, match="None beside `ema_decay`"):
            build_progan(ema_half_life=5.0, ema_decay=0.5)
