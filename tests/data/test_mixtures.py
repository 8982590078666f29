import keras
import numpy as np
import pytest
from sklearn.datasets import make_swiss_roll

from keras_gans import data
from keras_gans.data.mixtures import PAPERS


def take(dataset, count):
    return np.stack(list(dataset.take(count).as_numpy_iterator()))


class TestMixture:
    mixture = data.Mixture([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]], 0.5, [0.5, 0.3, 0.2])

    def test_moments_of_each_mode(self):
        points, modes = (tensor.numpy() for tensor in self.mixture.draw(40_000, seed=1, step=0))
        shares = np.bincount(modes) / len(modes)
        np.testing.assert_allclose(shares, self.mixture.weights, atol=0.01)
        for mode, centre in enumerate(self.mixture.centres):
            of_mode = points[modes == mode]
            np.testing.assert_allclose(of_mode.mean(0), centre, atol=0.03)
            np.testing.assert_allclose(np.cov(of_mode.T), 0.25 * np.eye(2), atol=0.02)

    def test_a_draw_depends_on_seed_and_step_alone(self):
        def draw(seed, step):
            return self.mixture.draw(100, seed, step)[0].numpy()

        np.testing.assert_array_equal(draw(1, 2), draw(1, 2))
        assert not np.array_equal(draw(1, 2), draw(1, 3))
        assert not np.array_equal(draw(1, 2), draw(2, 2))

    def test_sample_is_an_array_that_no_step_draws(self):
        points = self.mixture.sample(50, seed=4)
        assert isinstance(points, np.ndarray) and points.shape == (50, 2)
        for step in range(3):
            assert not np.isin(points, self.mixture.draw(50, seed=4, step=step)[0]).any()

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (([0.0, 1.0], 0.1), "`centres`.*Received: centres of shape .2,."),
            (([[0.0, 1.0]], 0.1, [0.5, 0.5]), "`weights`.*weights of shape .2,."),
            (([[0.0, 1.0]], -0.1), "`deviation`.*deviation=-0.1"),
            (([[0.0, 1.0], [1.0, 0.0]], 0.1, [0.5, 0.6]), "sum to 1"),
        ],
    )
    def test_impossible_mixtures_are_refused(self, arguments, message):
        with pytest.raises(ValueError, match=message):
            data.Mixture(*arguments)


class TestShapes:
    def test_ring_by_hand(self):
        ring = data.ring(4, radius=2.0, deviation=0.1)
        np.testing.assert_allclose(ring.centres, [[2, 0], [0, 2], [-2, 0], [0, -2]], atol=1e-12)
        np.testing.assert_array_equal(ring.weights, np.full(4, 0.25))

    def test_grid_by_hand(self):
        centres = {tuple(centre) for centre in data.grid(3, spacing=2.0).centres}
        assert centres == {(x, y) for x in (-2.0, 0.0, 2.0) for y in (-2.0, 0.0, 2.0)}

    def test_swiss_roll_is_that_of_scikit_learn(self):
        ours = data.SwissRoll().sample(20_000, seed=0)
        theirs, _ = make_swiss_roll(20_000, noise=0.25, random_state=0)
        theirs = theirs[:, [0, 2]] / 7.5
        for statistic in (np.mean, np.std, np.min, np.max):
            np.testing.assert_allclose(statistic(ours, 0), statistic(theirs, 0), atol=0.1)
        bins = np.linspace(0, 2, 9)
        radii = [np.histogram(np.linalg.norm(p, axis=1), bins)[0] / 20_000 for p in (ours, theirs)]
        np.testing.assert_allclose(*radii, atol=0.02)


