"""Training a recipe for some epochs or minutes, whichever are over first."""

import time

import keras

from keras_gans import callbacks


def train_within(minutes, recipe, folder, *watchers):
    """Trains a recipe until its epochs or so many minutes are over; continues what is there.

    Args:
        minutes: Number > 0.
        recipe: `Recipe`.
        folder: Folder of the checkpoints.
        watchers: Further callbacks.

    Returns:
        Tuple of the model and a dictionary of plain values: steps, epochs, real images and time.
    """
    batches = recipe.dataset()
    model = recipe.model(recipe.data_shape(batches))
    model.compile(recipe.optimizers(batches.steps_per_epoch))
    budget = Budget(minutes)
    model.fit(
        batches,
        epochs=recipe.epochs,
        verbose=2,
        callbacks=[
            callbacks.TerminateOnNaN(raise_error=True),
            *recipe.callbacks(),
            *watchers,
            budget,
            callbacks.Checkpoints(folder / "checkpoints", keep=1),
        ],
    )
    steps = int(model.step.numpy())
    schedule = getattr(batches, "schedule", None)  # of data that grows, whose batches may shrink
    images = schedule.at(steps).images if schedule else steps * batches.batch_size
    return model, {
        "steps": steps,
        "epochs": round(steps / batches.steps_per_epoch, 2),
        "real_images": images,
        "training_minutes": round(budget.seconds / 60, 2),
        "images_per_second": round(images / budget.seconds, 1),
    }


class Budget(keras.callbacks.Callback):
    """Stops a training after some minutes of its own, those before a resume included.

    What callbacks do between two epochs, such as scoring, is no training and does not count.
    """

    def __init__(self, minutes):
        super().__init__()
        self.minutes = minutes
        self.seconds = 0.0
        self._last = None

    def on_epoch_begin(self, epoch, logs=None):
        self._last = time.monotonic()

    def on_train_batch_end(self, batch, logs=None):
        now = time.monotonic()
        self.seconds += now - self._last
        self._last = now
        if self.seconds >= 60 * self.minutes:
            self.model.stop_training = True

    def state(self):
        """What `Checkpoints` keeps."""
        return {"seconds": self.seconds}

    def set_state(self, state):
        self.seconds = state["seconds"]
