"""TerminateOnNaN: stops a game that has broken."""

import keras
import numpy as np
from keras import ops


class TerminateOnNaN(keras.callbacks.TerminateOnNaN):
    """Stops training after the first batch in which any term is NaN or infinite.

    Keras's own callback looks at the log `loss` only, which a game between players does not have,
    so that it never stops one. The weights are looked at after every epoch as well: on processors
    a layer with a fused ReLU turns NaN into 0, so that a discriminator whose weights are all NaN
    still reports the harmless losses of one that cannot tell real from fake.

    Args:
        raise_error: Whether to raise, which leaves out what other callbacks do at the end of a
            training, instead of ending it in the usual way.

    Attributes:
        message: What was not finite and at which step, or `None`.

    Raises:
        RuntimeError: In `fit`, if `raise_error` is set and something is not finite.
    """

    message = None

    def on_train_begin(self, logs=None):
        self.message = None

    def on_batch_end(self, batch, logs=None):
        broken = [name for name, value in (logs or {}).items() if not np.all(np.isfinite(value))]
        if broken:
            self._terminate(f"Step {int(self.model.step.numpy())}: {', '.join(broken)}")

    def on_epoch_end(self, epoch, logs=None):
        if self.message:
            return
        broken = [
            variable.path
            for variable in self.model.trainable_variables
            if not bool(ops.all(ops.isfinite(variable)))
        ]
        if broken:
            self._terminate(f"Epoch {epoch + 1}: {len(broken)} weights, the first {broken[0]},")

    def _terminate(self, what):
        self.message = f"{what} not finite"
        if self.raise_error:
            raise RuntimeError(self.message)
        print(f"\n{self.message}, terminating training")
        self.model.stop_training = True
