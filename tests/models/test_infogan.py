import math

import keras
import numpy as np
import pytest

import keras_gans as kg
from tests.models.games import (
    assert_all_equal,
    build_game,
    build_network,
    compile_sgd,
    data_for,
    values_of,
)

MIXES = [((3,), 1), ((), 2), ((3,), 0), ((2, 3, 2), 0), ((2, 3), 2)]


def echo_game(**kwargs):
    """Its samples are its latents: two of noise, two codes of 3 and 2 classes, two numbers."""
    echo = keras.Sequential([keras.Input((9,)), keras.layers.Identity()])
    codes = {"categorical_codes": (3, 2), "continuous_codes": 2, "noise_dim": 2}
    return build_game(kg.InfoGAN, data_shape=(9,), networks={"generator": echo}, **codes, **kwargs)


def silence(network):
    """The last layer answers 0 to everything."""
    *hidden, kernel, bias = network.get_weights()
    network.set_weights([*hidden, 0 * kernel, 0 * bias])


class TestInformation:
    @pytest.mark.parametrize("learned_deviation", [False, True])
    def test_by_hand(self, learned_deviation):
        """Uniform guesses say nothing of the classes; means of 0 leave the codes' variance."""
        model = echo_game(
            information_weight=0.5, continuous_weight=0.25, learned_deviation=learned_deviation
        )
        silence(model.recognition)
        *hidden, bias = model.recognition.get_weights()
        bias[-2:] = math.log(2)  # deviations of 2, which count only where they are learned
        model.recognition.set_weights([*hidden, bias])
        drawn, draw = [], model.draw_latents
        model.draw_latents = lambda num, seed: drawn.append(draw(num, seed)) or drawn[-1]
        logs = compile_sgd(model).train_on_batch(*data_for(model), return_dict=True)
        deviation = 2.0 if learned_deviation else 1.0
        squares = np.square(drawn[-1][:, -2:]).sum(axis=1).mean()
        entropy = 0.5 * math.log(2 * math.pi) + math.log(deviation)
        continuous = 2 * (math.log(2) - entropy) - squares / (2 * deviation**2)
        assert logs["mutual_information"] == pytest.approx(0.0, abs=1e-6)
        assert logs["continuous_information"] == pytest.approx(continuous, rel=1e-4)
        assert logs["information_loss"] == pytest.approx(-0.25 * continuous, rel=1e-4)

    def test_batch_norm_of_the_trunk_sees_real_images_and_fakes_apart(self):
        trunk = build_network([(2,)], [(8,)], batch_norm=True)
        model = build_game(kg.InfoGAN, dropout=0, networks={"trunk": trunk})
        drawn, draw = [], model.draw_latents
        model.draw_latents = lambda num, seed: drawn.append(draw(num, seed)) or drawn[-1]
        real, _ = model.begin_step(3.0 + data_for(model)[0])
        terms = model.discriminator_terms(real)
        fakes = np.array(model.generator(drawn[0], training=True))

        def loss_of(real_features, fake_features):
            real_logits, fake_logits = (
                np.array(model.discriminator(x)) for x in (real_features, fake_features)
            )
            return np.logaddexp(0, -real_logits).mean() + np.logaddexp(0, fake_logits).mean()

        apart = loss_of(trunk(real, training=True), trunk(fakes, training=True))
        together = trunk(np.concatenate([real, fakes]), training=True)
        np.testing.assert_allclose(terms["discriminator_loss"], apart, rtol=1e-5)
        assert abs(loss_of(together[: len(real)], together[len(real) :]) - apart) > 1e-3

    @pytest.mark.parametrize(
        "player, informed",
        [("discriminator", {"trunk", "recognition"}), ("generator", {"generator"})],
    )
    def test_is_in_the_steps_of_both_players(self, player, informed):
        """Where one of them steps: the networks that end elsewhere because of the information."""
        names, ends = ("generator", "trunk", "discriminator", "recognition"), []
        for weight in (0.0, 1.0):
            keras.utils.set_random_seed(0)
            weights = {"information_weight": weight, "continuous_weight": weight}
            model = compile_sgd(build_game(kg.InfoGAN, dropout=0, **weights), {player: 0.1})
            model.train_on_batch(*data_for(model))
            ends.append([getattr(model, name).get_weights()[0] for name in names])
        unequal = [not np.array_equal(a, b) for a, b in zip(*ends, strict=True)]
        assert {name for name, is_unequal in zip(names, unequal, strict=True) if is_unequal} == (
            informed
        )

    def test_is_all_that_trains_the_recognition_head(self):
        weights = {"information_weight": 0.0, "continuous_weight": 0.0}
        model = build_game(kg.InfoGAN, dropout=0, **weights)
        compile_sgd(model, {"discriminator": 0.1, "generator": 0.1})
        before = values_of(model.recognition.trainable_variables)
        model.train_on_batch(*data_for(model))
        assert_all_equal(before, values_of(model.recognition.trainable_variables))

    def test_codes_are_read_from_fakes_only(self):
        """The recognition head takes the same step whatever the real samples are."""
        heads = []
        for shift in (0.0, 5.0):
            keras.utils.set_random_seed(0)
            model = build_game(kg.InfoGAN, dropout=0)
            compile_sgd(model, {"discriminator": 0.1})
            model.train_on_batch(data_for(model)[0] + shift)
            heads.append([model.recognition.get_weights()[0], model.trunk.get_weights()[0]])
        np.testing.assert_array_equal(heads[0][0], heads[1][0])
        assert not np.array_equal(heads[0][1], heads[1][1])

    def test_labels_change_nothing(self):
        weights = []
        for labels in (np.zeros(16, "int32"), np.arange(16, dtype="int32")):
            keras.utils.set_random_seed(0)
            model = build_game(kg.InfoGAN, seed=0)
            compile_sgd(model, dict.fromkeys(model.players, 0.1))
            model.train_on_batch(data_for(model)[0], labels)
            weights.append(model.get_weights())
        for first, second in zip(*weights, strict=True):
            np.testing.assert_array_equal(first, second)

    def test_the_adversarial_terms_are_cross_entropies(self):
        """A discriminator with logit 2 for everything: softplus(-2) + softplus(2), softplus(-2)."""
        model = build_game(kg.InfoGAN, information_weight=0.0, continuous_weight=0.0)
        silence(model.discriminator)
        *hidden, bias = model.discriminator.get_weights()
        model.discriminator.set_weights([*hidden, bias + 2.0])
        rates = {"discriminator": 0.0, "generator": 0.0}
        logs = compile_sgd(model, rates).train_on_batch(*data_for(model), return_dict=True)
        real, fake = math.log1p(math.exp(-2)), math.log1p(math.exp(2))
        assert logs["discriminator_loss"] == pytest.approx(real + fake, rel=1e-5)
        assert logs["generator_loss"] == pytest.approx(real, rel=1e-5)


