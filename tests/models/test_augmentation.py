"""Augmentations before the networks that judge images, in every game."""

import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

import keras_gans as kg
from keras_gans.layers import AdaptiveAugment, DiffAugment, SpectralNormalization
from keras_gans.models.augmentation import with_augmentation
from tests.models.augmented_replica_script import play
from tests.models.games import (
    GAMES,
    assert_all_equal,
    build_game,
    build_network,
    compile_sgd,
    data_for,
    values_of,
)

SHAPE = (8, 8, 1)
IMAGE_GAMES = [game for game in GAMES if game is not kg.BEGAN]
LOGIT_GAMES = [game for game in IMAGE_GAMES if not issubclass(game, kg.CriticModel)]
# In a step: real images and fakes for each step of a judge, and fakes for the generator's. The
# first GAN and BiGAN step both players from one pass; WGAN-GP looks at points in between as well.
JUDGED = {
    kg.GAN: 2,
    kg.BiGAN: 2,
    kg.WGAN: 2 * 2 + 1,
    kg.HingeGAN: 2 * 2 + 1,
    kg.WGANGP: 2 * 3 + 1,
    kg.D2GAN: 2 * 3,
}

image_games = pytest.mark.parametrize("game", IMAGE_GAMES, ids=lambda game: game.__name__)
logit_games = pytest.mark.parametrize("game", LOGIT_GAMES, ids=lambda game: game.__name__)


@keras.saving.register_keras_serializable(package="tests")
class Doubled(layers.Layer):
    """Doubles images in training, and counts."""

    def call(self, images, training=False):
        if not training:
            return images
        self.count = getattr(self, "count", 0) + 1
        return 2.0 * images


def adaptive(**kwargs):
    """Moves fast, and has a small pipe."""
    arguments = {"images": 100, "interval": 1, "probability": 0.5, "pipe": ("blits",)}
    return AdaptiveAugment(**{**arguments, **kwargs})


def augmentation_for(game):
    return adaptive() if game in LOGIT_GAMES else DiffAugment()


def build(game, augment=None, **kwargs):
    return build_game(game, data_shape=SHAPE, augment=augment, **kwargs)


def judging(logit):
    """A discriminator that gives every image the same logit, and does not learn."""
    network = keras.Sequential([keras.Input(SHAPE), layers.Flatten(), layers.Dense(1)])
    network.set_weights([np.zeros((64, 1)), np.array([logit])])
    return network


def images(num=4, size=8, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (num, size, size, 1)).astype("float32")


