"""What a gate came to, for machines (JUnit) and for the people who read a pull request (Markdown)."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from assistant.reports.blocks import Block, Paragraph, Table
from assistant.reports.markdown import blocks_as_markdown, code, escaped
from assistant.reports.words import Words
from evals.gates.gate import GateResult, RuleOutcome, RuleResult
from evals.report.sentences import verdict_sentence

_OUTCOMES = {True: "passed", False: "failed"}


def junit(suite: str, results: Sequence[GateResult]) -> str:
    """JUnit XML: a test suite for each candidate, a test case for each rule.

    What can't be determined is a failure, or skipped where the suite lets it pass.
    """
    root = ET.Element("testsuites", name=_xml(f"gate {suite}"))
    for result in results:
        stopped = [rule for rule in result.rules if not result.lets_pass(rule)]
        skipped = [rule for rule in result.rules if result.lets_pass(rule) and rule.outcome is RuleOutcome.CANNOT_TELL]
        name = f"{suite}: {result.comparison.candidate.name} against {result.comparison.baseline.name}"
        inside = ET.SubElement(
            root,
            "testsuite",
            name=_xml(name),
            tests=str(len(result.rules)),
            failures=str(len(stopped)),
            skipped=str(len(skipped)),
            errors="0",
        )
        for rule in result.rules:
            _case(inside, name, rule, result)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def markdown(suite: str, digest: str, results: Sequence[GateResult]) -> str:
    """A summary for a pull request: the verdict first, then the rules."""
    passed = all(one.passed for one in results)
    words = Words()
    parts = [f"## Gate {escaped(suite)}: {_OUTCOMES[passed]}\n"]
    for result in results:
        candidate, baseline = escaped(result.comparison.candidate.name), escaped(result.comparison.baseline.name)
        parts.append(f"### {candidate} against {baseline}: {_OUTCOMES[result.passed]}\n")
        parts.append(blocks_as_markdown(_blocks(result), words))
    return "\n".join([*parts, f"Frozen data: {code(digest)}\n"])


def _blocks(result: GateResult) -> list[Block]:
    rows = [(rule.name, rule.outcome.value, rule.sentence) for rule in result.rules]
    blocks: list[Block] = [
        Paragraph(verdict_sentence(result.comparison), "lead"),
        Table("The gate's rules", ("rule", "outcome", "why"), rows),
    ]
    if any(rule.outcome is RuleOutcome.CANNOT_TELL for rule in result.rules):
        blocks.append(Paragraph(f"What can't be told {'passes' if result.undecided_passes else 'counts as failed'}."))
    return blocks


def _case(parent: ET.Element, class_name: str, rule: RuleResult, result: GateResult) -> None:
    case = ET.SubElement(parent, "testcase", classname=_xml(class_name), name=_xml(rule.name))
    if not result.lets_pass(rule):
        failure = ET.SubElement(case, "failure", message=_xml(rule.sentence), type=rule.outcome.value)
        failure.text = _xml(rule.sentence)
    elif rule.outcome is RuleOutcome.CANNOT_TELL:
        ET.SubElement(case, "skipped", message=_xml(rule.sentence))
    else:
        ET.SubElement(case, "system-out").text = _xml(rule.sentence)


def _xml(text: str) -> str:
    """Without characters that XML can't hold at all; the writer escapes the others."""
    return "".join(
        one if one in "\t\n" or (one >= " " and one not in "\ufffe\uffff" and not "\ud800" <= one <= "\udfff") else "?"
        for one in text
    )
