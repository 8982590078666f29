import numpy as np
import pytest

from keras_gans.metrics.conditional import conditional_accuracy


class TestConditionalAccuracy:
    def test_by_hand(self):
        logits = np.array([[0.0, 1.0], [2.0, 1.0], [0.0, 3.0], [0.0, 4.0]])
        assert conditional_accuracy(logits, [1, 0, 0, 1]) == 0.75

    def test_ignored_labels_are_at_chance(self):
        logits = np.random.default_rng(0).normal(size=(2000, 4))
        assert conditional_accuracy(logits, np.arange(2000) % 4) == pytest.approx(0.25, abs=0.04)

    def test_labels_beyond_the_classifier_are_refused(self):
        with pytest.raises(ValueError, match=r"`labels` must lie in 0 to 2.*from 0 to 3"):
            conditional_accuracy(np.zeros((2, 3)), [0, 3])

    def test_labels_must_match(self):
        with pytest.raises(ValueError, match=r"one label per sample, 2.*3 labels"):
            conditional_accuracy(np.zeros((2, 3)), [0, 1, 2])