class TestWithAugmentation:
    def test_is_the_network_but_in_training(self):
        network = build_network([SHAPE], dropout=0)
        wrapped = with_augmentation(network, DiffAugment())
        np.testing.assert_array_equal(wrapped(images()), network(images()))
        assert np.abs(wrapped(images(), training=True) - network(images())).max() > 1e-3
        assert wrapped.name == network.name
        assert [layer for layer in wrapped.layers if layer in network.layers] == network.layers
        assert_all_equal(values_of(wrapped.trainable_variables), network.get_weights())

    def test_calls_the_layer_on_images_alone(self):
        condition = np.ones((4, 3), "float32")
        network = build_network([SHAPE, (3,)])
        wrapped = with_augmentation(network, Doubled(), num_images=1)
        expected = network([2 * images(), condition])
        wrapped.get_layer(index=-1)  # its layers are at hand
        for layer in wrapped.layers:
            if isinstance(layer, layers.Dropout):
                layer.rate = 0.0
        np.testing.assert_allclose(
            wrapped([images(), condition], training=True), expected, atol=1e-6
        )

    def test_images_that_belong_together_change_alike(self):
        """Their difference to each other is that of a moved image to itself."""
        inputs = [keras.Input(SHAPE), keras.Input(SHAPE)]
        network = keras.Model(inputs, layers.Subtract()(inputs))
        pair = [images(), images()]
        together = with_augmentation(network, DiffAugment(), num_images=2)
        np.testing.assert_array_equal(together(pair, training=True), np.zeros((4, *SHAPE)))
        apart = with_augmentation(network, DiffAugment())
        assert np.abs(apart(pair, training=True)).max() > 0.1

    def test_a_network_with_an_input_for_every_resolution(self):
        """A part of it depends on the images of its resolution alone."""
        inputs = [keras.Input((size, size, 1)) for size in (4, 8)]
        head = layers.Dense(1, name="head")
        logits = [head(layers.GlobalAveragePooling2D()(image)) for image in inputs]
        augment = DiffAugment()
        wrapped = with_augmentation(keras.Model(inputs, logits), augment)
        part = keras.Model(wrapped.inputs[1], wrapped.outputs[1])
        plain = keras.Sequential([layers.GlobalAveragePooling2D(), head])
        np.testing.assert_allclose(part(images()), plain(images()), rtol=1e-6)
        part(images(), training=True)
        assert int(augment.calls) == 1
        wrapped([images(size=4), images()], training=True)
        assert int(augment.calls) == 3

    def test_saves_by_itself(self, tmp_path):
        wrapped = with_augmentation(build_network([SHAPE], dropout=0), DiffAugment(seed=3))
        wrapped.save(tmp_path / "network.keras")
        loaded = keras.models.load_model(tmp_path / "network.keras")
        for training in (False, True):
            np.testing.assert_array_equal(
                loaded(images(), training=training), wrapped(images(), training=training)
            )

    @pytest.mark.parametrize("augment", ["color", layers.Layer, 0.5])
    def test_other_things_than_layers_are_refused(self, augment):
        with pytest.raises(ValueError, match="`augment` must be a Keras layer or None"):
            with_augmentation(build_network([SHAPE]), augment)

    def test_other_shapes_are_refused(self):
        with pytest.raises(ValueError, match="keep the shape.*from .None, 8, 8, 1. to .None, 4"):
            with_augmentation(build_network([SHAPE]), layers.AveragePooling2D(2))
        with pytest.raises(ValueError, match="before images.*Received: judge with.*None, 3"):
            with_augmentation(build_network([SHAPE, (3,)]), DiffAugment(), name="judge")

    def test_networks_that_are_no_graph_are_refused(self):
        class Judge(keras.Model):
            def call(self, inputs):
                return ops.mean(inputs, axis=(1, 2, 3))

        with pytest.raises(ValueError, match="`judge` must be a functional.*type Judge"):
            with_augmentation(Judge(), DiffAugment(), name="judge")


@image_games
class TestEveryGame:
    def test_trains_on_after_loading_as_if_never_saved(self, game, tmp_path):
        """A step moves the players, and another one goes on with the counter and `p`."""
        model = build(game, augmentation_for(game), ema_decay=0.5)
        model.compile(run_eagerly=True)
        data, before = data_for(model, 12), values_of(model.trainable_variables)
        model.train_on_batch(*data)
        after = values_of(model.trainable_variables)
        assert any(not np.array_equal(a, b) for a, b in zip(before, after, strict=True))
        model.save(tmp_path / "game.keras")
        loaded = keras.models.load_model(tmp_path / "game.keras")
        assert int(loaded.augment.calls) == JUDGED.get(game, 3)
        logs = model.train_on_batch(*data, return_dict=True)
        assert np.isfinite(list(logs.values())).all()
        assert logs == loaded.train_on_batch(*data, return_dict=True)
        assert_all_equal(
            values_of(model.training_state().values()), values_of(loaded.training_state().values())
        )

    def test_judges_real_images_and_fakes_through_it_in_training_alone(self, game):
        augment = Doubled()
        model = compile_sgd(build(game, augment))
        data = data_for(model, 12)
        model.train_on_batch(*data)
        assert augment.count == JUDGED.get(game, 3)
        augment.count = 0
        evaluated = model.evaluate(*data, batch_size=12, verbose=0, return_dict=True)
        model.sample(3)
        assert augment.count == 0
        plain = compile_sgd(build(game))
        plain.set_weights(model.get_weights())
        plain.trackers[0].count.assign(0)
        for name, value in plain.evaluate(
            *data, batch_size=12, verbose=0, return_dict=True
        ).items():
            np.testing.assert_allclose(evaluated[name], value, rtol=1e-5, err_msg=name)

    def test_config_has_the_layer_and_the_networks_without_it(self, game):
        model = build(game, DiffAugment(policy=("cutout",), seed=5))
        copy = game.from_config(model.get_config())
        assert copy.get_config() == model.get_config()
        assert copy.augment.get_config() == model.augment.get_config()
        plain = build(game)
        assert model.describe()["parameters"] == plain.describe()["parameters"]
        judges = [getattr(copy, name) for name in game.judges]
        for judge in judges:
            (found,) = [layer for layer in judge.layers if isinstance(layer, DiffAugment)]
            assert found is copy.augment  # one for all
        assert plain.get_config()["augment"] is None

    def test_points_are_refused(self, game):
        with pytest.raises(ValueError, match="`augment` must stand before images.*.None, 2."):
            build_game(game, data_shape=(2,), augment=DiffAugment())


