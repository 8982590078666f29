import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import keras_gans as kg
from tests.models.games import build_game, build_network, compile_sgd, data_for


def telltale_game(num_generators=3, **kwargs):
    """Generator k answers every latent with `(k, first latent)`."""
    latents = keras.Input((3,))
    number = layers.Dense(num_generators, kernel_initializer="zeros")
    numbers = layers.Reshape((num_generators, 1))(number(latents))
    first = layers.RepeatVector(num_generators)(
        layers.Dense(1, use_bias=False, name="first")(latents)
    )
    stems = keras.Model(latents, layers.Concatenate()([numbers, first]))
    number.bias.assign(np.arange(num_generators))
    stems.get_layer("first").kernel.assign([[1.0], [0.0], [0.0]])
    body = keras.Sequential([keras.Input((2,)), layers.Identity()])
    networks = {"stems": stems, "body": body, **kwargs.pop("networks", {})}
    return build_game(
        kg.MGAN, num_generators=num_generators, dropout=0, networks=networks, **kwargs
    )


def generate(model, num):
    model.begin_step((np.zeros((1, 2), "float32"),))
    return np.array(model.generate_all(num, training=True))


class TestFakes:
    def test_all_generators_get_the_same_latents(self):
        fakes = generate(telltale_game(), 5).reshape(5, 3, 2)
        np.testing.assert_array_equal(fakes[..., 0], [[0, 1, 2]] * 5)
        np.testing.assert_array_equal(fakes[..., 1], np.repeat(fakes[:, :1, 1], 3, axis=1))
        assert len(np.unique(fakes[:, 0, 1])) == 5

    def test_the_classifier_is_told_who_made_a_fake(self):
        model = telltale_game()
        fakes = generate(model, 5)
        np.testing.assert_array_equal(np.argmax(model.makers(fakes), axis=1), fakes[:, 0])

    @pytest.mark.parametrize(
        "samples_per_generator, batch_size, each", [(None, 16, 10), (None, 2, 2), (7, 16, 7)]
    )
    def test_number(self, samples_per_generator, batch_size, each):
        model = telltale_game(samples_per_generator=samples_per_generator)
        seen, terms = [], model.generator_terms
        model.generator_terms = lambda fakes, **kw: seen.append(len(fakes)) or terms(fakes, **kw)
        compile_sgd(model)
        model.train_on_batch(*data_for(model, batch_size))
        model.test_on_batch(*data_for(model, batch_size))
        assert seen == [3 * each] * 2

    def test_one_draw_of_latents_serves_both_players(self):
        model, drawn = telltale_game(), []
        draw = model.draw_latents
        model.draw_latents = lambda num, seed: drawn.append(num) or draw(num, seed)
        compile_sgd(model).train_on_batch(*data_for(model))
        assert drawn == [4]

    def test_batch_norm_of_the_body_sees_the_mixture(self):
        body = keras.Sequential([keras.Input((2,)), layers.BatchNormalization(momentum=0.75)])
        model = compile_sgd(telltale_game(networks={"body": body}))
        model.train_on_batch(*data_for(model))
        np.testing.assert_allclose(body.layers[0].moving_mean[0], 0.25 * 1.0)  # of 0, 1 and 2


