import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import keras_gans as kg
from keras_gans.layers import AdaptiveAugment, DiffAugment
from keras_gans.models.pix2pix import Pix2Pix
from keras_gans.utils.pixels import to_uint8
from tests.models.games import assert_all_equal, compile_sgd, values_of
from tests.models.translations import (
    SHAPE,
    Negative,
    apply_pixelwise,
    assert_same_state,
    build_judge,
    build_pix2pix,
    build_strided_translator,
    build_translator,
    check_gradients,
    images,
    pair,
    pixelwise,
    state_of,
)

GOLDEN = pathlib.Path(__file__).parent.parent / "golden"


def softplus(values):
    return np.log1p(np.exp(-np.abs(values))) + np.maximum(values, 0)


def build_pixelwise(conditional=True, **kwargs):
    """Linear networks, and the terms that they have in NumPy."""
    return build_pix2pix(
        generator=pixelwise(3, 3, seed=1),
        discriminator=judge_pixelwise(conditional),
        conditional=conditional,
        **kwargs,
    )


def judge_pixelwise(conditional):
    if not conditional:
        return pixelwise(3, 1, seed=2)
    both = [keras.Input(SHAPE), keras.Input(SHAPE)]
    logits = layers.Conv2D(1, 1)(layers.Concatenate()(both))
    network = keras.Model(both, logits)
    rng = np.random.default_rng(2)
    network.set_weights([rng.normal(size=weight.shape) for weight in network.get_weights()])
    return network


class TestTerms:
    inputs, targets = pair(4)

    def by_hand(self, model):
        """Means of the logits' losses and of the error, as the paper writes them."""
        fakes = apply_pixelwise(model.generator, self.inputs)
        kernel, bias = model.discriminator.get_weights()

        def judge(outputs):
            seen = np.concatenate([self.inputs, outputs], -1) if model.conditional else outputs
            return seen @ kernel[0, 0] + bias

        return judge(self.targets), judge(fakes), np.abs(self.targets - fakes).mean()

    @pytest.mark.parametrize("conditional", [True, False])
    @pytest.mark.parametrize("least_squares", [False, True])
    @pytest.mark.parametrize("run", ["train_on_batch", "test_on_batch"])
    def test_by_hand(self, conditional, least_squares, run):
        model = compile_sgd(
            build_pixelwise(
                conditional,
                least_squares=least_squares,
                reconstruction_weight=7.0,
                adversarial_weight=0.5,
            )
        )
        real, fake, error = self.by_hand(model)
        logs = getattr(model, run)(self.inputs, self.targets, return_dict=True)
        if least_squares:
            losses = 0.5 * (((real - 1) ** 2).mean() + (fake**2).mean()), ((fake - 1) ** 2).mean()
        else:
            losses = 0.5 * (softplus(-real).mean() + softplus(fake).mean()), softplus(-fake).mean()
        expected = {
            "discriminator_loss": losses[0],
            "generator_loss": 0.5 * losses[1],
            "reconstruction_loss": 7.0 * error,
        }
        assert logs == pytest.approx(expected, rel=1e-4)

    def test_papers_weights(self):
        model = compile_sgd(build_pixelwise())
        _, fake, error = self.by_hand(model)
        logs = model.train_on_batch(self.inputs, self.targets, return_dict=True)
        assert logs["reconstruction_loss"] == pytest.approx(100 * error, rel=1e-4)
        assert logs["generator_loss"] == pytest.approx(softplus(-fake).mean(), rel=1e-4)


