"""Reproductions: the small ones run, what they measure is right, and the page says it."""

import contextlib
import functools
import importlib
import json
import pathlib
import platform
import types

import keras
import numpy as np
import pytest

from keras_gans import callbacks, data
from keras_gans.layers._image_augmentation import Draws
from train.reproduce import glyph_translation, table, wgan_distance, wgan_gp_toys
from train.reproduce.__main__ import experiments, main
from train.reproduce.budget import Budget
from train.reproduce.clock import Clock
from train.reproduce.critic_surfaces import modes_seen
from train.reproduce.experiment import mean_and_spread, processor_name, reproduce
from train.reproduce.lab_colours import histogram_intersections, to_lab
from train.reproduce.mgan_ring import owned_mode
from train.reproduce.points import mode_measures, modes_nearby
from train.reproduce.random_affine import RandomAffine

POINTS = {
    "mgan_ring": {"steps": 1000},
    "d2gan_ring": {"steps": 1000, "shallow_seeds": 0},
    "lsgan_ring": {"steps": 5000, "seeds_in_turn": 0},
    "critic_surfaces": {"steps": 100},
    "wgan_distance": {"steps": 100},
}


def on_disc(text):
    """Parses what was written, in which NaN is an error."""
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in the results"))


@pytest.mark.parametrize("name", sorted(experiments()))
def test_says_what_is_reproduced(name):
    experiment = experiments()[name]
    for part in ("title", "paper", "published", "asked", "protocol"):
        assert getattr(experiment, part), part
    assert experiment().name.startswith(name)


class TestBudget:
    def test_counts_training_and_nothing_between_epochs(self, monkeypatch):
        clock = iter([10.0, 11.0, 12.0, 100.0, 130.0, 131.0, 132.0])
        monkeypatch.setattr("time.monotonic", lambda: next(clock))
        watched = types.SimpleNamespace(stop_training=False)
        budget = Budget(minutes=0.5)
        budget.set_model(watched)
        budget.on_epoch_begin(0)
        budget.on_train_batch_end(0)
        budget.on_train_batch_end(1)
        assert budget.seconds == 2.0
        budget.on_epoch_begin(1)  # after scores that took 88 seconds
        budget.on_train_batch_end(0)
        assert budget.seconds == 32.0 and watched.stop_training


