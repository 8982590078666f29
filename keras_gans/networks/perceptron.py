"""A plain multilayer perceptron, for point clouds and for the fully connected nets of papers."""

import math

import keras
from keras import layers


def build_perceptron(
    input_shape,
    output_shape,
    widths=(128, 128),
    activation="relu",
    kernel_initializer="glorot_uniform",
    name=None,
):
    """Dense layers with an activation, then a linear layer of the wanted shape.

    Args:
        input_shape: Tuple, shape of one input, which is flattened first: `(latent_dim,)` for a
            generator, the shape of a sample for a discriminator.
        output_shape: Tuple, shape of one output; `(1,)` for logits.
        widths: Tuple of integers, units of each hidden layer.
        activation: Keras name, or a zero-argument callable that makes a layer, such as
            `lambda: keras.layers.LeakyReLU(0.2)`.
        kernel_initializer: Keras name, or a zero-argument callable that makes an initializer, such
            as `lambda: keras.initializers.Orthogonal(1.4)`. It is asked once a layer, because one
            initializer that is shared by layers gives all of them the same values.
        name: String, the model's name.

    Returns:
        `keras.Model` from `(batch_size, *input_shape)` to `(batch_size, *output_shape)`, linear and
        float32. From 256 latents to points of the plane it has 49,666 parameters.

    Raises:
        ValueError: If `kernel_initializer` is an initializer instead of a callable that makes one.

    Reference:
        With tanh and `Orthogonal(1.4)` the networks for a ring of Gaussians of Mao et al., 2016,
        "Least Squares Generative Adversarial Networks" (arXiv:1611.04076), official code; with
        N(0, 0.01) those of Nguyen et al., 2017, "Dual Discriminator Generative Adversarial Nets"
        (arXiv:1709.03831), official code, whose discriminators have one hidden layer; with
        `widths=(512, 512, 512)` and "he_uniform" those of Gulrajani et al., 2017, "Improved
        Training of Wasserstein GANs" (arXiv:1704.00028), section 3.1, whose official code takes
        Glorot's range in the last layer, 0.2 % narrower.
    """
    if isinstance(kernel_initializer, keras.Initializer):
        raise ValueError(
            "`kernel_initializer` must be a Keras name or a callable that makes a new initializer: "
            "one object repeats its values in every layer. "
            f"Received: kernel_initializer={kernel_initializer}"
        )

    def dense(units, **kwargs):
        made = kernel_initializer if isinstance(kernel_initializer, str) else kernel_initializer()
        return layers.Dense(units, kernel_initializer=made, **kwargs)

    inputs = keras.Input(input_shape, name="inputs")
    x = layers.Flatten()(inputs)
    for width in widths:
        x = dense(width)(x)
        x = (layers.Activation(activation) if isinstance(activation, str) else activation())(x)
    x = dense(math.prod(output_shape), dtype="float32")(x)
    outputs = layers.Reshape(output_shape, dtype="float32", name="outputs")(x)
    return keras.Model(inputs, outputs, name=name)
