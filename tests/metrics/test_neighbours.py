import numpy as np
import pytest

from keras_gans.metrics.neighbours import nearest_neighbour_accuracy


class TestNearestNeighbourAccuracy:
    def test_by_hand(self):
        queries, references = np.array([[0.1], [0.9], [2.2]]), np.array([[0.0], [1.0], [2.0]])
        accuracy = nearest_neighbour_accuracy(queries, [5, 6, 5], references, [5, 6, 7])
        assert accuracy == pytest.approx(2 / 3)

    def test_agrees_with_scikit_learn(self):
        from sklearn.neighbors import KNeighborsClassifier

        random = np.random.default_rng(0)
        queries, references = random.normal(size=(300, 6)), random.normal(size=(400, 6))
        query_labels, labels = random.integers(0, 4, 300), random.integers(0, 4, 400)
        expected = KNeighborsClassifier(1).fit(references, labels).score(queries, query_labels)
        accuracy = nearest_neighbour_accuracy(queries, query_labels, references, labels)
        assert accuracy == pytest.approx(expected)

    def test_features_without_meaning_are_at_chance(self):
        features = np.random.default_rng(1).normal(size=(2, 1000, 6))
        labels = np.arange(1000) % 2
        accuracy = nearest_neighbour_accuracy(features[0], labels, features[1], labels)
        assert accuracy == pytest.approx(0.5, abs=0.05)

    def test_labels_must_match(self):
        with pytest.raises(ValueError, match=r"`query_labels` must hold one label.*2 labels"):
            nearest_neighbour_accuracy(np.zeros((3, 1)), [0, 1], np.zeros((1, 1)), [0])
        with pytest.raises(ValueError, match=r"`reference_labels` must be a vector of integer"):
            nearest_neighbour_accuracy(np.zeros((1, 1)), [0], np.zeros((1, 1)), [0.5])
