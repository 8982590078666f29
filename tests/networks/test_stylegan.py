import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gans import layers, networks
from keras_gans.utils import randomness
from tests.networks import by_hand
from tests.networks.checks import check_network, check_refuses, layers_of, trainable

SHAPE = (16, 16, 3)
PLACES = ["4_0", "4_1", "8_0", "8_1", "16_0", "16_1"]


def synthesis(image_shape=SHAPE, **kwargs):
    """6, 6 and 4 channels at 4, 8 and 16 pixels."""
    return networks.build_style_synthesis(image_shape, 5, base_width=32, max_width=6, **kwargs)


def styles(num=2, num_styles=6):
    random = np.random.default_rng(1)
    return random.normal(size=(num, num_styles, 5)).astype("float32")


def seeds(num=2, index=0):
    return np.array(randomness.pairs(num, randomness.seed_pair(0, 0, index)))


def set_noise_weights(network, value):
    for layer in layers_of(network, layers.NoiseInjection):
        layer.weight.assign(np.full(layer.weight.shape, value))


def synthesis_by_hand(network, styles, noise_of_place, alpha):
    def weights(name):
        return network.get_layer(name).get_weights()

    def epilogue(x, place):
        name = PLACES[place]
        x = x + weights(f"noise_{name}")[0] * noise_of_place[place]
        x = by_hand.leaky(x + weights(f"bias_{name}")[0])
        centred = x - x.mean(axis=(1, 2), keepdims=True)
        x = centred / np.sqrt((centred**2).mean(axis=(1, 2), keepdims=True) + 1e-8)
        kernel, bias = weights(f"style_{name}")
        style = by_hand.dense(styles[:, place], kernel, gain=1.0) + bias
        scale, shift = np.split(style[:, None, None], 2, axis=-1)
        return x * (scale + 1) + shift

    x = epilogue(weights("constant")[0].astype("float64")[None], 0)
    x = epilogue(by_hand.convolve(x, weights("conv_4_1")[0]), 1)
    images = [by_hand.to_rgb(network, x)]
    for place in range(2, styles.shape[1], 2):
        up, same = PLACES[place], PLACES[place + 1]
        x = by_hand.convolve(by_hand.upsample(x), weights(f"conv_{up}")[0])
        x = epilogue(by_hand.blur(x), place)
        x = epilogue(by_hand.convolve(x, weights(f"conv_{same}")[0]), place + 1)
        images.append(by_hand.to_rgb(network, x))
    return by_hand.blended(images, alpha)


@pytest.mark.usefixtures("nothing_drawn")
class TestParameters:
    @pytest.mark.parametrize(
        ("size", "synthesis", "generator", "generator_at_size"),
        [
            (4, 3_421_699, 5_522_947, 5_522_947),
            (8, 9_194_502, 11_295_750, 11_294_211),
            (16, 14_967_305, 17_068_553, 17_065_475),
            (32, 20_740_108, 22_841_356, 22_836_739),
            (64, 23_036_687, 25_137_935, 25_131_779),
            (128, 23_742_610, 25_843_858, 25_836_931),
            (256, 23_984_981, 26_086_229, 26_078_915),
            (512, 24_078_520, 26_179_768, 26_172_259),
            (1024, 24_118_379, 26_219_627, 26_212_019),
        ],
    )
    def test_of_the_official_code(self, size, synthesis, generator, generator_at_size):
        mapping = trainable(networks.build_style_mapping())
        assert mapping == 2_101_248
        growing = networks.build_style_synthesis((size, size, 3))
        assert trainable(growing) == synthesis
        assert trainable(growing) + mapping == generator
        fixed = networks.build_style_synthesis((size, size, 3), growing=False)
        assert trainable(fixed) + mapping == generator_at_size

    def test_of_the_discriminator(self):
        assert trainable(networks.build_style_discriminator()) == 23_087_249
        assert trainable(networks.build_style_discriminator(growing=False)) == 23_077_137

    def test_defaults_are_those_of_the_paper(self):
        assert networks.build_style_mapping.__defaults__ == (512, 512, 8, 0.01)
        defaults = ((1024, 1024, 3), 512, 8192, 512, True)
        assert networks.build_style_synthesis.__defaults__ == defaults


