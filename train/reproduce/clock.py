"""The time of a training over all its parts."""

import json
import time

from keras_gans.utils.files import written_whole


class Clock:
    """Context manager that counts time, and that of the earlier parts of the same training.

    It keeps the sum in `<folder>/clock.json`, however its block ends. Where no checkpoints lie in
    the folder a training begins anew, and so does its time.

    Args:
        folder: `pathlib.Path` of the training's work folder.

    Attributes:
        is_continued: Whether this part goes on from a checkpoint.
        is_complete: Whether the time of every earlier part is known; that of one that was killed,
            or that was trained before there was a clock, is not.
        minutes: By the clock, once the block has ended.
        processor_minutes: The same over all cores.
    """

    def __init__(self, folder):
        self.path = folder / "clock.json"
        self.is_continued = (folder / "checkpoints").exists()
        self.is_complete = not self.is_continued
        self.minutes = self.processor_minutes = 0.0

    def __enter__(self):
        if self.is_continued and self.path.exists():
            earlier = json.loads(self.path.read_text())
            self.is_complete = earlier["complete"]
            self.minutes, self.processor_minutes = earlier["minutes"], earlier["processor_minutes"]
        self._keep(complete=False)
        self._began = time.monotonic(), time.process_time()
        return self

    def __exit__(self, *error):
        self.minutes += (time.monotonic() - self._began[0]) / 60
        self.processor_minutes += (time.process_time() - self._began[1]) / 60
        self._keep(complete=self.is_complete)

    def _keep(self, complete):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        kept = {"minutes": self.minutes, "processor_minutes": self.processor_minutes}
        with written_whole(self.path) as aside:
            aside.write_text(json.dumps({**kept, "complete": complete}))
