import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

import keras_gans as kg
from tests.models.games import build_game, build_network, compile_sgd, data_for


def echo_game(**kwargs):
    """The generator answers with the condition; a pair's logit is the product of its two parts."""
    latents, condition = keras.Input((3,)), keras.Input((3,))
    samples, told = keras.Input((3,)), keras.Input((3,))
    silent = layers.Dense(3, kernel_initializer="zeros")(latents)
    networks = {
        "generator": keras.Model([latents, condition], layers.Add()([silent, condition])),
        "discriminator": keras.Model([samples, told], layers.Dot(axes=1)([samples, told])),
    }
    return build_game(kg.CGAN, data_shape=(3,), networks=networks, **kwargs)


class TestConditions:
    @pytest.mark.parametrize("evaluate", [False, True])
    def test_fakes_are_judged_with_the_labels_they_were_made_for(self, evaluate):
        """Such a pair has logit 1. Real samples of 0 have logit 0 with any label."""
        model = compile_sgd(echo_game())
        x, y = np.zeros((7, 3), "float32"), np.arange(7) % 3
        step = model.test_on_batch if evaluate else model.train_on_batch
        softplus = [math.log1p(math.exp(x)) for x in (0.0, 1.0, -1.0)]
        expected = {"discriminator_loss": sum(softplus[:2]), "generator_loss": softplus[2]}
        assert step(x, y, return_dict=True) == pytest.approx(expected, rel=1e-5)

    def test_real_samples_are_judged_with_their_labels(self):
        model = compile_sgd(echo_game())
        y = np.array([0, 1, 2, 1])
        logs = model.train_on_batch(9 * np.eye(3, dtype="float32")[y], y, return_dict=True)
        expected = math.log1p(math.exp(-9)) + math.log1p(math.exp(1))
        assert logs["discriminator_loss"] == pytest.approx(expected, rel=1e-5)

    def test_labels_become_one_hot(self):
        _, one_hot = echo_game().told(np.zeros((2, 3)), np.array([2, 0], "int64"))
        np.testing.assert_array_equal(one_hot, [[0, 0, 1], [1, 0, 0]])

    def test_a_vector_instead_of_labels(self):
        model = echo_game(condition_shape=(3,))
        condition = np.array([0.5, -1.0, 2.0], "float32")
        np.testing.assert_array_equal(model.sample(2, condition=condition), [condition] * 2)
        each = np.arange(6, dtype="float32").reshape(2, 3)
        np.testing.assert_array_equal(model.sample(2, condition=each), each)
        compile_sgd(model)
        logs = model.fit(np.zeros((4, 3)), np.ones((4, 3)), verbose=0).history
        np.testing.assert_allclose(logs["generator_loss"], math.log1p(math.exp(-3)), rtol=1e-5)


