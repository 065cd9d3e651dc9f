"""Connected components against a plain reference."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.ingest.duplicates.components import Components

EDGES = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=40)


def smallest_reachable(edges: list[tuple[int, int]]) -> list[int]:
    """For each of 20 nodes the smallest node it is connected with, by repeated relabelling."""
    label = list(range(20))
    for _ in range(20):
        for left, right in edges:
            label[left] = label[right] = min(label[left], label[right])
    return label


@given(EDGES, EDGES)
def test_a_component_is_called_by_its_smallest_node_however_it_was_joined(
    first: list[tuple[int, int]], second: list[tuple[int, int]]
) -> None:
    components = Components(20)
    for edges in (first, second):
        nodes = np.array(edges, dtype=np.int32).reshape(-1, 2)
        components.join(nodes[:, 0], nodes[:, 1])
    assert components.root_of(np.arange(20, dtype=np.int32)).tolist() == smallest_reachable(first + second)
