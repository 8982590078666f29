import itertools

import numpy as np
import pytest
import scipy.ndimage
import tensorflow as tf

from keras_gans.layers import AdaptiveAugment
from keras_gans.layers._image_transforms import matrices, product, resample
from tests.battery import check_layer
from tests.layers import augmentation_checks as checks
from tests.layers.augmentation_checks import augmented, images


def always(**kwargs):
    return AdaptiveAugment(probability=1.0, **kwargs)


def built(**kwargs):
    layer = AdaptiveAugment(**kwargs)
    layer.build((None, 8, 8, 1))
    return layer


def share_unchanged(pipe, x, probability):
    """Share of copies of an image, `(height, width, channels)`, that come out as they went in."""
    layer = AdaptiveAugment(pipe=pipe, probability=probability, seed=1)
    x = np.repeat(x[None], NUM, axis=0)
    return (np.abs(augmented(layer, x) - x).max(axis=(1, 2, 3)) < 1e-6).mean()


NUM = 4000
SIGMAS = 4


class TestAdaptiveAugment:
    @pytest.mark.parametrize("training", [False, True])
    @pytest.mark.parametrize("channels", [1, 3])
    def test_battery(self, channels, training):
        arguments = {
            "target": 0.5,
            "images": 100,
            "interval": 2,
            "probability": 0.25,
            "pipe": ("blits", "color"),
            "seed": 3,
        }
        x = images(2, channels=channels)
        check_layer(AdaptiveAugment, arguments, x, (2, 8, 8, channels), training=training)

    def test_acts_in_training_alone(self):
        checks.check_passes_on_outside_of_training(always(), images(4))

    def test_draws(self):
        checks.check_is_a_function_of_seed_call_and_place(always)

    def test_lists(self):
        checks.check_changes_a_list_alike(always())

    def test_gradients(self):
        layer = always()
        layer.build((None, 4, 4, 3))
        checks.check_gradients(layer)
        checks.check_second_gradients(layer)

    @pytest.mark.slow
    def test_compiles(self):
        checks.check_compiles(always())

    def test_half_precision(self):
        checks.check_half_precision(always)

    @pytest.mark.parametrize("target", [1.0, -1.0, 2])
    def test_targets_out_of_range_are_refused(self, target):
        with pytest.raises(ValueError, match=f"`target` must be None or in.*target={target}"):
            AdaptiveAugment(target=target)

    @pytest.mark.parametrize("name", ["images", "interval"])
    def test_numbers_out_of_range_are_refused(self, name):
        with pytest.raises(ValueError, match=f"`{name}` must be an integer of at least 1.*=0"):
            AdaptiveAugment(**{name: 0})

    @pytest.mark.parametrize("probability", [-0.1, 1.1])
    def test_probabilities_out_of_range_are_refused(self, probability):
        with pytest.raises(ValueError, match=f"`probability` must be in.*{probability}"):
            AdaptiveAugment(probability=probability)

    @pytest.mark.parametrize("pipe", [(), "color", ("blits", "noise"), ("blits", "blits")])
    def test_other_pipes_are_refused(self, pipe):
        with pytest.raises(ValueError, match="`pipe` must be.*'geometry'.*Received: pipe="):
            AdaptiveAugment(pipe=pipe)


