import functools
import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gans as kg
from keras_gans.layers import AdaptiveAugment
from keras_gans.models.cyclegan import CycleGAN
from keras_gans.utils.pixels import to_uint8
from tests.models.games import assert_all_equal, compile_sgd, values_of
from tests.models.translations import (
    SHAPE,
    Negative,
    apply_pixelwise,
    assert_same_state,
    build_cyclegan,
    build_judge,
    build_strided_translator,
    build_translator,
    check_gradients,
    images,
    pair,
    pixelwise,
    state_of,
)

GOLDEN = pathlib.Path(__file__).parent.parent / "golden"
NAMES = ("generator_ab", "generator_ba", "discriminator_a", "discriminator_b")


def build_pixelwise(**kwargs):
    """Linear networks, whose terms can be told by hand."""
    networks = {
        name: pixelwise(3, 3 if name.startswith("generator") else 1, seed)
        for seed, name in enumerate(NAMES)
    }
    return build_cyclegan(**(networks | kwargs))


def square(logits, target):
    return ((logits - target) ** 2).mean()


def distance(first, second):
    return np.abs(first - second).mean()


class TestTerms:
    real_a, real_b = pair(4)

    def by_hand(self, model, cycle_a=10.0, cycle_b=10.0, identity=0.5):
        there, back, judge_a, judge_b = (
            functools.partial(apply_pixelwise, getattr(model, name)) for name in NAMES
        )
        a, b = self.real_a, self.real_b
        fake_a, fake_b = back(b), there(a)
        return {
            "discriminator_a_loss": (square(judge_a(a), 1) + square(judge_a(fake_a), 0)) / 2,
            "discriminator_b_loss": (square(judge_b(b), 1) + square(judge_b(fake_b), 0)) / 2,
            "generator_ab_loss": square(judge_b(fake_b), 1),
            "generator_ba_loss": square(judge_a(fake_a), 1),
            "cycle_a_loss": cycle_a * distance(back(fake_b), a),
            "cycle_b_loss": cycle_b * distance(there(fake_a), b),
            "identity_a_loss": identity * cycle_a * distance(back(a), a),
            "identity_b_loss": identity * cycle_b * distance(there(b), b),
        }

    @pytest.mark.parametrize("run", ["train_on_batch", "test_on_batch"])
    def test_by_hand(self, run):
        model = compile_sgd(build_pixelwise())
        logs = getattr(model, run)(self.real_a, self.real_b, return_dict=True)
        assert logs == pytest.approx(self.by_hand(model), rel=1e-4)

    def test_weights_of_either_cycle(self):
        model = compile_sgd(build_pixelwise(cycle_weight=(3.0, 2.0), identity_weight=0.25))
        logs = model.train_on_batch(self.real_a, self.real_b, return_dict=True)
        assert logs == pytest.approx(self.by_hand(model, 3.0, 2.0, 0.25), rel=1e-4)

    @pytest.mark.parametrize(
        "weights, missing",
        [
            ({"identity_weight": 0}, ["identity_a", "identity_b"]),
            ({"cycle_weight": 0}, ["cycle_a", "cycle_b", "identity_a", "identity_b"]),
            ({"cycle_weight": (10.0, 0)}, ["cycle_b", "identity_b"]),
        ],
    )
    def test_weights_of_0_leave_terms_out(self, weights, missing):
        model = compile_sgd(build_pixelwise(**weights))
        expected = self.by_hand(model)
        for name in missing:
            del expected[f"{name}_loss"]
        for run in (model.train_on_batch, model.test_on_batch):
            logs = run(self.real_a, self.real_b, return_dict=True)
            assert logs == pytest.approx(expected, rel=1e-4)


