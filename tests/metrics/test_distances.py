import tracemalloc

import numpy as np
import scipy.spatial.distance

from keras_gans.metrics import distances
from keras_gans.metrics.distances import squared_distance_blocks


def test_blocks_cover_all_pairs(monkeypatch):
    monkeypatch.setattr(distances, "ROWS_AT_ONCE", 7)
    monkeypatch.setattr(distances, "COLUMNS_AT_ONCE", 5)
    random = np.random.default_rng(0)
    queries, references = random.normal(size=(23, 4)) + 9.0, random.normal(size=(17, 4)) + 9.0
    matrix = np.empty((23, 17))
    for rows, block in squared_distance_blocks(queries, references):
        matrix[rows] = block
    expected = scipy.spatial.distance.cdist(queries, references, "sqeuclidean")
    np.testing.assert_allclose(matrix, expected, rtol=1e-12)


def test_equal_points_are_at_distance_zero():
    points = (1e4 + np.random.default_rng(0).normal(size=(300, 64))).astype("float32")
    for rows, block in squared_distance_blocks(points, points):
        diagonal = block[np.arange(len(block)), np.arange(rows.start, rows.stop)]
        assert not diagonal.any()
        assert np.count_nonzero(block) == block.size - len(block)


def test_memory_does_not_grow_with_the_number_of_queries():
    random = np.random.default_rng(0)
    queries, references = random.random((3000, 8), np.float32), random.random((1000, 8), np.float32)
    peaks = []
    for count in (600, 3000):
        tracemalloc.start()
        for _ in squared_distance_blocks(queries[:count], references):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0]
    assert peaks[1] < 6 * distances.ROWS_AT_ONCE * 1000 * 8  # never the 3000 x 1000 distances
