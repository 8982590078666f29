import numpy as np
import PIL.Image
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from keras_gans.callbacks import SampleGrid
from keras_gans.callbacks.animation import MOST_FRAMES, write_gif
from keras_gans.utils.image_grid import save_image_grid
from tests.callbacks.tiny import tiny_gan, train

IMAGES = (4, 4, 1)


def read(path):
    with PIL.Image.open(path) as picture:
        return np.asarray(picture)


def frames_of(path):
    with PIL.Image.open(path) as animation:
        for index in range(animation.n_frames):
            animation.seek(index)
            yield np.asarray(animation.convert("L"))


def names_in(directory):
    return sorted(path.name for path in directory.iterdir())


class TestSampleGrid:
    def test_a_picture_an_epoch_and_an_animation(self, tmp_path):
        model = tiny_gan(IMAGES)
        train(model, [SampleGrid(tmp_path / "new" / "folder", side=2)], epochs=2)
        assert names_in(tmp_path / "new" / "folder") == [
            "epoch_0001.png",
            "epoch_0002.png",
            "training.gif",
        ]

    def test_shows_the_samples_of_the_seed(self, tmp_path):
        model = tiny_gan(IMAGES)
        train(model, [SampleGrid(tmp_path, side=3, seed=5)])
        save_image_grid(model.sample(9, seed=5), tmp_path / "expected.png", columns=3)
        np.testing.assert_array_equal(
            read(tmp_path / "epoch_0001.png"), read(tmp_path / "expected.png")
        )

    def test_the_latents_are_the_same_in_every_epoch(self, tmp_path):
        model = tiny_gan(IMAGES)
        model.compile({player: "sgd" for player in model.players}, run_eagerly=False)
        for optimizer in model.optimizers.values():
            optimizer.learning_rate = 0.0
        model.generator.layers[1].momentum = 1.0  # of the batch statistics: nothing moves at all
        train(model, [SampleGrid(tmp_path, side=2)], epochs=2)
        np.testing.assert_array_equal(
            read(tmp_path / "epoch_0001.png"), read(tmp_path / "epoch_0002.png")
        )

    def test_shows_the_average_where_one_is_kept(self, tmp_path):
        model = tiny_gan(IMAGES, ema_decay=0.5)
        train(model, [SampleGrid(tmp_path, side=2)])
        averaged = model.average_generator(model.latents_for_sampling(4, 0), training=False)
        save_image_grid(averaged, tmp_path / "expected.png", columns=2)
        np.testing.assert_array_equal(
            read(tmp_path / "epoch_0001.png"), read(tmp_path / "expected.png")
        )

    def test_every_and_animate(self, tmp_path):
        train(tiny_gan(IMAGES), [SampleGrid(tmp_path, side=1, every=2, animate=False)], epochs=5)
        assert names_in(tmp_path) == ["epoch_0002.png", "epoch_0004.png"]

    def test_a_resumed_training_is_animated_from_its_first_epoch(self, tmp_path):
        model = tiny_gan(IMAGES)
        train(model, [SampleGrid(tmp_path, side=2)], epochs=2)
        train(model, [SampleGrid(tmp_path, side=2)], epochs=3, initial_epoch=2)
        pictures = [read(tmp_path / f"epoch_{epoch:04d}.png") for epoch in (1, 2, 3)]
        frames = list(frames_of(tmp_path / "training.gif"))
        np.testing.assert_array_equal(frames, pictures)

    def test_a_shorter_training_does_not_show_the_epochs_of_an_older_one(self, tmp_path):
        train(tiny_gan(IMAGES), [SampleGrid(tmp_path, side=2)], epochs=3)
        train(tiny_gan(IMAGES), [SampleGrid(tmp_path, side=2)], epochs=1)
        assert len(list(frames_of(tmp_path / "training.gif"))) == 1

    def test_logs_to_tensorboard(self, tmp_path):
        train(tiny_gan(IMAGES), [SampleGrid(tmp_path / "s", side=2, log_dir=tmp_path)], epochs=2)
        events = EventAccumulator(str(tmp_path / "samples"), size_guidance={"tensors": 0})
        events.Reload()
        logged = events.Tensors("samples")
        assert [event.step for event in logged] == [0, 1]  # as Keras counts its epochs
        png = logged[1].tensor_proto.string_val[2]
        (tmp_path / "logged.png").write_bytes(png)
        np.testing.assert_array_equal(
            read(tmp_path / "logged.png").squeeze(), read(tmp_path / "s" / "epoch_0002.png")
        )

    def test_points_become_a_scatter_plot(self, tmp_path):
        train(tiny_gan((2,)), [SampleGrid(tmp_path, side=4, log_dir=tmp_path)])
        picture = read(tmp_path / "epoch_0001.png")
        assert picture.shape == (500, 500, 3)
        blue = (picture[..., 2].astype(int) - picture[..., 0]) > 40
        assert blue.sum() > 16  # at least a pixel a point

    def test_broken_weights_do_not_stop_the_training(self, tmp_path):
        for data_shape in (IMAGES, (2,)):
            model = tiny_gan(data_shape)
            kernel = model.generator.layers[-2].kernel
            kernel.assign(np.full(kernel.shape, np.nan))
            train(model, [SampleGrid(tmp_path, side=2)])

    def test_arguments_reach_the_model(self, tmp_path):
        with pytest.raises(TypeError, match="labels"):
            train(tiny_gan(IMAGES), [SampleGrid(tmp_path, sample_arguments={"labels": [0]})])

    def test_a_folder_that_cannot_be_written_stops_before_training(self, tmp_path):
        (tmp_path / "file").touch()
        model = tiny_gan(IMAGES)
        for directory in (tmp_path / "file", tmp_path / "file" / "below"):
            with pytest.raises(OSError, match=r"`directory` must be a folder.*Received: .*file"):
                train(model, [SampleGrid(directory)])
        assert int(model.step) == 0

    @pytest.mark.parametrize("arguments", [{"side": 0}, {"every": 0}, {"seed": -1}])
    def test_arguments_out_of_range_are_refused(self, arguments):
        with pytest.raises(ValueError, match=r"`side` and `every`.*Received"):
            SampleGrid("unused", **arguments)

    def test_data_that_cannot_be_drawn_is_refused(self, tmp_path):
        with pytest.raises(ValueError, match=r"images .* and of points.*data_shape=\(3, 5\)"):
            train(tiny_gan((3, 5)), [SampleGrid(tmp_path)])