class TestGames:
    def test_generator_learns_through_it(self):
        """The gradient of the generator's step is that of doubled images."""
        network = keras.Sequential([keras.Input(SHAPE), layers.Flatten(), layers.Dense(1)])
        steps = []
        for augment, factor in ((Doubled(), 1.0), (None, 2.0)):
            keras.utils.set_random_seed(0)
            weights = np.linspace(-1, 1, 64).reshape(64, 1) * factor
            network.set_weights([weights, np.zeros(1)])
            model = build(kg.DCGAN, augment, batch_norm=False, networks={"discriminator": network})
            compile_sgd(model, {"generator": 0.1})
            model.train_on_batch(*data_for(model))
            steps.append(values_of(model.variables_of("generator")))
        for first, second in zip(*steps, strict=True):
            np.testing.assert_allclose(first, second, rtol=1e-4, atol=1e-6)

    @pytest.mark.parametrize("slope", [0.5, 2.0])
    def test_gradient_penalty_goes_through_it(self, slope):
        """Of `f(x) = slope * x1` on doubled images the slope is twice as large."""
        weights = np.zeros((64, 1))
        weights[0] = slope
        critic = keras.Sequential([keras.Input(SHAPE), layers.Flatten(), layers.Dense(1)])
        critic.set_weights([weights, np.zeros(1)])
        model = compile_sgd(build(kg.WGANGP, Doubled(), networks={"critic": critic}))
        logs = model.train_on_batch(*data_for(model), return_dict=True)
        np.testing.assert_allclose(logs["gradient_penalty"], 10 * (2 * slope - 1) ** 2, rtol=1e-4)

    def test_critics_must_still_have_no_batch_norm(self):
        with pytest.raises(ValueError, match="`critic` must not normalise"):
            critic = build_network([SHAPE], batch_norm=True)
            build(kg.WGANGP, DiffAugment(), networks={"critic": critic})

    def test_spectral_normalization_moves_once_a_step(self, monkeypatch):
        moved, follow = [], SpectralNormalization.follow_kernel
        monkeypatch.setattr(
            SpectralNormalization,
            "follow_kernel",
            lambda layer: moved.append(layer.name) or follow(layer),
        )
        model = compile_sgd(build(kg.HingeGAN, DiffAugment(), discriminator_steps=1))
        model.train_on_batch(*data_for(model, 12))
        assert len(moved) == len(set(moved)) == 2

    def test_attention_is_looked_at_as_before(self):
        discriminator = kg.networks.build_sagan_discriminator((32, 32, 1), 3, width=8)
        model = build_game(
            kg.SAGAN,
            data_shape=(32, 32, 1),
            augment=DiffAugment(),
            networks={"discriminator": discriminator},
        )
        plain = build_game(
            kg.SAGAN, data_shape=(32, 32, 1), networks={"discriminator": discriminator}
        )
        np.testing.assert_array_equal(model.attend(images(3, 32)), plain.attend(images(3, 32)))

    def test_encoders_see_images_as_they_are(self):
        augment = Doubled()
        model = build(kg.BiGAN, augment, dropout=0)
        model.encoder.trainable = False  # its batch normalization is then the same in both modes
        real_images, _ = model.begin_step(images())
        logits, _ = model.judge_pairs(real_images, training=True)
        expected = model.discriminator([2 * real_images, model.encoder(real_images)])
        np.testing.assert_allclose(logits, expected, atol=1e-5)

    def test_exports_have_no_augmentation(self, tmp_path):
        """InfoGAN exports its trunk, too."""
        model = build(kg.InfoGAN, adaptive())
        model.export(tmp_path / "export")
        loaded = tf.saved_model.load(str(tmp_path / "export"))
        encode = loaded.signatures["encode"]
        operations = {operation.type for operation in encode.graph.get_operations()}
        for function in encode.graph._functions.values():
            operations |= {node.op for node in function.cached_definition.node_def}
        assert not any("Random" in operation or "Gather" in operation for operation in operations)
        codes = model.encode(images())
        for name, values in encode(images=tf.constant(images())).items():
            np.testing.assert_allclose(values, codes[name], atol=1e-6)

    @pytest.mark.slow
    def test_several_steps_an_execution_are_the_same_steps(self):
        ends = []
        for steps in (1, 2):
            keras.utils.set_random_seed(0)
            model = build(kg.DCGAN, adaptive())
            model.compile(steps_per_execution=steps)
            model.fit(*data_for(model, 48), batch_size=12, shuffle=False, verbose=0)
            ends.append(values_of(model.training_state().values()))
        assert int(model.augment.calls) == 12
        assert_all_equal(*ends)

    def test_a_step_in_half_precision_is_finite(self):
        keras.config.set_dtype_policy("mixed_float16")
        model = build(kg.DCGAN, DiffAugment())
        model.compile(run_eagerly=True)
        logs = model.train_on_batch(*data_for(model, 12), return_dict=True)
        assert np.isfinite(list(logs.values())).all()
        for optimizer in model.optimizers.values():
            assert int(optimizer.inner_optimizer.iterations) > 0  # the step was not skipped

    @pytest.mark.slow
    def test_checkpoints_hold_one_layer_before_two_networks(self, tmp_path):
        batches = kg.data.load(images(16), batch_size=8)

        def train(folder, epochs):
            keras.utils.set_random_seed(0)
            model = build(kg.D2GAN, adaptive())
            model.compile(run_eagerly=True)
            checkpoints = kg.callbacks.Checkpoints(tmp_path / folder)
            model.fit(batches, epochs=epochs, verbose=0, callbacks=[checkpoints])
            return model

        straight = train("straight", 2)
        train("stopped", 1)
        resumed = train("stopped", 2)
        assert int(resumed.augment.calls) == 4 * JUDGED[kg.D2GAN]
        assert_all_equal(
            values_of(straight.training_state().values()),
            values_of(resumed.training_state().values()),
        )

    def test_began_refuses(self):
        with pytest.raises(ValueError, match="`augment` must be None for BEGAN.*give back"):
            build(kg.BEGAN, DiffAugment())

    @pytest.mark.parametrize("game", [kg.WGAN, kg.WGANGP])
    def test_critics_refuse_to_be_followed(self, game):
        with pytest.raises(ValueError, match="`augment` must not adapt.*target=0.6"):
            build(game, AdaptiveAugment())
        model = compile_sgd(build(game, AdaptiveAugment(target=None, probability=0.5)))
        logs = model.train_on_batch(*data_for(model), return_dict=True)
        assert set(logs) == set(game.term_names)

    def test_games_without_judges_refuse(self):
        class Blind(kg.DCGAN):
            judges = {}

        with pytest.raises(ValueError, match="`augment` must be None for Blind, which names no"):
            build(kg.DCGAN, DiffAugment()) and Blind(
                image_shape=SHAPE,
                generator=build_network([(100,)], [SHAPE]),
                discriminator=build_network([SHAPE]),
                augment=DiffAugment(),
            )