class TestSample:
    def test_labels_default_to_all_classes_in_turn(self):
        np.testing.assert_array_equal(echo_game().sample(7).argmax(1), [0, 1, 2, 0, 1, 2, 0])

    @pytest.mark.parametrize("labels", [2, [2, 0, 1]])
    def test_one_label_or_one_each(self, labels):
        drawn = echo_game().sample(3, labels=labels, batch_size=2)
        np.testing.assert_array_equal(drawn, np.eye(3)[np.broadcast_to(labels, 3)])

    def test_the_default_generator_drops_by_its_latents(self, tmp_path):
        model = kg.CGAN(data_shape=(2, 1), num_classes=3, latent_dim=4)
        samples = model.sample(6, labels=1)
        assert len(np.unique(samples, axis=0)) == 6
        np.testing.assert_array_equal(samples, model.sample(6, labels=1, batch_size=6))
        np.testing.assert_allclose(samples, model.sample(6, labels=1, batch_size=4), atol=1e-6)
        kg.serving.publish(model, tmp_path / "export")
        served = tf.saved_model.load(str(tmp_path / "export" / "1")).signatures["sample"]
        served = served(num_images=tf.constant(6), seed=tf.constant(0), labels=tf.fill((6,), 1))
        np.testing.assert_allclose(served["images"], samples, atol=1e-6)

    def test_latents_and_conditions_keep_their_bits_under_a_mixed_policy(self):
        """The masks of the default generator are drawn from the bits of the latents."""
        keras.config.set_dtype_policy("mixed_bfloat16")
        model = kg.CGAN(image_shape=(1, 2, 1), condition_shape=(3,), latent_dim=4)
        condition = np.float32([1 / 3, 1e6, -0.1])
        latents = model.latents_for_sampling(6, 0)
        expected = model.generator([latents, ops.tile(condition[None], (6, 1))], training=False)
        np.testing.assert_array_equal(model.sample(6, condition=condition), expected)

    def test_plain_dropout_of_a_generator_is_off(self):
        generator = build_network([(3,), (3,)], [(2,)], dropout=0.5)
        model = build_game(kg.CGAN, networks={"generator": generator})
        np.testing.assert_array_equal(model.sample(5), model.sample(5))
        latents = ops.ones((4, 3)), ops.ones((4, 3))
        assert not np.allclose(*[generator(list(latents), training=True) for _ in range(2)])

    def test_labels_are_an_input_of_the_exported_signatures(self):
        for game, name in ((echo_game(), "labels"), (echo_game(condition_shape=(3,)), "condition")):
            for _, specs in game.serving_signatures().values():
                assert specs[-1].name == name

    @pytest.mark.parametrize(
        "arguments, message",
        [
            ({"labels": 3}, r"`labels` must lie in \[0, 3\).*from 3 to 3"),
            ({"labels": [0, -1]}, r"`labels` must lie in \[0, 3\).*from -1 to 0"),
            ({"labels": [0, 1, 2]}, r"one for each of the 2 samples.*of shape \(3,\)"),
            ({"labels": 1.5}, "`labels` must be an integer vector"),
            ({"labels": [[1, 0, 0], [0, 1, 0]]}, "`labels` must be an integer vector"),
            ({"condition": np.zeros(3)}, "made for classes"),
        ],
    )
    def test_refusals(self, arguments, message):
        with pytest.raises(ValueError, match=message):
            echo_game().sample(2, **arguments)

    @pytest.mark.parametrize("wrong", [3, -1])
    def test_labels_outside_the_classes_are_no_fakes_without_a_class(self, wrong, tmp_path):
        game = echo_game()
        game.export(tmp_path / "model")
        labels = tf.constant([0, wrong])
        latents = game.latents_for_sampling(2, 0)
        signatures = tf.saved_model.load(str(tmp_path / "model")).signatures
        scalars = {"num_images": tf.constant(2), "seed": tf.constant(0)}
        for generate in (
            lambda: game.predict([latents, labels], verbose=0),
            lambda: signatures["serving_default"](latents=latents, labels=labels),
            lambda: signatures["sample"](labels=labels, **scalars),
        ):
            with pytest.raises(tf.errors.InvalidArgumentError, match=r"must lie in \[0, 3\)"):
                generate()

    @pytest.mark.parametrize(
        "arguments, message",
        [
            ({}, "`condition` must be given"),
            ({"labels": 1}, "made for conditions"),
            ({"condition": np.zeros(4)}, "`condition`"),
            ({"condition": np.array([0, np.nan, 1])}, "`condition` must be finite"),
            ({"condition": 3.0}, r"`condition` must be one.*of shape \(\)"),
        ],
    )
    def test_refusals_for_conditions(self, arguments, message):
        with pytest.raises(ValueError, match=message):
            echo_game(condition_shape=(3,)).sample(2, **arguments)


