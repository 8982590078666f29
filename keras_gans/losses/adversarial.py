"""Losses on the discriminator's logits. Higher logits mean more real; every loss is minimised.

All of them take logits of any shape, vectors and patch maps alike, and return a float32 scalar:
the mean over the batch and the map.
"""

from keras import ops


def _mean(values):
    return ops.mean(ops.cast(values, "float32"))


def minimax_discriminator_loss(real_logits, fake_logits):
    """Cross-entropy of telling real from fake, `E[softplus(-D(x))] + E[softplus(D(G(z)))]`.

    This is the negative of the value function `V = E[log d(x)] + E[log(1 - d(G(z)))]` with
    `d = sigmoid(D)`, computed on logits, where the logarithm of a sigmoid cannot underflow.

    Args:
        real_logits: Tensor of any shape, `D(x)`.
        fake_logits: Tensor of any shape, `D(G(z))`.

    Returns:
        Scalar in nats; `log 4 = 1.386` where `D` is 0 everywhere.

    Reference:
        Goodfellow et al., 2014, "Generative Adversarial Nets" (arXiv:1406.2661), equation 1.
    """
    return _mean(ops.softplus(-real_logits)) + _mean(ops.softplus(fake_logits))


def minimax_generator_loss(fake_logits):
    """The generator's side of the zero-sum game, `E[log(1 - d(G(z)))] = -E[softplus(D(G(z)))]`.

    Its gradient vanishes where the discriminator rejects the fakes; see
    `non_saturating_generator_loss`.

    Args:
        fake_logits: Tensor of any shape, `D(G(z))`.

    Returns:
        Scalar in nats, at most 0; `-log 2` where `D` is 0.

    Reference:
        Goodfellow et al., 2014, "Generative Adversarial Nets" (arXiv:1406.2661), equation 1.
    """
    return -_mean(ops.softplus(fake_logits))


def non_saturating_generator_loss(fake_logits):
    """`-E[log d(G(z))] = E[softplus(-D(G(z)))]`: the same fixed point, strong gradients early on.

    Args:
        fake_logits: Tensor of any shape, `D(G(z))`.

    Returns:
        Scalar in nats, at least 0; `log 2` where `D` is 0.

    Reference:
        Goodfellow et al., 2014, "Generative Adversarial Nets" (arXiv:1406.2661), section 3.
    """
    return _mean(ops.softplus(-fake_logits))


def least_squares_discriminator_loss(real_logits, fake_logits, real_target=1.0, fake_target=0.0):
    """Squared distances to the targets, `E[(D(x) - b)^2] / 2 + E[(D(G(z)) - a)^2] / 2`.

    Args:
        real_logits: Tensor of any shape, `D(x)`, not squashed.
        fake_logits: Tensor of any shape, `D(G(z))`.
        real_target: Float, the paper's b.
        fake_target: Float, the paper's a.

    Returns:
        Scalar, at least 0; `1/4` where `D` is `1/2` everywhere, with the default targets.

    Reference:
        Mao et al., 2017, "Least Squares Generative Adversarial Networks" (arXiv:1611.04076),
        equation 2.
    """
    real = _mean(ops.square(ops.cast(real_logits, "float32") - real_target))
    fake = _mean(ops.square(ops.cast(fake_logits, "float32") - fake_target))
    return 0.5 * real + 0.5 * fake


def least_squares_generator_loss(fake_logits, target=1.0):
    """`E[(D(G(z)) - c)^2] / 2`: also fakes far on the real side are pulled to the target.

    Args:
        fake_logits: Tensor of any shape, `D(G(z))`.
        target: Float, the paper's c.

    Returns:
        Scalar, at least 0.

    Reference:
        Mao et al., 2017 (arXiv:1611.04076), equation 2.
    """
    return 0.5 * _mean(ops.square(ops.cast(fake_logits, "float32") - target))