class TestReproduce:
    @pytest.mark.slow
    @pytest.mark.parametrize("name", sorted(POINTS))
    def test_point_clouds(self, name, tmp_path):
        experiment = experiments()[name](results=tmp_path, work=tmp_path, **POINTS[name])
        result = reproduce(experiment)
        assert result["values"]["steps"] == POINTS[name]["steps"]
        assert on_disc((tmp_path / name / "seed0.json").read_text()) == result
        assert experiment.ours([result["values"]])

    @pytest.mark.slow
    def test_a_cloud_continues_where_it_was_stopped(self, tmp_path, monkeypatch):
        class StoppedError(Exception):
            pass

        def stop(model, samples, mixture, path):
            if int(model.step) == 100:
                raise StoppedError

        flags = {"steps": 400, "width": 8, "ema_decay": 0.9, "decay": True, "variant": "swissroll"}
        keras.utils.set_random_seed(0)
        whole = wgan_gp_toys.Reproduction(work=tmp_path / "whole", **flags).run()
        parted = wgan_gp_toys.Reproduction(work=tmp_path / "parted", **flags)
        checkpoints = functools.partial(callbacks.Checkpoints, every_steps=20)
        with monkeypatch.context() as patched:
            patched.setattr(callbacks, "Checkpoints", checkpoints)
            patched.setattr(wgan_gp_toys, "draw", stop)
            keras.utils.set_random_seed(0)
            with pytest.raises(StoppedError):
                parted.run()
        assert parted.run() == whole
        assert list(whole["over_time"]) == [str(step) for step in range(20, 401, 20)]

    def test_names_the_processor(self, tmp_path):
        info = tmp_path / "cpuinfo"
        info.write_text("processor\t: 0\nmodel name\t: Xeon 9\nflags\t\t: fpu avx2 avx512f\n\n")
        assert processor_name(info) == "Xeon 9, avx512f"
        info.write_text("processor\t: 0\n")  # as on some systems without x86
        assert processor_name(info) == processor_name(tmp_path / "none") == platform.machine()

    def test_a_result_that_is_there_is_not_measured_again(self, tmp_path):
        class Counted(experiments()["mgan_ring"]):
            runs = 0

            def run(self):
                type(self).runs += 1
                return {"steps": 3}

        for _ in range(2):
            result = reproduce(Counted(results=tmp_path, work=tmp_path, steps=7))
        assert Counted.runs == 1
        assert result["values"] == {"steps": 3} and result["settings"]["steps"] == 7
        assert result["seed"] == 0 and not result["continued"] and result["timed_whole"]

    def test_counts_the_time_of_all_parts(self, tmp_path, monkeypatch):
        ticks = {"monotonic": 0.0, "process_time": 0.0}
        for name in ticks:
            monkeypatch.setattr(f"train.reproduce.clock.time.{name}", lambda name=name: ticks[name])

        def part(minutes, error=None):
            clock = Clock(tmp_path)
            with contextlib.suppress(SystemExit), clock:
                ticks["monotonic"] += 60 * minutes
                ticks["process_time"] += 120 * minutes
                if error:
                    raise error
            return clock.minutes, clock.processor_minutes, clock.is_complete

        assert part(3, SystemExit(0)) == (3, 6, True)
        assert part(4) == (4, 8, True)  # no checkpoint: begun anew
        (tmp_path / "checkpoints").mkdir()
        assert part(1, SystemExit(0)) == (5, 10, True)
        assert part(2) == (7, 14, True)
        Clock(tmp_path).__enter__()  # and killed
        assert part(1) == part(0) == (8, 16, False)
        (tmp_path / "clock.json").unlink()  # trained before there was one
        assert part(1) == (1, 2, False)

    def test_a_result_of_other_settings_is_not_taken_for_it(self, tmp_path):
        class Quick(experiments()["mgan_ring"]):
            def run(self):
                return {"steps": self.steps}

        reproduce(Quick(results=tmp_path, work=tmp_path, steps=7))
        with pytest.raises(ValueError, match="other settings, .*'steps': 7.*'steps': 8"):
            reproduce(Quick(results=tmp_path, work=tmp_path, steps=8))

    def test_unknown_names_and_the_list(self, capsys):
        assert main(["mgan_rong"]) == 2
        assert main([]) == 0
        output = capsys.readouterr().out
        assert "'mgan_rong'" in output and "225 ± 2" in output