class TestStep:
    data = pair(4)

    @pytest.mark.parametrize("player", ["generators", "discriminators"])
    def test_changes_the_variables_of_both_networks_of_its_player_only(self, player):
        model = compile_sgd(build_cyclegan(), {player: 0.1})
        before = {p: values_of(model.variables_of(p)) for p in model.players}
        model.train_on_batch(*self.data)
        (other,) = set(model.players) - {player}
        assert_all_equal(before[other], values_of(model.variables_of(other)))
        for network in model.networks_of(player):
            (kernel,) = (v for v in network.trainable_variables[:1])
            old = before[player][[v is kernel for v in model.variables_of(player)].index(True)]
            assert not np.array_equal(old, kernel)

    def test_each_side_steps_from_before_the_other_did(self):
        """Generators go first, and the discriminators' fakes were made before they went."""
        ends = {}
        for rates in (("generators",), ("discriminators",), ("generators", "discriminators")):
            keras.utils.set_random_seed(0)
            model = compile_sgd(build_cyclegan(), dict.fromkeys(rates, 0.1))
            model.train_on_batch(*self.data)
            ends[rates] = {p: values_of(model.variables_of(p)) for p in model.players}
        both = ends["generators", "discriminators"]
        for player in both:
            assert_all_equal(both[player], ends[(player,)][player])

    def test_is_the_gradient_of_its_terms(self):
        check_gradients(build_cyclegan(norm=None, cycle_weight=1.0, buffer_size=0), self.data)

    def test_each_generator_translates_there_back_and_itself_once(self):
        model = compile_sgd(build_cyclegan())
        calls, call = [], model.generator_ab.call
        model.generator_ab.call = lambda *args, **kwargs: (
            calls.append(kwargs) or call(*args, **kwargs)
        )
        model.train_on_batch(*self.data)
        assert len(calls) == 3 and all(kwargs["training"] for kwargs in calls)

    def test_a_step_in_float16_is_finite(self):
        keras.config.set_dtype_policy("mixed_float16")
        model = build_cyclegan(ema_decay=0.5)
        model.compile(run_eagerly=True)
        before = {player: values_of(model.variables_of(player)) for player in model.players}
        for _ in range(5):
            logs = model.train_on_batch(*self.data, return_dict=True)
            assert np.isfinite(list(logs.values())).all()
        for player, values in before.items():
            after = values_of(model.variables_of(player))
            assert all(np.isfinite(value).all() for value in after)
            assert not np.array_equal(values[0], after[0])
        assert model.translate(images(1), "a_to_b").dtype == np.float32

    def test_averages_follow_both_generators(self):
        model = compile_sgd(build_cyclegan(ema_decay=0.75), {"generators": 0.1})
        before = {name: getattr(model, name).get_weights() for name in NAMES[:2]}
        model.train_on_batch(*self.data)
        for name, old in before.items():
            average = model.inference_network(name)
            assert average is not getattr(model, name)
            for mean, start, now in zip(
                average.get_weights(), old, getattr(model, name).get_weights(), strict=True
            ):
                np.testing.assert_allclose(mean, 0.75 * start + 0.25 * now, atol=1e-6)


class TestBuffer:
    data = pair(4)

    def test_discriminators_alone_see_older_fakes(self):
        """With a full buffer of pictures far off, only their terms change."""
        logs = {}
        for capacity in (0, 3):
            model = compile_sgd(build_pixelwise(buffer_size=capacity, seed=1))
            if capacity:
                for buffer in (model._buffer_a, model._buffer_b):
                    buffer.images.assign(np.full(buffer.images.shape, 30.0))
                    buffer.stored.assign(capacity)
            logs[capacity] = model.train_on_batch(*self.data, return_dict=True)
        for name in logs[0]:
            assert (logs[0][name] == logs[3][name]) == (not name.startswith("discriminator"))

    def test_fakes_of_either_domain_go_to_its_own(self):
        model = compile_sgd(build_pixelwise())
        model.train_on_batch(*self.data)
        for buffer, name, real in [
            (model._buffer_a, "generator_ba", self.data[1]),
            (model._buffer_b, "generator_ab", self.data[0]),
        ]:
            assert int(buffer.stored) == 4
            fakes = apply_pixelwise(getattr(model, name), real)
            np.testing.assert_allclose(buffer.images[:4], fakes, rtol=1e-4, atol=1e-5)

    def test_evaluation_leaves_it_alone(self):
        model = build_cyclegan()
        model.compile(run_eagerly=True)
        model.train_on_batch(*self.data)
        before = state_of(model)
        first, again = [model.evaluate(*self.data, verbose=0, return_dict=True) for _ in range(2)]
        assert first == again
        assert_same_state(before, state_of(model), but="metric")

    def test_is_a_part_of_the_state(self):
        names = [name for name in build_cyclegan().training_state() if "buffer" in name]
        assert len(names) == 4