class TestStep:
    inputs, targets = pair(4)

    @pytest.mark.parametrize("player", ["generator", "discriminator"])
    def test_changes_only_the_variables_of_its_player(self, player):
        model = compile_sgd(build_pix2pix(), {player: 0.1})
        before = {p: values_of(model.variables_of(p)) for p in model.players}
        model.train_on_batch(self.inputs, self.targets)
        (other,) = set(model.players) - {player}
        assert_all_equal(before[other], values_of(model.variables_of(other)))
        assert not np.array_equal(before[player][0], model.variables_of(player)[0])

    def test_the_generator_steps_through_the_discriminator_after_its_step(self):
        def end(rates, discriminator=None):
            keras.utils.set_random_seed(0)
            model = build_pix2pix(dropout=0)
            if discriminator is not None:
                model.discriminator.set_weights(discriminator)
            compile_sgd(model, rates).train_on_batch(self.inputs, self.targets)
            return model

        both = end({"generator": 0.1, "discriminator": 0.5})
        expected = values_of(both.variables_of("generator"))
        through_stepped = end({"generator": 0.1}, both.discriminator.get_weights())
        for value, weight in zip(expected, through_stepped.variables_of("generator"), strict=True):
            np.testing.assert_allclose(weight, value, rtol=1e-5, atol=1e-6)
        through_old = end({"generator": 0.1})
        assert not np.allclose(expected[0], through_old.variables_of("generator")[0], atol=1e-6)

    def test_is_the_gradient_of_its_terms(self):
        check_gradients(
            build_pix2pix(dropout=0, reconstruction_weight=1.0), (self.inputs, self.targets)
        )

    def test_batch_norm_of_the_discriminator_sees_targets_and_translations_apart(self):
        pairs = [keras.Input(SHAPE), keras.Input(SHAPE)]
        x = keras.layers.Conv2D(4, 3, strides=2)(keras.layers.Concatenate()(pairs))
        x = keras.layers.Activation("tanh")(keras.layers.BatchNormalization()(x))
        judge = keras.Model(pairs, keras.layers.Conv2D(1, 2)(x))
        model = compile_sgd(build_pix2pix(discriminator=judge, dropout=0))
        inputs, targets = images(4), images(4, seed=1)
        fakes = np.array(model.generator(inputs, training=True))
        real_logits, fake_logits = (
            np.array(judge([inputs, judged], training=True)) for judged in (targets, fakes)
        )
        both = np.concatenate([targets, fakes])
        mixed = np.array(judge([np.concatenate([inputs] * 2), both], training=True))
        assert np.abs(mixed[:4] - real_logits).max() > 1e-2
        expected = (softplus(-real_logits).mean() + softplus(fake_logits).mean()) / 2
        logs = model.train_on_batch(inputs, targets, return_dict=True)
        assert logs["discriminator_loss"] == pytest.approx(expected, rel=1e-5)

    def test_translates_once(self):
        model = compile_sgd(build_pix2pix())
        calls, call = [], model.generator.call
        model.generator.call = lambda *args, **kwargs: calls.append(kwargs) or call(*args, **kwargs)
        model.train_on_batch(self.inputs, self.targets)
        assert len(calls) == 1 and calls[0]["training"]

    def test_absolute_error_alone(self):
        model = build_pix2pix(adversarial_weight=0)
        compile_sgd(model, {"generator": 0.1, "discriminator": 0.1})
        before = model.discriminator.get_weights()
        logs = model.train_on_batch(self.inputs, self.targets, return_dict=True)
        assert set(logs) == {"reconstruction_loss"}
        assert set(model.test_on_batch(self.inputs, self.targets, return_dict=True)) == set(logs)
        assert_all_equal(before, model.discriminator.get_weights())

    def test_conditional_gan_alone(self):
        model = compile_sgd(build_pix2pix(reconstruction_weight=0), {"generator": 0.1})
        before = values_of(model.variables_of("generator"))
        logs = model.train_on_batch(self.inputs, self.targets, return_dict=True)
        assert set(logs) == {"discriminator_loss", "generator_loss"}
        assert not np.array_equal(before[0], model.variables_of("generator")[0])

    def test_steps_in_float16_are_finite(self):
        keras.config.set_dtype_policy("mixed_float16")
        model = build_pix2pix(ema_decay=0.5)
        model.compile(run_eagerly=True)
        before = {player: values_of(model.variables_of(player)) for player in model.players}
        for _ in range(5):  # lambda is 100, so that the loss scale has to be halved first
            logs = model.train_on_batch(self.inputs, self.targets, return_dict=True)
            assert np.isfinite(list(logs.values())).all()
        for player, values in before.items():
            assert isinstance(model.optimizers[player], keras.optimizers.LossScaleOptimizer)
            after = values_of(model.variables_of(player))
            assert all(np.isfinite(value).all() for value in after)
            assert not np.array_equal(values[0], after[0])  # not all were skipped
        translated = model.translate(self.inputs)
        assert translated.dtype == np.float32 and np.isfinite(translated).all()


