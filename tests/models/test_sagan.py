import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gans as kg
from keras_gans.networks import build_sagan_discriminator, build_sagan_generator
from tests.models.games import build_game, data_for

pytestmark = pytest.mark.usefixtures("eagerly")


def small_game(num_classes=3, **kwargs):
    arguments = {"num_classes": num_classes, "width": 8}
    model = kg.SAGAN(
        image_shape=(32, 32, 1),
        latent_dim=4,
        num_classes=num_classes,
        generator=build_sagan_generator(4, (32, 32, 1), **arguments),
        discriminator=build_sagan_discriminator((32, 32, 1), **arguments),
        **kwargs,
    )
    model.compile()
    return model


def images(num=4):
    rng = np.random.default_rng(0)
    return rng.uniform(-1, 1, (num, 32, 32, 1)).astype("float32"), np.arange(num) % 3


class TestSAGAN:
    def test_two_time_scales(self):
        model = small_game()
        for player, rate in {"generator": 1e-4, "discriminator": 4e-4}.items():
            config = model.optimizers[player].get_config()
            np.testing.assert_allclose(
                [config[name] for name in ("learning_rate", "beta_1", "beta_2", "epsilon")],
                [rate, 0.0, 0.9, 1e-8],
            )

    @pytest.mark.parametrize("num_classes", [pytest.param(None, marks=pytest.mark.slow), 3])
    def test_trains_saves_and_exports(self, num_classes, tmp_path):
        model = small_game(num_classes)
        x, y = images()
        logs = model.train_on_batch(x, y, return_dict=True)
        assert np.isfinite(list(logs.values())).all()
        samples = model.sample(3, seed=1)
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        np.testing.assert_array_equal(samples, loaded.sample(3, seed=1))
        model.export(tmp_path / "export")
        exported = kg.serving.Exported(tmp_path / "export")
        labels = {} if num_classes is None else {"labels": [0, 1, 2]}
        served = exported.run("sample", num_images=3, seed=1, **labels)["images"]
        np.testing.assert_allclose(served / 127.5 - 1.0, samples, atol=0.005)

    def test_hinge_losses(self):
        """By hand: (0 + 1/2 + 2) / 3 for the reals and (0 + 3/2 + 2) / 3 for the fakes."""
        model = small_game()
        real, fake = tf.constant([[2.0], [0.5], [-1.0]]), tf.constant([[-2.0], [0.5], [1.0]])
        terms = model.discriminator_terms(real, fake) | model.generator_terms(fake)
        assert {name: float(term) for name, term in terms.items()} == {
            "discriminator_loss": pytest.approx(2.0),
            "generator_loss": pytest.approx(0.5 / 3),
        }

    def test_warns_of_classes_without_data(self):
        model = small_game(4)
        x, y = images(6)  # of three classes
        with pytest.warns(UserWarning, match="has 3 classes and the model 4"):
            model.fit(kg.data.load((x, y), batch_size=6, labels=True), verbose=0)

    def test_fakes_are_made_for_uniform_classes_and_not_for_those_of_the_batch(self):
        model = small_game()
        model.begin_step((np.zeros((3000, 32, 32, 1), "float32"), np.zeros(3000, "int32")))
        drawn = np.array(model.conditions_of_fakes(np.zeros(3000, "int32")))
        np.testing.assert_allclose(np.bincount(drawn, minlength=3) / 3000, 1 / 3, atol=0.03)

    def test_fakes_are_judged_with_the_classes_they_were_made_for(self, monkeypatch):
        model = build_game(kg.SAGAN)
        model.compile()
        monkeypatch.setattr(model, "conditions_of_fakes", lambda y: tf.fill(tf.shape(y), 2))
        told, seen = model.told, []

        def note(samples, y):
            seen.append(set(np.array(y)))
            return told(samples, y)

        monkeypatch.setattr(model, "told", note)
        x, y = data_for(model)[0], np.zeros(16, "int32")
        model.train_on_batch(x, y)  # fakes are made, D judges reals and fakes, then fakes for G
        assert seen == [{2}, {0}, {2}, {2}]
        seen.clear()
        model.test_on_batch(x, y)
        assert seen == [{2}, {0}, {2}]

    def test_an_unconditional_model_ignores_labels_and_refuses_to_be_asked_for_them(self):
        model = small_game(None)
        x, y = images()
        model.train_on_batch(x, y + 100)
        with pytest.raises(ValueError, match="`labels` must be left out: .*neither"):
            model.sample(2, labels=[0, 1])

    def test_maps_of_where_the_networks_look(self):
        model = small_game()
        x, y = images()
        for maps in (model.attend(x, y), model.attend_while_generating(4, labels=y)):
            assert maps.shape == (4, 8, 8, 4, 4)
            np.testing.assert_allclose(maps.sum(axis=(3, 4)), 1.0, rtol=1e-5)

    def test_a_model_of_conditions_is_asked_with_one(self):
        """A one-hot vector is the class."""
        of_classes = small_game()
        of_conditions = kg.SAGAN(
            image_shape=(32, 32, 1),
            latent_dim=4,
            condition_shape=(3,),
            generator=of_classes.generator,
            discriminator=of_classes.discriminator,
        )
        x, y = images()
        one_hot = np.eye(3, dtype="float32")[y]
        for told, expected in (
            (of_conditions.attend(x, condition=one_hot), of_classes.attend(x, y)),
            (
                of_conditions.attend_while_generating(4, condition=one_hot),
                of_classes.attend_while_generating(4, labels=y),
            ),
        ):
            np.testing.assert_allclose(told, expected, atol=1e-6)

    def test_networks_without_attention_cannot_be_asked(self):
        model = kg.SAGAN(
            image_shape=(32, 32, 1),
            latent_dim=4,
            generator=build_sagan_generator(4, (32, 32, 1), width=8),
            discriminator=build_sagan_discriminator((32, 32, 1), width=8, attention_size=0),
        )
        with pytest.raises(ValueError, match="layer named 'attention'"):
            model.attend(images()[0])

    def test_default_networks_know_classes_only(self):
        with pytest.raises(ValueError, match="`generator` must be given for conditions"):
            kg.SAGAN(image_shape=(32, 32, 1), condition_shape=(5,))

    def test_power_iterations_of_nested_layers_move_once_a_step(self):
        model, once = small_game(), []
        queries = [
            network.get_layer("attention").query
            for network in (model.generator, model.discriminator)
        ]
        for query in queries:
            before = np.array(query.u)
            query.follow_kernel()
            once.append(np.array(query.u))
            query.u.assign(before)
        model.compile({p: keras.optimizers.SGD(0.0) for p in model.players})
        model.train_on_batch(*images())
        for query, expected in zip(queries, once, strict=True):
            np.testing.assert_allclose(query.u, expected, rtol=1e-5, atol=1e-6)
