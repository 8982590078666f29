"""The recipes of growing networks: presets, their cost, and continuing."""

import dataclasses

import keras
import numpy as np
import pytest

import train.cgan
import train.progan
import train.sagan
import train.stylegan
from train import _presets

TINY = [
    *("--image-size", "8", "--batch-size", "4", "--stable-kimg", "0.008", "--fade-kimg", "0.008"),
    *("--latent-dim", "4", "--base-width", "8", "--max-width", "4", "--steps-per-epoch", "3"),
]

ONE_DEVICE = {4: 128, 8: 128, 16: 128, 32: 64, 64: 32, 128: 16, 256: 8, 512: 4, 1024: 4}
STYLE_RATES = {128: 0.0015, 256: 0.002, 512: 0.003, 1024: 0.003}
# From a preset to its batch sizes, the learning rates that are not 0.001, kimg of a stretch and in
# all, and the group of the minibatch standard deviation.
PAPERS = {
    (train.progan, "celebahq-1024"): (ONE_DEVICE, {1024: 0.0015}, 600, 12_000, 4),
    (train.progan, "celebahq-1024-paper"): (
        {4: 16, 8: 16, 16: 16, 32: 16, 64: 16, 128: 16, 256: 14, 512: 6, 1024: 3},
        *({}, 800, 19_000, 16),
    ),
    (train.progan, "celebahq-512"): (ONE_DEVICE, {}, 600, 12_000, 4),
    (train.progan, "lsun-256"): (ONE_DEVICE, {}, 600, 12_000, 4),
    **{
        (train.stylegan, f"ffhq-{size}"): (ONE_DEVICE, STYLE_RATES, 600, 25_000, 4)
        for size in (1024, 512, 256)
    },
}


@pytest.fixture
def images(tmp_path):
    path = tmp_path / "images.npz"
    rng = np.random.default_rng(0)
    np.savez(path, images=rng.integers(0, 256, (32, 8, 8, 1)).astype("uint8"))
    return str(path)


def write_folder(path):
    path.mkdir()
    return path


