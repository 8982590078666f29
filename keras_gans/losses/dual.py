"""D2GAN's payoffs: two discriminators, of which one rewards real samples and the other fakes.

Both discriminators answer with a positive number, `softplus(t)` of a logit `t`; all functions here
take the logits, where the logarithm of a softplus can be computed without underflow.

Reference:
    Nguyen et al., 2017, "Dual Discriminator Generative Adversarial Nets" (arXiv:1709.03831),
    equation 1; losses as in its official code.
"""

from keras import ops

LINEAR_BELOW = -15.0  # where softplus(t) = exp(t) to float32's last digit


def log_softplus(logits):
    """`log(softplus(t))` in float32, also for `t` so low that `softplus(t)` is 0.

    Args:
        logits: Tensor of any shape.

    Returns:
        Tensor of the same shape, float32; `t` itself far below 0.
    """
    logits = ops.cast(logits, "float32")
    # The branch not taken must have a finite gradient, too: it is multiplied by 0, not left out.
    held = ops.maximum(logits, LINEAR_BELOW)
    return ops.where(logits < LINEAR_BELOW, logits, ops.log(ops.softplus(held)))


def dual_real_discriminator_loss(real_logits, fake_logits, alpha=1.0):
    """`E[-alpha log D1(x) + D1(G(z))]`: D1 rewards real samples.

    Its best answer is `D1 = alpha p_data / p_model`.

    Args:
        real_logits: Tensor of any shape, `t` of `D1(x) = softplus(t)`.
        fake_logits: Tensor of any shape, `t` of `D1(G(z))`.
        alpha: Float in (0, 1], weight of the Kullback-Leibler divergence.

    Returns:
        Scalar; 1 where `D1` is 1 everywhere.
    """
    return ops.mean(_positive(fake_logits)) - alpha * ops.mean(log_softplus(real_logits))


def dual_fake_discriminator_loss(real_logits, fake_logits, beta=1.0):
    """`E[D2(x) - beta log D2(G(z))]`: D2 rewards fakes.

    Its best answer is `D2 = beta p_model / p_data`.

    Args:
        real_logits: Tensor of any shape, `t` of `D2(x) = softplus(t)`.
        fake_logits: Tensor of any shape, `t` of `D2(G(z))`.
        beta: Float in (0, 1], weight of the reverse Kullback-Leibler divergence.

    Returns:
        Scalar; 1 where `D2` is 1 everywhere.
    """
    return ops.mean(_positive(real_logits)) - beta * ops.mean(log_softplus(fake_logits))


def dual_generator_loss(first_fake_logits, second_fake_logits, beta=1.0):
    """`E[-D1(G(z)) + beta log D2(G(z))]`.

    With the best discriminators, held still, its gradient is that of `alpha KL(data || model) +
    beta KL(model || data)`; its value is not, since `E[D1(G(z))]` is alpha whatever the model.

    Args:
        first_fake_logits: Tensor of any shape, `t` of `D1(G(z))`.
        second_fake_logits: Tensor of any shape, `t` of `D2(G(z))`.
        beta: As above.

    Returns:
        Scalar; -1 where both discriminators are 1 everywhere.
    """
    return beta * ops.mean(log_softplus(second_fake_logits)) - ops.mean(
        _positive(first_fake_logits)
    )


def _positive(logits):
    return ops.softplus(ops.cast(logits, "float32"))