class TestCodes:
    def test_one_size_stands_for_a_code(self):
        sizes = {"categorical_codes": np.int64(10), "continuous_codes": np.int64(2)}
        config = kg.InfoGAN(image_shape=(28, 28, 1), **sizes).get_config()
        assert (config["categorical_codes"], config["continuous_codes"]) == ((10,), 2)

    def test_chosen_codes_are_a_dictionary(self):
        for codes in ([1], [], 0, False, ""):
            with pytest.raises(ValueError, match="`codes` must be a dictionary from the names c1"):
                echo_game().sample(2, codes=codes)

    @pytest.mark.parametrize("values", [[], 3, [[0, 1]]])
    def test_a_row_of_the_traversal_has_a_value_for_each_column(self, values):
        with pytest.raises(ValueError, match="`values` must be a sequence of at least one value"):
            echo_game().traverse("c1", values)


class TestEncode:
    def test_gives_probabilities_and_means(self):
        model = echo_game()
        read = model.encode(data_for(model, 5)[0], batch_size=2)
        shapes = {name: value.shape for name, value in read.items()}
        assert shapes == {"c1": (5, 3), "c2": (5, 2), "c3": (5,), "c4": (5,)}
        np.testing.assert_allclose(read["c1"].sum(axis=1), 1.0, rtol=1e-5)
        outputs = np.array(model.recognition(model.trunk(data_for(model, 5)[0])))
        np.testing.assert_allclose(read["c4"], outputs[:, 6], rtol=1e-5)

    def test_a_code_is_of_the_image_alone(self):
        """By the moving averages of batch normalization, not by what stands beside an image."""
        trunk = build_network([(2,)], [(8,)], batch_norm=True)
        model = build_game(kg.InfoGAN, networks={"trunk": trunk})
        compile_sgd(model, {"discriminator": 0.1}).train_on_batch(*data_for(model))
        images = data_for(model, 6)[0] * 3
        alone, beside = model.encode(images[:1]), model.encode(images)
        for name, value in alone.items():
            np.testing.assert_allclose(value, beside[name][:1], rtol=1e-4)

    def test_other_shapes_are_refused(self):
        with pytest.raises(ValueError, match="`images` must have the shape"):
            echo_game().encode(np.zeros((2, 3), "float32"))


