import math

import keras
import numpy as np
import pytest
from keras import ops

import keras_gans as kg
from tests.models.games import build_game, build_network, compile_sgd, data_for


def softplus(x):
    return np.log1p(np.exp(np.array(x)))


class TestPayoffs:
    def test_by_hand(self):
        model = build_game(kg.BiGAN)
        real, fake = np.array([[0.5], [-1.0]], "float32"), np.array([[2.0], [1.0]], "float32")
        loss = model.discriminator_terms(real, fake)["discriminator_loss"]
        expected = (softplus(-real).mean() + softplus(fake).mean()) / 2
        np.testing.assert_allclose(loss, expected, rtol=1e-5)
        swapped = model.generator_terms(real, fake)["generator_loss"]
        expected = (softplus(real).mean() + softplus(-fake).mean()) / 2
        np.testing.assert_allclose(swapped, expected, rtol=1e-5)

    def test_both_losses_start_at_log_2(self):
        """The default discriminator's last layer starts at 0."""
        model = kg.BiGAN(image_shape=(4, 4, 1), latent_dim=3)
        logs = compile_sgd(model).train_on_batch(*data_for(model), return_dict=True)
        assert logs == pytest.approx(dict.fromkeys(logs, math.log(2)), rel=1e-5)

    @pytest.mark.parametrize("training", [False, True])
    def test_the_pairs_are_what_the_paper_says(self, training):
        """(x, E(x)) is real and (G(z), z) is fake, of as many samples; each are judged apart."""
        model, pairs = build_game(kg.BiGAN, dropout=0), []
        call = model.discriminator.call
        model.discriminator.call = lambda pair, **kwargs: pairs.append(pair) or call(pair, **kwargs)
        samples = data_for(model)[0]
        compile_sgd(model)
        (model.train_on_batch if training else model.test_on_batch)(samples)
        (real, codes), (fake, latents) = pairs
        np.testing.assert_array_equal(real, samples)
        np.testing.assert_allclose(codes, model.encoder(samples, training=training), rtol=1e-5)
        np.testing.assert_allclose(fake, model.generator(latents, training=training), rtol=1e-5)
        assert latents.shape == (16, 3)


class TestEncoder:
    def test_encodes_and_reconstructs(self):
        model = build_game(kg.BiGAN)
        samples = data_for(model, 10)[0]
        codes = model.encode(samples, batch_size=4)
        assert codes.shape == (10, 3) and codes.dtype == np.float32
        np.testing.assert_allclose(codes, model.encoder(samples, training=False), rtol=1e-5)
        np.testing.assert_allclose(
            model.reconstruct(samples, batch_size=4), model.generator(codes), rtol=1e-4, atol=1e-6
        )

    def test_encodes_in_float32_whatever_the_encoder_computes_in(self):
        samples, latents = keras.Input((2,)), keras.layers.Dense(3, dtype="bfloat16")
        encoder = keras.Model(samples, latents(samples))
        model = build_game(kg.BiGAN, networks={"encoder": encoder})
        assert model.encode(data_for(model)[0]).dtype == np.float32

    def test_uses_the_averages(self):
        model = build_game(kg.BiGAN, ema_decay=0.5)
        samples = data_for(model, 10)[0]
        codes, images = model.encode(samples), model.reconstruct(samples)
        for network in (model.encoder, model.generator):
            network.set_weights([weight + 1 for weight in network.get_weights()])
        np.testing.assert_array_equal(codes, model.encode(samples))
        np.testing.assert_array_equal(images, model.reconstruct(samples))

    def test_is_exported(self):
        signatures = build_game(kg.BiGAN).serving_signatures()
        assert signatures["encode"][1][0].name == "images"

    def test_other_shapes_are_refused(self):
        with pytest.raises(ValueError, match="`images` must have the shape"):
            build_game(kg.BiGAN).encode(np.zeros((4, 3), "float32"))


