"""The gate: each rule passes, fails, or can't be told; what it writes is well formed whatever it is about."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from evals.comparison.compare import compare
from evals.comparison.scores import ComparisonTerms
from evals.data.collect import Collector
from evals.data.columns import VariantAnswer
from evals.data.eval_data import EvalData, Sight, VariantIdentity
from evals.gates.gate import GateResult, judge_gate
from evals.gates.gate_files import junit, markdown
from evals.gates.suite import GateRules

NASTY = "new | <b> & `x`\n\x07 **y**"


def data(both: int, fixed: int, broken: int, *, cost: float | None = None, candidate: str = "new") -> EvalData:
    """Items both get right, only the candidate does, only the baseline does; in two languages by turns."""
    collector = Collector(["x", "y"])
    collector.variant("old", VariantIdentity())
    collector.variant(candidate, VariantIdentity())
    for n in range(both + fixed + broken):
        name = f"i{n}"
        collector.item(name, properties={"language": "zh" if n % 2 else "en"})
        collector.human(name, "ana", ("x",), Sight.BLIND)
        collector.machine("old", name, VariantAnswer(("y" if both <= n < both + fixed else "x",), cost_usd=cost))
        collector.machine(candidate, name, VariantAnswer(("y" if n >= both + fixed else "x",), cost_usd=cost))
    return collector.data()


def judged(given: EvalData, candidate: str = "new", *, margin: float = 0.02, **rules: Any) -> GateResult:
    return judge_gate(
        given, compare(given, "old", candidate, ComparisonTerms(margin=margin)), GateRules.model_validate(rules), margin
    )


def outcomes(result: GateResult) -> dict[str, str]:
    return {rule.name: rule.outcome.value for rule in result.rules}


def test_no_worse_by_the_margin_passes_worse_fails_and_few_items_cannot_tell() -> None:
    # Of 2,000 pairs 10 were fixed and 10 broken: the loss is far below 2 points. Of 20 pairs nothing can be said.
    assert outcomes(judged(data(1980, 10, 10)))["no_worse"] == "passed"
    assert outcomes(judged(data(900, 0, 100)))["no_worse"] == "failed"
    few = judged(data(18, 1, 1))
    assert outcomes(few)["no_worse"] == "can't tell"
    assert not few.passed
    assert judged(data(18, 1, 1), undecided="pass").passed


def test_better_asks_for_an_interval_above_zero() -> None:
    assert outcomes(judged(data(900, 100, 0), require="better")) == {"better": "passed", "items": "passed"}
    assert outcomes(judged(data(1000, 0, 0), require="better"))["better"] != "passed"


def test_floors_of_agreement_whole_and_by_slice() -> None:
    found = outcomes(
        judged(
            data(900, 50, 50),
            minimum_agreement=0.9,
            minimum_items=1001,
            slice_floors={"language": 0.99, "source": 0.5},
        )
    )
    assert found == {
        "no_worse": "passed",
        "items": "failed",
        "agreement": "passed",  # 95 %, from 93.5 to 96.2
        "slice language=en": "failed",
        "slice language=zh": "failed",
        "slice source": "can't tell",
    }


@pytest.mark.parametrize(("cost", "outcome"), [(0.001, "passed"), (0.1, "failed"), (None, "can't tell")])
def test_the_cost_of_an_item_is_held_against_the_most(cost: float | None, outcome: str) -> None:
    assert outcomes(judged(data(90, 5, 5, cost=cost), max_cost_per_item_usd=0.01))["cost"] == outcome


def test_junit_parses_and_counts_what_stops_the_candidate() -> None:
    results = [
        judged(data(18, 1, 1, candidate=NASTY), NASTY, minimum_items=100),
        judged(data(18, 1, 1), undecided="pass"),
    ]
    root = ET.fromstring(junit("s & t", results))  # noqa: S314 - our own text
    first, second = root
    assert (first.attrib["failures"], first.attrib["skipped"], first.attrib["tests"]) == ("2", "0", "2")
    assert (second.attrib["failures"], second.attrib["skipped"]) == ("0", "1")
    assert len(first.findall("testcase/failure")) == 2
    assert len(second.findall("testcase/skipped")) == 1


def test_the_summary_holds_no_markup_of_names() -> None:
    given = data(18, 1, 1, candidate=NASTY)
    text = markdown("s", "d1ge57", [judged(given, NASTY)])
    assert text.startswith("## Gate s: failed\n")
    assert "`d1ge57`" in text
    assert "<b>" not in text.replace("\\<b\\>", "")
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) == 2 + 2  # head, rule below it, and the two rules of the gate
    assert "What can't be told counts as failed." in text