class TestSample:
    def test_chosen_codes_are_placed_and_the_rest_is_drawn(self):
        model = echo_game()
        drawn = model.sample(4, seed=3)
        np.testing.assert_array_equal(model.sample(4, seed=3, codes={}), drawn)
        chosen = model.sample(4, seed=3, codes={"c2": 1, "c3": [0.0, 0.5, 1.0, 2.0]})
        np.testing.assert_array_equal(chosen[:, :5], drawn[:, :5])
        np.testing.assert_array_equal(chosen[:, 5:7], [[0, 1]] * 4)
        np.testing.assert_array_equal(chosen[:, 7], [0.0, 0.5, 1.0, 2.0])
        np.testing.assert_array_equal(chosen[:, 8], drawn[:, 8])

    @pytest.mark.parametrize(
        "codes, message",
        [({"c1": 3}, "classes from 0 to 2"), ({"c1": 0.5}, "integers"), ({"c9": 1}, "named c1")],
    )
    def test_codes_of_the_wrong_kind(self, codes, message):
        with pytest.raises(ValueError, match=f"`codes` must .*{message}"):
            echo_game().sample(2, codes=codes)


class TestTraverse:
    @pytest.mark.parametrize(
        "code, values, part", [("c1", range(3), slice(2, 5)), ("c4", [-2.0, 0.0, 2.0], slice(8, 9))]
    )
    def test_one_code_varies_along_a_row(self, code, values, part):
        grid = echo_game().traverse(code, values, num_rows=4, seed=1)
        assert grid.shape == (4, 3, 9)
        varied = np.eye(3) if code == "c1" else np.reshape(values, (3, 1))
        np.testing.assert_array_equal(grid[..., part], np.tile(varied, (4, 1, 1)))
        rest = np.delete(grid, np.arange(9)[part], axis=2)
        np.testing.assert_array_equal(rest, np.repeat(rest[:, :1], 3, axis=1))
        assert len({row.tobytes() for row in rest[:, 0]}) == 4

    def test_refusals(self):
        with pytest.raises(ValueError, match="`codes` must be named"):
            echo_game().traverse("rotation", [0.0])
        with pytest.raises(ValueError, match="`num_rows`"):
            echo_game().traverse("c1", [0], num_rows=0)


class TestMixes:
    @pytest.mark.parametrize("categorical, continuous", MIXES)
    def test_any_mix_of_codes_trains(self, categorical, continuous):
        model = build_game(kg.InfoGAN, categorical_codes=categorical, continuous_codes=continuous)
        compile_sgd(model, {"discriminator": 0.1, "generator": 0.1})
        logs = model.train_on_batch(*data_for(model), return_dict=True)
        assert np.isfinite(list(logs.values())).all()
        assert (logs["continuous_information"] == 0) == (continuous == 0)
        assert (logs["mutual_information"] == 0) == (not categorical)
        assert len(model.encode(data_for(model)[0])) == len(categorical) + continuous

    @pytest.mark.parametrize(
        "arguments, message",
        [
            ({"categorical_codes": (), "continuous_codes": 0}, "there must be a code"),
            ({"categorical_codes": (1,)}, "at least 2"),
            ({"noise_dim": 0}, "`noise_dim` must be an integer of at least 1"),
            ({"noise_dim": 2.5}, "`noise_dim` must be an integer of at least 1"),
            ({"information_weight": float("nan")}, "`information_weight` must not be negative"),
            ({"continuous_weight": "1"}, "`continuous_weight` must not be negative"),
            ({"latent_dim": 100}, "`noise_dim` must be given in the place of `latent_dim`"),
            ({"information_weight": -1.0}, "`information_weight`"),
            ({"continuous_weight": -0.1}, "`continuous_weight`"),
        ],
    )
    def test_refusals(self, arguments, message):
        with pytest.raises(ValueError, match=message):
            kg.InfoGAN(data_shape=(2,), **arguments)

    def test_a_recognition_head_for_other_codes(self):
        with pytest.raises(ValueError, match=r"`recognition` must map .* to \(batch_size, 5\)"):
            build_game(kg.InfoGAN, networks={"recognition": build_network([(8,)], [(4,)])})