def wasserstein_critic_loss(real_scores, fake_scores):
    """`E[f(G(z))] - E[f(x)]`, whose negative estimates the Wasserstein-1 distance.

    The estimate holds for a critic whose slope is at most 1 (and up to the factor `K` for slopes of
    at most `K`), which weight clipping, a gradient penalty or spectral normalization must see to.

    Args:
        real_scores: Tensor of any shape, `f(x)`.
        fake_scores: Tensor of any shape, `f(G(z))`.

    Returns:
        Scalar, unbounded.

    Reference:
        Arjovsky et al., 2017, "Wasserstein GAN" (arXiv:1701.07875), equation 2 and algorithm 1.
    """
    return _mean(fake_scores) - _mean(real_scores)


def wasserstein_generator_loss(fake_scores):
    """`-E[f(G(z))]`.

    Args:
        fake_scores: Tensor of any shape, `f(G(z))`.

    Returns:
        Scalar, unbounded.

    Reference:
        Arjovsky et al., 2017 (arXiv:1701.07875), algorithm 1.
    """
    return -_mean(fake_scores)


def hinge_discriminator_loss(real_logits, fake_logits):
    """`E[max(0, 1 - D(x))] + E[max(0, 1 + D(G(z)))]`: no gradient beyond the margins at 1 and -1.

    Args:
        real_logits: Tensor of any shape, `D(x)`.
        fake_logits: Tensor of any shape, `D(G(z))`.

    Returns:
        Scalar, at least 0; 2 where `D` is 0 everywhere.

    Reference:
        Lim and Ye, 2017, "Geometric GAN" (arXiv:1705.02894); Miyato et al., 2018, "Spectral
        Normalization for Generative Adversarial Networks" (arXiv:1802.05957), equation 16.
    """
    return _mean(ops.relu(1.0 - real_logits)) + _mean(ops.relu(1.0 + fake_logits))


def hinge_generator_loss(fake_logits):
    """`-E[D(G(z))]`, without a margin.

    Args:
        fake_logits: Tensor of any shape, `D(G(z))`.

    Returns:
        Scalar, unbounded.

    Reference:
        Miyato et al., 2018 (arXiv:1802.05957), equation 17.
    """
    return -_mean(fake_logits)


def relativistic_discriminator_loss(real_logits, fake_logits):
    """Is the real sample more real than the fake one? `E[softplus(-(D(x) - D(G(z))))]`.

    Row `i` of the real batch is compared with row `i` of the fake one, so both have one shape.

    Args:
        real_logits: Tensor of any shape, `D(x)`.
        fake_logits: Tensor of the same shape, `D(G(z))`.

    Returns:
        Scalar in nats; `log 2` where `D` cannot tell the two apart.

    Raises:
        ValueError: If the shapes differ.

    Reference:
        Jolicoeur-Martineau, 2018, "The relativistic discriminator" (arXiv:1807.00734), section 4.
    """
    _check_one_shape(real_logits, fake_logits)
    return _mean(ops.softplus(fake_logits - real_logits))


def relativistic_generator_loss(real_logits, fake_logits):
    """The mirror image of `relativistic_discriminator_loss`, `E[softplus(-(D(G(z)) - D(x)))]`.

    Args:
        real_logits: Tensor of any shape, `D(x)`; it takes part in the generator's loss, too.
        fake_logits: Tensor of the same shape, `D(G(z))`.

    Returns:
        Scalar in nats.

    Raises:
        ValueError: If the shapes differ.

    Reference:
        Jolicoeur-Martineau, 2018 (arXiv:1807.00734), section 4.
    """
    _check_one_shape(real_logits, fake_logits)
    return _mean(ops.softplus(real_logits - fake_logits))


def _check_one_shape(real_logits, fake_logits):
    """Refuses pairs that would broadcast, `(n, 1)` and `(n,)`, and so compare all with all."""
    shapes = [tuple(ops.shape(logits)) for logits in (real_logits, fake_logits)]
    sizes = zip(*shapes, strict=False)
    differ = any(a != b for a, b in sizes if isinstance(a, int) and isinstance(b, int))
    if differ or len(shapes[0]) != len(shapes[1]):
        raise ValueError(
            "`real_logits` and `fake_logits` must have one shape. "
            f"Received: real_logits of shape {shapes[0]}, fake_logits of shape {shapes[1]}"
        )