class TestPayoffs:
    def test_beta_weighs_the_generators_term_only(self):
        logs = []
        for beta in (0.0, 0.25):
            keras.utils.set_random_seed(0)
            model = compile_sgd(telltale_game(diversity_weight=beta))
            logs.append(model.train_on_batch(*data_for(model), return_dict=True))
            loss, diversity = logs[-1]["classifier_loss"], logs[-1]["diversity_loss"]
            np.testing.assert_allclose(diversity, beta * loss, rtol=1e-6)
        assert logs[0]["classifier_loss"] == logs[1]["classifier_loss"] > 0

    def test_a_classifier_that_guesses_pays_log_k(self):
        """The mean is over the batch and not over the classes."""
        model = telltale_game(diversity_weight=0.5)
        *head, kernel, bias = model.discriminator.get_weights()
        model.discriminator.set_weights([*head, 0 * kernel, 0 * bias])
        logs = compile_sgd(model).train_on_batch(*data_for(model), return_dict=True)
        assert logs["classifier_loss"] == pytest.approx(math.log(3), rel=1e-5)
        assert logs["diversity_loss"] == pytest.approx(0.5 * math.log(3), rel=1e-5)

    def test_an_undecided_and_a_fooled_discriminator(self):
        """The generators' loss is -log D, and not log(1 - D)."""
        model = telltale_game(diversity_weight=0.0)
        *head, kernel, bias, class_kernel, class_bias = model.discriminator.get_weights()
        for odds in (1.0, 3.0):
            says = [0 * kernel, 0 * bias + math.log(odds), class_kernel, class_bias]
            model.discriminator.set_weights([*head, *says])
            fakes = generate(model, 4)
            terms = model.discriminator_terms(data_for(model)[0], fakes)
            found = terms["discriminator_loss"], model.generator_terms(fakes)["generator_loss"]
            sure = math.log((odds + 1) / odds)  # -log D
            assert [float(term) for term in found] == pytest.approx(
                [sure + math.log(odds + 1), sure], rel=1e-5
            )

    def test_the_classifier_sees_fakes_only(self):
        model = telltale_game()
        fakes = generate(model, 4)
        terms = [
            model.discriminator_terms(samples, fakes)
            for samples in (data_for(model)[0], data_for(model)[0] + 5)
        ]
        assert float(terms[0]["classifier_loss"]) == float(terms[1]["classifier_loss"])
        assert float(terms[0]["discriminator_loss"]) != float(terms[1]["discriminator_loss"])

    def test_batch_norm_of_the_discriminator_sees_real_samples_and_fakes_apart(self):
        discriminator = build_network([(2,)], [(1,), (3,)], batch_norm=True)
        model = telltale_game(networks={"discriminator": discriminator})
        real, fakes = data_for(model)[0], generate(model, 4)
        terms = model.discriminator_terms(real, fakes)
        real_logits, fake_logits = (
            np.array(discriminator(samples, training=True)[0]) for samples in (real, fakes)
        )
        expected = np.logaddexp(0, -real_logits).mean() + np.logaddexp(0, fake_logits).mean()
        np.testing.assert_allclose(terms["discriminator_loss"], expected, rtol=1e-5)
        together = np.array(discriminator(np.concatenate([real, fakes]), training=True)[0])
        joint = np.logaddexp(0, -together[: len(real)]).mean()
        joint += np.logaddexp(0, together[len(real) :]).mean()
        assert abs(joint - expected) > 1e-3

    def test_generators_learn_to_be_told_apart(self):
        """Discriminator and classifier stand still; only beta drives the generators apart."""
        model = build_game(kg.MGAN, dropout=0, batch_norm=False, diversity_weight=10.0)
        compile_sgd(model, {"generators": 0.1})
        first, *_, last = [
            model.train_on_batch(*data_for(model), return_dict=True)["classifier_loss"]
            for _ in range(8)
            if model.reset_metrics() is None
        ]
        assert last < first


class TestSample:
    @pytest.mark.parametrize("generator", [0, 2, np.int64(1)])
    def test_of_one_generator(self, generator):
        samples = telltale_game().sample(20, generator=generator)
        np.testing.assert_array_equal(samples[:, 0], np.full(20, generator))
        everyone = telltale_game().sample(20)
        np.testing.assert_array_equal(samples[:, 1], everyone[:, 1])  # from the same latents

    def test_is_not_normalised_over_what_is_drawn_with_it(self):
        """One generator's samples are no mixture, so their batch is none to normalise over."""
        model = build_game(kg.MGAN, dropout=0, batch_norm=True, num_generators=3)
        compile_sgd(model, {"generators": 0.1}).train_on_batch(*data_for(model))
        together = model.sample(6, generator=1, seed=0, batch_size=6)
        in_pairs = model.sample(6, generator=1, seed=0, batch_size=2)
        np.testing.assert_allclose(together, in_pairs, rtol=1e-5, atol=1e-6)
        latents = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
        as_in_training = model.body(model.stems(latents, training=True)[:, 1], training=True)
        at_inference = model.predict([latents, np.full(6, 1)], verbose=0)
        assert np.abs(at_inference - as_in_training).max() > 1e-2  # it would be seen

    @pytest.mark.parametrize("weights", [None, (0.5, 0.5, 0.0), (0.0, 1.0, 0.0), (0.2, 0.3, 0.5)])
    def test_of_the_mixture(self, weights):
        samples = telltale_game().sample(4000, mixture_weights=weights, batch_size=4000)
        shares = np.bincount(samples[:, 0].astype(int), minlength=3) / 4000
        expected = np.array(weights or (1 / 3,) * 3)
        np.testing.assert_allclose(shares, expected, atol=0.03)
        assert (shares[expected == 0] == 0).all()

    def test_call_takes_latents_and_generators(self):
        latents, generators = (
            np.random.normal(size=(4, 3)).astype("float32"),
            np.array([2, 0, 1, 2]),
        )
        samples = telltale_game().predict([latents, generators], verbose=0)
        np.testing.assert_allclose(samples, np.stack([generators, latents[:, 0]], axis=1))
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"must lie in \[0, 3\)"):
            telltale_game().predict([latents, generators + 1], verbose=0)

    @pytest.mark.parametrize(
        "arguments, message",
        [
            ({"generator": 3}, r"`generator` must be an integer in \[0, 3\).*generator=3"),
            ({"generator": -1}, "`generator` must be"),
            ({"generator": 0.5}, "`generator` must be"),
            ({"mixture_weights": (0.5, 0.5)}, "`mixture_weights` must be 3 shares"),
            ({"mixture_weights": (0.5, 0.5, 0.5)}, "`mixture_weights` must be 3 shares"),
            ({"mixture_weights": (1.5, -0.5, 0.0)}, "`mixture_weights` must be 3 shares"),
            ({"generator": 1, "mixture_weights": (1, 0, 0)}, "Only one of"),
        ],
    )
    def test_refusals(self, arguments, message):
        with pytest.raises(ValueError, match=message):
            telltale_game().sample(4, **arguments)


