"""Keeps TensorFlow's start-up notices off the screen of the command line tools."""

import contextlib
import os
import sys


@contextlib.contextmanager
def quiet_start():
    """Discards what is written to standard error while TensorFlow is imported.

    It logs before it has read `TF_CPP_MIN_LOG_LEVEL`, past Python's `sys.stderr`.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
