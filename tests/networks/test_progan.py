import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gans import layers, networks
from tests.networks import by_hand
from tests.networks.checks import check_network, check_refuses, layers_of, samples, trainable

SHAPE = (16, 16, 3)
WIDTHS = {"base_width": 32, "max_width": 6}  # 6, 6 and 4 channels at 4, 8 and 16 pixels


def generator(image_shape=SHAPE, **kwargs):
    return networks.build_progan_generator(5, image_shape, **WIDTHS, **kwargs)


def discriminator(image_shape=SHAPE, **kwargs):
    return networks.build_progan_discriminator(image_shape, **WIDTHS, **kwargs)


def latents(num=4):
    return np.random.default_rng(1).normal(size=(num, 5)).astype("float32")


def pyramid(num=4, sizes=(4, 8, 16)):
    random = np.random.default_rng(2)
    return [random.normal(size=(num, size, size, 3)).astype("float32") for size in sizes]


def generator_by_hand(network, x, sizes, alpha):
    def convolution(x, name):
        kernel, bias = network.get_layer(name).get_weights()
        return by_hand.normalize_pixels(by_hand.leaky(by_hand.convolve(x, kernel) + bias))

    (kernel,), (bias,) = [network.get_layer(name).get_weights() for name in ("dense_4", "bias_4")]
    x = by_hand.dense(by_hand.normalize_pixels(x.astype("float64")), kernel, 2.0**0.5 / 4)
    x = by_hand.normalize_pixels(by_hand.leaky(x.reshape(len(x), 4, 4, -1) + bias))
    x = convolution(x, "conv_4")
    images = [by_hand.to_rgb(network, x)]
    for size in sizes:
        x = convolution(by_hand.upsample(x), f"conv_{size}_0")
        x = convolution(x, f"conv_{size}_1")
        images.append(by_hand.to_rgb(network, x))
    return by_hand.blended(images, alpha)


def discriminator_by_hand(network, images, alpha, blur):
    """Logits of images of one resolution; all samples in one group."""

    def convolution(x, name):
        kernel, bias = network.get_layer(name).get_weights()
        return by_hand.leaky(by_hand.convolve(x, kernel) + bias)

    def block(x, size):
        x = convolution(x, f"conv_{size}_0")
        x = by_hand.blur(x) if blur else x
        (kernel,) = network.get_layer(f"conv_{size}_1").get_weights()
        (bias,) = network.get_layer(f"bias_{size}_1").get_weights()
        return by_hand.leaky(by_hand.pool(by_hand.convolve(x, kernel)) + bias)

    images, resolution = images.astype("float64"), images.shape[1]
    x = convolution(images, f"from_rgb_{resolution}")
    if resolution > 4:
        old = convolution(by_hand.pool(images), f"from_rgb_{resolution // 2}")
        x = (1 - alpha) * old + alpha * block(x, resolution)
    while x.shape[1] > 4:
        x = block(x, x.shape[1])
    deviation = np.sqrt(x.var(axis=0) + 1e-8).mean()
    x = np.concatenate([x, np.full((*x.shape[:3], 1), deviation)], axis=-1)
    x = convolution(x, "conv_4").reshape(len(x), -1)
    kernel, bias = network.get_layer("dense_4").get_weights()
    x = by_hand.leaky(by_hand.dense(x, kernel) + bias)
    kernel, bias = network.get_layer("logits").get_weights()
    return by_hand.dense(x, kernel, gain=1.0) + bias


