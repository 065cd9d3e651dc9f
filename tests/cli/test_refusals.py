"""Refused questions: an item the server will not take fails alone; a server that takes nothing more costs no item."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant.models.dev.faults import Faults
from assistant.prelabel.job import PrelabelJob
from tests.cli.conftest import Assistant, Server
from tests.cli.files import write_jsonl

JOB = ("prelabel", "--model", "openai:dev", "--json")
LONG = "a very long story " * 200


def take_in(assistant: Assistant, workspace: Path, texts: Sequence[str]) -> None:
    """Ingest texts, in this order."""
    rows = [{"id": f"i{number}", "text": f"{text} {number}"} for number, text in enumerate(texts)]
    assert assistant("ingest", write_jsonl(workspace / "items.jsonl", rows), "-w", workspace).status == 0


def statuses(assistant: Assistant, workspace: Path) -> dict[str, int]:
    """Items of the newest run by status, those of none left out."""
    found: dict[str, int] = assistant("status", "-w", workspace, "--json").json["run"]["statuses"]
    return {name: count for name, count in found.items() if count}


@pytest.mark.parametrize("concurrency", [1, 16])
@pytest.mark.parametrize(("items", "answered"), [(120, 50), (120, 0), (120, 118), (3, 1), (1, 0)])
def test_a_server_that_refuses_everything_from_a_moment_on_stops_the_job_and_costs_no_item(
    assistant: Assistant, workspace: Path, dev_server: Server, concurrency: int, items: int, answered: int
) -> None:
    take_in(assistant, workspace, ["a post"] * items)
    # in words that say nothing, with the status of a bad question: a key that expired, an account that ran dry
    serving = dev_server(faults=Faults(rejected_after=answered))
    job = (*JOB, "--concurrency", str(concurrency), "-w", workspace)
    stopped = assistant(*job)
    assert stopped.status == 1
    assert "every question is refused now: " in stopped.json["error"]["what"]
    assert "A fault made to order." in stopped.json["error"]["what"]
    assert "asks these items again" in stopped.json["error"]["hint"]
    assert statuses(assistant, workspace) == {
        name: count for name, count in (("labelled", answered), ("pending", items - answered)) if count
    }
    # ten in a row, those on their way at that moment, and the control question
    assert serving.counts["asked"] <= answered + 10 + concurrency + 1
    repaired = dev_server()
    again = assistant(*job)
    assert (again.status, statuses(assistant, workspace)) == (0, {"labelled": items})
    assert repaired.counts["asked"] == items - answered


@pytest.mark.parametrize("concurrency", [1, 16])
@pytest.mark.parametrize(
    ("texts", "controls"),
    [
        # an answer to a later question shows by itself that the server works
        (["short", LONG, "short", "short"] * 5, 0),
        # ten in a row, twice
        ([*[LONG] * 20, *["short"] * 20], 2),
        # at the end nothing is answered after them
        ([*["short"] * 20, LONG], 1),
        ([LONG], 1),
    ],
)
def test_items_that_the_server_refuses_for_themselves_fail_and_never_stop_the_job(
    assistant: Assistant, workspace: Path, dev_server: Server, concurrency: int, texts: list[str], controls: int
) -> None:
    take_in(assistant, workspace, texts)
    serving = dev_server(context_tokens=1500)
    said = assistant(*JOB, "--concurrency", str(concurrency), "-w", workspace)
    long = sum(text is LONG for text in texts)
    assert said.status == 3
    assert said.json["failures"] == {"too_long": long}
    assert said.json["statuses"].get("labelled", 0) == len(texts) - long
    if concurrency == 1:
        assert said.json["session"]["control_questions"] == controls
        assert serving.counts["asked"] == len(texts) + controls
        assert ("control requests" in said.stderr) == bool(controls)
    assert said.json["session"]["control_questions"] <= controls + 1
    assert "--retry-failed" in said.stderr
    assert assistant(*JOB, "-w", workspace).json["session"]["failed"] == 0  # nor are they asked again


def test_a_tenth_of_items_refused_here_and_there_fails_alone(
    assistant: Assistant, filled: Path, dev_server: Server
) -> None:
    serving = dev_server(faults=Faults(rejected=0.1, every_attempt=True))
    said = assistant(*JOB, "-w", filled)
    refused = serving.counts["faults"]["rejected"]
    assert said.status == 3
    assert 5 < refused < 40
    assert said.json["failures"] == {"bad_request": refused}
    assert said.json["statuses"]["pending"] == 0


def test_an_interrupted_job_leaves_no_item_failed_that_no_verdict_was_found_on(
    assistant: Assistant, workspace: Path, dev_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(assistant, workspace, [LONG] * 3)
    dev_server(context_tokens=1500)
    judge: Any = PrelabelJob._judge

    async def interrupted(job: PrelabelJob, *, least: int) -> None:
        if least == 1:
            job.stop()
        await judge(job, least=least)

    monkeypatch.setattr(PrelabelJob, "_judge", interrupted)
    assistant(*JOB, "-w", workspace)
    assert statuses(assistant, workspace) == {"pending": 3}
