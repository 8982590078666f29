import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gans import networks
from keras_gans.layers import InstanceNormalization
from tests.networks.checks import (
    check_half_precision,
    check_network,
    check_refuses,
    kernels,
    layers_of,
    trainable,
)

RECEPTIVE_FIELDS = {0: 1, 1: 16, 2: 34, 3: 70, 4: 142, 5: 286, 6: 574}


def build(image_shape=(32, 32, 3), width=2, **kwargs):
    return networks.build_patch_discriminator(image_shape, width=width, **kwargs)


class TestPatchDiscriminator:
    @pytest.mark.parametrize(
        "layers, side, under_a_condition, alone",
        [
            (0, 256, 9_024, 8_705),
            (1, 126, 139_585, 136_385),
            (2, 62, 666_433, 662_977),
            (3, 30, 2_768_705, 2_764_737),
            (4, 14, 6_964_033, 6_959_553),
            (5, 6, 11_159_361, 11_154_369),
            (6, 2, 15_354_689, 15_349_185),
        ],
    )
    def test_parameters_and_map_at_256_pixels(self, layers, side, under_a_condition, alone):
        shape = (256, 256, 3)
        pix2pix = networks.build_patch_discriminator(shape, shape, layers=layers)
        cyclegan = networks.build_patch_discriminator(shape, layers=layers, instance_norm=True)
        assert trainable(pix2pix) == under_a_condition
        assert trainable(cyclegan) == alone
        assert pix2pix.output_shape == cyclegan.output_shape == (None, side, side, 1)

    @pytest.mark.parametrize("channels, parameters", [(3, 2_765_633), (2, 2_764_609)])
    def test_parameters_alone_with_batch_normalization(self, channels, parameters):
        network = networks.build_patch_discriminator((None, None, channels))
        assert trainable(network) == parameters

    @pytest.mark.parametrize("layers", [0, 1, 3])
    @pytest.mark.parametrize("instance_norm", [False, True])
    @pytest.mark.parametrize("condition_shape", [None, (32, 32, 1)])
    def test_saving(self, layers, instance_norm, condition_shape, tmp_path):
        network = build(condition_shape=condition_shape, layers=layers, instance_norm=instance_norm)
        check_network(network, tmp_path)

    @pytest.mark.parametrize("layers", [0, 3])
    def test_float32_outputs_in_half_precision(self, layers):
        check_half_precision(lambda: build(layers=layers))

    def test_the_condition_comes_first(self):
        """The first kernel's channels 0 and 1 see the condition, 2 to 4 the images."""
        network = build(condition_shape=(32, 32, 2))
        rest = build((32, 32, 5))
        rest.set_weights(network.get_weights())
        draw = np.random.default_rng(0).normal
        condition = draw(size=(2, 32, 32, 2)).astype("float32")
        images = draw(size=(2, 32, 32, 3)).astype("float32")
        together = np.concatenate([condition, images], axis=-1)
        np.testing.assert_array_equal(network([condition, images]), rest(together))

    @pytest.mark.parametrize("instance_norm", [False, True])
    @pytest.mark.parametrize("layers", [1, 3])
    def test_any_size(self, layers, instance_norm):
        """Halved and rounded down for each layer, and two less, as without padding at the end."""
        network = build((None, None, 3), layers=layers, instance_norm=instance_norm)
        for height, width in ((24, 24), (47, 34), (65, 96)):
            images = np.random.default_rng(0).normal(size=(1, height, width, 3))
            rows, columns = (side // 2**layers - 2 for side in (height, width))
            logits = network(images.astype("float32"))
            assert logits.shape == (1, rows, columns, 1) and np.isfinite(logits).all()
            assert build((height, width, 3), layers=layers).output_shape[1:3] == (rows, columns)

    def test_zeros_lie_on_all_sides_alike(self):
        """With equal weights everywhere, a mirrored image gives mirrored logits."""
        network = build((32, 32, 1))
        for variable in network.trainable_variables:
            variable.assign(keras.ops.full_like(variable, 0.1))
        images = np.random.default_rng(0).normal(size=(1, 32, 32, 1)).astype("float32")
        logits = np.array(network(images))
        np.testing.assert_allclose(network(images[:, ::-1]), logits[:, ::-1], rtol=1e-5)
        np.testing.assert_allclose(network(images[:, :, ::-1]), logits[:, :, ::-1], rtol=1e-5)

    @pytest.mark.parametrize("instance_norm", [False, True])
    def test_normalization_everywhere_but_at_the_ends(self, instance_norm):
        layer_class = InstanceNormalization if instance_norm else keras.layers.BatchNormalization
        norms = layers_of(build(instance_norm=instance_norm), layer_class)
        assert [layer.name for layer in norms] == [f"convolution_{n}_norm" for n in (1, 2, 3)]
        assert {layer.epsilon for layer in norms} == {1e-5}
        assert {getattr(layer, "momentum", 0.9) for layer in norms} == {0.9}

    def test_initial_deviations(self):
        for kernel in kernels(build(width=16)):
            np.testing.assert_allclose(kernel.std(), 0.02, rtol=0.1)

    @pytest.mark.parametrize("image_shape", [(23, 64, 3), (64, 23, 3), (64, 64), (None, 8, 1)])
    def test_images_without_a_patch_are_refused(self, image_shape):
        check_refuses(image_shape, networks.build_patch_discriminator)

    def test_refusals(self):
        with pytest.raises(ValueError, match="`layers` must be an integer of at least 0.*-1"):
            build(layers=-1)
        with pytest.raises(ValueError, match="`condition_shape` must have the sides.*Received"):
            build(condition_shape=(64, 32, 3))
        with pytest.raises(ValueError, match="`condition_shape` must be .height.*Received"):
            build(condition_shape=(32, 32))


class TestReceptiveField:
    @pytest.mark.parametrize("layers, side", RECEPTIVE_FIELDS.items())
    def test_published_sides(self, layers, side):
        assert networks.receptive_field(layers) == side

    @pytest.mark.parametrize("layers", [0, 1, 2, 3, 4, 5])
    def test_what_a_logit_in_the_middle_depends_on(self, layers):
        """With positive weights and without normalization no gradient cancels."""
        side = 2**layers * (2 + RECEPTIVE_FIELDS[layers] // 2**layers)
        network = build((side, side, 1), width=1, layers=layers)
        for layer in network.layers:
            if hasattr(layer, "kernel"):
                layer.kernel.assign(keras.ops.full_like(layer.kernel, 0.5))
        images = tf.ones((1, side, side, 1))
        with tf.GradientTape() as tape:
            tape.watch(images)
            logits = network(images, training=False)
            middle = logits[0, logits.shape[1] // 2, logits.shape[2] // 2, 0]
        seen = np.array(tape.gradient(middle, images))[0, :, :, 0] != 0
        rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
        for places in (rows, columns):
            assert np.ptp(places) + 1 == len(places) == networks.receptive_field(layers)

    @pytest.mark.parametrize("layers", [-1, 1.5, None])
    def test_other_numbers_are_refused(self, layers):
        with pytest.raises(ValueError, match="`layers` must be an integer of at least 0"):
            networks.receptive_field(layers)