@pytest.mark.usefixtures("nothing_drawn")
class TestParameters:
    @pytest.mark.parametrize(
        ("size", "generator", "generator_at_size", "discriminator", "discriminator_at_size"),
        [
            (4, 6_556_163, 6_556_163, 6_561_793, 6_561_793),
            (8, 11_277_318, 11_275_779, 11_283_457, 11_281_409),
            (16, 15_998_473, 15_995_395, 16_005_121, 16_001_025),
            (32, 20_719_628, 20_715_011, 20_726_785, 20_720_641),
            (64, 22_490_383, 22_484_227, 22_498_049, 22_489_857),
            (128, 22_933_394, 22_926_467, 22_941_313, 22_932_097),
            (256, 23_044_309, 23_036_995, 23_052_353, 23_042_625),
            (512, 23_072_120, 23_064_611, 23_080_225, 23_070_241),
            (1024, 23_079_115, 23_071_507, 23_087_249, 23_077_137),
        ],
    )
    def test_of_the_official_code(
        self, size, generator, generator_at_size, discriminator, discriminator_at_size
    ):
        shape = (size, size, 3)
        build = networks.build_progan_generator
        assert trainable(build(image_shape=shape)) == generator
        assert trainable(build(image_shape=shape, growing=False)) == generator_at_size
        build = networks.build_progan_discriminator
        assert trainable(build(shape)) == discriminator
        assert trainable(build(shape, growing=False)) == discriminator_at_size

    @pytest.mark.parametrize(
        ("size", "generator", "discriminator"),
        [(32, 13_491_084, 13_497_985), (128, 13_629_810, 13_636_897)],
    )
    def test_of_narrower_networks(self, size, generator, discriminator):
        arguments = {"image_shape": (size, size, 3), "base_width": 2048}
        assert trainable(networks.build_progan_generator(**arguments)) == generator
        assert trainable(networks.build_progan_discriminator(**arguments)) == discriminator

    def test_defaults_are_those_of_the_paper(self):
        defaults = (512, (1024, 1024, 3), 8192, 512, True)
        assert networks.build_progan_generator.__defaults__ == defaults
        defaults = ((1024, 1024, 3), 8192, 512, True, False, 4)
        assert networks.build_progan_discriminator.__defaults__ == defaults


class TestGenerator:
    @pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
    def test_agrees_with_numpy(self, alpha):
        network = generator((8, 8, 3))
        by_hand.set_at_random(network, alpha)
        expected = generator_by_hand(network, latents(), [8], alpha)
        for images, by_numpy in zip(network(latents()), expected, strict=True):
            np.testing.assert_allclose(images, by_numpy, atol=1e-5)

    def test_grows_from_the_finished_network_below_to_the_new_one(self):
        network, new = generator(), generator(growing=False)
        old = generator((8, 8, 3), growing=False)
        by_hand.set_at_random(network, 0.5)
        for finished in (old, new):
            by_hand.copy_weights(network, finished)
        enlarged = by_hand.upsample(np.array(old(latents())))
        for alpha in (0.0, 0.4, 1.0):
            network.get_layer("fade_16").alpha.assign(alpha)
            expected = (1 - alpha) * enlarged + alpha * new(latents())
            np.testing.assert_allclose(network(latents())[-1], expected, atol=1e-5)

    def test_starts_with_the_smallest_image(self):
        smallest, next_size, _ = generator()(latents())
        np.testing.assert_array_equal(next_size, by_hand.upsample(np.array(smallest)))

    def test_networks_of_one_resolution_hold_what_they_need(self):
        network = generator()
        by_hand.set_at_random(network, 0.5)
        expected = [{"dense_4", "bias_4", "conv_4", "to_rgb_4"}]
        expected.append(expected[0] | {"conv_8_0", "conv_8_1", "to_rgb_8", "fade_8"})
        expected.append(
            expected[1] - {"to_rgb_4", "fade_8"}
            | {"conv_16_0", "conv_16_1", "to_rgb_16", "fade_16"}
        )
        for k, images in enumerate(network(latents())):
            part = keras.Model(network.input, network.outputs[k])
            assert by_hand.weighted_layers(part) == expected[k]
            np.testing.assert_array_equal(part(latents()), images)

    def test_activations_start_with_a_mean_square_of_about_1(self):
        """What the equalised scale is for: with `gain = sqrt(2)` a convolution of pixels of mean
        square 1 has variance 2, of which LeakyReLU keeps `(1 + 0.2**2) / 2`. That is before the
        normalization. Zeros at the border make it less, so that inner pixels count. The first
        layer's gain is a quarter of the others'; the images' gain is 1."""
        network = networks.build_progan_generator(256, (32, 32, 3), max_width=256)
        activations = [x.output for x in layers_of(network, keras.layers.LeakyReLU)]
        images = [network.get_layer(f"to_rgb_{size}").output for size in (4, 8, 16, 32)]
        noise = np.random.default_rng(0).normal(size=(4, 256)).astype("float32")
        first, *found = keras.Model(network.input, activations + images)(noise)
        squares = [np.mean(maps[:, 1:-1, 1:-1] ** 2) for maps in found]
        assert len(squares) == 7 + 4
        np.testing.assert_allclose(np.mean(first**2), 1.04 / 16, rtol=0.1)
        np.testing.assert_allclose(squares[:7], 1.04, rtol=0.25)
        np.testing.assert_allclose(np.mean(squares[:7]), 1.04, rtol=0.1)
        assert 0.6 < np.mean(squares[7:]) < 1.5  # three channels only

    def test_every_activation_is_normalised_and_images_are_linear(self):
        network = generator()
        pixels = layers_of(network, layers.PixelNormalization)
        assert len(pixels) == 1 + len(layers_of(network, keras.layers.LeakyReLU)) == 7
        assert all(x.negative_slope == 0.2 for x in layers_of(network, keras.layers.LeakyReLU))
        assert not layers_of(network, keras.layers.Activation)
        by_hand.set_at_random(network, 1.0)
        network.get_layer("to_rgb_16").bias.assign([9.0] * 3)
        assert np.array(network(latents())[-1]).max() > 9

    def test_the_length_of_latents_does_not_count(self):
        network = generator()
        by_hand.set_at_random(network, 1.0)  # without biases no length would count anywhere
        np.testing.assert_allclose(
            network(7 * latents())[0], network(latents())[0], rtol=1e-4, atol=1e-6
        )