class TestSaving:
    def test_trains_on_after_loading_as_if_never_saved(self, tmp_path):
        model = build_pix2pix(ema_decay=0.5)
        model.compile(run_eagerly=True)
        model.train_on_batch(*pair())
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        assert type(loaded) is Pix2Pix
        for one in (model, loaded):
            one.train_on_batch(*pair(seed=1))
        assert_same_state(state_of(model), state_of(loaded))
        np.testing.assert_array_equal(model.translate(images(2)), loaded.translate(images(2)))

    def test_config_keeps_every_argument(self):
        arguments = {
            "reconstruction_weight": 10.0,
            "adversarial_weight": 2.0,
            "conditional": False,
            "least_squares": True,
            "translate_in_training_mode": False,
            "seed": 7,
            "ema_decay": 0.25,
            "name": "mine",
        }
        model = build_pix2pix(**arguments)
        config = model.get_config()
        assert {name: config[name] for name in arguments} == arguments
        assert (config["input_shape"], config["target_shape"]) == (SHAPE, SHAPE)
        assert Pix2Pix.from_config(model.get_config()).get_config() == config

    def test_weights_of_another_network_are_refused(self, tmp_path):
        model = build_pix2pix()
        model.compile()
        model.save_weights(tmp_path / "model.weights.h5")
        other = build_pix2pix(norm=None)
        other.compile()
        with pytest.raises(ValueError):
            other.load_weights(tmp_path / "model.weights.h5")


