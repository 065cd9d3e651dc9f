"""Optional parts of a reply: read where they plainly say something, unknown where they don't."""

import pytest

from assistant.prelabel.fields import read_clauses, read_share

SHOWN = frozenset({"SP1", "H1", "H10"})


@pytest.mark.parametrize(
    ("value", "share"),
    [
        (0, 0.0),
        (0.95, 0.95),
        (1, 1.0),
        ("0.95", 0.95),
        (" .5 ", 0.5),
        (95, 0.95),
        ("95", 0.95),
        ("95%", 0.95),
        ("95 %", 0.95),
        ("９５％", 0.95),
        ("0.5%", 0.005),
        ("100%", 1.0),
        ("95 percent", 0.95),
        (1.05, None),
        ("101%", None),
        (-0.1, None),
        (1e300, None),
        (float("nan"), None),
        (float("inf"), None),
        (True, None),
        (None, None),
        ("high", None),
        ("about 0.9", None),
        ("0.9 or 0.8", None),
        ("1_0", None),
        ("", None),
        ([0.9], None),
    ],
)
def test_a_share_is_read_from_numbers_and_per_cents(value: object, share: float | None) -> None:
    assert read_share(value) == (share if share is None else pytest.approx(share))


@pytest.mark.parametrize(
    ("value", "cited"),
    [
        (["SP1"], ("SP1",)),
        (["[SP1]", "H1", "SP1"], ("SP1", "H1")),
        (["SP1 Hidden or repeated advertising"], ("SP1",)),
        (["SP1: Top10 scams, and more"], ("SP1",)),
        (["Clause H10"], ("H10",)),
        (["sp1"], ("SP1",)),
        ("SP1", ("SP1",)),
        ("SP1, H1", ("SP1", "H1")),
        ("SP1 and H10", ("SP1", "H10")),
        ("§SP1；H1", ("SP1", "H1")),
        ([{"id": "x"}, ["SP1"], 7, None, ""], ()),
        ("none", ()),
        (None, ()),
        ([], ()),
    ],
)
def test_clauses_are_read_by_their_ids(value: object, cited: tuple[str, ...]) -> None:
    assert read_clauses(value, SHOWN) == (cited, ())


@pytest.mark.parametrize(
    ("value", "cited", "unknown"),
    [
        (["H9"], (), ("H9",)),
        ("SP1, H9", ("SP1",), ("H9",)),
        (["SP1: advertising", "H9 Insults"], ("SP1",), ("H9",)),
        (["H", "H9", "H9"], (), ("H9",)),
    ],
)
def test_an_id_that_was_not_shown_is_named(value: object, cited: tuple[str, ...], unknown: tuple[str, ...]) -> None:
    assert read_clauses(value, SHOWN) == (cited, unknown)
