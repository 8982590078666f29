"""Penalties on the slope of a discriminator, in float32 whatever the networks compute in."""

import tensorflow as tf
from keras import ops

# Float16 loses gradients below 6e-8, and one per example and pixel is that small: the critic's sum
# is scaled up before its gradient is taken, and the gradient is scaled back in float32.
FLOAT16_SCALE = 2.0**14
EPSILON = 1e-12  # under the root, whose own gradient at 0 is infinite


def input_gradient_norms(critic, inputs):
    """Euclidean norm of the gradient of the critic with respect to each of its inputs.

    It can be differentiated again, with respect to the critic's variables.

    Args:
        critic: Function from samples to logits of any shape that treats every sample on its own;
            batch normalization does not.
        inputs: Tensor `(batch_size, ...)`.

    Returns:
        Tensor `(batch_size,)`, float32; the norm is over all axes but the first.
    """
    inputs = ops.convert_to_tensor(inputs)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        total = FLOAT16_SCALE * ops.sum(ops.cast(critic(inputs), "float32"))
    gradients = ops.cast(tape.gradient(total, inputs), "float32") / FLOAT16_SCALE
    squares = ops.sum(ops.square(gradients), axis=tuple(range(1, len(inputs.shape))))
    return ops.sqrt(squares + EPSILON)


def gradient_penalty(critic, real, fake, mix):
    """Two-sided penalty on the slope between real and fake, `E[(|grad D(x)| - 1)^2]`.

    Args:
        critic: As in `input_gradient_norms`.
        real: Tensor `(batch_size, ...)`.
        fake: Tensor of the same shape; no gradient flows into it.
        mix: Tensor `(batch_size,)`, uniform on `[0, 1]`: where between its real and its fake sample
            each example is taken, `real + mix * (fake - real)`.

    Returns:
        Scalar, float32, at least 0; 0 where every slope is 1. The paper weighs it by 10.

    Reference:
        Gulrajani et al., 2017, "Improved Training of Wasserstein GANs" (arXiv:1704.00028),
        section 4. The 1e-12 under the root is ours, for slopes of 0.
    """
    mix = ops.reshape(mix, (-1,) + (1,) * (len(real.shape) - 1))
    between = real + mix * (ops.stop_gradient(fake) - real)
    return ops.mean(ops.square(input_gradient_norms(critic, between) - 1.0))