class TestMeasures:
    mixture = data.mixture_of_gaussians("mgan").mixture

    def test_real_points_find_every_mode(self):
        measures = mode_measures(self.mixture.sample(2500), self.mixture)
        assert measures["modes_with_fair_share"] == 8
        np.testing.assert_allclose(measures["high_quality"], 0.989, atol=0.01)  # 1 - exp(-9 / 2)

    def test_strays_make_no_mode_nearby(self):
        """19 of 2,500 samples are 0.8 %, and a fifth of an eighth is 2.5 %."""
        centres = self.mixture.centres
        samples = np.zeros((2500, 2))
        samples[:19] = centres[3]
        samples[100:163] = centres[5] + 3.9 * self.mixture.deviation * np.array([1.0, 0.0])
        assert modes_nearby(samples, self.mixture, 4.0) == 1
        assert modes_nearby(samples, self.mixture, 3.8) == 0
        assert mode_measures(samples, self.mixture)["modes_with_fair_share"] == 1  # the strays

    def test_modes_that_a_critic_sees(self):
        """Centres 2 apart: what counts is the circle of radius 1."""
        centres = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]])

        def peaks(points):  # one at (0, 0), one at (2, 0), and a slope
            distances = np.linalg.norm(points[:, None] - centres[:2], axis=-1).min(axis=1)
            return np.exp(-(distances**2)) + 1e-3 * points[:, 0]

        assert modes_seen(peaks, centres) == 2
        assert modes_seen(lambda points: points[:, 0], centres) == 0

    def test_owner_of_a_mode(self):
        points = self.mixture.centres[[3, 3, 3, 5]].astype("float32")
        assert owned_mode(points, self.mixture) == (3, 0.75)

    def test_share_near_the_spiral(self):
        spiral = data.mixture_of_gaussians("wgan_gp_swissroll").mixture
        assert wgan_gp_toys.share_near_spiral(spiral.sample(500), spiral) > 0.97
        assert wgan_gp_toys.share_near_spiral(np.full((10, 2), 5.0), spiral) == 0.0

    def test_mean_and_spread_by_hand(self):
        assert mean_and_spread([1.0, 2.0, 3.0], 1) == "2.0 ± 1.0 (3 seeds)"
        assert mean_and_spread([0.5]) == "0.50 (1 seed)"
        assert mean_and_spread([1.0, 2.0, 3.0], 1, " %", count=False) == "2.0 ± 1.0 %"

    def test_infogan_says_the_mean_beside_the_best(self):
        results = [
            {
                "variant": "paper",
                "steps": steps,
                "majority_error": error,
                "one_to_one_error": 2 * error,
                "mutual_information": 2.3,
            }
            for error, steps in ((0.3, 1000), (0.04, 5000), (0.16, 5000))
        ]
        assert experiments()["infogan_mnist"].ours(results) == (
            "slope 0.1, pixels in [0, 1], 5,000 steps: best 4.0 %, mean 10.0 ± 8.5 (2 seeds) by "
            "majority; one to one 20.0 ± 17.0 (2 seeds); information 2.300 ± 0.000 (2 seeds) nats; "
            "slope 0.1, pixels in [0, 1], 1,000 steps: best 30.0 %, mean 30.0 (1 seed) by "
            "majority; one to one 60.0 (1 seed); information 2.300 (1 seed) nats"
        )

    def test_distances_count_by_the_least_correlation(self):
        def said(last):
            arm = {"distances": [1.0, 2.0, 3.0], "estimates": [1.0, 2.0, last]}
            return dict.fromkeys(wgan_distance.ARMS, arm)

        results = [{"lines": said(last), "gaussians": said(3.0)} for last in (3.0, 2.0)]
        least = 3**0.5 / 2  # of 1, 2, 3 and 1, 2, 2
        lines, gaussians = experiments()["wgan_distance"].ours(results).split("; ")
        assert f"least r = {least:.4f} (penalised)" in lines
        assert "least r = 1.0000 (penalised)" in gaussians

    def test_all_seeds_count_in_a_row(self):
        looks = [
            {"25": {"features": 96.0, "reconstruction": 7.0, "shuffled": 9.0}},
            {"25": {"features": 98.0, "reconstruction": 7.0, "shuffled": 9.0}},
        ]
        looks[0]["50"] = {"features": 99.0, "reconstruction": 6.0, "shuffled": 9.5}
        assert experiments()["bigan_mnist"].ours([{"by_epoch": one} for one in looks]) == (
            "epoch 25: 97.00 ± 1.41 % (2 seeds) and 7.00 ± 0.00 (9.00 ± 0.00); "
            "epoch 50: 99.00 % (1 seed) and 6.00 (9.50)"
        )
        results = [
            {"log_likelihood": 220.0 + seed, "standard_error": 2.0, "epoch": 10, "bandwidth": 0.2}
            for seed in (0, 2)
        ]
        assert experiments()["gan_mnist"].ours(results).startswith("221.0 ± 1.4 nats (2 seeds)")
        toys = [
            {"variant": "8gaussians", "modes_with_fair_share": modes, "high_quality": modes / 8}
            for modes in (8, 6)
        ]
        assert experiments()["wgan_gp_toys"].ours(toys) == (
            "8gaussians: 8, 6 modes, high-quality share 0.875 ± 0.177 (2 seeds)"
        )