class TestTranslate:
    examples = images(3)

    def test_dropout_stays_and_is_a_function_of_the_seed(self):
        model = build_pix2pix(dropout=0.5)
        first = model.translate(self.examples)
        assert first.shape == (3, *SHAPE) and first.dtype == np.float32
        np.testing.assert_array_equal(first, model.translate(self.examples, "input_to_target"))
        np.testing.assert_array_equal(first, model.translate(self.examples, seed=0))
        assert np.abs(first - model.translate(self.examples, seed=1)).max() > 0.01
        # The noise that training would draw next is another.
        assert not np.allclose(first[:1], model.generator(self.examples[:1], training=True))

    def test_other_images_do_not_matter(self):
        model = build_pix2pix(dropout=0.5)
        together = model.translate(self.examples)
        np.testing.assert_array_equal(together[1:2], model.translate(self.examples[1:2]))
        np.testing.assert_array_equal(together, model.translate(self.examples, batch_size=1))
        np.testing.assert_array_equal(together[::-1], model.translate(self.examples[::-1]))
        np.testing.assert_array_equal(together, model.predict(self.examples, verbose=0))

    def test_a_seed_for_each_image(self):
        model = build_pix2pix(dropout=0.5)
        several = model.translate(self.examples, seed=[4, 0, 4])
        np.testing.assert_array_equal(several[1], model.translate(self.examples)[1])
        np.testing.assert_array_equal(several[2], model.translate(self.examples, seed=4)[2])

    def test_normalises_by_the_image_itself(self):
        model = build_pix2pix(dropout=0)
        alone = [model.generator(image[None], training=True)[0] for image in self.examples]
        for layer in model.generator.layers:
            if isinstance(layer, layers.BatchNormalization):
                layer.moving_mean.assign(layer.moving_mean + 100.0)
        np.testing.assert_allclose(model.translate(self.examples), alone, atol=1e-5)

    def test_changes_nothing(self):
        model = build_pix2pix(ema_decay=0.5)
        model.compile(run_eagerly=True)
        before = state_of(model)
        model.translate(self.examples)
        model.predict(self.examples, verbose=0)
        assert_same_state(before, state_of(model))

    def test_as_keras_usually_does_on_request(self):
        model = build_pix2pix(dropout=0.5, translate_in_training_mode=False)
        expected = model.generator(self.examples, training=False)
        np.testing.assert_allclose(model.translate(self.examples), expected, atol=1e-6)
        np.testing.assert_array_equal(
            model.translate(self.examples), model.translate(self.examples, seed=5)
        )

    def test_an_average_normalises_by_the_image_too(self):
        model = build_pix2pix(dropout=0, ema_decay=0.5)
        rng = np.random.default_rng(0)
        weights = [rng.normal(size=w.shape) for w in model.average_generator.get_weights()]
        model.average_generator.set_weights(weights)
        copy = build_translator(3, 3, layers.BatchNormalization)
        copy.set_weights(weights)
        expected = [copy(image[None], training=True)[0] for image in self.examples]
        np.testing.assert_allclose(model.translate(self.examples), expected, atol=1e-5)
        assert not any(layer.trainable for layer in model.average_generator.layers)

    def test_evaluation_translates_alike(self):
        inputs, targets = pair(3)
        model = build_pix2pix(dropout=0, ema_decay=0.5)
        model.compile(run_eagerly=True)
        model.train_on_batch(inputs, targets)
        before = state_of(model)
        first, again = [
            model.evaluate(inputs, targets, batch_size=2, verbose=0, return_dict=True)
            for _ in range(2)
        ]
        assert first == again
        assert_same_state(before, state_of(model), but="metric")
        error = np.abs(model.translate(inputs) - targets).mean(axis=(1, 2, 3))
        expected = 100 * error.mean()  # over examples, also where a batch is smaller
        assert first["reconstruction_loss"] == pytest.approx(expected, rel=1e-4)

    def test_other_sizes(self):
        model = build_pix2pix(generator=build_strided_translator(), dropout=0)
        larger = images(2, (12, 20, 3))
        expected = [model.generator(image[None], training=True)[0] for image in larger]
        np.testing.assert_allclose(model.translate(larger), expected, atol=1e-5)
        with pytest.raises(ValueError, match=r"`images`.*multiples of 2 and at least 2.*height 13"):
            model.translate(images(1, (13, 20, 3)))

    def test_a_generator_of_one_size(self):
        model = build_pix2pix(generator=build_translator(sides=SHAPE[:2]), dropout=0)
        with pytest.raises(ValueError, match=r"`images` must have sides that are 8 and 8, for.*16"):
            model.translate(images(1, (16, 8, 3)))
        tiled = model.translate(images(1, (16, 8, 3)), tile=8, overlap=0)
        top = model.translate(images(1, (16, 8, 3))[:, :8])
        np.testing.assert_allclose(tiled[:, :8], top, atol=1e-6)

    def test_a_tile_larger_than_the_image_is_the_image(self):
        model = build_pix2pix(generator=build_strided_translator(), dropout=0)
        image = images(1, (8, 12, 3))
        expected = model.translate(image)
        for tile in (12, 13, 100):
            np.testing.assert_array_equal(model.translate(image, tile=tile), expected)

    def test_tiles_take_images_that_do_not_fit_the_generator(self):
        model = build_pix2pix(generator=build_strided_translator(), dropout=0)
        image = images(1, (13, 31, 3))
        continued = np.pad(image, ((0, 0), (0, 1), (0, 1), (0, 0)), mode="reflect")
        expected = model.translate(continued, tile=8)[:, :13, :31]
        np.testing.assert_allclose(model.translate(image, tile=np.int64(8)), expected, atol=1e-6)

    @pytest.mark.parametrize("build", [build_translator, build_strided_translator])
    def test_tiles_of_a_local_network_do_not_show(self, build):
        model = build_pix2pix(generator=build(), dropout=0, translate_in_training_mode=False)
        large = images(2, (44, 30, 3))
        tiled = model.translate(large, tile=20, overlap=12)
        np.testing.assert_allclose(tiled, model.translate(large), atol=1e-5)
        assert np.abs(model.translate(large, tile=20, overlap=0) - tiled).max() > 1e-3

    def test_refusals(self):
        model = build_pix2pix(generator=build_strided_translator(), dropout=0)
        for wrong, message in [
            (self.examples[0], "`images` must have the shape (num, height, width, 3)"),
            (self.examples[:0], "with num >= 1. Received: images with shape (0, 8, 8, 3)"),
            (self.examples[..., :1], "Received: images with shape (3, 8, 8, 1)"),
            (np.zeros((1, *SHAPE), "uint8"), "`images` must be floating, images in [-1, 1]"),
            (np.full((1, *SHAPE), 255.0, "float32"), "by x / 127.5 - 1. Received: images from 255"),
        ]:
            with pytest.raises(ValueError) as error:
                model.translate(wrong)
            assert message in str(error.value)
        for arguments, message in [
            ({"direction": "a_to_b"}, "`direction` must be one of ('input_to_target',). Received"),
            ({"seed": -1}, "`seed` must be an integer of at least 0"),
            ({"seed": [1, 2]}, "one for each image. Received: seed=[1, 2]"),
            ({"seed": 0.5}, "Received: seed=0.5"),
            ({"batch_size": 0}, "`batch_size` must be an integer of at least 1"),
            ({"tile": 4, "overlap": 4}, "`tile` must be an integer greater than `overlap`"),
            ({"tile": "a"}, "Received: tile='a', overlap=None"),
            ({"tile": 4, "overlap": 2.5}, "`overlap`, an integer of at least 0. Received: tile=4"),
            ({"tile": 3}, "`tile` must have sides that are multiples of 2"),
        ]:
            with pytest.raises(ValueError) as error:
                model.translate(self.examples, **arguments)
            assert message in str(error.value)