class TestDiscriminator:
    @pytest.mark.parametrize("blur", [False, True])
    @pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
    def test_agrees_with_numpy(self, alpha, blur):
        network = discriminator(blur=blur)
        by_hand.set_at_random(network, alpha)
        for logits, images in zip(network(pyramid()), pyramid(), strict=True):
            expected = discriminator_by_hand(network, images, alpha, blur)
            np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-5)

    def test_layers_start_by_doubling_the_mean_square(self):
        """Of which LeakyReLU keeps 1.04 / 2, so that only pooling makes activations smaller. Zeros
        at the border take some away, so that inner pixels count."""
        network = networks.build_progan_discriminator((32, 32, 3), max_width=256, growing=False)
        weighted = layers_of(network, layers.EqualizedConv2D)
        tensors = [[x.input, x.output] for x in weighted if x.input.shape[1] > 4]
        images = np.random.default_rng(0).normal(size=(4, 32, 32, 3)).astype("float32")
        pairs = keras.Model(network.inputs, tensors)([images])
        squares = [[np.mean(np.square(x[:, 1:-1, 1:-1])) for x in pair] for pair in pairs]
        gains = [after / before for before, after in squares]
        assert len(gains) == 7
        np.testing.assert_allclose(gains, 2.0, rtol=0.2)
        np.testing.assert_allclose(np.mean(gains), 2.0, rtol=0.07)

    def test_grows_from_the_finished_network_below_to_the_new_one(self):
        network, new = discriminator(), discriminator(growing=False)
        old = discriminator((8, 8, 3), growing=False)
        by_hand.set_at_random(network, 0.0)
        for finished in (old, new):
            by_hand.copy_weights(network, finished)
        images = pyramid()
        pooled = by_hand.pool(images[-1])
        np.testing.assert_allclose(network(images)[-1], old(pooled), rtol=1e-4, atol=1e-5)
        by_hand.set_alphas(network, 1.0)
        np.testing.assert_allclose(network(images)[-1], new(images[-1]), rtol=1e-4, atol=1e-5)

    def test_the_old_path_sees_the_pooled_image(self):
        """Images with the same means of 2x2 pixels are the same to it, although LeakyReLU makes
        their unpooled features differ in the mean."""
        network = discriminator()
        by_hand.set_at_random(network, 0.0)
        images = pyramid()
        checks = np.kron(np.ones((8, 8)), [[1.0, -1.0], [-1.0, 1.0]])[:, :, None]
        others = [*images[:2], (images[2] + 2.0 * checks).astype("float32")]
        np.testing.assert_allclose(network(others)[2], network(images)[2], rtol=1e-4, atol=1e-5)
        by_hand.set_alphas(network, 1.0)
        assert np.abs(network(others)[2] - network(images)[2]).max() > 1e-2

    def test_networks_of_one_resolution_hold_what_they_need(self):
        network, images = discriminator(), pyramid()
        by_hand.set_at_random(network, 0.5)
        head = {"conv_4", "dense_4", "logits"}
        block_8 = {"conv_8_0", "conv_8_1", "bias_8_1"}
        block_16 = {"conv_16_0", "conv_16_1", "bias_16_1"}
        expected = [
            head | {"from_rgb_4"},
            head | block_8 | {"from_rgb_8", "from_rgb_4", "fade_8"},
            head | block_8 | block_16 | {"from_rgb_16", "from_rgb_8", "fade_16"},
        ]
        for k, logits in enumerate(network(images)):
            part = keras.Model(network.inputs[k], network.outputs[k])
            assert by_hand.weighted_layers(part) == expected[k]
            np.testing.assert_array_equal(part(images[k]), logits)
            whole = keras.Model(network.inputs, network.outputs[k])
            np.testing.assert_array_equal(whole(images), logits)

    def test_blurs_only_when_asked_to(self):
        assert not layers_of(discriminator(), layers.Blur)
        assert {x.name for x in layers_of(discriminator(blur=True), layers.Blur)} == {
            "blur_8",
            "blur_16",
        }

    def test_group_size(self):
        images = pyramid(8, (4,))
        logits = {}
        for group_size in (1, 4, 8):
            network = discriminator((4, 4, 3), group_size=group_size)
            by_hand.set_at_random(network, 1.0)
            logits[group_size] = np.array(network(images)[0])
        alone = np.array(network([images[0][:1]])[0])
        assert np.abs(logits[4] - logits[8]).max() > 1e-3
        np.testing.assert_allclose(logits[1][:1], alone, rtol=1e-4, atol=1e-5)

    @pytest.mark.parametrize("k", [0, 1, 2])
    def test_gradients_of_gradients_reach_every_kernel(self, k):
        network = discriminator(blur=True)
        by_hand.set_at_random(network, 0.5)
        part, images = keras.Model(network.inputs[k], network.outputs[k]), pyramid()[k]
        kernels = [x for x in part.trainable_variables if x.name == "kernel"]
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                x = tf.constant(images)
                inner.watch(x)
                logits = part(x, training=True)
            penalty = tf.reduce_mean(tf.reduce_sum(inner.gradient(logits, x) ** 2, axis=(1, 2, 3)))
        for gradient in outer.gradient(penalty, [kernel.value for kernel in kernels]):
            assert np.isfinite(gradient).all() and np.abs(gradient).max() > 0


