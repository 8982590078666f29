import gc
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import pytest
import tensorflow as tf
from tensorflow.python.framework import ops

import keras_gans  # noqa: F401  sets what TensorFlow reads while it is imported

# Grappler rewrites each new graph for speed, which costs a test of few steps more than it saves.
# The tests in processes of their own run with it, as a user does.
tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})

SHARED = pathlib.Path(__file__).parent.parent.parent / "shared"


@pytest.fixture(autouse=True)
def float32_and_a_fixed_seed():
    """Every test starts from the same seed and leaves the precision as it found it."""
    keras.utils.set_random_seed(0)
    yield
    keras.config.set_dtype_policy("float32")


def pytest_collection_finish(session):
    """Looks for garbage seldom and never in what was imported, a million objects.

    The collections that Python makes on its own while graphs are traced find next to nothing and
    take a third of the time of the tests; the end of each module frees what it left.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


@pytest.fixture(autouse=True, scope="module")
def no_heap_of_old_graphs():
    """Frees the graphs of a module at its end: in larger heaps they take Python many times longer.

    An optimizer's graph sums gradients over replicas by a custom gradient, which TensorFlow keeps
    for the life of the process, with the graph and all variables of its model.
    """
    yield
    registered = ops.gradient_registry._registry
    for name in [name for name in registered if name.startswith("CustomGradient-")]:
        del registered[name]
    gc.collect()


@pytest.fixture(scope="module")
def eagerly():
    """Runs steps without tracing them, which takes a test of large networks most of its time.

    For modules whose steps others trace: those of every game in `models/test_games.py`, of the
    translations in their own.
    """
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture
def mnist_directory():
    """Folder with the prepared real MNIST, which lies beside the project on some machines only."""
    directory = SHARED / "tfds"
    if not directory.is_dir():
        pytest.skip(f"the prepared MNIST is not at {directory}")
    return directory
