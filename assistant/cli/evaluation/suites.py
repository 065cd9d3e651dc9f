"""`assistant eval freeze`, `list` and `gate`: a suite's data, how far it has come, and whether a candidate may pass."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.error_words import error_words
from assistant.cli.evaluation.run import SuiteArgument, frozen_words, run
from assistant.cli.left_out_words import note_left_out
from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import EXIT_ERROR, Output, table
from assistant.errors import InputError

if TYPE_CHECKING:
    from assistant.application.evaluation.data import SuiteState
    from evals.gates.gate import GateResult


def register(app: typer.Typer) -> None:
    """Add this file's commands, and `run`."""
    app.command("freeze")(freeze)
    app.command("run")(run)
    app.command("gate")(gate)
    app.command("list")(list_suites)


def freeze(
    suite: SuiteArgument,
    again: Annotated[bool, typer.Option("--again", help="Replace an existing snapshot.")] = False,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Write down the human labels a suite evaluates on; figures name this snapshot by its digest.

    Items that guide models (precedents, examples, and all that belongs to them) are left out and counted.

    Example: assistant eval freeze evals/prompts.toml
    """
    from assistant.application.evaluation.snapshots import freeze_suite, snapshot_path
    from assistant.application.evaluation.suites import find_suite
    from assistant.reports.reasons.in_files import written_counts
    from assistant.reports.reasons.worded import english

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        frozen = freeze_suite(opened, find_suite(opened, suite), again=again)
        note_left_out(output, opened)
        path = snapshot_path(opened, frozen.suite)
    snapshot = frozen.snapshot
    data = {
        "suite": frozen.suite.name,
        "file": str(path),
        "data": frozen.digest,
        "fresh": frozen.fresh,
        "items": len(snapshot.items),
        "labels": sum(len(item.answers) for item in snapshot.items),
        "groups": len({item.group for item in snapshot.items}),
        "excluded": written_counts(snapshot.excluded),
        "notes": list(map(english, snapshot.notes)),
    }
    output.result(data, *frozen_words(frozen), f"written to {path}" if frozen.fresh else f"unchanged: {path}")
    output.next_step(f"assistant eval run {suite} --dry-run", "estimates the cost of its variants")


def list_suites(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """The suites of the workspace, then those that ship with the package, and how far their variants have come.

    Example: assistant eval list
    """
    from assistant.application.evaluation.data import suite_state
    from assistant.application.evaluation.suites import suite_files

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        states = [suite_state(opened, path) for path in suite_files(opened)]
    data = [
        {
            "suite": one.name,
            "file": str(one.path),
            "data": one.digest,
            "items": one.items,
            "variants": [{"variant": name, "answered": list(answered)} for name, answered in one.answered.items()],
            "problem": "" if one.problem is None else error_words(one.problem).what.splitlines()[0],
        }
        for one in states
    ]
    rows = [
        (one.name, one.digest[:8] or "not frozen", one.items or "-", _state_words(one), str(one.path)) for one in states
    ]
    output.result(data, table(("suite", "data", "items", "answered", "file"), rows))
    if not states:
        output.note("no suite yet: write evals/NAME.toml")


def _state_words(state: SuiteState) -> str:
    if state.problem is not None:
        return error_words(state.problem).what.splitlines()[0]
    return ", ".join(f"{name} {'+'.join(map(str, counts))}" for name, counts in state.answered.items()) or "-"


def gate(
    suite: SuiteArgument,
    baseline: Annotated[str, typer.Option(help="The variant in use.")],
    candidate: Annotated[
        list[str] | None, typer.Option(help="A variant that may replace it; repeat; none: all others.")
    ] = None,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML here.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write a summary for a pull request here.")] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """May a candidate take the baseline's place? By default: it agrees with people no less, by more than the margin.

    Exit status: 0 every candidate passes, 1 not, or the data can't tell (unless the suite says `undecided = "pass"`).

    Example: assistant eval gate evals/prompts.toml --baseline in_use --junit gate.xml --markdown gate.md
    """
    from assistant.application.evaluation.gate import judge_suite
    from assistant.reports.reasons.worded import english
    from evals.gates import gate_files

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        note_left_out(output, opened)
        judged = judge_suite(opened, suite, baseline, candidate or ())
    name, results = judged.suite.name, judged.results
    _write(junit, gate_files.junit(name, results))
    _write(markdown, gate_files.markdown(name, judged.digest, results))
    for note in judged.notes:
        output.note(english(note))
    data = {
        "suite": name,
        "data": judged.digest,
        "baseline": baseline,
        "passed": judged.passed,
        "candidates": [_as_json(result) for result in results],
    }
    output.result(data, *(part for result in results for part in _shown(result)))
    if not judged.passed:
        raise typer.Exit(EXIT_ERROR)


def _as_json(result: GateResult) -> dict[str, Any]:
    rules = [{"rule": one.name, "outcome": one.outcome.value, "why": one.sentence} for one in result.rules]
    difference = result.comparison.difference
    return {
        "candidate": result.comparison.candidate.name,
        "passed": result.passed,
        "difference": difference.value,
        "low": difference.low,
        "high": difference.high,
        "n_pairs": result.comparison.n_pairs,
        "rules": rules,
    }


def _shown(result: GateResult) -> list[Any]:
    from evals.report.sentences import verdict_sentence

    return [
        f"{result.comparison.candidate.name}: {'passed' if result.passed else 'failed'}",
        verdict_sentence(result.comparison),
        table(("rule", "outcome", "why"), [(one.name, one.outcome.value, one.sentence) for one in result.rules]),
        "",
    ]


def _write(path: Path | None, text: str) -> None:
    if path is None:
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError("file_unwritable", where=str(path), reason_given=error.strerror) from None
