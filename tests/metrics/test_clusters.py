import numpy as np
import pytest

from keras_gans.metrics.clusters import cluster_error


class TestClusterError:
    def test_a_renamed_label_is_no_error(self):
        labels = np.arange(100) % 10
        assert cluster_error((labels + 3) % 10, labels) == (0.0, 0.0)

    def test_the_two_rules_differ_where_codes_share_a_label(self):
        # Codes 0 and 1 both mean label 0; label 1 sits in code 1 as a minority.
        codes = np.array([0, 0, 0, 1, 1, 1])
        labels = np.array([0, 0, 0, 0, 0, 1])
        assert cluster_error(codes, labels) == pytest.approx((1 / 6, 2 / 6))

    def test_matching_is_fitted_on_other_samples(self):
        error = cluster_error([0, 0, 1, 1], [0, 0, 1, 1], [0, 1], [1, 0])
        assert error == (1.0, 1.0)

    def test_a_code_without_a_label_is_wrong(self):
        error = cluster_error([0, 1, 2], [0, 1, 1], [0, 1], [0, 1])
        assert error == pytest.approx((1 / 3, 1 / 3))

    def test_a_useless_code_is_wrong_about_all_but_one_class(self):
        labels = np.arange(1000) % 10
        assert cluster_error(np.zeros(1000, int), labels) == pytest.approx((0.9, 0.9))

    def test_half_a_fit_is_refused(self):
        with pytest.raises(ValueError, match=r"`fit_codes` and `fit_labels` must be given toget"):
            cluster_error([0], [0], fit_codes=[0])

    def test_negative_labels_are_refused(self):
        with pytest.raises(ValueError, match=r"`labels` must hold labels from 0.*least -1"):
            cluster_error([0, 1], [-1, 0])