class TestDeploy:
    @pytest.mark.parametrize("ema_decay", [None, 0.5])
    def test_sets_the_plain_average_of_batch_statistics(self, ema_decay):
        model = build_game(kg.BiGAN, ema_decay=ema_decay)
        batches = [data_for(model, 8, seed)[0] for seed in range(3)]
        generator, encoder = map(model.inference_network, ("generator", "encoder"))
        weights = encoder.get_weights() + generator.get_weights()
        model.deploy(batches, num_batches=3)
        dense, norm = encoder.layers[2:4]
        kernel, bias = dense.get_weights()
        before_norm = [batch @ kernel + bias for batch in batches]
        means = np.mean([x.mean(axis=0) for x in before_norm], axis=0)
        variances = np.mean([x.var(axis=0) for x in before_norm], axis=0)
        np.testing.assert_allclose(norm.moving_mean, means, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(norm.moving_variance, variances, rtol=1e-4)
        assert norm.momentum == 0.9
        for old, variable in zip(weights, encoder.weights + generator.weights, strict=True):
            assert np.array_equal(old, variable) == ("moving" not in variable.path)
        if ema_decay:
            np.testing.assert_array_equal(model.encoder.layers[3].moving_mean, np.zeros(8))

    def test_repeats_what_is_too_short_and_takes_labels(self):
        model = build_game(kg.BiGAN)
        samples, labels = data_for(model, 16)[0], np.zeros(16, "int32")
        model.deploy([(samples, labels)], num_batches=1)
        once = np.array(model.encoder.layers[3].moving_mean)
        model.deploy(kg.data.load((samples, labels), labels=True, batch_size=16), num_batches=3)
        np.testing.assert_allclose(model.encoder.layers[3].moving_mean, once, rtol=1e-4, atol=1e-6)

    def test_the_latents_are_its_own_and_repeat(self):
        model = build_game(kg.BiGAN)
        results = []
        for _ in range(2):
            model.deploy([data_for(model)[0]], num_batches=2)
            results.append(np.array(model.generator.layers[3].moving_mean))
        np.testing.assert_array_equal(*results)

    def test_refusals(self):
        model = build_game(kg.BiGAN)
        with pytest.raises(ValueError, match="`num_batches` must be an integer of at least 1"):
            model.deploy([], num_batches=0)
        for too_short in ([], iter([data_for(model)[0]])):
            with pytest.raises(ValueError, match="`batches` must hold"):
                model.deploy(too_short, num_batches=2)


class TestRefusals:
    def test_an_encoder_of_another_latent_dim(self):
        encoder = build_network([(2,)], [(5,)])
        with pytest.raises(ValueError, match=r"`encoder` must map \(batch_size, 2\) to \(.*, 3\)"):
            build_game(kg.BiGAN, networks={"encoder": encoder})

    def test_a_discriminator_that_takes_no_pairs(self):
        with pytest.raises(ValueError, match="`discriminator` must accept inputs of shape"):
            build_game(kg.BiGAN, networks={"discriminator": build_network([(2,)])})

    def test_sigmoid(self):
        pair = [keras.Input((2,)), keras.Input((3,))]
        joined = keras.layers.Concatenate()(pair)
        output = keras.layers.Dense(1, activation="sigmoid")(joined)
        with pytest.raises(ValueError, match="`discriminator` must end without.*sigmoid"):
            build_game(kg.BiGAN, networks={"discriminator": keras.Model(pair, output)})


def test_generator_and_encoder_are_stepped_by_their_own_pairs():
    """Real pairs move the encoder only, fake pairs the generator only."""
    model = compile_sgd(build_game(kg.BiGAN, dropout=0), {"generator": 0.1})
    for zeroed, moved, still in ((1, "encoder", "generator"), (0, "generator", "encoder")):
        before = {
            name: getattr(model, name).trainable_variables[0].numpy() for name in (moved, still)
        }
        terms = model.generator_terms

        def without(*logits, zeroed=zeroed, terms=terms):
            return terms(*[ops.zeros_like(x) if i == zeroed else x for i, x in enumerate(logits)])

        model.generator_terms = without
        model.train_on_batch(*data_for(model))
        model.generator_terms = terms
        assert not np.array_equal(before[moved], getattr(model, moved).trainable_variables[0])
        np.testing.assert_array_equal(
            before[still], getattr(model, still).trainable_variables[0].numpy()
        )
