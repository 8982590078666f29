"""Growing a model inside one `fit`."""

import warnings

import keras


class ProgressiveGrowth(keras.callbacks.Callback):
    """Lets a model grow by a schedule: resolution, fade, learning rates, optimizers.

    Before each step the model is put where the schedule says. When a level begins to fade in and
    when it is faded in, the optimizers start anew, as in the official code; a new resolution is
    traced once. All of it is a function of the model's step, so that a training that is resumed
    within a fade goes on as if it had not stopped.

    With `steps_per_execution=k` the weight of the newest level stays for the `k` steps of an
    execution.

    The logs get `resolution`, `alpha` (weight of the newest level) and `images` (real images shown
    so far).

    Args:
        schedule: `keras_gans.data.GrowthSchedule`, the one that the data follows. With data of
            one batch size, say that size in the schedule; images that come at the full resolution
            are shrunk by the model.
        reset_optimizers: Whether the optimizers' state is reset with each change, as in the
            official code.

    Learning rates are set when a resolution begins, where the schedule names any; what changes them
    in between stays.

    Raises:
        ValueError: In `fit`, if the model does not grow, grows to another resolution, takes several
            steps an execution that run across a change, or has an optimizer with a schedule of
            its own where this one names learning rates or resets the optimizers.
    """

    def __init__(self, schedule, reset_optimizers=True):
        super().__init__()
        self.schedule = schedule
        self.reset_optimizers = reset_optimizers
        self._segment = self._alpha = None

    def on_train_begin(self, logs=None):
        resolutions = getattr(self.model, "resolutions", (None,))
        if self.schedule.resolution != resolutions[-1] or self.schedule.start not in resolutions:
            raise ValueError(
                f"`schedule` grows from {self.schedule.start} to {self.schedule.resolution} "
                f"pixels, and the model must have these levels. Received: a "
                f"{type(self.model).__name__} with the levels {resolutions}"
            )
        together, step = self.model.steps_per_execution, int(self.model.step.numpy())
        starts = [s.first_step for s in self.schedule.segments if s.first_step > step]
        across = [start for start in starts if (start - step) % together]
        if across:
            raise ValueError(
                "`steps_per_execution` must divide the steps at which the schedule changes. "
                f"Received: steps_per_execution={together}, with a change at step {across[0]}"
            )
        sets_rates = self.schedule.learning_rate is not None
        forgets_steps = self.reset_optimizers and len(self.schedule.segments) > 1
        for player, optimizer in self.model.optimizers.items():
            if (sets_rates or forgets_steps) and _has_schedule(optimizer):
                what = "sets learning rates" if sets_rates else "starts optimizers anew as it grows"
                raise ValueError(
                    f"`schedule` {what}, and the optimizers must not have schedules of their own. "
                    f"Received: a schedule in the optimizer of {player!r}"
                )
        if step == 0:
            self._warn_of_an_early_end()
        self._segment = self._alpha = None

    def _warn_of_an_early_end(self):
        steps_per_epoch = (self.params or {}).get("steps")
        last = self.schedule.segments[-1]
        if steps_per_epoch and self.params["epochs"] * steps_per_epoch <= last.first_step:
            warnings.warn(
                f"The training ends before {self.schedule.resolution} pixels are faded in: "
                f"{self.params['epochs']} epochs of {steps_per_epoch} steps, and that is at step "
                f"{last.first_step:,}",
                stacklevel=2,
            )

    def on_train_batch_begin(self, batch, logs=None):
        step = int(self.model.step.numpy())
        moment = self.schedule.at(step)
        if moment.segment != self._segment:
            self._segment = moment.segment
            self.model.grow_to(moment.resolution)
            self._alpha = None
            if step == self.schedule.segments[moment.segment].first_step:
                self._begin(moment, is_first=step == 0)
        if moment.alpha != self._alpha:
            self._alpha = moment.alpha
            self.model.fade_in(moment.alpha)

    def _begin(self, moment, is_first):
        if self.reset_optimizers and not is_first:
            self.model.reset_optimizers()
        before = None if is_first else self.schedule.segments[moment.segment - 1].resolution
        if moment.learning_rate is not None and moment.resolution != before:
            for optimizer in self.model.optimizers.values():
                optimizer.learning_rate = moment.learning_rate

    def on_epoch_end(self, epoch, logs=None):
        moment = self.schedule.at(int(self.model.step.numpy()))
        if logs is not None:
            logs |= {
                "resolution": float(moment.resolution),
                "alpha": moment.alpha,
                "images": float(moment.images),
            }


def _has_schedule(optimizer):
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    return isinstance(optimizer._learning_rate, keras.optimizers.schedules.LearningRateSchedule)
