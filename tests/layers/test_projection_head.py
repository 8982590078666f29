import numpy as np
import pytest
import tensorflow as tf

from keras_gans.layers import ProjectionHead, SpectralNormalization
from tests.battery import check_layer


def data(batch_size=4, num_features=5, num_classes=3):
    random = np.random.default_rng(0)
    features = random.normal(size=(batch_size, num_features)).astype("float32")
    return features, np.arange(batch_size, dtype="int32") % num_classes


def used(wrapper):
    return wrapper.layer.kernel.numpy() / wrapper.sigma().numpy()


class TestProjectionHead:
    @pytest.mark.parametrize("one_hot", [True, False])
    def test_battery(self, one_hot):
        features, labels = data()
        labels = np.eye(3, dtype="float32")[labels] if one_hot else labels
        kwargs = {"num_classes": 3, "use_bias": False}
        check_layer(ProjectionHead, kwargs, [features, labels], (4, 1))

    def test_parameters(self):
        layer = ProjectionHead(1000)
        layer.build([(None, 1024), (None,)])
        assert sum(np.prod(w.shape) for w in layer.trainable_weights) == 1_025 + 1_024_000
        assert layer.embedding.layer.kernel.shape == (1000, 1024)

    def test_worked_by_hand(self):
        """Weights (3, 4) have norm 5; the rows (1, 0) and (0, 2) of the embedding norm 2."""
        layer = ProjectionHead(2)
        layer.build([(None, 2), (None,)])
        layer.dense.layer.kernel.assign([[3.0], [4.0]])
        layer.dense.layer.bias.assign([0.5])
        layer.embedding.layer.kernel.assign([[1.0, 0.0], [0.0, 2.0]])
        layer.embedding.follow_kernel(50)
        logits = layer([np.array([[10.0, 100.0], [10.0, 100.0]]), np.array([0, 1])])
        # (30 + 400) / 5 + 0.5 = 86.5, and <h, (0.5, 0)> = 5 or <h, (0, 1)> = 100
        np.testing.assert_allclose(logits, [[91.5], [186.5]], rtol=1e-6)

    def test_agrees_with_numpy(self):
        features, labels = data()
        layer = ProjectionHead(3)
        layer.build([features.shape, labels.shape])
        dense, embedding = used(layer.dense), used(layer.embedding)
        expected = [h @ dense + h @ embedding[y] for h, y in zip(features, labels, strict=True)]
        np.testing.assert_allclose(layer([features, labels]), expected, atol=1e-5)
        one_hot = np.eye(3, dtype="float32")[labels]
        np.testing.assert_array_equal(layer([features, one_hot]), layer([features, labels]))

    def test_the_label_matters_along_the_features_only(self):
        layer = ProjectionHead(3)
        np.testing.assert_array_equal(layer([np.zeros((3, 5)), np.arange(3)]), np.zeros((3, 1)))
        assert np.ptp(layer([np.ones((3, 5)), np.arange(3)])) > 0.1

    def test_both_weights_are_normalised(self):
        layer = ProjectionHead(3)
        layer.build([(None, 5), (None,)])
        wrappers = [x for x in layer._flatten_layers() if isinstance(x, SpectralNormalization)]
        assert len(wrappers) == 2
        for wrapper in wrappers:
            wrapper.follow_kernel(100)
            norm = np.linalg.svd(used(wrapper), compute_uv=False)[0]
            np.testing.assert_allclose(norm, 1.0, rtol=1e-4)

    @pytest.mark.parametrize("policy", ["mixed_float16", "float32"])
    def test_gradients_are_finite(self, policy):
        features, labels = data()
        layer = ProjectionHead(3, dtype=policy)
        layer.build([features.shape, labels.shape])
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer([features, labels]))
        gradients = tape.gradient(loss, [v.value for v in layer.trainable_variables])
        assert len(gradients) == 3 and all(np.all(np.isfinite(g)) and np.any(g) for g in gradients)

    def test_maps_are_refused(self):
        with pytest.raises(ValueError, match="one vector a sample.*4, 2, 2, 5"):
            ProjectionHead(3)([np.zeros((4, 2, 2, 5)), np.zeros(4, "int32")])

    def test_labels_of_another_shape_are_refused(self):
        with pytest.raises(ValueError, match="Labels must be integers.*4, 2"):
            ProjectionHead(3)([np.zeros((4, 5)), np.zeros((4, 2))])

    def test_no_classes_are_refused(self):
        with pytest.raises(ValueError, match="num_classes=0"):
            ProjectionHead(0)