class TestExport:
    @pytest.fixture(scope="class")
    def exported(self, tmp_path_factory):
        keras.utils.set_random_seed(0)
        generator = build_strided_translator(norm=layers.BatchNormalization)
        model = build_pix2pix(generator=generator, ema_decay=0.5)
        path = tmp_path_factory.mktemp("pix2pix") / "export"
        model.export(path)
        return model, tf.saved_model.load(str(path))

    def test_images_are_those_of_the_model(self, exported):
        model, loaded = exported
        signatures = set(loaded.signatures)
        assert signatures == {"serving_default", "input_to_target", "input_to_target_png"}
        for examples in (images(3), images(1, (10, 6, 3))):
            expected = model.translate(examples)
            for name in ("serving_default", "input_to_target"):
                for _ in range(2):  # a call leaves no trace
                    result = loaded.signatures[name](images=tf.constant(examples))["images"]
                    np.testing.assert_allclose(result, expected, atol=1e-5)

    def test_dropout_is_that_of_seed_0(self, tmp_path):
        model = build_pix2pix(dropout=0.5)
        model.export(tmp_path / "export")
        serve = tf.saved_model.load(str(tmp_path / "export")).signatures["serving_default"]
        for _ in range(2):
            result = serve(images=tf.constant(images(2)))["images"]
            np.testing.assert_allclose(result, model.translate(images(2)), atol=1e-5)

    def test_files_of_any_size(self, exported):
        model, loaded = exported
        pictures = [np.array(to_uint8(images(1, (*sides, 3))[0])) for sides in ((8, 8), (5, 7))]
        jpeg = tf.io.encode_jpeg(pictures[1])
        pictures[1] = tf.io.decode_jpeg(jpeg).numpy()
        files = tf.stack([tf.io.encode_png(pictures[0]), jpeg])
        results = loaded.signatures["input_to_target_png"](image_bytes=files)["png_bytes"]
        for picture, result in zip(pictures, results, strict=True):
            padded = np.pad(
                picture, [(0, side % 2) for side in picture.shape[:2]] + [(0, 0)], mode="reflect"
            )
            expected = to_uint8(model.translate(padded[None].astype("float32") / 127.5 - 1))[0]
            decoded = tf.io.decode_png(result)
            assert decoded.shape == picture.shape
            height, width, _ = picture.shape
            np.testing.assert_allclose(decoded, expected[:height, :width], atol=1)

    def test_gray_files(self, tmp_path):
        generator = build_translator(1, 3, sides=(8, 8))
        judge = build_judge((8, 8, 1), SHAPE)
        model = Pix2Pix(
            input_shape=(8, 8, 1), target_shape=SHAPE, generator=generator, discriminator=judge
        )
        model.export(tmp_path / "export")
        serve = tf.saved_model.load(str(tmp_path / "export")).signatures["input_to_target_png"]
        picture = np.array(to_uint8(images(1, (8, 8, 1))[0]))
        jpeg = tf.io.encode_jpeg(picture)
        for file, pixels in ((tf.io.encode_png(picture), picture), (jpeg, tf.io.decode_jpeg(jpeg))):
            result = tf.io.decode_png(serve(image_bytes=file[None])["png_bytes"][0])
            translated = model.translate(np.float32(pixels)[None] / 127.5 - 1)
            np.testing.assert_allclose(result, to_uint8(translated)[0], atol=1)

    def test_describes_itself(self, exported):
        model, _ = exported
        assert model.describe()["directions"] == {
            "input_to_target": {"side_multiple": 2, "smallest_side": 2}
        }

    def test_formats_of_inference_mode_are_refused(self, tmp_path):
        with pytest.raises(ValueError, match="`format` must be 'tf_saved_model'.*'onnx'"):
            build_pix2pix().export(tmp_path / "model.onnx", format="onnx")