class TestSettings:
    def test_epochs_are_those_of_the_schedule(self):
        recipe = train.progan.Recipe(image_size=16, stable_kimg=3.2, fade_kimg=1.6, batch_size=32)
        assert recipe.schedule().steps == 400  # 100 + 50 + 100 + 50 + 100
        assert recipe.epochs == 1
        assert dataclasses.replace(recipe, epochs=0, steps_per_epoch=150).epochs == 3

    def test_networks_that_do_not_grow_see_as_many_images(self):
        grown = train.progan.Recipe(image_size=16)
        fixed = dataclasses.replace(grown, growing=False, epochs=0)
        assert fixed.schedule().resolutions == (16,)
        assert fixed.schedule().steps == pytest.approx(grown.schedule().steps, abs=5)

    @pytest.mark.parametrize("module", [train.progan, train.stylegan])
    def test_presets_are_settings(self, module):
        for name, values in module.Recipe.presets.items():
            recipe = module.Recipe(preset=name, **values)
            assert recipe.schedule().resolution == int(name.split("-")[1])
            assert set(recipe.official_times) <= set(recipe.presets)

    @pytest.mark.parametrize("module", [train.progan, train.stylegan])
    def test_every_growing_preset_is_in_the_table(self, module):
        assert set(module.Recipe.presets) == {name for family, name in PAPERS if family is module}

    @pytest.mark.parametrize(("module", "name"), PAPERS)
    def test_the_papers_numbers(self, module, name):
        """The settings of the official codes' tables, by resolution and in thousands of images."""
        batch_sizes, rates, stretch, total, group = PAPERS[module, name]
        recipe = module.Recipe(preset=name, **module.Recipe.presets[name])
        segments = recipe.schedule().segments
        sizes = {segment.resolution: segment.batch_size for segment in segments}
        assert sizes == {size: batch_sizes[size] for size in sizes}
        assert {s.resolution: s.learning_rate for s in segments} == {
            size: rates.get(size, 0.001) for size in sizes
        }
        for number, segment in enumerate(segments):
            assert segment.first_image == pytest.approx(1000 * stretch * number, rel=1e-3)
        images = sum(segment.steps * segment.batch_size for segment in segments)
        assert images == pytest.approx(1000 * total, rel=1e-3)
        smaller = dataclasses.replace(recipe, batch_size=8).schedule().segments[0]
        assert smaller.batch_size == 8 and segments[0].batch_size == batch_sizes[4]
        assert min(sizes) == (8 if module is train.stylegan else 4)
        assert (recipe.group_size, recipe.mirror, recipe.channels) == (group, True, 3)
        assert (recipe.latent_dim, recipe.base_width, recipe.max_width) == (512, 8192, 512)
        for optimizer in recipe.optimizers(1000).values():
            assert (optimizer.beta_1, optimizer.beta_2, optimizer.epsilon) == (0.0, 0.99, 1e-8)
        if module is train.stylegan:
            assert (recipe.style_dim, recipe.mapping_layers) == (512, 8)
            assert (recipe.r1_weight, recipe.r1_interval) == (10.0, 1)
            assert recipe.mixing_probability == 0.9
            assert (recipe.ema_half_life, recipe.ema_decay) == (10_000.0, None)
        else:
            assert (recipe.penalty_weight, recipe.ema_decay) == (10.0, 0.999)

    def test_small_images_are_trained_as_by_ada(self):
        recipe = train.stylegan.Recipe()
        assert (recipe.learning_rate, recipe.mapping_layers) == (0.0025, 2)
        assert (recipe.mixing_probability, recipe.ema_half_life) == (0.0, 10_000.0)
        assert (recipe.r1_weight, recipe.r1_interval) == (1.0, 4)

    def test_the_numbers_of_sagan(self):
        recipe = train.sagan.Recipe(**train.sagan.Recipe.presets["imagenet-128"])
        assert (recipe.batch_size, recipe.latent_dim, recipe.width) == (256, 128, 64)
        assert recipe.epochs * (1_281_167 // 256) == pytest.approx(1_000_000, rel=1e-3)
        optimizers = recipe.optimizers(5004)
        rates = {player: float(each.learning_rate) for player, each in optimizers.items()}
        assert rates == {"generator": pytest.approx(1e-4), "discriminator": pytest.approx(4e-4)}
        assert {(each.beta_1, each.beta_2) for each in optimizers.values()} == {(0.0, 0.9)}
        assert recipe.attention_size is None and recipe.image_size // 4 == 32

    def test_the_learning_rate_factor_holds_for_the_schedule(self):
        recipe = train.progan.Recipe(learning_rates={32: 0.002}, learning_rate_factor=0.5)
        rates = [segment.learning_rate for segment in recipe.schedule().segments]
        assert set(rates[:-2]) == {0.0005} and set(rates[-2:]) == {0.001}

    def test_unknown_presets_are_refused(self):
        with pytest.raises(ValueError, match="`--preset` must be one of celebahq-1024"):
            train.progan.Recipe(preset="celeba")


class TestCosts:
    def test_multiply_adds_of_the_papers_generator(self):
        """Those of one image, counted from the official definitions: 0.042 G at 4 pixels, 0.344,
        1.55, 6.39 at 32 pixels."""
        recipe = train.progan.Recipe(
            image_size=32, latent_dim=512, base_width=8192, max_width=512, channels=3
        )
        rows = recipe.costs()
        counted = [row["generator"] / 1e9 for row in rows]
        np.testing.assert_allclose(counted, [0.042, 0.344, 1.55, 6.39], rtol=0.02)
        assert [row["images"] for row in rows] == [30_016, 60_032, 60_032, 60_032]

    def test_attention_and_spectral_normalization_count(self):
        """SAGAN's generator at 32 pixels, width 8: by the layer table of the paper's code."""
        recipe = train.sagan.Recipe(width=8, num_classes=None, channels=3)
        network = recipe.model((32, 32, 3)).generator
        total, channels = 128 * 16 * 32, 32
        for pixels, filters in {8: 32, 16: 16, 32: 8}.items():
            convolutions = 9 * channels * filters + 9 * filters * filters
            total += pixels**2 * convolutions + (pixels // 2) ** 2 * channels * filters
            channels = filters
        attention = network.get_layer("attention")
        side, depth = attention.output.shape[1], attention.output.shape[-1]
        area = side * side
        kernels = 2 * depth * depth // 8 + 2 * depth * depth // 2
        total += area * (kernels + area // 4 * (depth // 8 + depth // 2))
        total += 32 * 32 * 9 * 8 * 3
        assert _presets.multiply_adds(network) == total

    def test_the_machine_is_measured(self):
        assert 1e8 < _presets.machine_speed(seconds=0.05) < 1e15


class TestRun:
    def test_a_preset_alone_says_what_it_costs_and_trains_nothing(self, monkeypatch, capsys):
        monkeypatch.setattr(_presets, "machine_speed", lambda: 1e15)
        preset = ["--preset", "imagenet-128", "--num-classes", "data"]
        assert _presets.run(train.sagan.Recipe, preset) is None
        out = capsys.readouterr().out
        assert "1,000,800" in out and "about 2 weeks on four GPUs" in out
        assert "To train, say on what: --preset imagenet-128 --data FOLDER" in out

    def test_an_average_by_half_life_takes_the_place_of_the_other(self):
        recipe = train.progan.Recipe(ema_half_life=5000.0)
        assert (recipe.ema_decay, recipe.ema_half_life) == (None, 5000.0)
        assert train.progan.Recipe().ema_decay == 0.999
        recipe = train.stylegan.Recipe(ema_decay=0.99)
        assert (recipe.ema_decay, recipe.ema_half_life) == (0.99, None)

    def test_a_folder_says_how_many_classes_there_are(self, tmp_path):
        for name in "abc":
            keras.utils.save_img(write_folder(tmp_path / name) / "0.png", np.zeros((32, 32, 1)))
        recipe = train.sagan.Recipe(data=str(tmp_path), width=4, batch_size=3)
        model = recipe.model(recipe.data_shape(recipe.dataset()))
        assert model.num_classes == recipe.num_classes == 3
        recipe = train.cgan.Recipe(data=str(tmp_path), batch_size=3)
        assert recipe.model(recipe.data_shape(recipe.dataset())).num_classes == 3

    def test_a_folder_without_classes(self, tmp_path):
        keras.utils.save_img(write_folder(tmp_path / "all") / "0.png", np.zeros((32, 32, 3)))
        recipe = train.sagan.Recipe(data=str(tmp_path / "all"), width=4, batch_size=1)
        with pytest.raises(ValueError, match="--num-classes None trains without labels"):
            recipe.dataset()
        single = train.sagan.Recipe(data=str(tmp_path), width=4, batch_size=1)
        with pytest.raises(ValueError, match="at least 2 classes.*--num-classes None trains"):
            single.dataset()
        recipe = dataclasses.replace(recipe, num_classes=None)
        assert not recipe.model(recipe.data_shape(recipe.dataset())).is_conditional

    @pytest.mark.parametrize("module", [train.progan, train.stylegan])
    def test_growing_recipes_train_on_a_folder(self, module, tmp_path):
        folder = write_folder(tmp_path / "images")
        for number in range(4):
            keras.utils.save_img(folder / f"{number}.png", np.full((9, 12, 3), 40 * number))
        flags = [*TINY, "--start", "8"] if module is train.progan else TINY
        flags = [*flags, "--data", str(folder), "--dry-run"]
        model = _presets.run(module.Recipe, flags)
        assert model.data_shape == (8, 8, 3) and model.resolution == 8
        assert int(model.step.numpy()) == 2

    def test_sizes_are_looked_at_before_data(self):
        with pytest.raises(ValueError, match=r"`image_size` must be one of \(32, 64, 128\).*48"):
            train.sagan.Recipe(image_size=48)

    @pytest.mark.slow
    def test_the_same_command_continues(self, images, tmp_path):
        flags = [*TINY, "--data", images, "--output", str(tmp_path / "run")]
        model = _presets.run(train.progan.Recipe, [*flags, "--epochs", "1"])
        assert int(model.step.numpy()) == 3
        model = _presets.run(train.progan.Recipe, flags)
        assert int(model.step.numpy()) == 6
        assert (model.resolution, model.alpha) == (8, 1.0)

    def test_a_preset_says_what_it_costs(self, images, monkeypatch, capsys):
        monkeypatch.setattr(train.stylegan.Recipe, "presets", {"small-8": {"image_size": 8}})
        monkeypatch.setattr(_presets, "machine_speed", lambda: 1e9)
        flags = ["--data", images, "--max-width", "8", "--dry-run"]
        _presets.run(train.stylegan.Recipe, ["--preset=small-8", *TINY[2:], *flags])
        out = capsys.readouterr().out
        assert "What small-8 costs" in out and "This machine makes 1 G a second" in out
        assert '"preset": "small-8"' in out and '"max_width": 8' in out

    def test_refuses_an_unknown_preset(self):
        with pytest.raises(ValueError, match="`--preset` must be one of ffhq-1024.*'ffhq-64'"):
            _presets.run(train.stylegan.Recipe, ["--preset", "ffhq-64"])