class TestGenerators:
    @pytest.mark.parametrize("num_generators", [1, 2, 5])
    @pytest.mark.parametrize("shared_body", [True, False])
    def test_any_number_with_a_shared_body_or_their_own(self, num_generators, shared_body):
        model = kg.MGAN(
            data_shape=(2,), latent_dim=3, num_generators=num_generators, shared_body=shared_body
        )
        compile_sgd(model, {"generators": 0.1, "discriminator": 0.1})
        logs = model.train_on_batch(*data_for(model), return_dict=True)
        assert np.isfinite(list(logs.values())).all()
        assert bool(model.body.trainable_variables) == shared_body
        fakes = generate(model, 4).reshape(4, num_generators, 2)
        assert len({fakes[:, k].tobytes() for k in range(num_generators)}) == num_generators

    @pytest.mark.parametrize(
        "arguments, message",
        [
            ({"num_generators": 0}, "`num_generators` must be an integer of at least 1"),
            ({"samples_per_generator": 0}, "`samples_per_generator` must be"),
            ({"diversity_weight": -0.1}, "`diversity_weight` must not be negative"),
            ({"diversity_weight": float("nan")}, "`diversity_weight` must not be negative"),
            ({"diversity_weight": "a"}, "`diversity_weight` must not be negative"),
        ],
    )
    def test_refusals(self, arguments, message):
        with pytest.raises(ValueError, match=message):
            kg.MGAN(data_shape=(2,), **arguments)

    def test_batch_normalization_of_a_generator_sees_two_samples_of_it(self):
        stems = keras.Sequential(
            [
                keras.Input((3,)),
                layers.Dense(8),
                layers.BatchNormalization(),
                layers.Reshape((2, 4)),
            ]
        )
        one = {"networks": {"stems": stems}, "samples_per_generator": 1}
        with pytest.raises(ValueError, match="`samples_per_generator` must be .* at least 2"):
            build_game(kg.MGAN, **one)
        build_game(kg.MGAN, **one | {"samples_per_generator": 2})

    def test_only_a_saved_model_holds_two_networks(self, tmp_path):
        with pytest.raises(ValueError, match="`format` must be 'tf_saved_model' for MGAN"):
            build_game(kg.MGAN).export(tmp_path / "mgan.onnx", format="onnx")

    def test_networks_for_another_number(self):
        with pytest.raises(ValueError, match="`stems` must map to .*2, ..."):
            build_game(kg.MGAN, networks={"stems": build_network([(3,)], [(3, 4)])})
        with pytest.raises(ValueError, match="`discriminator` must return a list"):
            build_game(kg.MGAN, networks={"discriminator": build_network([(2,)], [(1,), (3,)])})
        maps = build_network([(2,)], [(1,), (1, 1, 2)])  # would be paired with all makers
        with pytest.raises(ValueError, match="`discriminator` must return a list"):
            build_game(kg.MGAN, networks={"discriminator": maps})
        with pytest.raises(ValueError, match="`discriminator` must return a list"):
            build_game(kg.MGAN, networks={"discriminator": build_network([(2,)])})
