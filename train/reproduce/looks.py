"""Measures on the way of a training, kept with its checkpoints."""

import keras

from train.reproduce.experiment import CONSOLE


class Looks(keras.callbacks.Callback):
    """Measures a model at the end of every epoch.

    Args:
        every: Integer, steps in an epoch.
        at: Function from the model to a dictionary of measures.

    Attributes:
        found: Dictionary from the step to the measures there.
    """

    def __init__(self, every, at):
        super().__init__()
        self.every = every
        self.at = at
        self.found = {}

    def on_epoch_end(self, epoch, logs=None):
        step = (epoch + 1) * self.every
        self.found[step] = self.at(self.model)
        CONSOLE.print(f"step {step}: {self.found[step]}")

    def state(self):
        """What `Checkpoints` keeps."""
        return {"found": list(self.found.items())}  # JSON has no integer keys

    def set_state(self, state):
        self.found = dict(state["found"])
