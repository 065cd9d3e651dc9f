"""A damaged reply journal costs its damaged lines only: a job names them, takes in the rest, and does its work."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Assistant, Server

PRELABEL = ("prelabel", "--model", "openai:dev", "--limit", "3")


@pytest.fixture
def journal(assistant: Assistant, filled: Path, dev_server: Server) -> Path:
    """The journal of a workspace in which three items were asked."""
    dev_server()
    assert assistant(*PRELABEL, "-w", filled).status == 0
    return filled / ".assistant" / "journal"


def test_a_job_names_what_it_could_not_read_and_goes_on(assistant: Assistant, filled: Path, journal: Path) -> None:
    odd = ['{"a":1}', "123", "null", '"x"', '{"run_key":"half a li', "\x00\x01"]
    (journal / "replies-00000001.jsonl").write_text("\n".join(odd) + "\n")
    (journal / "replies-abc.jsonl").write_text("")
    (journal / "replies-00000002.jsonl").mkdir()
    said = assistant(*PRELABEL, "-w", filled, "--json")
    assert (said.status, said.json["session"]["labelled"]) == (0, 3)
    assert "6 lines that are no replies (line 1, 2, 3, 4, 5 and 1 more)" in said.stderr
    assert "replies-00000002.jsonl is not a file" in said.stderr
    assert (journal / "damaged-replies-00000001.jsonl").read_text().splitlines() == odd
    later = assistant(*PRELABEL, "-w", filled)
    assert later.status == 0
    assert "damaged" not in later.stderr


def test_a_lock_file_that_names_a_living_process_stops_no_job(
    assistant: Assistant, filled: Path, journal: Path
) -> None:
    """As containers leave it behind, in each of which somebody is process 1."""
    (journal / "lock").write_text("1")
    assert assistant(*PRELABEL, "-w", filled).status == 0
    assert (journal / "lock").read_text() == ""