class TestProbability:
    @pytest.mark.parametrize("channels", [1, 3])
    def test_at_0_nothing_changes(self, channels):
        """To the last bit, although everything is computed."""
        x = images(50, 7, 6, channels)
        np.testing.assert_array_equal(augmented(AdaptiveAugment(), x), x)

    @pytest.mark.parametrize("probability", [0.3, 0.9])
    @pytest.mark.parametrize("pipe", ["blits", "geometry", "color", "color of gray"])
    def test_is_how_often_each_change_happens(self, pipe, probability):
        """The share of images without any, which the chances of each give by hand."""
        p = probability
        chance = {
            # Of the mirror images half are the image, of the turns a quarter; of the moves by up to
            # one pixel half are rounded to none, down and across.
            "blits": (1 - p / 2) * (1 - p * 3 / 4) * (1 - p * 3 / 4),
            "geometry": (1 - p) ** 4,  # size, one of two turns, stretching, move
            "color": (1 - p) ** 4 * (1 - p / 2),  # half of them have their lightness turned over
            "color of gray": (1 - p) ** 2 * (1 - p / 2),
        }[pipe]
        x = images(1, channels=1 if pipe == "color of gray" else 3)[0]
        share = share_unchanged((pipe.split()[0],), x, p)
        assert abs(share - chance) < SIGMAS * np.sqrt(chance * (1 - chance) / NUM)

    def test_may_exceed_1(self):
        layer, x = always(), images(4)
        expected = augmented(layer, x)
        layer.raised.assign(700_000)
        np.testing.assert_allclose(layer.probability(), 1.4, rtol=1e-6)
        np.testing.assert_array_equal(augmented(layer, x), expected)


class TestAdapt:
    real, fake = np.ones((5000, 1), "float32"), -np.ones((5000, 1), "float32")

    def test_sure_of_every_real_image_it_is_1_after_500_thousand(self):
        layer = built(interval=1)
        for _ in range(99):
            layer.adapt(self.real)
        assert float(layer.probability()) == np.float32(0.99)
        layer.adapt(self.real)
        assert float(layer.probability()) == 1.0
        layer.adapt(self.real)
        assert float(layer.probability()) == np.float32(1.01)

    def test_in_doubt_it_stays_at_0(self):
        layer = built(interval=1)
        for _ in range(5):
            layer.adapt(np.zeros((64, 1), "float32"))
            layer.adapt(self.fake)
            assert float(layer.probability()) == 0.0

    def test_moves_at_every_interval(self):
        layer, seen = built(probability=0.5), []
        for logits in 5 * [self.real[:64]] + 7 * [self.fake[:32]]:
            layer.adapt(logits)
            seen.append(int(layer.raised) - 250_000)
        # One of the second four minibatches is sure, three are not.
        assert seen == [0, 0, 0, 256, 256, 256, 256, 96, 96, 96, 96, -32]

    @pytest.mark.parametrize("sure, moves", [(8, 0), (9, 1), (7, -1)])
    def test_holds_the_target(self, sure, moves):
        """8 of 10 for real: a mean sign of 0.6."""
        layer = built(interval=1, probability=0.5)
        layer.adapt(np.array([[3.0]] * sure + [[-0.1]] * (10 - sure)))
        assert int(layer.raised) - 250_000 == 10 * moves

    def test_many_logits_an_image_count_as_one_image(self):
        """Three quarters of the patches for real: a mean sign of 0.5."""
        for target, moves in ((0.4, 1), (0.6, -1)):
            layer = built(target=target, interval=1, probability=0.5)
            patches = np.ones((6, 4, 4, 1), "float32")
            patches[:, 0] = -2.0
            layer.adapt(patches)
            assert int(layer.raised) - 250_000 == 6 * moves

    def test_agrees_with_the_rule_in_floating_point(self):
        random = np.random.default_rng(0)
        layer, p = built(images=20_000, target=0.1), 0.0
        adapt = tf.function(layer.adapt)
        for _ in range(60):
            batches = random.normal(0.2, 1.0, size=(4, 50, 1)).astype("float32")
            for logits in batches:
                adapt(tf.constant(logits))
            r = np.sign(batches).mean()
            p = max(0.0, p + np.sign(r - 0.1) * (50 * 4) / 20_000)
            np.testing.assert_allclose(layer.probability(), p, atol=1e-6)
        assert p > 0

    def test_without_a_target_it_stays(self):
        layer = built(target=None, interval=1, probability=0.2)
        layer.adapt(self.real)
        assert float(layer.probability()) == np.float32(0.2) and not layer.adapts


