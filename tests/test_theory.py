"""What docs/theory.md says, in numbers: the script of its figures, the losses, and closed forms."""

import importlib.util
import json
import math
import pathlib
import re

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from keras_gans import losses

DOCS = pathlib.Path(__file__).parent.parent / "docs"
SCRIPT = DOCS / "figures" / "make_theory.py"


@pytest.fixture(scope="module")
def theory():
    """The script that draws the figures."""
    spec = importlib.util.spec_from_file_location("make_theory", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestGeneratorLosses:
    """The table of slopes: what a generator hears about a fake at a logit."""

    @pytest.mark.parametrize(
        "name, slopes",
        [
            ("minimax_generator_loss", (-0.0025, -0.5, -0.9975)),
            ("non_saturating_generator_loss", (-0.9975, -0.5, -0.0025)),
            ("least_squares_generator_loss", (-7.0, -1.0, 5.0)),
            ("hinge_generator_loss", (-1.0, -1.0, -1.0)),
            ("wasserstein_generator_loss", (-1.0, -1.0, -1.0)),
        ],
    )
    def test_slopes_at_minus_6_0_and_6(self, theory, name, slopes):
        _, found = theory.value_and_slope(getattr(losses, name), [-6.0, 0.0, 6.0])
        np.testing.assert_allclose(found, slopes, atol=5e-5)

    def test_relativistic_slope_depends_on_the_difference(self, theory):
        def loss(fake_logits):
            return losses.relativistic_generator_loss(tf.constant([3.0]), fake_logits)

        _, slopes = theory.value_and_slope(loss, [-6.0, 0.0, 3.0, 6.0])
        np.testing.assert_allclose(slopes, [-0.9999, -0.9526, -0.5, -0.0474], atol=5e-5)


class TestBestDiscriminator:
    def logits(self, p, q):
        """`log p - log q`, bounded so that it also tells masses apart that share no place."""
        with np.errstate(divide="ignore"):
            return np.clip(np.log(p) - np.log(q), -80.0, 80.0)

    def value(self, p, q):
        """The value function `V` at the best discriminator, through the library's loss."""
        logits = self.logits(p, q)
        repeats = [np.repeat(logits, np.round(10 * mass).astype(int)) for mass in (p, q)]
        return -float(losses.minimax_discriminator_loss(*repeats))

    def test_value_is_minus_log_4_where_the_model_is_the_data(self, theory):
        assert self.value(theory.P, theory.P) == pytest.approx(-math.log(4.0))

    def test_value_is_twice_jensen_shannon_above_it(self, theory):
        divergence = theory.jensen_shannon(np.log(theory.P), np.log(theory.Q), step=1)
        value = self.value(theory.P, theory.Q)
        assert value == pytest.approx(-math.log(4.0) + 2.0 * divergence, abs=1e-6)

    def test_value_is_0_for_masses_apart(self):
        apart = self.value(np.array([0.5, 0.5, 0.0, 0.0]), np.array([0.0, 0.0, 0.3, 0.7]))
        assert apart == pytest.approx(0.0, abs=1e-6)

    def test_no_other_logits_score_better(self, theory):
        best = self.logits(theory.P, theory.Q)
        noise = np.random.default_rng(0).normal(0.0, 0.3, (20, 4))
        for logits in best + noise:
            terms = [np.log1p(np.exp(-logits)) @ theory.P, np.log1p(np.exp(logits)) @ theory.Q]
            assert -sum(terms) < self.value(theory.P, theory.Q)

    @pytest.mark.parametrize(
        "name, opponent, pulls",
        [
            ("minimax", "optimal_logits", (0.3980, 0.4496, 0.1372, 0.000393)),
            ("least_squares", "optimal_share", (0.1144, 0.1457, 0.0485, 0.000145)),
            ("non_saturating", "optimal_logits", (0.6020, 1.5504, 3.8628, 7.9996)),
        ],
    )
    def test_pull_on_generated_points(self, theory, name, opponent, pulls):
        loss, opponent = getattr(losses, f"{name}_generator_loss"), getattr(theory, opponent)
        found = [theory.pull(loss, opponent, distance) for distance in (1.0, 2.0, 4.0, 8.0)]
        assert found == pytest.approx(pulls, rel=4e-3)

    def test_pull_of_the_best_critic(self, theory):
        for distance in (1.0, 8.0):
            pull = theory.pull(losses.wasserstein_generator_loss, lambda x, _: -x, distance)
            assert pull == pytest.approx(1.0)

    @pytest.mark.parametrize("distance", [1.0, 3.0, 6.0])
    def test_pull_is_the_slope_of_a_divergence(self, theory, distance):
        """Minimax goes down `2 JS`, the other one `KL(model || data) - 2 JS`."""

        def divergences(d):
            data, model = (theory.log_normal(theory.GRID, mean, 1.0) for mean in (0.0, d))
            return np.array([2.0 * theory.jensen_shannon(data, model), theory.kl(model, data)])

        slopes = (divergences(distance + 1e-3) - divergences(distance - 1e-3)) / 2e-3
        minimax = theory.pull(losses.minimax_generator_loss, theory.optimal_logits, distance)
        other = theory.pull(losses.non_saturating_generator_loss, theory.optimal_logits, distance)
        assert minimax == pytest.approx(slopes[0], abs=1e-4)
        assert other == pytest.approx(slopes[1] - slopes[0], abs=1e-4)


class TestDistances:
    def test_worked_example_has_wasserstein_one_half(self, theory):
        p, q, places = theory.P, theory.Q, theory.POSITIONS
        np.testing.assert_allclose(np.cumsum(p), [0.3, 0.5, 0.6, 1.0])
        np.testing.assert_allclose(np.cumsum(q), [0.1, 0.3, 0.7, 1.0])
        assert np.abs(np.cumsum(p - q)).sum() == pytest.approx(0.5)
        assert scipy.stats.wasserstein_distance(places, places, p, q) == pytest.approx(0.5)

    def test_plan_moves_one_to_the_other_at_that_cost(self, theory):
        plan = theory.transport_plan(theory.P, theory.Q)
        np.testing.assert_allclose(plan.sum(axis=1), theory.P)
        np.testing.assert_allclose(plan.sum(axis=0), theory.Q)
        cost = np.abs(theory.POSITIONS[:, None] - theory.POSITIONS)
        assert (plan * cost).sum() == pytest.approx(0.5)
        moved = {(1, 2): 0.2, (2, 3): 0.2, (4, 3): 0.1}
        for (start, end), mass in moved.items():
            assert plan[start - 1, end - 1] == pytest.approx(mass)

    def test_divergences_of_the_worked_example(self, theory):
        p, q = np.log(theory.P), np.log(theory.Q)
        assert theory.kl(p, q, step=1) == pytest.approx(0.3060, abs=5e-5)
        assert theory.kl(q, p, step=1) == pytest.approx(0.3584, abs=5e-5)
        assert theory.jensen_shannon(p, q, step=1) == pytest.approx(0.0779, abs=5e-5)

    def test_only_wasserstein_knows_places(self, theory):
        order = [0, 2, 1, 3]
        p, q, places = theory.P[order], theory.Q[order], theory.POSITIONS
        assert scipy.stats.wasserstein_distance(places, places, p, q) == pytest.approx(0.4)
        assert theory.kl(np.log(p), np.log(q), step=1) == pytest.approx(0.3060, abs=5e-5)

    @pytest.mark.parametrize("distance", [4.0, 8.0])
    def test_gaussians_apart(self, theory, distance):
        p, q = (theory.log_normal(theory.GRID, mean, 0.3) for mean in (0.0, distance))
        assert theory.jensen_shannon(p, q) == pytest.approx(math.log(2.0), abs=1e-6)
        assert theory.kl(p, q) == pytest.approx(distance**2 / (2 * 0.3**2), rel=1e-6)

    def test_six_deviations_are_nearly_the_plain(self, theory):
        p, q = (theory.log_normal(theory.GRID, mean, 0.3) for mean in (0.0, 1.8))
        assert theory.jensen_shannon(p, q) == pytest.approx(0.689, abs=5e-4)

    @pytest.mark.parametrize("distance", [0.01, 1.0, 100.0])
    def test_point_masses(self, distance):
        masses = np.array([1.0, 0.0]), np.array([0.0, 1.0])
        middle = np.full(2, 0.5)
        divergence = sum(0.5 * scipy.stats.entropy(mass, middle) for mass in masses)
        assert divergence == pytest.approx(math.log(2.0))
        assert scipy.stats.entropy(*masses) == math.inf
        places = [0.0, distance]
        assert scipy.stats.wasserstein_distance(places, places, *masses) == pytest.approx(distance)


class TestOneGaussianForTwoPeaks:
    @pytest.mark.parametrize(
        "alpha, beta, fit",
        [
            (1.0, 0.0, (-0.60, 1.46)),
            (1.0, 0.05, (-0.58, 1.43)),
            (1.0, 1.0, (-0.56, 1.30)),
            (0.2, 1.0, (-1.32, 0.79)),
            (0.05, 1.0, (-1.45, 0.61)),
            (0.0, 1.0, (-1.50, 0.51)),
        ],
    )
    def test_numerical_optimum(self, theory, alpha, beta, fit):
        assert theory.best_gaussian(alpha, beta) == pytest.approx(fit, abs=0.0051)

    def test_kl_has_the_moments_of_the_data(self, theory):
        mixture = theory.TWO_PEAKS
        mean = mixture.weights @ mixture.centres[:, 0]
        variance = mixture.deviation**2 + mixture.weights @ (mixture.centres[:, 0] - mean) ** 2
        fit = theory.best_gaussian(1.0, 0.0)
        assert fit == pytest.approx((mean, math.sqrt(variance)), abs=1e-3)

    def test_reverse_kl_also_holds_the_lighter_peak(self, theory):
        mean, deviation = theory.best_gaussian(0.0, 1.0, starts=[(1.5, 0.5)])
        assert (mean, deviation) == pytest.approx((1.49, 0.52), abs=0.0051)
        heavier = theory.criterion(*theory.best_gaussian(0.0, 1.0), 0.0, 1.0)
        lighter = theory.criterion(mean, deviation, 0.0, 1.0)
        assert (heavier, lighter) == pytest.approx((0.354, 1.197), abs=5e-4)

    def test_d2gan_plays_for_both_directions(self, theory):
        """With the best discriminators its loss is `alpha KL + beta reverse KL` and constants."""
        alpha, beta = 0.5, 0.8
        p, q = theory.P, theory.Q
        first, second = alpha * p / q, beta * q / p
        real, fake = (np.repeat(np.arange(4), np.round(10 * mass).astype(int)) for mass in (p, q))

        def logits(answers, places):  # the inverse of softplus
            return np.log(np.expm1(answers))[places]

        loss = losses.dual_real_discriminator_loss(
            logits(first, real), logits(first, fake), alpha
        ) + losses.dual_fake_discriminator_loss(logits(second, real), logits(second, fake), beta)
        divergences = alpha * theory.kl(np.log(p), np.log(q), step=1)
        divergences += beta * theory.kl(np.log(q), np.log(p), step=1)
        constants = alpha * (math.log(alpha) - 1.0) + beta * (math.log(beta) - 1.0)
        assert -float(loss) == pytest.approx(divergences + constants, abs=1e-6)

    def test_where_the_choice_jumps(self, theory):
        (_, wide), (_, narrow) = (theory.best_gaussian(1.0, ratio) for ratio in (2.7, 3.0))
        assert wide > 1.15
        assert narrow < 1.0

    def test_slope_before_the_valley_is_nearly_flat(self, theory):
        valley = theory.criterion(*theory.best_gaussian(0.2, 1.0), 0.2, 1.0)
        assert theory.criterion(-0.6, 1.3, 0.2, 1.0) == pytest.approx(0.95, abs=5e-3)
        assert valley == pytest.approx(0.844, abs=5e-4)

    def test_few_fakes_find_the_second_peak(self):
        share = scipy.stats.norm.sf(1.0, loc=-1.45, scale=0.61)
        assert 1.0 / share == pytest.approx(34_000, rel=0.01)
        assert 1.0 / (512 * share) == pytest.approx(66, abs=0.5)

    def test_those_that_do_weigh_a_lot(self, theory):
        x = np.array([1.0, 1.5])
        weights = np.exp(
            theory.log_mixture(x, theory.TWO_PEAKS) - theory.log_normal(x, -1.45, 0.61)
        )
        assert weights == pytest.approx([700, 44_000], rel=0.02)


class TestTrained:
    """The page's tables of trainings are what the script measured and wrote down."""

    @staticmethod
    def rows(first_heading):
        """Cells of the page's table whose first heading is this one, a list for every row."""
        page = (DOCS / "theory.md").read_text()
        lines = page.partition(f"\n| {first_heading} |")[2].split("\n\n")[0].splitlines()[2:]
        return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]

    @staticmethod
    def measured(name):
        return json.loads((DOCS / "results" / "theory" / f"{name}.json").read_text())

    def test_fits_of_d2gan(self, theory):
        rows, trainings = self.rows("alpha, beta"), self.measured("d2gan")["trainings"]
        assert len(rows) == len(trainings) == len(theory.WEIGHTS)
        for row, training in zip(rows, trainings, strict=True):
            alpha, beta = training["alpha"], training["beta"]
            optimum = theory.best_gaussian(alpha, beta)
            assert training["theory"] == pytest.approx(optimum, abs=1e-4)
            fits = np.array(training["fits"])
            mean, spread = fits.mean(axis=0), fits.std(axis=0, ddof=1)
            expected = [f"{alpha:g}, {beta:g}"]
            for best, *trained in zip(training["theory"], mean, spread, strict=True):
                expected += [f"{best:.3f}", "{:.3f} ± {:.3f}".format(*trained)]
            assert row[:-1] == expected
            lowest = theory.criterion(*optimum, alpha, beta)
            missed = [theory.criterion(*fit, alpha, beta) - lowest for fit in fits]
            assert training["nats_above"] == pytest.approx(missed, abs=5e-5)
            stated = re.findall(r"[\d.]+", row[-1])
            for number, extreme in zip(
                (stated[0], stated[-1]), (min(missed), max(missed)), strict=True
            ):
                decimals = len(number.partition(".")[2])
                assert float(number) == pytest.approx(extreme, abs=0.6 * 10**-decimals)

    def test_how_far_the_fits_of_d2gan_tremble(self):
        trainings = self.measured("d2gan")["trainings"]
        (ranges,) = [t["deviations_at_last"] for t in trainings if t["alpha"] == 0.2]
        said = f"between {np.min(ranges):.2f} and {np.max(ranges):.2f} over the last 6,000 steps"
        assert said in " ".join((DOCS / "theory.md").read_text().split())

    def test_modes_on_the_ring(self):
        measured = self.measured("ring")
        for row, numbers in zip(self.rows("game"), measured["games"].values(), strict=True):
            modes = numbers["modes"]
            lost = [look for look, held in enumerate(modes) if held < 8]
            kept_from = measured["every"] * (lost[-1] + 1)
            never = lost[-1] == len(modes) - 1
            assert row[2] == ("never" if never else f"{kept_from:,}")
            assert row[3] == str(modes[-1])
            assert row[4] == f"{numbers['high_quality'][-1]:.2f}"
