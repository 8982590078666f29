"""Penalties on the slope of a discriminator, in float32 whatever the networks compute in."""

import tensorflow as tf
from keras import ops

# Float16 loses gradients below 6e-8, and one per example and pixel is that small: the critic's sum
# is scaled up before its gradient is taken, and the gradient is scaled back in float32. With more,
# steep critics would overflow: here the slope by a single pixel or unit must stay below 63.
FLOAT16_SCALE = 2.0**10
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
    return ops.sqrt(_squared_norms(critic, inputs) + EPSILON)


def gradient_penalty(critic, real, fake, mix, target=1.0):
    """Two-sided penalty on the slope between real and fake, `E[(|grad D(x)| - target)^2]`.

    Args:
        critic: As in `input_gradient_norms`.
        real: Tensor `(batch_size, ...)`.
        fake: Tensor of the same shape; no gradient flows into it.
        mix: Tensor `(batch_size,)`, uniform on `[0, 1]`: where between its real and its fake sample
            each example is taken, `real + mix * (fake - real)`.
        target: Float > 0, the slope that costs nothing.

    Returns:
        Scalar, float32, at least 0; 0 where every slope is the target. The paper weighs it by 10.

    Reference:
        Gulrajani et al., 2017, "Improved Training of Wasserstein GANs" (arXiv:1704.00028),
        section 4, where the target is 1; others in Karras et al., 2018 (arXiv:1710.10196). The
        1e-12 under the root is ours, for slopes of 0.
    """
    norms = input_gradient_norms(critic, _between(real, fake, mix))
    return ops.mean(ops.square(norms - target))


def one_sided_gradient_penalty(critic, real, fake, mix):
    """Penalty on slopes above 1 only, `E[max(0, |grad D(x)| - 1)^2]`.

    Args:
        critic, real, fake, mix: As in `gradient_penalty`.

    Returns:
        Scalar, float32, at least 0; 0 where no slope exceeds 1.

    Reference:
        Gulrajani et al., 2017 (arXiv:1704.00028), section 4 and appendix C, where the two-sided
        penalty did slightly better.
    """
    norms = input_gradient_norms(critic, _between(real, fake, mix))
    return ops.mean(ops.square(ops.relu(norms - 1.0)))


def r1_penalty(discriminator, real):
    """Half the mean squared slope at the real samples, `E[|grad D(x)|^2] / 2`, weighed by gamma.

    The paper's official code leaves out the half: its weight of 10 is a gamma of 20.

    Args:
        discriminator: As `critic` in `input_gradient_norms`.
        real: Tensor `(batch_size, ...)`.

    Returns:
        Scalar, float32, at least 0.

    Reference:
        Mescheder et al., 2018, "Which Training Methods for GANs do actually Converge?"
        (arXiv:1801.04406), equation 9.
    """
    return 0.5 * ops.mean(_squared_norms(discriminator, real))


def r2_penalty(discriminator, fake):
    """`r1_penalty` at the fakes, `E[|grad D(G(z))|^2] / 2`; no gradient flows into them.

    Args:
        discriminator: As `critic` in `input_gradient_norms`.
        fake: Tensor `(batch_size, ...)`.

    Returns:
        Scalar, float32, at least 0.

    Reference:
        Mescheder et al., 2018 (arXiv:1801.04406), equation 10.
    """
    return r1_penalty(discriminator, ops.stop_gradient(fake))


def drift_penalty(real_scores):
    """`E[D(x)^2]`, which keeps a critic's scores, free up to a constant, from drifting away.

    Args:
        real_scores: Tensor of any shape, `D(x)`.

    Returns:
        Scalar, float32, at least 0. The paper weighs it by 0.001.

    Reference:
        Karras et al., 2018, "Progressive Growing of GANs" (arXiv:1710.10196), appendix A.1.
    """
    return ops.mean(ops.square(ops.cast(real_scores, "float32")))


def _between(real, fake, mix):
    real, fake = ops.cast(real, "float32"), ops.cast(ops.stop_gradient(fake), "float32")
    mix = ops.reshape(ops.cast(mix, "float32"), (-1,) + (1,) * (len(real.shape) - 1))
    return real + mix * (fake - real)


def _squared_norms(critic, inputs):
    inputs = ops.convert_to_tensor(inputs)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        total = FLOAT16_SCALE * ops.sum(ops.cast(critic(inputs), "float32"))
    gradients = ops.cast(tape.gradient(total, inputs), "float32") / FLOAT16_SCALE
    return ops.sum(ops.square(gradients), axis=tuple(range(1, len(inputs.shape))))
