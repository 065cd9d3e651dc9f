"""`assistant policy`: check, index, search, compare, verify and change the policy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.labeling import policy_change
from assistant.cli.left_out_words import note_left_out
from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import EXIT_ERROR, Output, table
from assistant.errors import InputError

app = typer.Typer(help="Check, index, search, compare, verify and change the policy.", no_args_is_help=True)
app.add_typer(policy_change.app, name="change")


@app.command("lint")
def lint(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Policy files; the workspace's own if none is given.")
    ] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Show every mistake of a policy with its place, and what to do.

    Example: assistant policy lint policies/community.md
    """
    from assistant.policy.documents.documents import find_mistakes, read_source
    from assistant.policy.documents.mistakes import render_mistakes

    output = Output(as_json=as_json)
    if not files:
        with open_workspace(workspace) as opened:
            files = [opened.policy_path]
    data, shown, wrong = [], [], False
    for path in files:
        source = read_source(path)
        mistakes = find_mistakes(source, str(path))
        wrong = wrong or any(mistake.severity == "error" for mistake in mistakes)
        data += [
            {
                "file": str(path),
                "line": mistake.line,
                "column": mistake.column,
                "severity": mistake.severity,
                "message": mistake.message,
                "hint": mistake.hint,
            }
            for mistake in mistakes
        ]
        shown.append(render_mistakes(mistakes, source, str(path)) if mistakes else f"{path}: no mistakes")
    output.result(data, *shown)
    if wrong:
        raise typer.Exit(EXIT_ERROR)


@app.command("index")
def index(
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Drop the index and build it from the database.")] = False,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Update the search index from the policy and the precedents; prelabel does it automatically.

    Example: assistant policy index --rebuild
    """
    from assistant.application.workspace.search import update_index

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        note_left_out(output, opened)
        made = update_index(opened, rebuild=rebuild)
    counts = [{**of, "entries": entries} for of, entries in made.collections]
    output.result({"changed": bool(made.done), "collections": counts}, made.done or "the index is up to date")


@app.command("search")
def search(
    query: Annotated[str | None, typer.Argument(help="A text, as an item would hold it.")] = None,
    count: Annotated[int, typer.Option("-k", min=1, help="How many clauses.")] = 5,
    suite: Annotated[Path | None, typer.Option(help="Measure recall of the governing clause on this suite.")] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Show the clauses nearest to a text, or measure how often the governing clause is found.

    Example: assistant policy search "buy followers here"
    """
    from assistant.application.workspace.search import measure_search, search_policy

    output = Output(as_json=as_json)
    if (query is None) == (suite is None):
        raise InputError("text_or_suite_needed")
    with open_workspace(workspace) as opened:
        if suite is not None:
            report = measure_search(opened, suite)
            output.result(report.as_dict(), report.render())
            return
        found = search_policy(opened, query or "", count)
    rows = [
        (hit.clause.id, f"{hit.distance:.3f}", ", ".join(hit.clause.labels), hit.clause.title) for hit in found.clauses
    ]
    data = {
        "near": found.near,
        "clauses": [
            {"clause": hit.clause.id, "distance": hit.distance, "labels": hit.clause.labels, "title": hit.clause.title}
            for hit in found.clauses
        ],
        "precedents": [{"text": one.text, "labels": one.labels, "distance": one.distance} for one in found.precedents],
    }
    shown = [table(("clause", "distance", "labels", "title"), rows)]
    if found.precedents:
        settled = [(f"{one.distance:.3f}", ", ".join(one.labels), one.text[:80]) for one in found.precedents]
        shown.append(table(("distance", "label", "text"), settled, title="\nprecedents"))
    output.result(data, *shown)
    if not found.near:
        output.note("no similar clause: an item like this would go to review")


@app.command("diff")
def diff(
    old: Annotated[str, typer.Argument(help="A version that was used, or a file.")],
    new: Annotated[str, typer.Argument(help="A version that was used, or a file.")],
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Compare two versions of the policy: what changed, and which labels may be stale.

    Example: assistant policy diff 3 policies/community.md
    """
    from assistant.application.workspace.policy_versions import compare_named_policies
    from assistant.policy.documents.difference import render_difference

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        difference = compare_named_policies(opened, old, new)
    output.result(difference.as_dict(), render_difference(difference))


@app.command("verify")
def verify(
    sample: Annotated[int, typer.Option(min=1, help="How many entries to search for themselves.")] = 200,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Check the search index against the database: counts, uniqueness, and a sample that must find itself.

    Example: assistant policy verify
    """
    from assistant.application.workspace.search import verify_search

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        reports = verify_search(opened, sample)
    output.result([report.as_dict() for report in reports], *(report.render() for report in reports))
    if not all(report.whole for report in reports):
        output.next_step("assistant policy index --rebuild", "rebuilds it from the database")
        raise typer.Exit(EXIT_ERROR)
