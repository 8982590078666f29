import keras
import numpy as np
import pytest

from keras_gans import networks
from tests.networks.checks import (
    check_half_precision,
    check_images,
    check_network,
    check_refuses,
    kernels,
    layers_of,
    trainable,
)


class TestMGAN:
    def test_parameters_of_the_official_code(self):
        stems, body = networks.build_mgan_stems(), networks.build_mgan_body()
        assert trainable(stems) == 8_437_760
        assert trainable(stems) + trainable(body) == 12_544_131
        assert trainable(networks.build_mgan_discriminator()) == 4_198_411

    @pytest.mark.parametrize("channels", [1, 3])
    @pytest.mark.parametrize(
        ("size", "maps"), [(28, (7, 7, 6)), (32, (4, 4, 12)), (64, (4, 4, 24))]
    )
    def test_shapes_and_saving(self, size, maps, channels, tmp_path):
        shape = (size, size, channels)
        stems = networks.build_mgan_stems(5, 2, shape, width=3)
        assert check_network(stems, tmp_path).shape == (2, 2, *maps)
        body = networks.build_mgan_body(shape, width=3)
        assert body.input_shape == (None, *maps)
        check_images(body, shape, tmp_path)
        logits, generator_logits = check_network(
            networks.build_mgan_discriminator(shape, 2, width=3), tmp_path
        )
        assert logits.shape == (2, 1)
        assert generator_logits.shape == (2, 2)

    def test_float32_outputs_in_half_precision(self):
        check_half_precision(lambda: networks.build_mgan_body(width=2))
        check_half_precision(lambda: networks.build_mgan_discriminator(width=2))

    def test_generators_differ_in_weights_and_in_batch_statistics(self):
        stems = networks.build_mgan_stems(100, 3, (32, 32, 1), width=2)
        kernel = kernels(stems)[0].reshape(100, 3, -1)
        assert not np.array_equal(kernel[:, 0], kernel[:, 1])
        (norm,) = layers_of(stems, keras.layers.BatchNormalization)
        assert norm.moving_mean.shape == (3 * 4 * 4 * 8,)

    def test_normalization_of_every_hidden_layer(self):
        body = networks.build_mgan_body((32, 32, 3), width=2)
        norms = layers_of(body, keras.layers.BatchNormalization)
        assert [(norm.scale, norm.center) for norm in norms] == [(True, False)] * 2
        norms = layers_of(
            networks.build_mgan_discriminator(width=2), keras.layers.BatchNormalization
        )
        assert [(norm.scale, norm.center) for norm in norms] == [(True, True)] * 3

    def test_initial_deviations(self):
        (stem,) = kernels(networks.build_mgan_stems(width=8))
        np.testing.assert_allclose(stem.std(), 0.02, rtol=0.02)
        *hidden, logits, generator_logits = kernels(networks.build_mgan_discriminator(width=32))
        assert max(np.abs(kernel).max() for kernel in hidden) < 0.04  # truncated at two deviations
        np.testing.assert_allclose([logits.std(), generator_logits.std()], 0.01, rtol=0.05)

    @pytest.mark.parametrize("image_shape", [(48, 48, 3), (32, 28, 3), (32, 32, 2), (2,)])
    def test_other_shapes_are_refused(self, image_shape):
        check_refuses(
            image_shape,
            networks.build_mgan_stems,
            networks.build_mgan_body,
            networks.build_mgan_discriminator,
        )


class TestMGANOfPoints:
    def test_parameters(self):
        assert trainable(networks.build_mgan_point_stems()) == 8 * (256 * 128 + 128)
        assert trainable(networks.build_mgan_point_body()) == 16_770
        assert trainable(networks.build_mgan_point_discriminator()) == 1_545

    def test_shapes_and_saving(self, tmp_path):
        stems = check_network(networks.build_mgan_point_stems(5, 3, 4), tmp_path)
        assert stems.shape == (2, 3, 4)
        points = check_network(networks.build_mgan_point_body(4, (2,)), tmp_path)
        assert points.shape == (2, 2)
        logits, generator_logits = check_network(
            networks.build_mgan_point_discriminator((2,), 3, 4), tmp_path
        )
        assert logits.shape == (2, 1)
        assert generator_logits.shape == (2, 3)

    def test_weights_start_normal_with_deviation_002(self):
        for network in (
            networks.build_mgan_point_stems(),
            networks.build_mgan_point_body(width=512),
            networks.build_mgan_point_discriminator(width=512),
        ):
            for kernel in kernels(network):
                np.testing.assert_allclose(kernel.std(), 0.02, rtol=0.15)
