import numpy as np
import pytest

from keras_gans.callbacks import TranslationGrid
from keras_gans.utils.image_grid import save_image_grid
from tests.callbacks.test_sample_grid import frames_of, names_in, read
from tests.callbacks.tiny import tiny_gan
from tests.callbacks.tiny import train as train_gan
from tests.models.games import compile_sgd
from tests.models.translations import (
    build_cyclegan,
    build_judge,
    build_pix2pix,
    build_translator,
    images,
    pair,
)


def train(model, callback, epochs=1, **kwargs):
    if not model.compiled:
        compile_sgd(model, dict.fromkeys(model.players, 0.1))
    model.fit(*pair(2), epochs=epochs, callbacks=[callback], verbose=0, batch_size=2, **kwargs)
    return model


def save_rows(columns, path):
    """What the callback should draw: one example a row."""
    cells = [images[row] for row in range(len(columns[0])) for images in columns]
    save_image_grid(np.stack(cells), path, columns=len(columns))


class TestTranslationGrid:
    def test_pix2pix_shows_input_output_and_target(self, tmp_path):
        inputs, targets = pair(3, seed=5)
        model = train(build_pix2pix(), TranslationGrid(tmp_path / "new" / "a", (inputs, targets)))
        assert names_in(tmp_path / "new" / "a") == ["epoch_0001.png", "training.gif"]
        save_rows([inputs, model.translate(inputs), targets], tmp_path / "expected.png")
        np.testing.assert_array_equal(
            read(tmp_path / "new" / "a" / "epoch_0001.png"), read(tmp_path / "expected.png")
        )

    def test_cyclegan_shows_both_cycles(self, tmp_path):
        a, b = pair(2, seed=5)
        model = train(build_cyclegan(ema_decay=0.5), TranslationGrid(tmp_path / "s", (a, b)))
        columns = [a, *model.cycle(a, "a_to_b"), b, *model.cycle(b, "b_to_a")]
        save_rows(columns, tmp_path / "expected.png")
        np.testing.assert_array_equal(
            read(tmp_path / "s" / "epoch_0001.png"), read(tmp_path / "expected.png")
        )

    def test_gray_stands_beside_colour(self, tmp_path):
        model = build_pix2pix(
            image_shape=None,
            input_shape=(8, 8, 1),
            target_shape=(8, 8, 3),
            generator=build_translator(1, 3),
            discriminator=build_judge((8, 8, 1), (8, 8, 3)),
        )
        inputs, targets = images(2, (8, 8, 1)), images(2)
        compile_sgd(model)
        grid = TranslationGrid(tmp_path / "s", (inputs, targets))
        model.fit(inputs, targets, callbacks=[grid], verbose=0)
        columns = [inputs.repeat(3, axis=-1), model.translate(inputs), targets]
        save_rows(columns, tmp_path / "expected.png")
        np.testing.assert_array_equal(
            read(tmp_path / "s" / "epoch_0001.png"), read(tmp_path / "expected.png")
        )

    def test_noise_is_that_of_the_seed_in_every_epoch(self, tmp_path):
        inputs, targets = pair(1)
        model = compile_sgd(build_pix2pix(dropout=0.5))
        train(model, TranslationGrid(tmp_path / "a", (inputs, targets), seed=3), epochs=2)
        first, second = (read(tmp_path / "a" / f"epoch_000{epoch}.png") for epoch in (1, 2))
        np.testing.assert_array_equal(first, second)
        save_rows([inputs, model.translate(inputs, seed=3), targets], tmp_path / "expected.png")
        np.testing.assert_array_equal(first, read(tmp_path / "expected.png"))

    def test_training_is_as_without_it(self, tmp_path):
        import keras

        weights = []
        for callback in (TranslationGrid(tmp_path, pair(1)), keras.callbacks.Callback()):
            keras.utils.set_random_seed(0)
            weights.append(train(build_pix2pix(dropout=0.5), callback, epochs=2).get_weights())
        for first, second in zip(*weights, strict=True):
            np.testing.assert_array_equal(first, second)

    def test_a_resumed_training_is_animated_from_its_first_epoch(self, tmp_path):
        model = build_cyclegan()
        train(model, TranslationGrid(tmp_path, pair(1)), epochs=1)
        train(model, TranslationGrid(tmp_path, pair(1), every=2), epochs=4, initial_epoch=1)
        assert names_in(tmp_path) == [
            "epoch_0001.png",
            "epoch_0002.png",
            "epoch_0004.png",
            "training.gif",
        ]
        assert len(list(frames_of(tmp_path / "training.gif"))) == 3

    @pytest.mark.parametrize(
        "batch, arguments, message",
        [
            (pair(1), {"every": 0}, "`every` must be at least 1"),
            (pair(1), {"seed": -1}, "`seed` at least 0. Received: every=1, seed=-1"),
            ((images(1),), {}, "`batch` must be a tuple of two arrays of images"),
            ((images(1), np.zeros(1)), {}, "Received: batch with shapes [(1, 8, 8, 3), (1,)]"),
            (pair(0), {}, "with num >= 1"),
            ((images(1, (8, 8, 2)), images(1)), {}, "(num, height, width, 1 or 3)"),
            ((images(1), images(2)), {}, "`batch` must hold equally many images on both sides"),
        ],
    )
    def test_refusals(self, batch, arguments, message):
        with pytest.raises(ValueError) as error:
            TranslationGrid("unused", batch, **arguments)
        assert message in str(error.value)

    def test_examples_and_models_that_do_not_fit_stop_before_training(self, tmp_path):
        model = build_pix2pix()
        with pytest.raises(ValueError, match="`y` must have the shape .batch_size, 8, 8, 3."):
            train(model, TranslationGrid(tmp_path, (images(1), images(1, (8, 8, 1)))))
        assert int(model.step) == 0
        with pytest.raises(ValueError, match="draws models that translate images. Received: DCGAN"):
            train_gan(tiny_gan((8, 8, 3)), [TranslationGrid(tmp_path, pair(1))])
