"""How much of a code can be read from a sample: lower bounds of the mutual information, in nats."""

import math

from keras import ops


def categorical_cross_entropy(labels, logits):
    """`-E[log Q(c | x)]` of a categorical code, as InfoGAN's and MGAN's classifiers minimise it.

    Args:
        labels: Tensor `(batch_size, num_categories)`, one-hot.
        logits: Tensor of the same shape, before the softmax.

    Returns:
        Scalar in nats, float32; `log num_categories` where nothing can be read. The mean is over
        the batch only: a mean over the categories, too, would divide the weight of the term.

    Reference:
        Hoang et al., 2018, "MGAN: Training Generative Adversarial Nets with Multiple Generators"
        (arXiv:1708.02556), equation 1, where the labels say which generator made a sample.
    """
    log_likelihood = ops.log_softmax(ops.cast(logits, "float32"), axis=-1)
    return -ops.mean(ops.sum(ops.cast(labels, "float32") * log_likelihood, axis=-1))


def categorical_information(codes, logits):
    """`H(c) + E[log Q(c | G(z, c))]` of a uniform categorical code.

    Args:
        codes: Tensor `(batch_size, num_categories)`, one-hot.
        logits: Tensor of the same shape, of `Q`.

    Returns:
        Scalar in nats, at most `log num_categories`; 0 where the code cannot be read and `Q` knows.

    Reference:
        Chen et al., 2016, "InfoGAN" (arXiv:1606.03657), equation 5.
    """
    return math.log(logits.shape[-1]) - categorical_cross_entropy(codes, logits)


def gaussian_information(codes, means, log_deviations=None):
    """`H(c) + E[log Q(c | G(z, c))]` of codes uniform on `[-1, 1]`, with a Gaussian `Q`.

    Args:
        codes: Tensor `(batch_size, num_codes)`.
        means: Tensor of the same shape.
        log_deviations: Tensor of the same shape, logarithms of the deviations; `None` fixes them at
            1, as the official code does for MNIST. The bound is then at most `log 2 - 0.919` for
            every code, and its gradient that of half the squared error.

    Returns:
        Scalar in nats, the sum over the codes.

    Reference:
        Chen et al., 2016 (arXiv:1606.03657), equation 5 and appendix C. The official code counts
        the entropy of a standard normal in place of `log 2`: a constant without a gradient.
    """
    codes, means = ops.cast(codes, "float32"), ops.cast(means, "float32")
    log_deviations = (
        ops.zeros_like(means) if log_deviations is None else ops.cast(log_deviations, "float32")
    )
    standardised = (codes - means) * ops.exp(-log_deviations)
    log_likelihood = -0.5 * standardised**2 - log_deviations - 0.5 * math.log(2.0 * math.pi)
    return ops.mean(ops.sum(math.log(2.0) + log_likelihood, axis=-1))
