import warnings

import keras
import numpy as np
import pytest

import keras_gans as kg
from tests.models.games import assert_all_equal, values_of
from tests.models.growing import (
    SCHEDULE,
    batches,
    build_progan,
    build_stylegan,
    fit_growing,
    images,
    make_noisy,
)
from tests.models.tiny import build_model


class Watch(kg.callbacks.ProgressiveGrowth):
    """Notes where the model is when a step begins."""

    def __init__(self, schedule, **kwargs):
        super().__init__(schedule, **kwargs)
        self.seen = []

    def on_train_batch_begin(self, batch, logs=None):
        super().on_train_batch_begin(batch, logs)
        optimizer = self.model.optimizers["generator"]
        self.seen.append(
            {
                "resolution": self.model.resolution,
                "alpha": self.model.alpha,
                "rate": round(float(optimizer.learning_rate), 6),
                "iterations": int(optimizer.iterations),
                "moments": {
                    player: max(float(np.abs(v).max()) for v in mine.variables[2:])
                    for player, mine in self.model.optimizers.items()
                },
            }
        )


class StopAt(kg.callbacks.Checkpoints):
    """Writes a checkpoint after every step, and stops a training that is new at one of them."""

    def __init__(self, step, directory):
        super().__init__(directory, every_steps=1)
        self.last_step = step

    def on_train_batch_end(self, batch, logs=None):
        super().on_train_batch_end(batch, logs)
        if int(self.model.step.numpy()) == self.last_step and self.resumed_from is None:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def grown():
    """A model grown from 4 to 8 pixels in one `fit`, what was seen on the way, and the history."""
    model = build_progan(ema_decay=0.5)
    watch = Watch(SCHEDULE)
    watch.traced, train_step = [], model.train_step

    def traced_step(data):  # Python runs it when TensorFlow traces
        watch.traced.append(model.resolution)
        return train_step(data)

    model.train_step = traced_step
    model.compile()
    data = batches(steps_per_epoch=7)
    history = model.fit(data, epochs=data.epochs, callbacks=[watch], verbose=0).history
    return model, watch, history


