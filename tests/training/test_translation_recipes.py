"""The recipes of pix2pix and CycleGAN: data, defaults, rates, and the folder that they leave."""

import keras
import numpy as np
import PIL.Image
import pytest

import train.__main__ as train_main
from keras_gans import CycleGAN, training
from keras_gans.optimizers import HoldThenLinear
from tests.test_cli_translate import names_in
from train.cyclegan import Recipe as CycleGANRecipe
from train.pix2pix import Recipe as Pix2PixRecipe

TINY = {"width": 2, "patch_layers": 1, "image_size": 32, "batch_size": 2, "epochs": 1}


@pytest.fixture
def folder(tmp_path):
    """Pairs side by side, and the same in two folders."""
    rng = np.random.default_rng(0)
    for number in range(4):
        pixels = rng.integers(0, 256, (36, 72, 3), dtype="uint8")
        for name, part in [
            ("both", pixels),
            ("trainA", pixels[:, :36]),
            ("trainB", pixels[:, 36:]),
        ]:
            path = tmp_path / "data" / name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            PIL.Image.fromarray(part).save(path)
    return tmp_path / "data"


class TestDefaults:
    @pytest.mark.parametrize("recipe", [Pix2PixRecipe, CycleGANRecipe], ids=["pix2pix", "cyclegan"])
    def test_the_papers_for_folders_and_small_ones_for_glyphs(self, recipe):
        paper, glyphs = recipe(data="glyphs_of_mine"), recipe()
        names = ("image_size", "batch_size", "epochs", "width", "patch_layers")
        assert [getattr(paper, name) for name in names] == [256, 1, 200, 64, 3]
        assert glyphs.data.startswith("glyphs/") and glyphs.image_size == 32
        assert paper.shown_split is None and glyphs.shown_split == "test"
        assert (paper.learning_rate, paper.beta_1) == (2e-4, 0.5)
        assert recipe(width=8).width == 8 and recipe(data="facades/", epochs=3).epochs == 3

    def test_that_differ(self):
        assert Pix2PixRecipe(data="facades/").decay_epochs == 0
        assert CycleGANRecipe(data="horse2zebra/").decay_epochs == 100
        assert CycleGANRecipe(data="horse2zebra/", epochs=20).decay_epochs == 10
        assert Pix2PixRecipe().direction == "AtoB"
        assert Pix2PixRecipe(data="facades/").direction is None

    def test_weights_are_the_papers_and_reach_the_model(self):
        pix2pix = {
            "reconstruction_weight": (100.0, 7.0),
            "adversarial_weight": (1.0, 0.5),
            "conditional": (True, False),
            "least_squares": (False, True),
        }
        cyclegan = {
            "cycle_weight": (10.0, 3.0),
            "identity_weight": (0.5, 0.25),
            "buffer_size": (50, 7),
        }
        for recipe, settings in ((Pix2PixRecipe, pix2pix), (CycleGANRecipe, cyclegan)):
            for number in range(2):
                wanted = {name: values[number] for name, values in settings.items()}
                given = wanted if number else {}
                model = recipe(**TINY, **given).model(((32, 32, 3), (32, 32, 3)))
                config = model.get_config()
                assert {name: config[name] for name in wanted} == wanted

    @pytest.mark.parametrize(
        "settings, message",
        [
            ({"score_every": 1}, "`score_every` must be 0"),
            ({"decay_epochs": 11}, "`decay_epochs` must be in .0, epochs.. Received: .*epochs=10"),
        ],
    )
    def test_refusals(self, settings, message):
        with pytest.raises(ValueError, match=message):
            Pix2PixRecipe(**settings)

    def test_direction_has_no_default_for_folders(self, folder):
        with pytest.raises(ValueError, match="`direction` must be"):
            Pix2PixRecipe(data=str(folder / "both"), **TINY).dataset()


class TestRates:
    def test_of_the_official_code(self):
        """Epoch k of 200 has m(k) = 1 - max(0, k + 1 - 100) / 101."""
        rate = HoldThenLinear(1.0, hold_steps=99, decay_steps=101)
        epochs = (99, 100, 150, 200)
        np.testing.assert_allclose(
            [float(rate(epoch)) for epoch in epochs], [1.0, 100 / 101, 50 / 101, 0.0], atol=1e-6
        )

    def test_the_recipe_falls_alike_but_in_every_step(self):
        recipe = CycleGANRecipe(data="horse2zebra/")
        (rate,) = {opt._learning_rate for opt in [recipe.optimizers(10)["generators"]]}
        for epoch in range(1, 201):
            official = 1 - max(0, epoch + 1 - 100) / 101
            in_the_middle = float(rate(10 * epoch - 5)) / 2e-4
            assert in_the_middle == pytest.approx(official, abs=0.016)
        assert float(rate(2000)) == 0.0

    def test_each_player_has_its_optimizer(self):
        optimizers = CycleGANRecipe(decay_epochs=0).optimizers(10)
        assert set(optimizers) == set(CycleGAN.players)
        for optimizer in optimizers.values():
            config = optimizer.get_config()
            assert config["learning_rate"] == pytest.approx(2e-4) and config["beta_1"] == 0.5


class TestData:
    def test_pairs_side_by_side_and_in_two_folders(self, folder):
        side_by_side = Pix2PixRecipe(data=str(folder / "both"), direction="BtoA", **TINY)
        apart = Pix2PixRecipe(
            data=str(folder / "trainA"), data_b=str(folder / "trainB"), direction="BtoA", **TINY
        )
        results = [recipe.dataset().arrays() for recipe in (side_by_side, apart)]
        for first, second in zip(*results, strict=True):
            np.testing.assert_allclose(first, second, atol=1e-6)

    def test_domains_of_one_folder_and_of_two(self, folder):
        of_one = CycleGANRecipe(data=str(folder), **TINY)
        of_two = CycleGANRecipe(data=str(folder / "trainA"), data_b=str(folder / "trainB"), **TINY)
        results = [recipe.dataset().arrays() for recipe in (of_one, of_two)]
        for first, second in zip(*results, strict=True):
            np.testing.assert_array_equal(first, second)

    def test_gray_to_colour(self):
        recipe = Pix2PixRecipe(data="glyphs/colour_4_4", **TINY)
        shapes = recipe.data_shape(recipe.dataset())
        assert shapes == ((32, 32, 1), (32, 32, 3))
        model = recipe.model(shapes)
        assert (model.input_shape, model.target_shape) == shapes


class TestRuns:
    @pytest.mark.parametrize("name", ["pix2pix", "cyclegan"])
    def test_two_steps_on_glyphs(self, name, capsys):
        flags = ["--width", "2", "--batch-size", "2", "--dry-run", "--data", "glyphs/slant_8_8"]
        flags += ["--blocks", "1"] if name == "cyclegan" else []
        assert train_main.main([name, *flags]) == 0
        assert '"patch_layers": 2' in capsys.readouterr().out

    def test_a_folder_of_the_run(self, folder, tmp_path, capsys):
        recipe = Pix2PixRecipe(
            data=str(folder / "both"), direction="AtoB", output=tmp_path / "run", **TINY
        )
        model = training.run(recipe)
        assert names_in(tmp_path / "run" / "samples") == ["epoch_0001.png", "training.gif"]
        shown = capsys.readouterr().out
        export = tmp_path / "run" / "export" / "1"
        assert f"python -m keras_gans translate {export} photos/ translated/" in shown
        loaded = keras.models.load_model(tmp_path / "run" / "final.keras")
        examples = np.zeros((1, 32, 32, 3), "float32")
        np.testing.assert_array_equal(loaded.translate(examples), model.translate(examples))
