"""1-nearest-neighbour accuracy: do an encoder's features keep what the labels mean?"""

import numpy as np

from keras_gans.metrics.checks import as_feature_pair, as_labels
from keras_gans.metrics.distances import squared_distance_blocks


def nearest_neighbour_accuracy(queries, query_labels, references, reference_labels):
    """Share of queries whose Euclidean-nearest reference carries the same label.

    Args:
        queries: Float array `(num_queries, dim)`, such as encoded test images.
        query_labels: Integer vector `(num_queries,)`.
        references: Float array `(num_references, dim)`, such as encoded training images.
        reference_labels: Integer vector `(num_references,)`.

    Returns:
        Float in `[0, 1]`; papers print per cent. Of equally near references the first counts.

    Raises:
        ValueError: If a set is empty or not finite, widths differ or labels do not match.

    Reference:
        Donahue et al., 2017, "Adversarial Feature Learning" (arXiv:1605.09782), section 4.2;
        `lib/metrics.py` of jeffdonahue/bigan.
    """
    queries, references = as_feature_pair(queries, references, names=("queries", "references"))
    query_labels = as_labels("query_labels", query_labels, len(queries))
    reference_labels = as_labels("reference_labels", reference_labels, len(references))
    correct = 0
    for rows, distances in squared_distance_blocks(queries, references):
        nearest = reference_labels[distances.argmin(axis=1)]
        correct += np.count_nonzero(nearest == query_labels[rows])
    return float(correct) / len(queries)
