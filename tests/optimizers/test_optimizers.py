import keras
import numpy as np
import pytest

from keras_gans.optimizers import (
    DecayToFloor,
    HoldThenExponential,
    HoldThenLinear,
    RampedMomentumSGD,
)
from keras_gans.optimizers.schedules import Scaled


class TestDecayToFloor:
    schedule = DecayToFloor(0.1, factor=1.000004, floor=1e-6)

    @pytest.mark.parametrize("step, rate", [(0, 0.1), (50_000, 0.0818731), (3_000_000, 1e-6)])
    def test_values_of_the_official_configuration(self, step, rate):
        np.testing.assert_allclose(self.schedule(step), rate, rtol=1e-5)

    def test_floor_is_reached_where_the_arithmetic_says(self):
        assert float(self.schedule(2_878_000)) > 1e-6
        np.testing.assert_allclose(self.schedule(2_878_300), 1e-6, rtol=1e-6)

    def test_config_round_trip(self):
        copy = DecayToFloor.from_config(self.schedule.get_config())
        assert float(copy(1234)) == float(self.schedule(1234))


class TestHoldThenDecay:
    linear = HoldThenLinear(0.2, hold_steps=100, decay_steps=50)
    exponential = HoldThenExponential(0.2, hold_steps=100, decay_steps=50, final_factor=0.01)

    @pytest.mark.parametrize(
        "step, linear, exponential",
        [(0, 0.2, 0.2), (100, 0.2, 0.2), (125, 0.1, 0.02), (150, 0.0, 0.002), (9999, 0.0, 0.002)],
    )
    def test_holds_falls_and_stays(self, step, linear, exponential):
        np.testing.assert_allclose(self.linear(step), linear, rtol=1e-5, atol=1e-9)
        np.testing.assert_allclose(self.exponential(step), exponential, rtol=1e-5)

    @pytest.mark.parametrize("schedule", [linear, exponential])
    def test_config_round_trip(self, schedule):
        copy = type(schedule).from_config(schedule.get_config())
        assert float(copy(120)) == float(schedule(120)) < 0.2

    def test_refusals(self):
        with pytest.raises(ValueError, match="`hold_steps`.*decay_steps=0"):
            HoldThenLinear(0.2, hold_steps=0, decay_steps=0)


def test_a_scaled_schedule_is_saved_with_its_optimizer():
    optimizer = keras.optimizers.SGD(Scaled(DecayToFloor(0.1, factor=2.0, floor=0.0), 0.5))
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(optimizer))
    copy.iterations.assign(1)
    np.testing.assert_allclose(copy.learning_rate, 0.1 / 2 * 0.5, rtol=1e-6)


class TestRampedMomentumSGD:
    def steps(self, optimizer, gradients):
        variable = keras.Variable(0.0)
        optimizer.build([variable])
        values = []
        for gradient in gradients:
            optimizer.apply([keras.ops.convert_to_tensor(gradient)], [variable])
            values.append(float(variable.value))
        return values

    def test_three_steps_by_hand(self):
        optimizer = RampedMomentumSGD(0.1, 0.5, final_momentum=0.7, ramp_start=0, ramp_end=2)
        # velocity: -0.1, then 0.6 * -0.1 - 0.1 = -0.16, then 0.7 * -0.16 - 0.1 = -0.212
        np.testing.assert_allclose(
            self.steps(optimizer, [1.0, 1.0, 1.0]), [-0.1, -0.26, -0.472], rtol=1e-6
        )

    def test_a_ramp_that_begins_later_by_hand(self):
        optimizer = RampedMomentumSGD(0.1, 0.5, final_momentum=0.7, ramp_start=1, ramp_end=3)
        # velocity: -0.1, then 0.5 * -0.1 - 0.1 = -0.15, then 0.6 * -0.15 - 0.1 = -0.19
        np.testing.assert_allclose(
            self.steps(optimizer, [1.0, 1.0, 1.0]), [-0.1, -0.25, -0.44], rtol=1e-6
        )

    @pytest.mark.parametrize("arguments", [{"nesterov": True}, {"final_momentum": 1.0}])
    def test_what_it_is_not_is_refused(self, arguments):
        with pytest.raises(ValueError, match=f"`{next(iter(arguments))}` must be"):
            RampedMomentumSGD(**arguments)

    def test_constant_momentum_is_keras_sgd(self):
        ours = RampedMomentumSGD(0.1, 0.5, final_momentum=0.5)
        gradients = [1.0, -0.5, 2.0, 0.3]
        np.testing.assert_allclose(
            self.steps(ours, gradients),
            self.steps(keras.optimizers.SGD(0.1, momentum=0.5), gradients),
            rtol=1e-6,
        )

    def test_config_round_trip(self):
        optimizer = RampedMomentumSGD(DecayToFloor(0.1, 1.01, 1e-6), ramp_start=1, ramp_end=9)
        copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(optimizer))
        assert copy.get_config() == optimizer.get_config()

    def test_ramp_that_ends_before_it_starts_is_refused(self):
        with pytest.raises(ValueError, match="ramp_start=5, ramp_end=5"):
            RampedMomentumSGD(ramp_start=5, ramp_end=5)
