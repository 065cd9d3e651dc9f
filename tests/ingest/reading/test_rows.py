"""Excerpts that are safe to print."""

import pytest

from assistant.ingest.reading.rows import excerpt_of


@pytest.mark.parametrize(
    ("record", "excerpt"),
    [
        ("short 好 😀", "short 好 😀"),
        ("a\nb\0\x1b[31m\u202e", "a\\nb\\x00\\x1b[31m\\u202e"),
        (b"caf\xe9", "caf\\xe9"),
        ({"a": 1}, "{'a': 1}"),
        ("x" * 81, "x" * 79 + "…"),
        ("x" * 80, "x" * 80),
    ],
)
def test_an_excerpt_is_one_printable_line_of_80_characters(record: object, excerpt: str) -> None:
    assert excerpt_of(record) == excerpt