class TestMapping:
    latents = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")

    def test_agrees_with_numpy(self):
        network = networks.build_style_mapping(5, 7, num_layers=3, lr_multiplier=0.1)
        random = np.random.default_rng(0)
        for variable in network.variables:
            variable.assign(10 * random.normal(size=variable.shape))
        x = by_hand.normalize_pixels(self.latents.astype("float64"))
        for number in range(3):
            kernel, bias = network.get_layer(f"dense_{number}").get_weights()
            x = by_hand.leaky(0.1 * by_hand.dense(x, kernel) + 0.1 * bias)
        assert np.abs(x).max() > 0.5
        np.testing.assert_allclose(network(self.latents), x, atol=1e-5)

    def test_slow_weights_are_stored_large_so_that_styles_start_alike(self):
        network = networks.build_style_mapping()
        kernels = [x.kernel for x in layers_of(network, layers.EqualizedDense)]
        assert len(kernels) == 8
        np.testing.assert_allclose([np.std(kernel) for kernel in kernels], 100, rtol=0.01)
        latents = np.random.default_rng(0).normal(size=(8, 512)).astype("float32")
        styles = network(latents)
        np.testing.assert_allclose(np.mean(styles**2), 1.04**8, rtol=0.4)
        np.testing.assert_allclose(network(3 * latents), styles, rtol=1e-3, atol=1e-4)

    def test_saving(self, tmp_path):
        assert check_network(networks.build_style_mapping(5, 7), tmp_path).shape == (2, 7)

    def test_float32_styles_in_float16(self):
        keras.config.set_dtype_policy("mixed_float16")
        by_hand.check_float16(networks.build_style_mapping(5, 7), self.latents)

    @pytest.mark.parametrize(
        ("argument", "value"), [("num_layers", 0), ("style_dim", 0), ("lr_multiplier", 0.0)]
    )
    def test_other_numbers_are_refused(self, argument, value):
        with pytest.raises(ValueError, match="Received"):
            networks.build_style_mapping(**{argument: value})


