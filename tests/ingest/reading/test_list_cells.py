"""Lists in a cell of text, in the ways programs write them."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.ingest.reading.list_cells import UnreadableListError, looks_like_a_list, read_list_cell

LABELS = st.lists(st.text(max_size=8), max_size=4)


@given(LABELS)
def test_every_list_that_json_or_python_writes_is_read_back(labels: list[str]) -> None:
    for cell in (json.dumps(labels), repr(labels), repr(tuple(labels)), f"list({labels!r})"):
        assert looks_like_a_list(cell)
        assert read_list_cell(cell) == labels


@given(st.lists(st.text(st.characters(exclude_characters="\0"), max_size=8), min_size=1, max_size=4))
def test_every_array_that_numpy_writes_is_read_back(labels: list[str]) -> None:
    array = np.array(labels, dtype=object)
    with np.printoptions(linewidth=20):  # so that arrays break over lines
        assert read_list_cell(str(array)) == labels
        assert read_list_cell(repr(array)) == labels
    assert read_list_cell(repr(np.array(labels))) == np.array(labels).tolist()
    assert read_list_cell(str([np.str_(label) for label in labels])) == labels


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("[]", []), ("set()", []), ("()", []), ("('a',)", ["a"]), ("{'a'}", ["a"]), ("frozenset({'a'})", ["a"]),
        ("[1. 0.]", [1.0, 0.0]), ("[0 1 0]", [0, 1, 0]), ("['a', None]", ["a", None]), ("['a', nan]", ["a", None]),
        ("Index(['a', 'b'], dtype='object')", ["a", "b"]), ("{'a': 1, 'b': nan}", {"a": 1, "b": None}),
    ],
)  # fmt: skip
def test_other_ways_to_write_a_list(cell: str, read: object) -> None:
    assert looks_like_a_list(cell)
    assert read_list_cell(cell) == read


@pytest.mark.parametrize("cell", ["[a, b]", "['a'", "['a', ['b']]", "['a',,'b']", "{a}", "[sic]", "['a'] or ['b']"])
def test_what_looks_like_a_list_and_is_none_is_no_list(cell: str) -> None:
    assert looks_like_a_list(cell)
    with pytest.raises(UnreadableListError):
        read_list_cell(cell)


@pytest.mark.parametrize("cell", ["a, b", "(other)", "array", "a[0]", "", "[", "set"])
def test_other_text_is_no_list(cell: str) -> None:
    assert not looks_like_a_list(cell)