@pytest.mark.parametrize("growing", [True, False])
@pytest.mark.parametrize(("size", "channels"), [(4, 1), (4, 3), (8, 1), (16, 3)])
def test_lists_of_all_resolutions_or_none(size, channels, growing, tmp_path):
    shape = (size, size, channels)
    draw = generator(shape, growing=growing)
    judge = discriminator(shape, growing=growing)
    if not growing:
        assert check_network(draw, tmp_path).shape == (2, *shape)
        assert check_network(judge, tmp_path).shape == (2, 1)
        return
    images = draw(latents(2))
    sizes = [side for side in (4, 8, 16) if side <= size]
    assert [x.shape for x in images] == [(2, side, side, channels) for side in sizes]
    assert [x.shape for x in judge(images)] == [(2, 1)] * len(sizes)
    for network, inputs in ((draw, latents(2)), (judge, images)):
        by_hand.set_at_random(network, 0.5)
        by_hand.check_copies(network, inputs, tmp_path)


@pytest.mark.parametrize("growing", [True, False])
def test_float32_outputs_in_float16(growing):
    keras.config.set_dtype_policy("mixed_float16")
    draw, judge = generator(growing=growing), discriminator(growing=growing, blur=True)
    by_hand.check_float16(draw, latents())
    by_hand.check_float16(judge, pyramid() if growing else pyramid()[-1])


@pytest.mark.parametrize("build", [generator, discriminator])
def test_compiles(build):
    network = build()
    by_hand.set_at_random(network, 0.5)
    part = keras.Model(network.input, network.outputs[1])
    inputs = samples(network, 4)
    found = tf.function(part, jit_compile=True)(inputs)
    np.testing.assert_allclose(found, part(inputs), rtol=1e-4, atol=1e-5)


BUILDERS = (networks.build_progan_generator, networks.build_progan_discriminator)


@pytest.mark.parametrize(
    "image_shape", [(48, 48, 3), (2, 2, 3), (0, 0, 3), (8, 16, 3), (8, 8, 2), (8, 8), (None,) * 3]
)
def test_other_shapes_are_refused(image_shape):
    check_refuses(image_shape, *BUILDERS)


@pytest.mark.parametrize(
    ("argument", "value"), [("base_width", 7), ("base_width", 32.0), ("max_width", 0)]
)
def test_widths_that_leave_no_channels_are_refused(argument, value):
    for build in BUILDERS:
        with pytest.raises(ValueError, match=f"`{argument}`.*Received: {argument}={value}"):
            build(image_shape=SHAPE, **{argument: value})