class TestPapers:
    """The numbers that the papers' own code uses."""

    @pytest.mark.parametrize(
        ("kind", "modes", "radius", "deviation"),
        [
            ("wgan_gp_8gaussians", 8, 2 / 1.414, 0.02 / 1.414),
            ("d2gan", 8, 2.0, 0.1414),
            ("mgan", 8, 2.0, 0.1414),
            ("lsgan", 8, 1.0, 0.01),
            ("lsgan_even", 8, 1.0, 0.01),
            ("unrolled_gan", 8, 2.0, 0.02),
            ("unrolled_gan_notebook", 7, 1.0, 0.01),
        ],
    )
    def test_rings(self, kind, modes, radius, deviation):
        mixture = PAPERS[kind]()
        assert mixture.num_modes == modes
        np.testing.assert_allclose(np.linalg.norm(mixture.centres, axis=1), radius, rtol=1e-6)
        assert mixture.deviation == pytest.approx(deviation, rel=1e-3)

    def test_25_gaussians(self):
        mixture = PAPERS["wgan_gp_25gaussians"]()
        along = np.array([-4, -2, 0, 2, 4]) / 2.828
        np.testing.assert_allclose(np.unique(mixture.centres.round(6)), along, atol=1e-6)
        assert mixture.num_modes == 25
        assert mixture.deviation == pytest.approx(0.05 / 2.828)

    @pytest.mark.parametrize(("kind", "points"), [("lsgan", 9), ("unrolled_gan_notebook", 8)])
    def test_both_ends_of_the_circle_are_one_mode_counted_twice(self, kind, points):
        mixture = PAPERS[kind]()
        angles = np.linspace(0.0, 2 * np.pi, points)
        counted = np.zeros(mixture.num_modes)
        for centre in np.stack([np.cos(angles), np.sin(angles)], axis=1):
            counted[np.linalg.norm(mixture.centres - centre, axis=1) < 1e-6] += 1
        np.testing.assert_allclose(mixture.weights, counted / points)


class TestMixtureOfGaussians:
    settings = {"batch_size": 32, "steps_per_epoch": 4, "seed": 3}

    @pytest.mark.parametrize("kind", ["ring", "grid", *PAPERS])
    def test_every_kind_gives_float32_points(self, kind):
        points = take(data.mixture_of_gaussians(kind, **self.settings), 2)
        assert points.dtype == np.float32
        assert points.shape == (2, 32, 2)
        assert np.isfinite(points).all()

    def test_from_step_equals_skipping(self):
        batches = data.mixture_of_gaussians("ring", **self.settings)
        expected = take(batches.from_step(0).skip(6), 5)
        np.testing.assert_array_equal(take(batches.from_step(6), 5), expected)

    def test_every_step_draws_fresh_points(self):
        points = take(data.mixture_of_gaussians("ring", **self.settings).from_step(0), 12)
        assert len(np.unique(points.reshape(-1, 2), axis=0)) == 12 * 32

    def test_a_step_draws_what_the_mixture_draws(self):
        batches = data.mixture_of_gaussians("ring", **self.settings)
        seventh = take(batches.from_step(7), 1)[0]
        drawn, _ = batches.mixture.draw(32, seed=3, step=7)
        np.testing.assert_allclose(seventh, drawn, atol=1e-6)

    def test_modes_come_mixed(self):
        """The points of a step are not sorted by mode, and either half of them has all modes."""
        settings = self.settings | {"batch_size": 512}
        batches = data.mixture_of_gaussians("ring", labels=True, **settings)
        _, modes = next(batches.as_numpy_iterator())
        assert (np.diff(modes) < 0).mean() > 0.3
        assert set(modes[:256]) == set(modes[256:]) == set(range(8))

    def test_labels_name_the_nearest_mode(self):
        batches = data.mixture_of_gaussians("ring", labels=True, **self.settings)
        points, modes = next(batches.as_numpy_iterator())
        distances = np.linalg.norm(points[:, None] - batches.mixture.centres, axis=-1)
        np.testing.assert_array_equal(modes, distances.argmin(1))
        assert batches.num_classes == 8

    def test_fit_takes_it(self):
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(8, "softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy")
        batches = data.mixture_of_gaussians("ring", labels=True, **self.settings)
        model.fit(batches, epochs=2, verbose=0)
        assert model.optimizer.iterations == 8

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"kind": "rings"}, "`kind` must be one of .*'grid', 'ring', 'd2gan'.*kind='rings'"),
            ({"kind": "d2gan", "radius": 1.0}, "radius"),
            ({"batch_size": 0}, "`batch_size`.*batch_size=0"),
            ({"steps_per_epoch": 0}, "`steps_per_epoch`.*steps_per_epoch=0"),
            ({"seed": -1}, "`seed`.*seed=-1"),
        ],
    )
    def test_refusals(self, arguments, message):
        with pytest.raises(ValueError, match=message):
            data.mixture_of_gaussians(**arguments)
