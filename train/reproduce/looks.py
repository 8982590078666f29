"""Measures on the way of a training, kept with its checkpoints."""

import keras

from train.reproduce.experiment import CONSOLE


class Looks(keras.callbacks.Callback):
    """Measures a model every few epochs.

    Args:
        at: Function from the model to a dictionary of measures.
        epochs: Integer, epochs from one look to the next.

    Attributes:
        found: Dictionary from the step to the measures there.
    """

    def __init__(self, at, epochs=1):
        super().__init__()
        self.at = at
        self.epochs = epochs
        self.found = {}

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.epochs:
            return
        step = int(self.model.step.numpy())
        self.found[step] = self.at(self.model)
        CONSOLE.print(f"step {step}: {self.found[step]}")

    def state(self):
        """What `Checkpoints` keeps."""
        return {"found": list(self.found.items())}  # JSON has no integer keys

    def set_state(self, state):
        self.found = dict(state["found"])