class TestRandomAffine:
    images = np.random.default_rng(0).uniform(-1, 1, (2, 9, 9, 1)).astype("float32")

    def changed(self, *uniform):
        """Images under an angle, a shear and moves across and down, each from its range's start."""
        draws = Draws(np.float32([uniform] * 2), np.zeros((2, 2), "float32"))
        return np.array(RandomAffine().transform(self.images, draws))

    def test_the_middle_of_every_range_changes_nothing(self):
        np.testing.assert_allclose(self.changed(0.5, 0.5, 0.5, 0.5), self.images, atol=1e-6)

    def test_moves_by_up_to_two_pixels(self):
        moved = self.changed(0.5, 0.5, 1.0, 0.0)
        np.testing.assert_allclose(moved[:, 2:, :-2], self.images[:, :-2, 2:], atol=1e-5)

    def test_a_shear_leaves_the_row_in_the_middle(self):
        sheared = self.changed(0.5, 1.0, 0.5, 0.5)
        np.testing.assert_allclose(sheared[:, 4], self.images[:, 4], atol=1e-5)
        # A row below comes from 0.4 pixels further to the right.
        below = self.images[:, 5]
        mixed = 0.6 * below[:, :-1] + 0.4 * below[:, 1:]
        np.testing.assert_allclose(sheared[:, 5, :-1], mixed, atol=1e-5)

    def test_turns_by_up_to_twenty_degrees(self):
        ramp = np.arange(-4.0, 5.0, dtype="float32")
        self.images = np.broadcast_to(ramp[None, None, :, None], (2, 9, 9, 1))
        turned = self.changed(1.0, 0.5, 0.5, 0.5)
        rise = turned[0, 4, 5, 0] - turned[0, 4, 3, 0], turned[0, 5, 4, 0] - turned[0, 3, 4, 0]
        assert np.degrees(np.arctan2(abs(rise[1]), rise[0])) == pytest.approx(20.0, abs=1e-3)

    def test_changes_every_image_in_training_only(self):
        layer = RandomAffine()
        np.testing.assert_array_equal(layer(self.images), self.images)
        same = np.repeat(self.images[:1], 2, axis=0)
        first, second = np.array(layer(same, training=True))
        assert abs(first - second).max() > 0.1
        assert abs(first - same[0]).max() > 0.1


class TestColours:
    @pytest.mark.parametrize(
        ("colour", "expected"),  # CIE 1976 values of the sRGB primaries under D65
        [
            ((1, 1, 1), (100, 0, 0)),
            ((-1, -1, -1), (0, 0, 0)),
            ((1, -1, -1), (53.24, 80.09, 67.20)),
            ((-1, 1, -1), (87.73, -86.18, 83.18)),
            ((-1, -1, 1), (32.30, 79.19, -107.86)),
        ],
    )
    def test_lab_of_known_colours(self, colour, expected):
        np.testing.assert_allclose(to_lab(np.float32(colour)), expected, atol=0.03)

    def test_overlap_by_hand(self):
        black, white = np.full((1, 2, 2, 3), -1.0), np.full((1, 2, 2, 3), 1.0)
        half = np.concatenate([black, white], axis=1)
        assert histogram_intersections(half, half) == {"L": 1.0, "a": 1.0, "b": 1.0}
        assert histogram_intersections(half, white)["L"] == 0.5
        assert histogram_intersections(black, white)["L"] == 0.0


