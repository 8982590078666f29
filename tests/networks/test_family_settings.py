"""What Keras would set otherwise and a count of parameters does not tell: slopes, first weights."""

import keras
import numpy as np
import pytest

from keras_gans import networks
from keras_gans.layers import Maxout
from tests.networks.checks import kernels, layers_of

BATCH_NORMALISED = [
    networks.build_conditional_dcgan_generator,
    networks.build_conditional_dcgan_discriminator,
    networks.build_sngan_generator,
    networks.build_sngan_resnet_generator,
    networks.build_resnet_generator,
]
RESIDUAL = [networks.build_resnet_generator, networks.build_sngan_resnet_generator]
GAINS_AROUND_1 = [
    networks.build_dcgan_generator,
    networks.build_dcgan_discriminator,
    networks.build_wgan_generator,
    networks.build_wgan_critic,
]


@pytest.mark.parametrize(
    "build, slope",
    [
        (networks.build_conditional_dcgan_discriminator, 0.2),
        (networks.build_infogan_trunk, 0.1),
        (networks.build_infogan_recognition, 0.1),
        (networks.build_lsgan_discriminator, 0.2),
        (networks.build_wgan_critic, 0.2),
        (networks.build_wgan_gp_critic, 0.2),
        (networks.build_sngan_discriminator, 0.1),
        (networks.build_bigan_encoder, 0.2),
        (networks.build_bigan_discriminator, 0.2),
        (networks.build_mgan_discriminator, 0.2),
        (networks.build_mgan_point_discriminator, 0.2),
    ],
)
def test_slopes_of_the_papers(build, slope):
    """Keras's own is 0.3."""
    slopes = [layer.negative_slope for layer in layers_of(build(), keras.layers.LeakyReLU)]
    assert slopes and set(slopes) == {slope}


@pytest.mark.parametrize("build", BATCH_NORMALISED)
def test_batch_normalization_of_the_papers_time(build):
    """Keras's own are 0.99 and 1e-3."""
    found = layers_of(build(), keras.layers.BatchNormalization)
    assert found and {(layer.momentum, layer.epsilon) for layer in found} == {(0.9, 1e-5)}


@pytest.mark.parametrize("build", GAINS_AROUND_1)
def test_gains_of_batch_normalization_start_around_1(build):
    norms = layers_of(build(image_shape=(64, 64, 3)), keras.layers.BatchNormalization)
    gains = np.concatenate([layer.gamma.numpy() for layer in norms])
    np.testing.assert_allclose([gains.mean(), gains.std()], [1.0, 0.02], atol=3e-3)


@pytest.mark.parametrize(
    "build",
    [
        networks.build_dcgan_generator,
        networks.build_mgan_body,
        networks.build_infogan_recognition,
        lambda: networks.build_infogan_discriminator(4096),
    ],
)
def test_weights_start_normal_with_deviation_002(build):
    for kernel in kernels(build()):
        assert abs(kernel.mean()) < 2e-3
        np.testing.assert_allclose(kernel.std(), 0.02, rtol=0.05)
        assert np.abs(kernel).max() > 0.05  # a uniform law would end at 0.035


@pytest.mark.parametrize("build", RESIDUAL)
def test_residual_generators_start_with_variances_by_their_fans(build):
    """Twice Glorot's in the blocks, Glorot's in the dense layer, the shortcuts and the last."""
    generator = build(image_shape=(32, 32, 3))
    dense, *blocks, last = kernels(generator)
    for kernel in (dense, *blocks, last):
        fans = np.prod(kernel.shape[:-2]) * (kernel.shape[-2] + kernel.shape[-1])
        gain = 4 if kernel.ndim == 4 and kernel.shape[0] == 3 and kernel is not last else 2
        np.testing.assert_allclose(kernel.var(), gain / fans, rtol=0.15)
        assert np.abs(kernel).max() <= np.sqrt(3 * gain / fans)


@pytest.mark.parametrize(
    "discriminator, reads",
    [
        (networks.build_maxout_discriminator((2,)), Maxout),
        (networks.build_bigan_discriminator((2,), latent_dim=2), keras.layers.Dense),
    ],
    ids=["gan", "bigan"],
)
def test_black_pixels_reach_the_first_layer_as_zeros(discriminator, reads):
    pixels = discriminator.inputs[0]
    first = layers_of(discriminator, reads)[0]
    seen = keras.Model(pixels, first.input)
    np.testing.assert_array_equal(seen(np.array([[-1.0, 1.0]])), [[0.0, 1.0]])