class TestSaving:
    def test_trains_on_after_loading_as_if_never_saved(self, tmp_path):
        model = build_cyclegan(dropout=0.3, ema_decay=0.5)
        model.compile(run_eagerly=True)
        for seed in range(2):
            model.train_on_batch(*pair(seed=seed))
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        assert type(loaded) is CycleGAN
        for one in (model, loaded):
            for seed in (2, 3):
                one.train_on_batch(*pair(seed=seed))
        assert_same_state(state_of(model), state_of(loaded))

    def test_a_killed_training_continues_with_its_buffers_and_its_decay(self, tmp_path):
        data = kg.data.load_unpaired(images(6), images(6), image_size=8, batch_size=2)

        def train(folder, epochs):
            keras.utils.set_random_seed(0)
            model = build_cyclegan(buffer_size=3)
            rates = {
                player: kg.optimizers.HoldThenLinear(2e-4, hold_steps=2, decay_steps=4)
                for player in model.players
            }
            model.compile(
                {player: keras.optimizers.Adam(rate) for player, rate in rates.items()},
                run_eagerly=True,
            )
            checkpoints = kg.callbacks.Checkpoints(tmp_path / folder, every_steps=2)
            model.fit(data, epochs=epochs, verbose=0, callbacks=[checkpoints])
            # Of 6 steps the first 2 have the whole rate, and the last has a quarter.
            left = model.optimizers["generators"].learning_rate
            np.testing.assert_allclose(left, {1: 1.5e-4, 2: 0.0}[epochs], atol=1e-9)
            return state_of(model)

        straight = train("straight", 2)
        train("stopped", 1)
        assert_same_state(straight, train("stopped", 2))

    def test_config_keeps_every_argument(self):
        arguments = {
            "cycle_weight": (5.0, 2.0),
            "identity_weight": 0.25,
            "buffer_size": 7,
            "seed": 7,
            "ema_decay": 0.25,
            "name": "mine",
        }
        model = build_cyclegan(**arguments)
        config = model.get_config()
        assert {name: config[name] for name in arguments} == arguments
        assert (config["a_shape"], config["b_shape"]) == (SHAPE, SHAPE)
        assert CycleGAN.from_config(model.get_config()).get_config() == config


class TestTranslate:
    def test_directions(self):
        model = build_cyclegan(ema_decay=0.5)
        examples = images(3)
        for direction, name in (("a_to_b", "generator_ab"), ("b_to_a", "generator_ba")):
            weights = [np.float32(0.5) * w for w in getattr(model, name).get_weights()]
            model.inference_network(name).set_weights(weights)
            expected = model.inference_network(name)(examples, training=False)
            translated = model.translate(examples, direction, batch_size=2)
            np.testing.assert_allclose(translated, expected, atol=1e-6)
        np.testing.assert_allclose(
            model.predict(examples, verbose=0), model.translate(examples, "a_to_b"), atol=1e-6
        )

    @pytest.mark.parametrize("direction", [None, "AtoB", "b"])
    def test_another_direction_is_refused(self, direction):
        model = build_cyclegan()
        for method in (model.translate, model.cycle):
            with pytest.raises(ValueError, match="`direction` must be one of .'a_to_b', 'b_to_a'"):
                method(images(1), direction)

    def test_cycle_goes_there_and_back(self):
        model = build_cyclegan(norm=None)
        examples = images(2, (16, 12, 3))
        translated, back = model.cycle(examples, "b_to_a")
        np.testing.assert_array_equal(translated, model.translate(examples, "b_to_a"))
        np.testing.assert_array_equal(back, model.translate(translated, "a_to_b"))
        for tiled, whole in zip(
            model.cycle(examples, "b_to_a", tile=12, overlap=8), (translated, back), strict=True
        ):
            np.testing.assert_allclose(tiled, whole, atol=1e-5)

    def test_sizes_that_do_not_fit_are_refused(self):
        model = build_cyclegan(generator_ab=build_strided_translator())
        with pytest.raises(ValueError, match="`images`.*multiples of 2.*height 8 and width 9"):
            model.translate(images(1, (8, 9, 3)), "a_to_b")
        assert model.translate(images(1, (8, 9, 3)), "b_to_a").shape == (1, 8, 9, 3)

    def test_showcase(self):
        model, (a, b) = build_cyclegan(), pair(2)
        shown = model.showcase(a, b)
        names = ["a", "a to b", "a to b to a", "b", "b to a", "b to a to b"]
        assert list(shown) == names
        np.testing.assert_array_equal(shown["a"], a)
        np.testing.assert_array_equal(shown["b to a to b"], model.cycle(b, "b_to_a")[1])

    def test_export_equals_the_model(self, tmp_path):
        keras.utils.set_random_seed(1)
        model = build_cyclegan(generator_ab=build_strided_translator(), ema_decay=0.5)
        model.export(tmp_path / "export")
        loaded = tf.saved_model.load(str(tmp_path / "export"))
        assert set(loaded.signatures) == {
            "serving_default",
            "a_to_b",
            "b_to_a",
            "a_to_b_png",
            "b_to_a_png",
        }
        examples = images(3, (6, 10, 3))
        for name in ("serving_default", "a_to_b", "b_to_a"):
            direction = "a_to_b" if name == "serving_default" else name
            result = loaded.signatures[name](images=tf.constant(examples))["images"]
            np.testing.assert_allclose(result, model.translate(examples, direction), atol=1e-5)
        pixels = np.array(to_uint8(examples[0]))
        for direction in ("a_to_b", "b_to_a"):
            (file,) = loaded.signatures[f"{direction}_png"](
                image_bytes=tf.io.encode_png(pixels)[None]
            )["png_bytes"]
            translated = model.translate(pixels[None].astype("float32") / 127.5 - 1, direction)
            np.testing.assert_allclose(tf.io.decode_png(file), to_uint8(translated[0]), atol=1)
        assert model.describe()["directions"]["a_to_b"] == {"side_multiple": 2, "smallest_side": 2}
        with pytest.raises(ValueError, match="`format` must be 'tf_saved_model' for CycleGAN"):
            model.export(tmp_path / "model.onnx", format="onnx")