class TestProgressiveGrowth:
    """2 steps at 4 pixels, 8 while 8 pixels fade in, 4 after that."""

    def test_follows_the_schedule(self, grown):
        _, watch, _ = grown
        assert [seen["resolution"] for seen in watch.seen] == [4] * 2 + [8] * 12
        assert [seen["alpha"] for seen in watch.seen] == [1, 1, *np.arange(8) / 8, 1, 1, 1, 1]
        assert [seen["rate"] for seen in watch.seen] == [0.002] * 2 + [0.003] * 12

    def test_optimizers_start_anew_with_each_change(self, grown):
        _, watch, _ = grown
        assert [seen["iterations"] for seen in watch.seen] == [0, 1, *range(8), *range(4)]
        for player in ("generator", "discriminator"):
            fresh = [step for step, seen in enumerate(watch.seen) if seen["moments"][player] == 0]
            assert fresh == [0, 2, 10]

    def test_traces_once_a_resolution(self, grown):
        assert grown[1].traced == [4, 8]

    def test_logs(self, grown):
        history = grown[2]
        assert history["resolution"] == [8, 8]
        assert history["alpha"] == [0.625, 1.0]
        assert history["images"] == [36, 64]

    def test_keeps_the_optimizers_if_asked(self):
        model = build_progan()
        model.compile(run_eagerly=True)
        watch = Watch(SCHEDULE, reset_optimizers=False)
        model.fit(batches(), steps_per_epoch=4, epochs=1, callbacks=[watch], verbose=0)
        assert [seen["iterations"] for seen in watch.seen] == list(range(4))

    @pytest.mark.slow
    def test_whole_images_train_the_same(self, grown):
        """Data at the full resolution is shrunk by the model as it is by `data.grown`."""
        pictures = list(batches().from_step(0).take(14))
        whole = list(kg.data.load(images(), batch_size=4).rebatched(8).from_step(0).take(2))
        whole += list(kg.data.load(images(), batch_size=4).from_step(2).take(12))
        assert [len(batch) for batch in whole] == [len(batch) for batch in pictures]
        model = build_progan(ema_decay=0.5)
        model.compile()
        growth = kg.callbacks.ProgressiveGrowth(SCHEDULE)
        growth.set_model(model)
        growth.on_train_begin()
        for batch in whole:
            growth.on_train_batch_begin(0)
            model.train_on_batch(batch)
        for one, other in zip(model.get_weights(), grown[0].get_weights(), strict=True):
            np.testing.assert_allclose(one, other, atol=2e-5)

    @pytest.mark.parametrize(
        "step",
        [pytest.param(1, marks=pytest.mark.slow), 5, pytest.param(10, marks=pytest.mark.slow)],
    )
    def test_a_training_that_was_stopped_goes_on_bit_for_bit(self, grown, tmp_path, step):
        """Before, within and at the end of the fade."""

        def train():
            model = build_progan(ema_decay=0.5)
            model.compile()
            checkpoints = StopAt(step, tmp_path)
            return model, fit_growing(model, callbacks=[checkpoints])

        with pytest.raises(KeyboardInterrupt):
            train()
        model, history = train()
        assert_all_equal(values_of(grown[0].weights), values_of(model.weights))
        assert history["discriminator_loss"] == grown[2]["discriminator_loss"]

    @pytest.mark.slow
    def test_a_stylegan_that_was_stopped_within_a_fade_goes_on_bit_for_bit(self, tmp_path):
        """Its average style, mixed styles and a lazy penalty too."""

        def train(callbacks=()):
            model = build_stylegan(ema_half_life=20.0, mixing_probability=0.5, r1_interval=2)
            make_noisy(model)
            model.compile()
            return model, fit_growing(model, callbacks=callbacks)

        straight, history = train()
        with pytest.raises(KeyboardInterrupt):
            train([StopAt(5, tmp_path)])
        resumed, end = train([StopAt(5, tmp_path)])
        assert_all_equal(values_of(straight.weights), values_of(resumed.weights))
        assert end["r1_penalty"] == history["r1_penalty"]

    def test_refuses_models_that_do_not_grow_so(self):
        with pytest.raises(ValueError, match="`schedule` grows from 4 to 8.*levels \\(8,\\)"):
            model = build_progan(growing=False)
            model.compile()
            fit_growing(model)
        with pytest.raises(ValueError, match="from 4 to 4 .*levels \\(4, 8\\)"):
            model = build_progan()
            model.compile()
            too_small = kg.data.GrowthSchedule(resolution=4, batch_sizes=16)
            model.fit(
                images(),
                batch_size=16,
                callbacks=[kg.callbacks.ProgressiveGrowth(too_small)],
                verbose=0,
            )
        with pytest.raises(ValueError, match="Received: a DCGAN"):
            model = build_model(kg.DCGAN)
            model.fit(
                np.zeros((4, 2), "float32"),
                callbacks=[kg.callbacks.ProgressiveGrowth(SCHEDULE)],
                verbose=0,
            )

    def test_rates_that_changed_within_a_resolution_stay(self, grown):
        model = build_progan()
        model.compile(run_eagerly=True)
        model.step.assign(5)
        model.optimizers["generator"].learning_rate = 0.5
        growth = kg.callbacks.ProgressiveGrowth(SCHEDULE)
        growth.set_model(model)
        growth.on_train_begin()
        growth.on_train_batch_begin(0)
        assert (model.resolution, model.alpha) == (8, 0.375)
        assert float(model.optimizers["generator"].learning_rate) == 0.5
        model.step.assign(10)  # the fade ends
        growth.on_train_batch_begin(0)
        assert (model.resolution, model.alpha) == (8, 1.0)
        assert float(model.optimizers["generator"].learning_rate) == 0.5

    def test_rates_are_set_when_a_resolution_begins(self, grown):
        model = build_progan()
        model.compile(run_eagerly=True)
        growth = kg.callbacks.ProgressiveGrowth(SCHEDULE)
        growth.set_model(model)
        growth.on_train_begin()
        for step, rate in ((0, 0.002), (2, 0.003)):
            model.step.assign(step)
            growth.on_train_batch_begin(0)
            for optimizer in model.optimizers.values():
                assert float(optimizer.learning_rate) == pytest.approx(rate)

    def test_refuses_optimizers_with_schedules(self):
        model = build_progan()
        rate = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
        model.compile({player: keras.optimizers.SGD(rate) for player in model.players})
        with pytest.raises(ValueError, match="optimizers must not have schedules.*'generator'"):
            fit_growing(model)

    def test_refuses_to_begin_a_schedule_of_learning_rates_anew(self):
        # a reset optimizer would be at its first step
        plain = kg.data.GrowthSchedule(
            resolution=8, stable_images=16, fade_images=32, batch_sizes={4: 8, 8: 4}
        )
        model = build_progan()
        rate = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
        model.compile({player: keras.optimizers.SGD(rate) for player in model.players})
        for resets in (True, False):
            growth = kg.callbacks.ProgressiveGrowth(plain, reset_optimizers=resets)
            growth.set_model(model)
            if resets:
                with pytest.raises(ValueError, match="starts optimizers anew.*'generator'"):
                    growth.on_train_begin()
            else:
                growth.on_train_begin()

    def test_refuses_data_in_batches_of_another_size(self):
        for x, arguments in (
            (kg.data.load(images(), batch_size=5), {}),
            (images(), {"batch_size": 5}),
        ):
            with pytest.raises(ValueError, match="batch sizes of the schedule.*batches of"):
                model = build_progan()
                model.compile()
                model.fit(x, callbacks=[kg.callbacks.ProgressiveGrowth(SCHEDULE)], **arguments)

    def test_schedules_of_learning_rates_are_none_of_growth(self):
        model = build_progan(growing=False)
        model.compile()
        constant = keras.callbacks.LearningRateScheduler(lambda epoch: 0.1)
        model.fit(images(4), batch_size=4, callbacks=[constant], verbose=0)
        assert int(model.step.numpy()) == 1

    def test_warns_of_an_end_before_the_model_is_grown(self):
        growth = kg.callbacks.ProgressiveGrowth(SCHEDULE)
        growth.set_model(build_progan())
        last = SCHEDULE.segments[-1].first_step
        growth.set_params({"epochs": 1, "steps": last})
        growth.model.compile()
        with pytest.warns(UserWarning, match="ends before .* pixels are faded in"):
            growth.on_train_begin()
        growth.set_params({"epochs": 1, "steps": last + 1})
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            growth.on_train_begin()

    def test_alpha_moves_with_each_execution(self):
        model = build_progan()
        model.compile(steps_per_execution=2)
        watch = Watch(SCHEDULE)
        data = batches(steps_per_epoch=14)
        model.fit(data, epochs=1, callbacks=[watch], verbose=0)
        assert [seen["alpha"] for seen in watch.seen] == [1, 0, 0.25, 0.5, 0.75, 1, 1]

    def test_refuses_executions_across_a_change(self):
        model = build_progan()
        model.compile(steps_per_execution=4)
        with pytest.raises(ValueError, match="`steps_per_execution` must divide.*at step 2"):
            fit_growing(model, steps_per_epoch=8)
