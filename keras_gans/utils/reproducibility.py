"""What makes two runs of the same program agree to the last bit on a processor."""

import tensorflow as tf


def fix_order_of_sums():
    """Keeps TensorFlow from merging chains of additions, unless the user has set that option.

    A merged sum starts with whichever input's memory can be reused at that moment, so that its
    last bit depends on which thread was faster; `enable_op_determinism` does not change that. The
    price could not be measured: 0.63 against 0.64 s a step of DCGAN.
    """
    if "arithmetic_optimization" not in tf.config.optimizer.get_experimental_options():
        tf.config.optimizer.set_experimental_options({"arithmetic_optimization": False})
