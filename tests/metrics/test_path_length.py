import itertools

import numpy as np
import pytest

from keras_gans.metrics.extractor import CallableFeatures
from keras_gans.metrics.path_length import (
    feature_distance,
    linear_interpolation,
    perceptual_path_length,
    spherical_interpolation,
    style_path_length,
)


def sample_latents(count, seed):
    return np.random.default_rng(seed).normal(size=(count, 6))


def squared_distance(first, second):
    return np.square(first - second).sum(axis=-1)


class TestInterpolation:
    start, end = np.array([[2.0, 0.0]]), np.array([[0.0, 4.0]])

    def test_circle_by_hand(self):
        halfway = spherical_interpolation(self.start, self.end, 0.5)
        np.testing.assert_allclose(halfway, 3 * np.sqrt(0.5) * np.ones((1, 2)))

    @pytest.mark.parametrize("interpolate", [spherical_interpolation, linear_interpolation])
    def test_ends_are_kept(self, interpolate):
        np.testing.assert_allclose(interpolate(self.start, self.end, 0.0), self.start)
        np.testing.assert_allclose(interpolate(self.start, self.end, 1.0), self.end, atol=1e-15)

    def test_equal_ends_stay(self):
        halfway = spherical_interpolation(self.start, self.start, 0.5)
        np.testing.assert_allclose(halfway, self.start)


class TestStylePathLength:
    @pytest.mark.parametrize("whole_path", [True, False])
    def test_a_linear_generator_has_the_length_of_its_chords(self, whole_path):
        # |A (w1 - w0)|^2 whatever the step and the place: 4 * 2 * 6 on average for A = 2
        length = style_path_length(
            mapping=lambda latents: latents,
            synthesize=lambda styles: 2.0 * styles.astype("float64"),
            distance=squared_distance,
            sample_latents=sample_latents,
            num_pairs=4000,
            whole_path=whole_path,
            epsilon=1e-2,
        )
        assert length.mean == pytest.approx(48.0, rel=0.03)

    @pytest.mark.parametrize("whole_path, expected", [(True, 4 / 3 + 0.02), (False, 1e-4)])
    def test_the_place_is_drawn_or_the_beginning(self, whole_path, expected):
        """Along w^2 from 0 to 1 the distance over epsilon^2 is (2 t + epsilon)^2."""
        ends = itertools.cycle([0.0, 1.0])
        length = style_path_length(
            mapping=lambda latents: latents,
            synthesize=lambda styles: styles.astype("float64") ** 2,
            distance=squared_distance,
            sample_latents=lambda count, seed: np.full((count, 1), next(ends)),
            num_pairs=1000,
            whole_path=whole_path,
            epsilon=1e-2,
        )
        assert length.mean == pytest.approx(expected, rel=0.1)

    def test_the_mapping_is_walked_in_its_own_space(self):
        shared = {"distance": squared_distance, "sample_latents": sample_latents}
        options = {"num_pairs": 500, "epsilon": 1e-2} | shared
        plain = style_path_length(lambda z: z, lambda w: 3 * w, **options)
        moved = style_path_length(lambda z: 3 * z, lambda w: w, **options)
        assert moved.mean == pytest.approx(plain.mean, rel=1e-3)

    def test_styles_are_walked_and_not_their_latents(self):
        """Signs, of which 3 of 6 differ by 2 on average: 3 * 4. On the way of latents they jump."""
        length = style_path_length(
            np.sign,
            lambda w: w.astype("float64"),
            squared_distance,
            sample_latents,
            num_pairs=4000,
            epsilon=1e-2,
        )
        assert length.mean == pytest.approx(12.0, rel=0.03)

    def test_styles_may_have_a_layer_axis(self):
        length = style_path_length(
            lambda z: np.repeat(np.asarray(z)[:, None], 3, axis=1),
            lambda w: w[:, 0],
            squared_distance,
            sample_latents,
            num_pairs=20,
        )
        assert length.mean > 0


class TestPerceptualPathLength:
    def test_on_a_circle_it_is_the_squared_angle(self):
        def direction(latents):
            latents = latents.astype("float64")
            return latents / np.linalg.norm(latents, axis=1, keepdims=True)

        length = perceptual_path_length(
            direction, squared_distance, sample_latents, num_pairs=3000, epsilon=1e-2
        )
        first, second = direction(sample_latents(5000, 1)), direction(sample_latents(5000, 2))
        angles = np.arccos((first * second).sum(axis=1))
        assert length.mean == pytest.approx(np.mean(angles**2), rel=0.03)

    def test_a_generator_of_one_image_has_length_zero(self):
        length = perceptual_path_length(
            np.zeros_like, squared_distance, sample_latents, num_pairs=20
        )
        assert length == (0.0, 0.0)

    def test_abrupt_changes_lengthen_the_path(self):
        options = {
            "distance": squared_distance,
            "sample_latents": sample_latents,
            "num_pairs": 2000,
            "epsilon": 1e-2,
        }
        even = perceptual_path_length(lambda z: z, **options)
        abrupt = perceptual_path_length(lambda z: np.tanh(20 * z), **options)
        assert abrupt.mean > 3 * even.mean

    def test_outliers_are_left_out(self):
        def generate_with_jumps(latents):
            jumps = np.zeros((len(latents), 1))
            jumps[0] = 1e6  # the start of the first pair of each batch
            return np.concatenate([latents, jumps], axis=1)

        options = {"num_pairs": 1000, "batch_size": 200, "epsilon": 1e-2}
        plain = perceptual_path_length(lambda z: z, squared_distance, sample_latents, **options)
        jumpy = perceptual_path_length(
            generate_with_jumps, squared_distance, sample_latents, **options
        )
        assert jumpy.mean == pytest.approx(plain.mean, rel=0.1)

    def test_is_a_function_of_its_seed_not_of_a_global_state(self):
        lengths = [
            perceptual_path_length(
                lambda z: z, squared_distance, sample_latents, num_pairs=30, seed=seed
            )
            for seed in (1, 1, 2)
        ]
        assert lengths[0] == lengths[1] != lengths[2]

    def test_infinite_distances_are_refused(self):
        with pytest.raises(ValueError, match=r"`distance` must return finite.*Received: 30"):
            perceptual_path_length(
                lambda z: z, lambda a, b: np.full(len(a), np.nan), sample_latents, num_pairs=30
            )

    def test_one_pair_is_refused(self):
        with pytest.raises(ValueError, match=r"`num_pairs` must be at least 2.*num_pairs=1"):
            perceptual_path_length(None, None, None, num_pairs=1)


def test_feature_distance_compares_directions():
    distance = feature_distance(lambda images: images.reshape(len(images), -1))
    first, second = np.array([[3.0, 0.0], [1.0, 1.0]]), np.array([[0.0, 5.0], [2.0, 2.0]])
    np.testing.assert_allclose(distance(first, second), [2.0, 0.0], atol=1e-15)


def test_feature_distance_carries_what_the_extractor_says_of_itself():
    distance = feature_distance(CallableFeatures(np.ravel, "digits", "c0a25e", resize="to 8x8"))
    assert distance.name == "distance of unit features of digits"
    assert (distance.weights_hash, distance.resize) == ("c0a25e", "to 8x8")