class TestFromPytorch:
    def test_generators_translate_as_pytorch_does(self):
        golden = np.load(GOLDEN / "image_to_image.npz")
        paths = [GOLDEN / "image_to_image_resnet.pth"] * 2
        model = CycleGAN.from_pytorch(*paths, image_size=32, buffer_size=0)
        assert (model.a_shape, model.b_shape) == ((32, 32, 3), (32, 32, 3))
        for direction in model.directions:
            translated = model.translate(golden["resnet/inputs"], direction)  # 16x24
            np.testing.assert_allclose(translated, golden["resnet/outputs"], atol=1e-4)

    def test_discriminators_change_their_letters(self):
        """The official D_A judges images of B."""
        golden = np.load(GOLDEN / "image_to_image.npz")
        model = CycleGAN.from_pytorch(
            *[GOLDEN / "image_to_image_resnet.pth"] * 2,
            discriminator_paths=(
                GOLDEN / "image_to_image_patch_instance.pth",
                GOLDEN / "image_to_image_pixel_instance.pth",
            ),
            image_size=32,
            buffer_size=0,
        )
        for network, name in [
            (model.discriminator_b, "patch_instance"),
            (model.discriminator_a, "pixel_instance"),
        ]:
            logits = network(golden[f"{name}/inputs"])
            np.testing.assert_allclose(logits, golden[f"{name}/outputs"], atol=1e-4)

    def test_files_that_do_not_fit_each_other_are_refused(self):
        with pytest.raises(ValueError, match="`generator_ba` must map .*32, 32, 3.*Received"):
            CycleGAN.from_pytorch(
                GOLDEN / "image_to_image_resnet.pth",
                GOLDEN / "image_to_image_resnet_batch.pth",  # from 3 channels to 1
                image_size=32,
            )


class TestAugment:
    def test_both_discriminators_see_changed_images_and_generators_do_not(self):
        (a, b), plain = pair(), compile_sgd(build_pixelwise())
        fake_a, fake_b = (
            apply_pixelwise(network, real)
            for network, real in ((plain.generator_ba, b), (plain.generator_ab, a))
        )
        model = compile_sgd(build_pixelwise(augment=Negative()))
        logs = model.train_on_batch(a, b, return_dict=True)
        cycle = plain.train_on_batch(a, b, return_dict=True)["cycle_a_loss"]
        assert logs["cycle_a_loss"] == pytest.approx(cycle)
        for domain, name, real, fake in [("a", "ba", a, fake_a), ("b", "ab", b, fake_b)]:
            judge = getattr(plain, f"discriminator_{domain}")
            fooled = square(apply_pixelwise(judge, -fake), 1)
            assert logs[f"generator_{name}_loss"] == pytest.approx(fooled, rel=1e-4)
            told = (
                square(apply_pixelwise(judge, -real), 1) + square(apply_pixelwise(judge, -fake), 0)
            ) / 2
            assert logs[f"discriminator_{domain}_loss"] == pytest.approx(told, rel=1e-4)

    @pytest.mark.parametrize(
        "biases, probability",
        [((0.6, 0.6), 0.5), ((0.4, 0.4), 0.0), ((0.6, 0.4), 0.0), ((0.4, 0.6), 0.0)],
    )
    def test_probability_follows_both(self, biases, probability):
        """Between the targets, at 0.5, nothing is decided; one judge alone does not raise it."""
        augment = AdaptiveAugment(interval=1, images=8)
        model = compile_sgd(build_cyclegan(augment=augment))
        for name, bias in zip(NAMES[2:], biases, strict=True):
            judge = getattr(model, name).layers[-1]
            judge.kernel.assign(np.zeros(judge.kernel.shape))
            judge.bias.assign([bias])
        model.train_on_batch(*pair(4))
        assert float(augment.probability()) == probability