@logit_games
def test_probability_is_logged_with_its_game(game):
    model = compile_sgd(build(game, adaptive()))
    logs = model.train_on_batch(*data_for(model, 12), return_dict=True)
    assert set(logs) == {*game.term_names, "augmentation_probability"}
    assert logs["augmentation_probability"] == 0.5  # as it was in this step
    now = float(model.augment.probability())
    minibatches = 2 if game is kg.HingeGAN else 1
    moves = {0.06, 0.12, 0.0} if minibatches == 2 else {0.12}
    assert round(abs(now - 0.5), 6) in moves  # 12 real images, of 100
    evaluated = model.evaluate(*data_for(model, 12), verbose=0, return_dict=True)
    assert set(evaluated) == set(logs)
    np.testing.assert_allclose(evaluated["augmentation_probability"], now, rtol=1e-6)
    assert float(model.augment.probability()) == np.float32(now)


class TestProbability:
    def train(self, game, logit, steps=1, network="discriminator", **kwargs):
        """How many images `p` has risen by in training, for a judge that always says `logit`."""
        augment = adaptive(**{"images": 1000, "interval": 4, **kwargs})
        model = compile_sgd(build(game, augment, networks={network: judging(logit)}))
        for _ in range(steps):
            model.train_on_batch(*data_for(model, 12))
        return int(augment.raised) - 500

    @pytest.mark.parametrize("game", [kg.GAN, kg.DCGAN, kg.HingeGAN])
    def test_follows_the_signs_of_logits(self, game):
        assert self.train(game, 0.1, interval=1) == 12
        assert self.train(game, -0.1, interval=1) == -12

    def test_moves_once_in_as_many_minibatches_as_the_interval(self):
        assert self.train(kg.DCGAN, 1.0, steps=3) == 0
        assert self.train(kg.DCGAN, 1.0, steps=9) == 2 * 4 * 12
        # Two minibatches of 6 a step.
        assert self.train(kg.HingeGAN, 1.0, steps=3) == 4 * 6

    @pytest.mark.parametrize("logit, sign", [(0.4, -1), (0.6, 1)])
    def test_targets_of_lsgan_have_their_middle_at_a_half(self, logit, sign):
        assert self.train(kg.LSGAN, logit, interval=1) == 12 * sign

    @pytest.mark.parametrize("alpha, beta", [(1.0, 1.0), (0.5, 0.25)])
    def test_both_discriminators_of_d2gan(self, alpha, beta):
        """The best ones answer `alpha * data / model` and `beta * model / data`."""
        model = build(kg.D2GAN, adaptive(), alpha=alpha, beta=beta)
        ratios = np.array([0.5, 0.99, 1.01, 2.0])  # of the densities of data and model
        logits = [np.log(np.expm1(a))[:, None] for a in (alpha * ratios, beta / ratios)]
        signs = np.sign(model.in_favour(*logits))
        np.testing.assert_array_equal(signs, np.sign(ratios - 1)[:, None] * [1, 1])

    def test_rises_where_a_discriminator_knows_its_images_by_heart(self):
        """8 images shown over and over, against 800."""
        ends = []
        for num in (8, 800):
            keras.utils.set_random_seed(0)
            augment = adaptive(images=2000, probability=0.0)
            model = build(kg.DCGAN, augment, batch_norm=False, dropout=0)
            rates = {"generator": 0.0, "discriminator": 0.02}
            model.compile({player: keras.optimizers.Adam(rate) for player, rate in rates.items()})
            x = np.tile(0.3 * images(num), (800 // num, 1, 1, 1))
            model.fit(x, batch_size=16, epochs=2, verbose=0)
            ends.append(float(augment.probability()))
        assert ends[0] > 0.2 and ends[1] < 0.1, ends

    def test_a_game_that_shows_no_reals_is_told(self):
        class Silent(kg.DCGAN):
            def watch_reals(self, real_logits):
                pass

        networks = {
            "generator": build_network([(3,)], [SHAPE]),
            "discriminator": build_network([SHAPE]),
        }
        model = Silent(image_shape=SHAPE, latent_dim=3, augment=adaptive(), **networks)
        compile_sgd(model)
        with pytest.raises(ValueError, match="must call `watch_reals"):
            model.train_on_batch(images())


@pytest.mark.slow
def test_two_replicas_do_what_one_device_does(tmp_path):
    output = tmp_path / "replicas.npz"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.models.augmented_replica_script", str(output)],
        cwd=pathlib.Path(__file__).parent.parent.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    expected = play(tf.distribute.get_strategy())
    text, _ = process.communicate(timeout=170)
    assert process.returncode == 0, text[-3000:]
    results = dict(np.load(output))
    assert set(results) == set(expected)
    for name, value in expected.items():
        largest = max(np.abs(value).max(), 1e-3)
        np.testing.assert_allclose(results[name], value, atol=2e-5 * largest, err_msg=name)