class TestFitRefusals:
    samples = np.zeros((8, 2), "float32")

    def model(self, run_eagerly=True, **kwargs):
        model = build_game(kg.CGAN, **kwargs)
        model.compile(run_eagerly=run_eagerly)
        return model

    @pytest.mark.parametrize("run_eagerly", [False, True])
    @pytest.mark.parametrize("wrong", [3, -1])
    def test_labels_outside_the_classes(self, wrong, run_eagerly):
        labels = np.array([0, 1, 2, wrong] * 2)
        with pytest.raises(ValueError, match=r"`y` must lie in \[0, 3\).*Received"):
            self.model(run_eagerly).fit(self.samples, labels, verbose=0)
        stream = tf.data.Dataset.from_tensor_slices((self.samples, labels)).batch(4)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"labels must lie in \[0, 3\)"):
            self.model(run_eagerly).fit(stream, verbose=0)

    @pytest.mark.parametrize("wrong", [3, -1])
    def test_labels_outside_the_classes_in_evaluation(self, wrong):
        model, right, labels = self.model(), np.arange(8) % 3, np.array([0, 1, 2, wrong] * 2)
        with pytest.raises(ValueError, match=r"must lie in \[0, 3\).*Received"):
            model.evaluate(self.samples, labels, verbose=0)
        with pytest.raises(ValueError, match=r"must lie in \[0, 3\).*Received"):
            held_out = (self.samples, labels)
            model.fit(self.samples, right, validation_data=held_out, verbose=0)

    def test_batches_of_more_classes(self):
        labels = np.arange(8) % 5
        batches = kg.data.load((self.samples, labels), labels=True, batch_size=4)
        with pytest.raises((ValueError, tf.errors.InvalidArgumentError), match="classes"):
            self.model().fit(batches, verbose=0)

    def test_no_labels(self):
        for data in (self.samples, kg.data.load(self.samples, batch_size=4)):
            with pytest.raises(ValueError, match="`?labels=True`?.*Received: batches without y"):
                self.model().fit(data, verbose=0)

    def test_labels_of_another_shape(self):
        with pytest.raises(ValueError, match="`y` must be an integer vector"):
            self.model().fit(self.samples, np.eye(3)[np.arange(8) % 3], verbose=0)

    def test_conditions_of_another_shape(self):
        with pytest.raises(ValueError, match="`y` must be finite, of shape"):
            self.model(condition_shape=(4,)).fit(self.samples, np.zeros((8, 3)), verbose=0)

    @pytest.mark.parametrize("arguments", [{}, {"num_classes": 3, "condition_shape": (3,)}])
    def test_exactly_one_kind_of_condition(self, arguments):
        with pytest.raises(ValueError, match="Exactly one of `num_classes` and `condition_shape`"):
            kg.CGAN(data_shape=(2,), **arguments)

    def test_conditions_that_are_no_vectors_ask_for_networks(self):
        with pytest.raises(ValueError, match="must be given for conditions that are no vectors"):
            kg.CGAN(image_shape=(4, 4, 1), condition_shape=(2, 3))

    def test_one_class(self):
        with pytest.raises(ValueError, match="`num_classes` must be an integer of at least 2"):
            kg.CGAN(data_shape=(2,), num_classes=1)

    def test_a_discriminator_that_is_not_told(self):
        with pytest.raises(ValueError, match="`discriminator` must accept"):
            build_game(kg.CGAN, networks={"discriminator": build_network([(2,)])})


def test_classes_counted_by_numpy_are_saved(tmp_path):
    labels = np.array([0, 2, 1])
    model = kg.CGAN(image_shape=(4, 4, 1), latent_dim=2, num_classes=labels.max() + 1)
    model.save(tmp_path / "model.keras")
    assert keras.models.load_model(tmp_path / "model.keras").num_classes == 3


def test_payoffs_by_hand():
    model = build_game(kg.CGAN)
    real, fake = ops.array([[1.0], [-1.0]]), ops.array([[0.0], [2.0]])
    sp = [math.log1p(math.exp(x)) for x in (-1.0, 1.0, 0.0, 2.0, -2.0)]
    terms = model.discriminator_terms(real, fake) | model.generator_terms(fake)
    np.testing.assert_allclose(terms["discriminator_loss"], sum(sp[:4]) / 2, rtol=1e-5)
    np.testing.assert_allclose(terms["generator_loss"], (sp[2] + sp[4]) / 2, rtol=1e-5)
    assert data_for(model)[1].dtype == np.int32