class TestConstructor:
    def test_default_networks_are_the_papers(self):
        model = CycleGAN(image_shape=(256, 256, 3), buffer_size=0)
        counts = {name: getattr(model, name).count_params() for name in NAMES}
        assert set(counts.values()) == {11_378_179, 2_764_737}
        assert sum(counts.values()) == 28_285_832
        small = CycleGAN.default_generator((128, 128, 3), (128, 128, 3))
        assert small.count_params() == 7_837_699

    def test_defaults_are_the_papers(self):
        networks = {name: getattr(build_cyclegan(), name) for name in NAMES}
        config = CycleGAN(image_shape=SHAPE, **networks).get_config()
        numbers = {"cycle_weight": 10.0, "identity_weight": 0.5, "buffer_size": 50}
        assert {name: config[name] for name in numbers} == numbers
        model = build_cyclegan()
        model.compile()
        wanted = {"learning_rate": 2e-4, "beta_1": 0.5, "beta_2": 0.999, "epsilon": 1e-8}
        for optimizer in model.optimizers.values():
            config = optimizer.get_config()
            assert {key: config[key] for key in wanted} == pytest.approx(wanted)

    def test_domains_of_different_channels(self):
        networks = {
            "generator_ab": build_translator(1, 3),
            "generator_ba": build_translator(3, 1),
            "discriminator_a": build_judge((8, 8, 1)),
            "discriminator_b": build_judge(SHAPE),
        }
        shapes = {"image_shape": None, "a_shape": (8, 8, 1), "b_shape": SHAPE}
        with pytest.raises(ValueError, match="`identity_weight` must be 0.*a_shape=.8, 8, 1."):
            build_cyclegan(**shapes, **networks)
        model = compile_sgd(build_cyclegan(**shapes, **networks, identity_weight=0))
        model.train_on_batch(images(2, (8, 8, 1)), images(2))
        translated, back = model.cycle(images(2), "b_to_a")
        assert translated.shape == (2, 8, 8, 1) and back.shape == (2, *SHAPE)

    @pytest.mark.parametrize(
        "arguments, message",
        [
            ({"image_shape": None}, "Either `image_shape` or both `a_shape` and `b_shape`"),
            ({"a_shape": SHAPE}, "Either `image_shape` or both `a_shape` and `b_shape`"),
            ({"cycle_weight": -1.0}, "`cycle_weight` must be a number of at least 0"),
            ({"cycle_weight": (1.0, 2.0, 3.0)}, "or a tuple of two such"),
            ({"identity_weight": -0.5}, "`identity_weight` must not be negative"),
            ({"buffer_size": -1}, "`buffer_size` must be an integer of at least 0"),
            (
                {"generator_ab": build_translator(3, 1)},
                "`generator_ab` must map (batch_size, 8, 8, 3) to (batch_size, 8, 8, 3)",
            ),
            (
                {"discriminator_a": build_judge((16, 16, 3))},
                "`discriminator_a` must accept inputs of shape (batch_size, 8, 8, 3)",
            ),
            (
                {"image_shape": (34, 34, 3), "generator_ab": None},
                "`image_shape` must have sides that are multiples of 4",
            ),
        ],
    )
    def test_refusals(self, arguments, message):
        with pytest.raises(ValueError) as error:
            build_cyclegan(**arguments)
        assert message in str(error.value)

    def test_one_domain_alone_is_refused(self):
        model = compile_sgd(build_cyclegan())
        with pytest.raises(ValueError, match="CycleGAN trains on images of two domains.*one batch"):
            model.fit(images(4), verbose=0)

    def test_batches_of_the_library(self):
        data = kg.data.load_unpaired(images(4), images(6), image_size=8, batch_size=2)
        model = compile_sgd(build_cyclegan(), {"generators": 0.1})
        model.fit(data, verbose=0)
        assert int(model.step) == 3