class TestFromPytorch:
    def test_translates_as_pytorch_does(self):
        golden = np.load(GOLDEN / "image_to_image.npz")
        model = kg.Pix2Pix.from_pytorch(GOLDEN / "image_to_image_unet.pth")
        assert (model.input_shape, model.target_shape) == ((32, 32, 3), (32, 32, 2))
        translated = model.translate(golden["unet/inputs"])  # 32x64
        np.testing.assert_allclose(translated, golden["unet/training"], atol=1e-4)
        model = kg.Pix2Pix.from_pytorch(
            GOLDEN / "image_to_image_unet.pth", translate_in_training_mode=False
        )
        translated = model.translate(golden["unet/inputs"])
        np.testing.assert_allclose(translated, golden["unet/outputs"], atol=1e-4)

    def test_with_a_discriminator(self):
        model = kg.Pix2Pix.from_pytorch(
            GOLDEN / "image_to_image_resnet.pth",
            GOLDEN / "image_to_image_patch.pth",
            image_size=48,
        )
        golden = np.load(GOLDEN / "image_to_image.npz")
        inputs, outputs = np.split(golden["patch/inputs"], 2, axis=-1)
        logits = model.judge(inputs, outputs, training=False)
        np.testing.assert_allclose(logits, golden["patch/outputs"], atol=1e-4)

    def test_files_of_other_networks_are_refused(self):
        with pytest.raises(ValueError, match="`path` must hold a generator"):
            kg.Pix2Pix.from_pytorch(GOLDEN / "image_to_image_patch.pth")
        with pytest.raises(ValueError, match="`path` must hold the weights of a network like"):
            kg.Pix2Pix.from_pytorch(
                GOLDEN / "image_to_image_resnet.pth",
                GOLDEN / "image_to_image_patch_instance.pth",  # without a condition
                image_size=48,
            )


class TestAugment:
    @pytest.mark.parametrize("conditional", [True, False])
    def test_the_discriminator_alone_sees_changed_images(self, conditional):
        inputs, targets = pair()
        plain = compile_sgd(build_pixelwise(conditional))
        negatives = plain.train_on_batch(-inputs, -targets, return_dict=True)
        # The generator's bias as it is for images: negatives of its outputs are judged, too.
        model = compile_sgd(build_pixelwise(conditional, augment=Negative()))
        fakes = apply_pixelwise(model.generator, inputs)
        kernel, bias = plain.discriminator.get_weights()
        seen = np.concatenate([-inputs, -fakes], -1) if conditional else -fakes
        logs = model.train_on_batch(inputs, targets, return_dict=True)
        loss = softplus(-(seen @ kernel[0, 0] + bias)).mean()
        assert logs["generator_loss"] == pytest.approx(loss, rel=1e-4)
        error = np.abs(targets - fakes).mean()
        assert logs["reconstruction_loss"] == pytest.approx(100 * error, rel=1e-4)
        assert negatives["generator_loss"] != pytest.approx(loss, rel=1e-3)

    def test_probability_follows_the_logits(self):
        augment = AdaptiveAugment(interval=1, images=8)
        model = compile_sgd(build_pix2pix(dropout=0, augment=augment))
        judge = model.discriminator.layers[-1]
        judge.bias.assign([50.0])  # sure of everything being real
        logs = model.train_on_batch(*pair(4), return_dict=True)
        assert logs["augmentation_probability"] == 0.0
        assert float(augment.probability()) == 0.5

    def test_nothing_to_augment_is_refused(self):
        with pytest.raises(ValueError, match="`augment` must be None where `adversarial_weight`"):
            build_pix2pix(adversarial_weight=0, augment=DiffAugment())


