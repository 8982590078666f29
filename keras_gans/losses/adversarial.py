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
