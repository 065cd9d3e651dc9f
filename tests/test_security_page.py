"""The table of docs/security.md names tests that are there, and each requirement of ASVS 5.0 of level 1 and 2 once."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
# How many requirements of level 1 and 2 each section has, counted in OWASP_Application_Security_Verification_Standard
# _5.0.0_en.csv; in every section those of level 3 come last. Chapters 9, 10 and 17 are about what is not there.
_COUNTS = """
1.1:2 1.2:9 1.3:11 1.4:3 1.5:2
2.1:3 2.2:3 2.3:4 2.4:1
3.2:2 3.3:4 3.4:6 3.5:5 3.7:2
4.1:3 4.2:1 4.3:2 4.4:4
5.1:1 5.2:3 5.3:2 5.4:3
6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4
7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2
8.1:2 8.2:3 8.3:1 8.4:1
11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1
12.1:3 12.2:2 12.3:4
13.1:1 13.2:5 13.3:2 13.4:5
14.1:2 14.2:4 14.3:3
15.1:3 15.2:3 15.3:7
16.1:1 16.2:5 16.3:4 16.4:3 16.5:3
"""
SECTIONS = dict(part.split(":") for part in _COUNTS.split())
WANTED = [f"{section}.{number}" for section, count in SECTIONS.items() for number in range(1, int(count) + 1)]


def rows() -> list[list[str]]:
    """Cells of every row of the tables below the heading of ASVS."""
    lines = PAGE.partition("## ASVS")[2].splitlines()
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| \d", line)]
    assert found
    return found


def numbers(cell: str) -> list[str]:
    """`4.4.1 to 4.4.4` and `1.2.1, 1.2.3` as single numbers."""
    spread = re.sub(
        r"(\d+\.\d+)\.(\d+) to \1\.(\d+)",
        lambda one: ", ".join(f"{one[1]}.{number}" for number in range(int(one[2]), int(one[3]) + 1)),
        cell,
    )
    return re.findall(r"\d+\.\d+\.\d+", spread)


def test_every_requirement_has_one_row() -> None:
    named = Counter(number for row in rows() for number in numbers(row[0]))
    there = {number.partition(".")[0] for number in named}  # chapters whose table has rows
    assert [number for number in WANTED if named[number] != 1 and number.partition(".")[0] in there] == []


def test_every_row_says_what_and_how() -> None:
    assert [row for row in rows() if len(row) != 3 or not all(row)] == []


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(tests/[\w/]+\.py)`", PAGE))))
def test_every_test_that_is_named_is_there(name: str) -> None:
    assert (ROOT / name).is_file()


def test_every_page_that_is_named_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (ROOT / "docs" / target).exists(), target