class TestTranslations:
    def test_the_true_partners_have_no_error_and_read_right(self, tmp_path, monkeypatch):
        monkeypatch.setenv("KERAS_GANS_HOME", str(tmp_path))
        few = functools.partial(data.glyph_pairs, num_examples=3000)
        monkeypatch.setattr(glyph_translation, "glyph_pairs", few)
        a, b, labels = few("weight")
        measures = glyph_translation.measure(b, a, b, labels, "weight", side=1)
        assert measures["error"] == 0.0
        assert measures["digits"] == measures["true_digits"] > 0.5
        np.testing.assert_allclose(measures["doing_nothing"], np.abs(a - b).mean(), atol=1e-4)

    def test_facades_are_pictured_beside_each_other(self, tmp_path):
        facades = experiments()["facades"]
        for number, variant in enumerate(["l1", "both"]):
            one = facades(variant=variant, work=tmp_path)
            one.work_folder.mkdir(parents=True)
            images = np.full((6, 8, 8, 3), number, np.uint8)
            kept = {"labels": images + 10, "photos": images + 20, "translated": images}
            np.savez(one.work_folder / "translated.npz", **kept)
            one.draw()
        picture = keras.utils.img_to_array(
            keras.utils.load_img(tmp_path / "facades/both/seed0/comparison.png")
        )
        columns = picture[1, 1 :: (picture.shape[1] + 2) // 4, 0]  # lines of 2 pixels between
        np.testing.assert_array_equal(columns, [11, 0, 1, 21])


class TestTable:
    def test_a_command_for_each_group_of_settings(self):
        toys = experiments()["wgan_gp_toys"]
        same = {"variant": "swissroll", "decay": False, "width": 128}
        results = [{"seed": seed, "settings": same} for seed in (0, 1)]
        results.append({"seed": 0, "settings": {"variant": "8gaussians", "width": 64}})
        assert toys.commands("toys", results) == [
            "python -m train.reproduce toys --variant swissroll --no-decay --seeds 0 1",
            "python -m train.reproduce toys --variant 8gaussians --width 64 --seeds 0",
        ]
        assert toys.commands("toys", []) == ["python -m train.reproduce toys --seeds 0"]

    def test_page_from_results(self, tmp_path):
        experiment = importlib.import_module("train.reproduce.dcgan_conditional").Reproduction
        folder = tmp_path / "dcgan_conditional"
        folder.mkdir()
        for seed, error in enumerate([3.0, 4.0]):
            values = {"steps": 3900, "error_percent": error, "real_error_percent": 3.1}
            result = {"seed": seed, "values": values, "minutes": 30, "processor_minutes": 50}
            (folder / f"seed{seed}.json").write_text(json.dumps(result))
        page = tmp_path / "page.md"
        table.write({"dcgan_conditional": experiment}, tmp_path, page)
        text = page.read_text()
        assert "3.50 ± 0.71 % (2 seeds) against 3.1 %" in text
        assert "python -m train.reproduce dcgan_conditional --seeds 0 1" in text
        assert "| 3,900 | 30.0 (50.0) |" in text
        result["continued"] = True  # only the minutes of its last part are known
        (folder / "seed1.json").write_text(json.dumps(result))
        table.write({"dcgan_conditional": experiment}, tmp_path, page)
        assert "| 3,900 | > 30.0 (50.0) |" in page.read_text()
        result["timed_whole"] = True
        (folder / "seed1.json").write_text(json.dumps(result))
        table.write({"dcgan_conditional": experiment}, tmp_path, page)
        assert "| 3,900 | 30.0 (50.0) |" in page.read_text()

    def test_the_page_tells_trainings_of_other_lengths_apart(self):
        results = [
            {
                "seed": seed,
                "values": {"variant": variant, "steps": steps},
                "minutes": minutes,
                "processor_minutes": 2 * minutes,
                "continued": variant == "short",
            }
            for seed, (variant, steps, minutes) in enumerate(
                [("long", 4000, 20), ("short", 500, 2), ("long", 4000, 30)]
            )
        ]
        assert table.lengths(results) == [
            "- Steps and minutes: long, 4,000 in 25.0 (50.0); short, 500 in > 2.0 (4.0)."
        ]
        assert table.lengths(results[::2]) == []
        named = types.SimpleNamespace(title="", published="", ours=lambda values: "")
        assert table.row(named, results).endswith("| 500 to 4,000 | > 17.3 (34.7) |")

    def test_the_page_names_processors(self, tmp_path):
        experiment = importlib.import_module("train.reproduce.dcgan_conditional").Reproduction
        values = {"steps": 3900, "error_percent": 3.0, "real_error_percent": 3.1}
        old, *new = [{"seed": seed, "values": values} for seed in range(3)]
        for result in new:
            result["processor"] = "Abacus, 2 rows"
        lines = table.section("beads", experiment, [old, *new]).splitlines()
        assert "- `python -m train.reproduce beads --seeds 0`" in lines
        assert "- `python -m train.reproduce beads --seeds 1 2`, on Abacus, 2 rows" in lines

    def test_the_page_in_docs_is_that_of_the_results(self, tmp_path, monkeypatch):
        monkeypatch.chdir(pathlib.Path(__file__).parent.parent)
        table.write(experiments(), page=tmp_path / "page.md")
        assert table.PAGE.read_text() == (tmp_path / "page.md").read_text(), (
            "run `python -m train.reproduce --table`"
        )

    def test_what_was_not_run_is_said(self, tmp_path):
        page = tmp_path / "page.md"
        table.write({"gan_mnist": experiments()["gan_mnist"]}, tmp_path, page)
        assert "not run yet" in page.read_text()