class TestBlits:
    def test_are_exact(self):
        """Mirror images, turns and moves by whole pixels, in the shares of the paper."""
        x = images(1)[0]
        padded = [
            np.pad(np.rot90(image, turns), ((1, 1), (1, 1), (0, 0)), mode="reflect")
            for image in (x, x[:, ::-1])
            for turns in range(4)
        ]
        moves = list(itertools.product(range(3), range(3)))
        expected = {
            image[down : down + 8, across : across + 8].tobytes(): (number, down, across)
            for number, image in enumerate(padded)
            for down, across in moves
        }
        y = augmented(always(pipe=("blits",)), np.repeat(x[None], NUM, axis=0))
        found = [expected[image.tobytes()] for image in y]
        numbers, downs, acrosses = np.array(found).T
        for values, shares in (
            (numbers, [1 / 8] * 8),
            (downs, [1 / 4, 1 / 2, 1 / 4]),
            (acrosses, [1 / 4, 1 / 2, 1 / 4]),
        ):
            counts = np.bincount(values, minlength=len(shares)) / NUM
            bounds = [SIGMAS * np.sqrt(share * (1 - share) / NUM) for share in shares]
            assert (np.abs(counts - shares) < bounds).all()

    def test_at_most_an_eighth(self):
        x = np.zeros((NUM, 32, 32, 1), "float32")
        x[:, 14:18, 14:18] = 1.0  # turned and mirrored it is the same
        y = augmented(always(pipe=("blits",)), x)
        for axis in (1, 2):
            first = y.max(axis=(3 - axis, 3)).argmax(axis=1)
            assert (first.min(), first.max()) == (10, 18)