class TestSynthesis:
    @pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
    def test_agrees_with_numpy(self, alpha):
        network = synthesis((8, 8, 3))
        by_hand.set_at_random(network, alpha)
        noise = [
            network.get_layer(f"noise_{name}").draw(seeds(), *[int(name[0])] * 2).numpy()
            for name in PLACES[:4]
        ]
        expected = synthesis_by_hand(network, styles(num_styles=4), noise, alpha)
        found = network([styles(num_styles=4), seeds()])
        for images, by_numpy in zip(found, expected, strict=True):
            np.testing.assert_allclose(images, by_numpy, atol=1e-5)

    def test_grows_from_the_finished_network_below_to_the_new_one(self):
        network, new = synthesis(), synthesis(growing=False)
        old = synthesis((8, 8, 3), growing=False)
        by_hand.set_at_random(network, 0.5)
        for finished in (old, new):
            by_hand.copy_weights(network, finished)
        enlarged = by_hand.upsample(np.array(old([styles()[:, :4], seeds()])))
        for alpha in (0.0, 0.4, 1.0):
            network.get_layer("fade_16").alpha.assign(alpha)
            expected = (1 - alpha) * enlarged + alpha * new([styles(), seeds()])
            found = network([styles(), seeds()])[-1]
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)

    def test_starts_from_ones(self):
        constant = synthesis().get_layer("constant").constant
        np.testing.assert_array_equal(constant, np.ones((4, 4, 6)))

    def test_starts_without_an_effect_of_noise(self):
        network = synthesis()
        for images, others in zip(
            network([styles(), seeds()]), network([styles(), seeds(index=1)]), strict=True
        ):
            np.testing.assert_array_equal(images, others)
            assert np.abs(images).max() > 0.01

    def test_noise_decides_what_styles_leave_open(self):
        """With equal styles samples differ by their seeds alone, at every resolution."""
        network = synthesis()
        by_hand.set_alphas(network, 1.0)
        set_noise_weights(network, 0.5)
        same_styles = np.repeat(styles(1), 2, axis=0)
        for images, again in zip(
            network([same_styles, seeds()]),
            network([same_styles[::-1], seeds()[::-1]]),
            strict=True,
        ):
            assert np.abs(images[0] - images[1]).max() > 0.05
            np.testing.assert_allclose(again[::-1], images, rtol=1e-4, atol=1e-5)
        same_seeds = np.repeat(seeds(1), 2, axis=0)
        for images in network([same_styles, same_seeds]):
            np.testing.assert_allclose(images[0], images[1], rtol=1e-4, atol=1e-5)

    def test_every_place_has_noise_of_its_own(self):
        noises = layers_of(synthesis(), layers.NoiseInjection)
        assert [x.name for x in noises] == [f"noise_{name}" for name in PLACES]
        assert [x.place for x in noises] == list(range(6))
        draws = np.stack([np.ravel(x.draw(seeds(1), 32, 32)) for x in noises])
        assert np.abs(np.corrcoef(draws) - np.eye(6)).max() < 0.15
        assert not [x for x in synthesis().non_trainable_variables if x.name != "alpha"]

    def test_a_style_of_zeros_has_scale_1_and_shift_0(self):
        """Every map of every epilogue then has mean 0 and variance 1."""
        network = synthesis()
        set_noise_weights(network, 1.0)
        maps = [network.get_layer(f"style_{name}").output for name in PLACES]
        for x in keras.Model(network.inputs, maps)([np.zeros((2, 6, 5)), seeds()]):
            np.testing.assert_allclose(np.mean(x, axis=(1, 2)), 0, atol=1e-5)
            np.testing.assert_allclose(np.var(x, axis=(1, 2)), 1, rtol=1e-3)

    def test_style_of_each_place(self):
        """A style changes its own epilogue, and what follows, but nothing before it."""
        network = synthesis()
        by_hand.set_at_random(network, 1.0)
        maps = [network.get_layer(f"style_{name}").output for name in PLACES]
        part = keras.Model(network.inputs, maps)
        before = part([styles(), seeds()])
        for place in range(6):
            others = styles()
            others[:, place] += 1.0
            after = part([others, seeds()])
            for k in range(6):
                change = np.abs(after[k] - before[k]).max()
                assert (change == 0) if k < place else (change > 0.01)

    def test_order_within_a_resolution(self):
        network = synthesis()
        order = [layer.name for layer in network.layers]
        for size in (8, 16):
            names = [f"{kind}_{size}_0" for kind in ("conv", "noise", "bias", "style")]
            names.insert(1, f"blur_{size}")
            assert sorted(names, key=order.index) == names
        blurs = layers_of(network, layers.Blur)
        assert {x.name for x in blurs} == {"blur_8", "blur_16"}
        assert all(x.negative_slope == 0.2 for x in layers_of(network, keras.layers.LeakyReLU))
        assert not layers_of(network, keras.layers.Activation)
        assert not layers_of(network, layers.PixelNormalization)

    def test_networks_of_one_resolution_hold_what_they_need(self):
        network = synthesis()
        by_hand.set_at_random(network, 0.5)
        for k, images in enumerate(network([styles(), seeds()])):
            sizes = [4, 8, 16][: k + 1]
            expected = {f"to_rgb_{size}" for size in sizes[-2:]}
            expected |= {f"fade_{size}" for size in sizes[1:][-1:]}
            expected |= {"constant", *(f"conv_{name}" for name in PLACES[1 : 2 * k + 2])}
            for name in PLACES[: 2 * k + 2]:
                expected |= {f"{kind}_{name}" for kind in ("noise", "bias", "style")}
            part = keras.Model(network.inputs, network.outputs[k])
            assert by_hand.weighted_layers(part) == expected
            np.testing.assert_array_equal(part([styles(), seeds()]), images)

    @pytest.mark.parametrize("growing", [True, False])
    @pytest.mark.parametrize(("size", "channels"), [(4, 1), (8, 3), (16, 1)])
    def test_shapes_and_saving(self, size, channels, growing, tmp_path):
        network = synthesis((size, size, channels), growing=growing)
        sizes = [side for side in (4, 8, 16) if side <= size]
        inputs = [styles(num_styles=2 * len(sizes)), seeds()]
        by_hand.set_at_random(network, 0.5)
        if growing:
            by_hand.check_copies(network, inputs, tmp_path)
            assert [x.shape for x in network(inputs)] == [(2, s, s, channels) for s in sizes]
        else:
            images = network(inputs)
            assert images.shape == (2, size, size, channels)
            network.save(tmp_path / "network.keras")
            loaded = keras.models.load_model(tmp_path / "network.keras")
            np.testing.assert_array_equal(loaded(inputs), images)

    @pytest.mark.parametrize("growing", [True, False])
    def test_float32_images_in_float16(self, growing):
        keras.config.set_dtype_policy("mixed_float16")
        network = synthesis(growing=growing)
        set_noise_weights(network, 1.0)
        by_hand.check_float16(network, [styles(), seeds()])

    def test_gradients_reach_every_weight(self):
        network = synthesis()
        by_hand.set_at_random(network, 0.5)
        with tf.GradientTape() as tape:
            images = network([styles(), seeds()], training=True)
            loss = sum(tf.reduce_sum(x**2) for x in images)
        variables = [variable.value for variable in network.trainable_variables]
        for gradient in tape.gradient(loss, variables):
            assert np.isfinite(gradient).all() and np.abs(gradient).max() > 0

    def test_compiles(self):
        """Without noise, of which XLA draws other values."""
        network = synthesis((8, 8, 3))
        by_hand.set_at_random(network, 0.5)
        set_noise_weights(network, 0.0)
        part = keras.Model(network.inputs, network.outputs[1])
        inputs = [styles(num_styles=4), seeds()]
        found = tf.function(part, jit_compile=True)(inputs)
        np.testing.assert_allclose(found, part(inputs), rtol=1e-4, atol=1e-4)

    @pytest.mark.parametrize("image_shape", [(48, 48, 3), (2, 2, 3), (8, 16, 3), (8, 8, 2), (8, 8)])
    def test_other_shapes_are_refused(self, image_shape):
        check_refuses(
            image_shape, networks.build_style_synthesis, networks.build_style_discriminator
        )

    @pytest.mark.parametrize(("argument", "value"), [("base_width", 7), ("max_width", 0)])
    def test_widths_that_leave_no_channels_are_refused(self, argument, value):
        with pytest.raises(ValueError, match=f"`{argument}`.*Received: {argument}={value}"):
            networks.build_style_synthesis(SHAPE, **{argument: value})


class TestDiscriminator:
    def test_is_that_of_progan_with_blurs(self):
        arguments = {"base_width": 32, "max_width": 6, "group_size": 2}
        network = networks.build_style_discriminator(SHAPE, **arguments)
        plain = networks.build_progan_discriminator(SHAPE, **arguments)
        assert {x.name for x in layers_of(network, layers.Blur)} == {"blur_8", "blur_16"}
        assert network.get_layer("minibatch_std_dev").group_size == 2
        by_hand.set_at_random(network, 1.0)
        plain.set_weights(network.get_weights())
        random = np.random.default_rng(0)
        images = [random.normal(size=(4, size, size, 3)).astype("float32") for size in (4, 8, 16)]
        first, *found = network(images)
        first_plain, *found_plain = plain(images)
        np.testing.assert_array_equal(first, first_plain)
        for logits, others in zip(found, found_plain, strict=True):
            assert np.abs(logits - others).max() > 1e-3