class TestWriteGif:
    def save(self, path, level, size=8):
        PIL.Image.fromarray(np.full((size, size), level, np.uint8)).save(path)
        return path

    def test_of_many_frames_an_even_choice_with_both_ends_is_shown(self, tmp_path):
        same = [self.save(tmp_path / f"{level}.png", level) for level in range(256)]
        paths = [path for path in same for _ in range(4)]  # 1024
        write_gif(paths, tmp_path / "all.gif")
        levels = [int(frame[0, 0]) for frame in frames_of(tmp_path / "all.gif")]
        assert len(levels) == MOST_FRAMES
        assert levels[0] == 0 and levels[-1] == 255
        assert set(np.diff(levels)) <= {4, 5}

    def test_frames_take_the_size_of_the_last(self, tmp_path):
        paths = [self.save(tmp_path / "a.png", 0, size=4), self.save(tmp_path / "b.png", 255)]
        write_gif(paths, tmp_path / "two.gif")
        assert [frame.shape for frame in frames_of(tmp_path / "two.gif")] == [(8, 8), (8, 8)]

    def test_the_last_frame_stays_and_the_animation_repeats(self, tmp_path):
        paths = [self.save(tmp_path / "a.png", 0), self.save(tmp_path / "b.png", 255)]
        write_gif(paths, tmp_path / "two.gif")
        with PIL.Image.open(tmp_path / "two.gif") as animation:
            assert animation.info["loop"] == 0
            durations = []
            for index in range(animation.n_frames):
                animation.seek(index)
                durations.append(animation.info["duration"])
        assert durations == [300, 2000]
