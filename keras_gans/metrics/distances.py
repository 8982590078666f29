"""Squared Euclidean distances between two sets, a block of rows at a time."""

import numpy as np

# Squared distances below this share of the squared norms are below what float32 features can tell
# apart and what |a|^2 + |b|^2 - 2ab can resolve in float64, so they count as zero.
RESOLUTION = 1e-13
ROWS_AT_ONCE = 256
COLUMNS_AT_ONCE = 2048


def squared_distance_blocks(queries, references):
    """Yields `(rows, squared_distances)` until every row of `queries` has been served.

    Args:
        queries: Float array `(num_queries, dim)`.
        references: Float array `(num_references, dim)`.

    Yields:
        A slice of `queries` and a float64 array `(rows, num_references)`, to be used before the
        next one is asked for. For 50,000 references of width 2048 a block and its working memory
        take about 150 MB, whatever the number of queries.
    """
    centre = references.mean(axis=0, dtype=np.float64)  # short vectors lose fewer digits below
    block = np.empty((min(ROWS_AT_ONCE, len(queries)), len(references)))
    for start in range(0, len(queries), ROWS_AT_ONCE):
        rows = slice(start, min(start + ROWS_AT_ONCE, len(queries)))
        query = queries[rows].astype(np.float64) - centre
        distances = block[: len(query)]
        for first in range(0, len(references), COLUMNS_AT_ONCE):
            columns = slice(first, first + COLUMNS_AT_ONCE)
            distances[:, columns] = _squared_distances(query, references[columns] - centre)
        yield rows, distances


def _squared_distances(queries, references):
    """`|a|^2 + |b|^2 - 2ab` of two float64 sets, with what cannot be resolved set to zero."""
    squared_norms = np.einsum("id,id->i", queries, queries)[:, None] + np.einsum(
        "id,id->i", references, references
    )
    distances = queries @ references.T
    distances *= -2.0
    distances += squared_norms
    distances[distances < RESOLUTION * squared_norms] = 0.0
    return distances