class TestResample:
    def test_agrees_with_scipy(self):
        x, random = images(6, 7, 9), np.random.default_rng(1)
        m = np.tile(np.eye(3, dtype="float32"), (6, 1, 1))
        m[:, :2] += random.normal(scale=[0.4, 0.4, 6.0], size=(6, 2, 3))
        rows, columns = np.mgrid[:7, :9]
        places = np.stack([columns - 4.0, rows - 3.0, np.ones((7, 9))]).reshape(3, -1)
        expected = np.empty_like(x)
        for sample, matrix in enumerate(m):
            across, down, _ = matrix @ places
            for channel in range(3):
                expected[sample, ..., channel] = scipy.ndimage.map_coordinates(
                    x[sample, ..., channel], [down + 3.0, across + 4.0], order=1, mode="mirror"
                ).reshape(7, 9)
        np.testing.assert_allclose(resample(x, m), expected, atol=1e-5)

    def test_twice_the_size_around_the_centre(self):
        x = np.arange(4, dtype="float32").reshape(1, 1, 4, 1)
        half = matrices([[np.full(1, 0.5, "float32"), 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
        np.testing.assert_allclose(np.ravel(resample(x, half)), [0.75, 1.25, 1.75, 2.25])

    def test_product(self):
        first, second, third = np.random.default_rng(0).normal(size=(3, 5, 4, 4)).astype("float32")
        np.testing.assert_allclose(
            product(first, second, third), first @ second @ third, rtol=1e-4, atol=1e-5
        )


class TestGeometry:
    def test_numbers_of_the_paper(self):
        """Read off what becomes of a bump: where it is, how large and how stretched."""
        num, size, width = 1500, 48, 3.0
        offsets = np.arange(size) - (size - 1) / 2
        bump = np.exp(-(offsets[:, None] ** 2 + offsets[None] ** 2) / (2 * width**2))
        x = np.repeat(bump[None, :, :, None].astype("float32"), num, axis=0)
        y = augmented(always(pipe=("geometry",)), x)[..., 0].astype(float)
        # The move comes last and is not turned: 0.125 * 48 pixels each way.
        peaks = np.stack(np.unravel_index(y.reshape(num, -1).argmax(axis=1), (size, size)), axis=1)
        moves = peaks - (size - 1) / 2
        assert np.abs(np.median(moves, axis=0)).max() <= 0.5
        np.testing.assert_allclose(np.median(np.abs(moves), axis=0), 0.6745 * 6.0, atol=0.6)
        # Size and shape, of bumps that the border does not touch.
        near = y[np.hypot(*moves.T) < 8.0]
        assert len(near) > num / 3
        mass = near.sum(axis=(1, 2))
        sizes = np.log2(mass / bump.sum()) / 2  # stretching keeps the area
        np.testing.assert_allclose([sizes.mean(), sizes.std()], [0.0, 0.2], atol=0.03)
        down, across = near.sum(axis=2) @ offsets / mass, near.sum(axis=1) @ offsets / mass
        rows, columns = offsets - down[:, None], offsets - across[:, None]
        spreads = [
            np.einsum("nij,ni,nj->n", near, rows**first, columns**second) / mass
            for first, second in ((0, 2), (1, 1), (1, 1), (2, 0))
        ]
        values, vectors = np.linalg.eigh(np.stack(spreads, axis=1).reshape(-1, 2, 2))
        # The lengths of the axes differ by the factor 2^(2 |N(0, 0.2^2)|).
        ratio = np.log2(values[:, 1] / values[:, 0]) / 2
        np.testing.assert_allclose(np.median(ratio), 0.6745 * 0.4, atol=0.04)
        # After the second turn the long axis points anywhere.
        angles = np.arctan2(vectors[:, 1, 1], vectors[:, 0, 1])[ratio > 0.2] % np.pi
        quarters = np.quantile(angles, [0.25, 0.5, 0.75])
        np.testing.assert_allclose(quarters, np.pi * np.array([0.25, 0.5, 0.75]), atol=0.25)


class TestColour:
    def maps(self, channels=3, num=NUM):
        """The affine maps of colours, `(num, channels, channels + 1)`, read off the result."""
        points = np.concatenate([np.zeros((1, channels)), np.eye(channels)]).astype("float32")
        x = np.repeat(points[None, None], num, axis=0)
        y = augmented(always(pipe=("color",)), x)[:, 0]
        return np.concatenate([(y[:, 1:] - y[:, :1]).swapaxes(1, 2), y[:, 0, :, None]], axis=2)

    def test_numbers_of_the_paper(self):
        maps = self.maps()
        linear, offset = maps[..., :3], maps[..., 3]
        gray = np.full(3, 3**-0.5)
        # Gray stays gray, brighter or darker, and half of it is turned over.
        images_of_gray = linear @ gray
        along = images_of_gray @ gray
        np.testing.assert_allclose(images_of_gray, along[:, None] * gray, atol=1e-4)
        assert abs((along < 0).mean() - 0.5) < SIGMAS * 0.5 / np.sqrt(NUM)
        contrast = np.log2(np.abs(along))
        np.testing.assert_allclose([contrast.mean(), contrast.std()], [0, 0.5], atol=0.03)
        # Brightness comes first, so that contrast multiplies it.
        brightness = offset.mean(axis=1) / along
        np.testing.assert_allclose(offset, offset[:, [1, 2, 0]], rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose([brightness.mean(), brightness.std()], [0, 0.2], atol=0.015)
        # Across gray: a turn by any angle and saturation, which contrast multiplies, too.
        u, v = np.array([1, -1, 0]) / 2**0.5, np.array([1, 1, -2]) / 6**0.5
        real, imaginary = (linear @ u) @ u, (linear @ u) @ v
        np.testing.assert_allclose((linear @ v) @ v, real, atol=1e-4)
        np.testing.assert_allclose((linear @ v) @ u, -imaginary, atol=1e-4)
        saturation = np.log2(np.hypot(real, imaginary)) - contrast
        np.testing.assert_allclose([saturation.mean(), saturation.std()], [0, 1], atol=0.06)
        quarters = np.quantile(np.arctan2(imaginary, real), [0.25, 0.5, 0.75])
        np.testing.assert_allclose(quarters, [-np.pi / 2, 0, np.pi / 2], atol=0.15)

    def test_a_gray_image_is_a_colour_image_of_equal_channels(self):
        x = images(50, 2, channels=1)
        in_colour = augmented(always(pipe=("color",)), np.repeat(x, 3, axis=-1))
        gray = augmented(always(pipe=("color",)), x)
        np.testing.assert_allclose(in_colour, np.repeat(gray, 3, axis=-1), atol=1e-4)
