import numpy as np
import pytest

from keras_gans.metrics.inception_score import inception_score


class TestInceptionScore:
    def test_agrees_with_torch_fidelity(self, golden, feature_sets):
        score = inception_score(feature_sets.logits(), splits=7)
        assert score.mean == pytest.approx(golden["inception_score_mean"], rel=1e-9, abs=0)
        assert score.std == pytest.approx(golden["inception_score_std"], rel=1e-9, abs=0)

    def test_one_sure_sample_per_class_scores_the_number_of_classes(self):
        assert inception_score(100.0 * np.eye(5), splits=1) == pytest.approx((5.0, 0.0))

    def test_undecided_and_collapsed_samples_score_one(self):
        assert inception_score(np.zeros((20, 5)), splits=2).mean == pytest.approx(1.0)
        collapsed = np.tile([100.0, 0, 0, 0, 0], (20, 1))
        assert inception_score(collapsed, splits=2).mean == pytest.approx(1.0)

    def test_by_hand(self):
        probabilities = np.array([[0.75, 0.25], [0.25, 0.75]])
        divergence = 0.75 * np.log(1.5) + 0.25 * np.log(0.5)
        score = inception_score(np.log(probabilities), splits=1)
        assert score.mean == pytest.approx(np.exp(divergence))

    def test_splits_in_order_without_a_seed(self):
        logits = 100.0 * np.eye(2)[[0, 0, 0, 1]]
        assert inception_score(logits, splits=2, seed=None) == pytest.approx((1.5, 0.5))

    def test_fewer_samples_than_splits_are_refused(self):
        with pytest.raises(ValueError, match=r"`logits` must hold at least 10.*9 samples"):
            inception_score(np.zeros((9, 3)))
