"""A suite's gate: its variants compared, and held against its rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.application.evaluation.data import suite_data
from assistant.domain.reasons import Reason
from assistant.errors import InputError
from assistant.wiring.workspace import Workspace
from evals.comparison.compare import compare
from evals.comparison.scores import ComparisonTerms
from evals.data.files import choose_variant
from evals.gates.gate import GateResult, all_passed, judge_gate
from evals.gates.suite import Suite


@dataclass(frozen=True, slots=True)
class JudgedSuite:
    """What a gate came to.

    Args:
        suite: whose rules.
        digest: of the frozen data.
        results: one for each candidate.
        notes: what the reader must know of the data.
    """

    suite: Suite
    digest: str
    results: tuple[GateResult, ...]
    notes: tuple[Reason, ...]

    @property
    def passed(self) -> bool:
        """Whether every candidate passes."""
        return all_passed(self.results)


def judge_suite(workspace: Workspace, suite: str, baseline: str, candidates: Sequence[str]) -> JudgedSuite:
    """Hold candidates against the baseline by the suite's rules.

    Args:
        workspace: the opened workspace.
        suite: its name or its TOML file.
        baseline: the variant in use.
        candidates: variants that may take its place; empty for all others.

    Raises:
        InputError: as `suite_data`; no such variant, no candidate, or no labeled item that both have answered.
    """
    data, digest, read = suite_data(workspace, suite)
    choose_variant(data, baseline, suite)
    wanted = [choose_variant(data, name, suite) for name in candidates] or [
        name for name in data.variants if name != baseline
    ]
    if not wanted:
        raise InputError("suite_without_candidate", where=suite)
    terms = ComparisonTerms(margin=read.gate_margin)
    results = tuple(
        judge_gate(data, compare(data, baseline, name, terms), read.gate, read.gate_margin) for name in wanted
    )
    return JudgedSuite(read, digest, results, data.notes)
