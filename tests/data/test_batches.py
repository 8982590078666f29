import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gans import data


def numbered(count, **settings):
    """Batches whose examples are their own numbers."""
    points = np.arange(count, dtype="float32")[:, None]
    return data.load(points, **{"batch_size": 4, "seed": 3, **settings})


def order_of(dataset, steps=None):
    batches = dataset if steps is None else dataset.take(steps)
    return [batch[:, 0].astype(int).tolist() for batch in batches.as_numpy_iterator()]


class TestIteration:
    def test_an_epoch_holds_full_batches_of_different_examples(self):
        batches = numbered(18)
        assert batches.steps_per_epoch == int(batches.cardinality()) == 4
        seen = np.concatenate(order_of(batches)).tolist()
        assert len(seen) == len(set(seen)) == 16
        assert set(seen) <= set(range(18))

    def test_every_iteration_has_another_order(self):
        batches = numbered(16)
        first, second, third = order_of(batches), order_of(batches), order_of(batches)
        assert first != second != third != first

    def test_the_first_epoch_is_the_same_whenever_it_is_read(self):
        batches = numbered(18)
        first = order_of(batches.first_epoch())
        order_of(batches)
        assert first == order_of(batches.first_epoch()) == order_of(batches.from_step(0), 4)
        assert int(batches.first_epoch().cardinality()) == 4

    def test_the_sequence_of_orders_depends_on_the_seed_alone(self):
        def two_epochs(seed, global_seed):
            tf.random.set_seed(global_seed)
            batches = numbered(16, seed=seed)
            return order_of(batches) + order_of(batches)

        assert two_epochs(1, 0) == two_epochs(1, 5)
        assert two_epochs(1, 0) != two_epochs(2, 0)

    def test_without_shuffling_the_order_is_the_source_s(self):
        batches = numbered(10, shuffle=False)
        assert order_of(batches) == [[0, 1, 2, 3], [4, 5, 6, 7]]
        assert order_of(batches.from_step(1), 2) == [[4, 5, 6, 7], [0, 1, 2, 3]]

    def test_is_a_dataset_with_all_its_methods(self):
        batches = numbered(16)
        assert isinstance(batches, tf.data.Dataset)
        assert batches.element_spec == tf.TensorSpec((4, 1), tf.float32)
        doubled = batches.map(lambda x: 2.0 * x).unbatch().batch(8)
        assert sorted(np.concatenate(order_of(doubled))) == list(range(0, 32, 2))

    def test_keras_fits_and_evaluates(self):
        labels = np.arange(16) % 2
        batches = data.load((np.eye(16, dtype="float32"), labels), batch_size=4, labels=True)
        model = keras.Sequential([keras.layers.Dense(2, activation="softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy")
        history = model.fit(batches, epochs=2, validation_data=batches, verbose=0).history
        assert len(history["val_loss"]) == 2

    def test_repr_tells_what_it_is(self):
        text = repr(numbered(18))
        for part in ("arrays", "4 batches of 4", "(1,)", "18 examples", "seed 3"):
            assert part in text


class TestFromStep:
    @pytest.mark.parametrize("step", [0, 1, 3, 4, 5, 11])
    def test_equals_skipping(self, step):
        batches = numbered(18)
        assert order_of(batches.from_step(step), 9) == order_of(batches.from_step(0).skip(step), 9)

    def test_every_epoch_is_another_permutation(self):
        epochs = np.reshape(order_of(numbered(16, batch_size=16).from_step(0), 600), (600, 16))
        np.testing.assert_array_equal(np.sort(epochs), np.tile(np.arange(16), (600, 1)))
        # TensorFlow's `index_shuffle` comes round after 256 epochs
        assert len({tuple(epoch) for epoch in epochs}) == 600

    def test_neighbours_of_one_epoch_part_in_the_next(self):
        first, second = np.reshape(
            order_of(numbered(1000, batch_size=1000).from_step(0), 2), (2, -1)
        )
        place = np.argsort(second)
        distances = np.abs(np.diff(place[first]))
        assert (distances == 1).sum() < 15  # 2 are expected
        assert abs(np.corrcoef(first, second)[0, 1]) < 0.15

    def test_depends_on_the_seed_alone(self):
        def start(seed, global_seed):
            tf.random.set_seed(global_seed)
            return order_of(numbered(16, seed=seed).from_step(2), 8)

        assert start(1, 0) == start(1, 5)
        assert start(1, 0) != start(2, 0)

    def test_examples_are_equally_likely_in_every_place(self):
        epochs = np.reshape(order_of(numbered(8, batch_size=8).from_step(0), 800), (800, 8))
        counts = np.stack([np.bincount(place, minlength=8) for place in epochs.T])
        chi_square = ((counts - 100.0) ** 2 / 100.0).sum(1)  # 7 degrees of freedom
        assert chi_square.max() < 32.0  # p = 4e-5 for each of the 8 places

    @pytest.mark.parametrize("step", [-1, 0.5])
    def test_impossible_steps_are_refused(self, step):
        with pytest.raises(ValueError, match=f"`step`.*Received: step={step}"):
            numbered(16).from_step(step)


class TestArrays:
    points = np.arange(10, dtype="float32")[:, None]

    def load(self, source=points, **settings):
        return data.load(source, **{"batch_size": 1, "shuffle": False, **settings})

    def test_hold_every_example_in_the_source_s_order(self):
        np.testing.assert_array_equal(self.load().arrays(), self.points)
        labels = np.arange(10) % 3
        x, y = self.load((self.points, labels), labels=True).arrays()
        np.testing.assert_array_equal(x, self.points)
        np.testing.assert_array_equal(y, labels)
        assert (x.dtype, y.dtype) == (np.float32, np.int32)

    def test_images_are_what_batches_hold(self):
        images = np.random.default_rng(0).integers(0, 256, (7, 4, 4, 3)).astype("uint8")
        batches = self.load(images, batch_size=7)
        (batch,) = batches.as_numpy_iterator()
        np.testing.assert_array_equal(batches.arrays(), batch)

    def test_a_limit_takes_the_first(self):
        np.testing.assert_array_equal(self.load().arrays(3), self.points[:3])
        assert len(self.load().arrays(100)) == 10

    def test_a_last_batch_that_is_not_full_is_left_out_as_in_every_epoch(self):
        assert self.load(batch_size=4).arrays()[:, 0].tolist() == list(range(8))

    def test_shuffled_data_has_the_order_of_the_first_epoch(self):
        batches = numbered(10, batch_size=1)
        expected = np.ravel(order_of(batches.from_step(0), 10))
        for _ in range(2):
            np.testing.assert_array_equal(batches.arrays()[:, 0], expected)

    def test_points_that_never_end_have_epochs_too(self):
        batches = data.mixture_of_gaussians(batch_size=5, steps_per_epoch=3)
        assert len(batches.arrays()) == 15

    def test_no_examples_are_refused(self):
        with pytest.raises(ValueError, match="`limit` must be at least 1. Received: limit=0"):
            self.load().arrays(0)


class TestRefusals:
    def test_fewer_examples_than_a_batch(self):
        with pytest.raises(ValueError, match="`batch_size`.*batch_size=4, with 3 examples"):
            numbered(3)

    @pytest.mark.parametrize(
        "settings",
        [
            {"batch_size": 0},
            {"batch_size": 2.5},
            {"image_size": -1},
            {"channels": 2},
            {"crop": "middle"},
            {"on_error": "ignore"},
            {"seed": -1},
            {"seed": 2**31},
            {"value_range": (1, 1)},
        ],
    )
    def test_impossible_settings(self, settings):
        (name,) = settings
        with pytest.raises(ValueError, match=f"`{name}`.*Received: {name}="):
            numbered(16, **settings)
