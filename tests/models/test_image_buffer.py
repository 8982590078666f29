import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gans.models.image_buffer import ImageBuffer, _moves
from keras_gans.utils import randomness


class Holder(keras.Model):
    """What gives a buffer its weights."""

    def __init__(self, capacity):
        super().__init__()
        self.buffer = ImageBuffer(capacity, (1, 1, 1), self.add_weight, "buffer")

    def shows(self, numbers, step):
        """The numbers that come back for pictures that are numbers."""
        pictures = np.reshape(numbers, (-1, 1, 1, 1)).astype("float32")
        return np.ravel(self.exchange(pictures, np.int64(step))).tolist()

    @tf.function(reduce_retracing=True)
    def exchange(self, pictures, step):
        return self.buffer.exchange(pictures, randomness.seed_pair(0, 3, step))


def by_hand(buffer, capacity, numbers, keeps_new, slots):
    """The rule as a paper would tell it: one picture after the other."""
    buffer, returned = list(buffer), []
    for number, keeps, slot in zip(numbers, keeps_new, slots, strict=True):
        if len(buffer) < capacity:
            buffer.append(number)
            returned.append(number)
        elif keeps:
            returned.append(number)
        else:
            returned.append(buffer[slot])
            buffer[slot] = number
    return buffer, returned


class TestImageBuffer:
    def test_first_pictures_are_stored_and_returned(self):
        holder = Holder(50)
        for step in range(10):
            numbers = list(range(5 * step, 5 * step + 5))
            assert holder.shows(numbers, step) == numbers
            assert int(holder.buffer.stored) == 5 * step + 5
        assert np.ravel(holder.buffer.images).tolist() == list(range(50))

    def test_afterwards_half_are_old_ones_and_none_is_lost_or_doubled(self):
        holder = Holder(8)
        holder.shows(range(8), 0)
        inside, old, total = set(range(8)), 0, 600
        for step in range(1, total // 6 + 1):
            shown = list(range(6 * step + 100, 6 * step + 106))
            returned = holder.shows(shown, step)
            old += len(set(returned) - set(shown))
            left = set(np.ravel(holder.buffer.images).astype(int))
            assert len(left) == 8 and len(set(returned)) == 6
            assert left | set(returned) == inside | set(shown)  # as many as before: nothing twice
            inside = left
        # Some of the old ones are of the same batch, which is not counted; 5 standard deviations.
        assert abs(old - total / 2) < total / 2 * 0.3

    def test_the_coin_is_fair_and_slots_are_equally_likely(self):
        holder = Holder(4)
        holder.shows(range(4), 0)
        exchanged, slots = 0, np.zeros(4)
        before = np.ravel(holder.buffer.images)
        for step in range(1, 801):
            holder.shows([step + 10], step)
            after = np.ravel(holder.buffer.images)
            changed = np.flatnonzero(before != after)
            exchanged += len(changed)
            slots[changed] += 1
            before = after
        assert abs(exchanged - 400) < 5 * np.sqrt(200)
        assert np.abs(slots / exchanged - 0.25).max() < 0.11

    @pytest.mark.parametrize("stored", [0, 3, 5])
    @pytest.mark.parametrize("seed", range(3))
    def test_decides_picture_by_picture_as_by_hand(self, stored, seed):
        rng = np.random.default_rng(seed)
        capacity, num = 5, 12  # more in a batch than there is room
        keeps_new, slots = rng.random(num) < 0.5, rng.integers(0, capacity, num)
        expected = by_hand(range(stored), capacity, range(5, 5 + num), keeps_new, slots)
        in_buffer, returned = _moves(
            *[np.int32(values) for values in (np.arange(capacity), stored, np.arange(5, 5 + num))],
            keeps_new,
            np.int32(slots),
        )
        assert np.array(in_buffer).tolist() == expected[0]
        assert np.array(returned).tolist() == expected[1]

    def test_depends_on_the_seed_and_on_nothing_else(self):
        first, second, other = Holder(3), Holder(3), Holder(3)
        for step in range(12):
            numbers = [2 * step, 2 * step + 1]
            returned = first.shows(numbers, step)
            assert returned == second.shows(numbers, step)
            other.shows(numbers, step + 50)
        assert not np.array_equal(first.buffer.images, other.buffer.images)

    def test_without_room_it_passes_pictures_on(self):
        holder = Holder(0)
        assert holder.shows([4, 2, 9], 0) == [4, 2, 9]
        assert not holder.weights

    @pytest.mark.parametrize("capacity", [-1, 1.5])
    def test_other_capacities_are_refused(self, capacity):
        with pytest.raises(ValueError, match="`buffer_size` must be.*Received: buffer_size="):
            Holder(capacity)
