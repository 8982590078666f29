import keras
import numpy as np
import pytest

from keras_gans.networks import build_perceptron
from tests.networks.checks import check_half_precision, check_network, kernels, trainable


def orthogonal():
    return keras.initializers.Orthogonal(1.4)


class TestPerceptron:
    @pytest.mark.parametrize(
        ("input_shape", "output_shape", "widths", "parameters"),
        [
            ((256,), (2,), (128, 128), 49_666),  # generator of LSGAN's and D2GAN's ring
            ((2,), (1,), (128, 128), 17_025),  # LSGAN's discriminator
            ((2,), (1,), (128,), 513),  # D2GAN's discriminators, as released
            ((2,), (2,), (512, 512, 512), 527_874),  # WGAN-GP's toys
            ((2,), (1,), (512, 512, 512), 527_361),
        ],
    )
    def test_parameters_of_the_papers(self, input_shape, output_shape, widths, parameters):
        assert trainable(build_perceptron(input_shape, output_shape, widths)) == parameters

    def test_shapes_and_saving(self, tmp_path):
        check_network(build_perceptron((4, 3), (2, 5), (7,), activation="tanh"), tmp_path)
        check_half_precision(lambda: build_perceptron((2,), (1,), (7,)))

    def test_orthogonal_weights_scale_every_input_by_the_gain(self):
        for kernel in kernels(build_perceptron((8,), (8,), (8, 8), "tanh", orthogonal)):
            np.testing.assert_allclose(kernel.T @ kernel, 1.96 * np.eye(8), atol=1e-5)

    @pytest.mark.parametrize("initializer", ["he_uniform", orthogonal])
    def test_layers_start_from_different_weights(self, initializer):
        first, second, _ = kernels(
            build_perceptron((8,), (1,), (8, 8), kernel_initializer=initializer)
        )
        assert not np.array_equal(first, second)

    def test_activation_can_be_a_layer_of_ones_own(self):
        """With all weights 1 and input -1, one hidden unit of slope 0.2 gives -0.2."""
        network = build_perceptron(
            (1,), (1,), (1,), lambda: keras.layers.LeakyReLU(0.2), kernel_initializer="ones"
        )
        np.testing.assert_allclose(network(-np.ones((1, 1))), [[-0.2]], rtol=1e-6)

    def test_one_initializer_for_all_layers_is_refused(self):
        with pytest.raises(ValueError, match="`kernel_initializer`.*Received"):
            build_perceptron((2,), (1,), kernel_initializer=orthogonal())