class TestConstructor:
    def test_default_networks_are_the_papers(self):
        model = Pix2Pix(image_shape=(256, 256, 3))
        assert (
            model.generator.count_params()
            - 2
            * sum(
                layer.moving_mean.shape[0]
                for layer in model.generator.layers
                if isinstance(layer, layers.BatchNormalization)
            )
            == 54_413_955
        )
        trainable = sum(np.prod(w.shape) for w in model.discriminator.trainable_weights)
        assert trainable == 2_768_705
        assert model.discriminator.output_shape == (None, 30, 30, 1)

    def test_default_optimizers_are_the_papers(self):
        model = build_pix2pix()
        model.compile()
        wanted = {"learning_rate": 2e-4, "beta_1": 0.5, "beta_2": 0.999, "epsilon": 1e-8}
        for optimizer in model.optimizers.values():
            config = optimizer.get_config()
            assert {key: config[key] for key in wanted} == pytest.approx(wanted)

    @pytest.mark.parametrize(
        "arguments, message",
        [
            ({}, "Either `image_shape` or both `input_shape` and `target_shape` must be given"),
            ({"image_shape": SHAPE, "input_shape": SHAPE}, "Either `image_shape` or both"),
            ({"input_shape": SHAPE}, "Either `image_shape` or both"),
            ({"image_shape": (8, 8)}, "`image_shape` must be (height, width, channels)"),
            ({"image_shape": (8, 0, 3)}, "`image_shape` must be a tuple of positive integers"),
            (
                {"input_shape": SHAPE, "target_shape": (16, 8, 3)},
                "`input_shape` and `target_shape` must have the same height and width",
            ),
            (
                {"image_shape": (40, 40, 3)},
                "must have sides that are multiples of 32",
            ),
            (
                {"image_shape": SHAPE, "generator": build_translator(to_channels=1)},
                "`generator` must map (batch_size, 8, 8, 3) to (batch_size, 8, 8, 3)",
            ),
            (
                {"image_shape": SHAPE, "discriminator": build_judge(SHAPE)},
                "`discriminator` must accept inputs of shape [(batch_size, 8, 8, 3), (batch_size",
            ),
            ({"image_shape": SHAPE, "reconstruction_weight": -1}, "must not be negative"),
            (
                {"image_shape": SHAPE, "reconstruction_weight": 0, "adversarial_weight": 0},
                "`reconstruction_weight` and `adversarial_weight` must not both be 0",
            ),
        ],
    )
    def test_refusals(self, arguments, message):
        if SHAPE in arguments.values():
            networks = {"generator": build_translator(), "discriminator": build_judge(SHAPE, SHAPE)}
            arguments = networks | arguments
        with pytest.raises(ValueError) as error:
            Pix2Pix(**arguments)
        assert message in str(error.value)


class TestData:
    def refusal(self, *data, **kwargs):
        model = compile_sgd(build_pix2pix())
        with pytest.raises(ValueError) as error:
            model.fit(*data, verbose=0, **kwargs)
        return str(error.value)

    def test_images_alone_are_refused(self):
        assert "Pix2Pix trains on pairs of an input and its target" in self.refusal(images(4))

    def test_domains_of_different_sizes_are_no_pairs(self):
        message = self.refusal(images(4), images(5))
        assert "Pix2Pix trains on pairs" in message
        assert message.endswith("Received: x with 4 images, y with 5")

    def test_targets_in_bytes_are_refused(self):
        message = self.refusal(images(4), 255 * images(4))
        assert "`y` must hold images in [-1, 1]" in message
        held_out = (images(4), 255 * images(4))
        assert "`validation_data[1]` must hold images" in self.refusal(
            images(4), images(4), validation_data=held_out
        )

    def test_labels_are_no_targets(self):
        message = self.refusal(images(4), np.zeros(4, "float32"))
        assert "`y` must have the shape (batch_size, 8, 8, 3)" in message

    def test_images_of_another_size_are_refused(self):
        message = self.refusal(images(4, (16, 16, 3)), images(4, (16, 16, 3)))
        assert "`x` must have the shape (batch_size, 8, 8, 3)" in message

    def test_gray_to_colour(self):
        model = build_pix2pix(
            image_shape=None,
            input_shape=(8, 8, 1),
            target_shape=SHAPE,
            generator=build_translator(1, 3),
            discriminator=build_judge((8, 8, 1), SHAPE),
        )
        compile_sgd(model).train_on_batch(images(2, (8, 8, 1)), images(2))
        assert model.translate(images(2, (8, 8, 1))).shape == (2, *SHAPE)
