"""What answers come to where some leave categories unknown."""

import pytest

from assistant.domain.consensus import Consensus, any_differ, consensus, differ


def answer(labels: str = "", unknown: str = "") -> Consensus:
    """`answer("SH V", "H")`: SH and V are given, H is unknown, all else is denied."""
    return Consensus(tuple(labels.split()), tuple(unknown.split()))


@pytest.mark.parametrize(
    ("answers", "settled"),
    [
        ([answer("V"), answer("V"), answer("H")], answer("V")),
        ([answer("V H"), answer("H V"), answer("")], answer("H V")),
        ([answer("V"), answer("H")], None),
        ([], None),
        # One answer stands as it is, what it leaves unknown stays so.
        ([answer("SH", "S H")], answer("SH", "S H")),
        # H is known by the second alone, who denies it; S by neither.
        ([answer("SH", "S H"), answer("SH", "S")], answer("SH", "S")),
        # A complete answer fills what another leaves unknown.
        ([answer("SH", "S"), answer("SH S")], answer("S SH")),
        ([answer("SH", "S"), answer("SH")], answer("SH")),
        # In V, which both know, they are evenly split.
        ([answer("V", "S"), answer("")], None),
        # V: two of three; H: the one who leaves it unknown has no vote, the others are split.
        ([answer("V", "H"), answer("V H"), answer("")], None),
        ([answer("V", "H"), answer("V H"), answer("H")], answer("H V")),
    ],
)
def test_categories_are_settled_by_those_who_know_them(answers: list[Consensus], settled: Consensus | None) -> None:
    assert consensus(answers) == settled


@pytest.mark.parametrize(
    ("first", "second", "contradict"),
    [
        (answer("V"), answer("V"), False),
        (answer("V H"), answer("H V"), False),
        (answer("V"), answer(""), True),
        (answer("V", "H"), answer("V H"), False),
        (answer("V", "H"), answer("H"), True),
        (answer("", "V H"), answer("V H"), False),
    ],
)
def test_answers_contradict_each_other_only_in_what_both_know(
    first: Consensus, second: Consensus, contradict: bool
) -> None:
    assert differ(first, second) is differ(second, first) is any_differ([first, second]) is contradict
    assert any_differ([first]) is False
