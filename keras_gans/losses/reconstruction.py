"""Errors of autoencoders, and BEGAN's payoffs that are made of them."""

from keras import ops


def reconstruction_error(inputs, reconstructions, exponent=1):
    """Mean over batch and pixels of `|v - D(v)|^exponent`.

    Args:
        inputs: Tensor `(batch_size, ...)`.
        reconstructions: Tensor of the same shape.
        exponent: 1 or 2.

    Returns:
        Scalar, float32, at least 0. The mean over pixels matters where the error drives a balance:
        a sum would be thousands of times larger.

    Reference:
        Berthelot et al., 2017, "BEGAN: Boundary Equilibrium Generative Adversarial Networks"
        (arXiv:1703.10717), section 3.1.
    """
    difference = ops.abs(ops.cast(inputs, "float32") - ops.cast(reconstructions, "float32"))
    return ops.mean(difference**exponent)


def began_discriminator_loss(real_error, fake_error, balance):
    """`L(x) - k L(G(z))`: reconstruct real samples, and fakes as badly as the balance asks.

    Args:
        real_error: Scalar, `L(x)`.
        fake_error: Scalar, `L(G(z))`.
        balance: Scalar in `[0, 1]`, `k`; no gradient flows into it.

    Returns:
        Scalar.

    Reference:
        Berthelot et al., 2017 (arXiv:1703.10717), section 3.4.
    """
    return real_error - ops.stop_gradient(balance) * fake_error


def began_convergence(real_error, fake_error, diversity_ratio):
    """`L(x) + |gamma L(x) - L(G(z))|`: falls while the game gets better and stays in balance.

    Args:
        real_error: Scalar, `L(x)`.
        fake_error: Scalar, `L(G(z))`.
        diversity_ratio: Float in (0, 1], `gamma`.

    Returns:
        Scalar, at least 0.

    Reference:
        Berthelot et al., 2017 (arXiv:1703.10717), section 3.4.1.
    """
    return real_error + ops.abs(diversity_ratio * real_error - fake_error)
