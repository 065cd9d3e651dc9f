"""What evaluations are computed on: answers that are there already, files, and production weighted by its routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from assistant.application.evaluation.data import suite_data
from assistant.application.evaluation.run import SuiteRun
from assistant.application.evaluation.snapshots import freeze_suite, open_frozen
from assistant.application.evaluation.sources import RunsSource, assemble
from assistant.application.labeling.work import JobChoice
from assistant.domain.labels import NO_ANSWER
from assistant.domain.reasons import Reason
from assistant.domain.reviews import Review
from assistant.errors import InputError, InvalidValueError
from assistant.models.dev.faults import Faults
from assistant.reports.reasons.worded import english
from assistant.store.runs.prelabels import PendingItem
from assistant.wiring.workspace import Workspace
from evals.data.eval_data import SIGHTS, Sight
from evals.data.selection import Selection
from tests.cli.conftest import Assistant, Server
from tests.stored import newest_routes

JOB = ("prelabel", "--model", "openai:dev", "--json")
HEAD = 'name = "mixed"\n[data]\nminimum_reviewers = 2\nmax_items = 30\n[data.query]\n'
IN_USE = '[[variants]]\nname = "in_use"\nprompt = "moderation@2"\nmodel = "openai:dev"\n'


def write_suite(workspace: Path, text: str) -> Path:
    path = workspace / "evals" / "mixed.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def write_lines(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


def test_a_run_and_imported_answers_are_variants_like_any_other(
    assistant: Assistant, filled: Path, dev_server: Server, tmp_path: Path
) -> None:
    serving = dev_server()
    assert assistant(*JOB, "-w", filled).status == 0
    before = serving.counts["asked"]
    machine = [{"item_id": f"post-{n:03}", "model": "gpt-x", "label": "safe", "score": 0.9} for n in range(1, 241)]
    told = assistant("prelabels", "import", write_lines(tmp_path / "m.jsonl", machine), "-w", filled)
    assert told.status == 0, told.stderr
    path = write_suite(
        filled,
        HEAD
        + '[[variants]]\nname = "production"\nrun = "r1"\n[[variants]]\nname = "other"\nimport = "gpt-x"\n'
        + IN_USE,
    )
    assert assistant("eval", "run", "mixed", "-w", filled).status == 0
    assert serving.counts["asked"] == before  # in_use is what production asked
    with Workspace.open(filled) as opened:
        data, digest, suite = suite_data(opened, path)
        assert digest == open_frozen(opened, path).digest
    assert (len(data), list(data.variants), suite.name) == (30, ["production", "other", "in_use"], "mixed")
    production, other, in_use = data.variants.values()
    assert np.array_equal(production.codes, in_use.codes)
    assert {data.classes[code] for code in other.first} == {"safe"}
    assert other.identity.model == "gpt-x"
    assert production.identity.prompt == in_use.identity.prompt == "moderation@2"
    assert data.classes[:2] == ("safe", "harassment")  # in the policy's order
    assert {"label", "language", "source", "length"} == set(data.slices)


def test_answers_that_were_never_imported_are_refused(filled: Path) -> None:
    path = write_suite(filled, HEAD + '[[variants]]\nname = "other"\nimport = "gpt-y"\n')
    with Workspace.open(filled) as opened:
        freeze_suite(opened, path)
        with pytest.raises(InputError, match=r"prelabels_not_imported \(model='gpt-y'"):
            suite_data(opened, path)


FILES = """
name = "files"
slices = ["label", "language", "meta.kind"]
[data]
labels = "labels.jsonl"
items = "items.jsonl"
machine = "machine.jsonl"
group_by = "thread"
[[variants]]
name = "a"
import = "model-a"
[[variants]]
name = "b"
import = "model-b"
"""


def file_suite(folder: Path, *, text: str = FILES) -> Path:
    items = [
        {"id": f"i{n}", "text": f"text number {n}", "lang": "en", "meta": {"kind": "ab"[n % 2], "thread": n // 2}}
        for n in range(8)
    ]
    labels = [{"item_id": f"i{n}", "rater_id": rater, "label": "xy"[n % 2]} for n in range(8) for rater in ("p", "q")]
    machine = [
        {"item_id": f"i{n}", "model": model, "label": "x" if model == "model-a" else "xy"[n % 2], "score": 0.5}
        for n in range(8)
        for model in ("model-a", "model-b")
    ]
    for name, rows in (("items", items), ("labels", labels), ("machine", machine)):
        write_lines(folder / f"{name}.jsonl", rows)
    path = folder / "files.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_suite_of_files_needs_nothing_in_the_workspace(assistant: Assistant, workspace: Path, tmp_path: Path) -> None:
    path = file_suite(tmp_path)
    told = assistant("eval", "freeze", path, "-w", workspace, "--json").json
    assert (told["items"], told["labels"], told["groups"]) == (8, 16, 4)
    with Workspace.open(workspace) as opened:
        data, _, _ = suite_data(opened, path)
    assert data.texts is not None
    assert data.texts[3] == "text number 3"
    assert data.agreed("a").mean() == 0.5
    assert data.agreed("b").mean() == 1.0
    assert data.slices["meta.kind"].names == ("a", "b")
    assert data.groups.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


def test_a_file_whose_content_changed_is_said(assistant: Assistant, workspace: Path, tmp_path: Path) -> None:
    path = file_suite(tmp_path)
    assert assistant("eval", "freeze", path, "-w", workspace).status == 0
    items = tmp_path / "items.jsonl"
    items.write_bytes(items.read_bytes().replace(b"text number 3", b"another text"))
    with Workspace.open(workspace) as opened:
        data, _, _ = suite_data(opened, path)
    assert any("1 items with other content" in english(note) for note in data.notes)
    assert data.texts is not None
    assert data.texts[3] == ""


def test_items_that_are_in_files_alone_cannot_be_asked(assistant: Assistant, workspace: Path, tmp_path: Path) -> None:
    text = FILES.replace("[data]", '[data]\nclasses = ["x", "y"]') + IN_USE
    told = assistant("eval", "run", file_suite(tmp_path, text=text), "-w", workspace)
    assert told.status == 1
    assert "none of the 8 items of files is in this workspace" in told.stderr


def label_blind(workspace: Workspace, names: Sequence[str], labels: tuple[str, ...], *, shown: bool = False) -> None:
    keys = workspace.items.keys_of(names)
    workspace.reviews.add([(keys[name], Review(name, "zoe", labels, shown, "queue")) for name in names])


def test_production_is_weighted_by_the_route_in_force_when_it_was_labelled(
    assistant: Assistant, workspace: Path, dev_server: Server, tmp_path: Path
) -> None:
    dev_server()
    posts = [{"id": f"p{n}", "text": f"post number {n} is about something else entirely {n * 7919}"} for n in range(60)]
    assert assistant("ingest", write_lines(tmp_path / "p.jsonl", posts), "-w", workspace).status == 0
    early = tmp_path / "early.csv"
    early.write_text("item_id,label\np0,safe\n", encoding="utf-8")
    assert assistant("labels", "import", early, "--rater-name", "ana", "-w", workspace).status == 0
    assert assistant(*JOB, "-w", workspace).status == 0
    with Workspace.open(workspace) as opened:
        routed = newest_routes(opened.database, opened.runs.find(None).id)
        certain = [name for name, one in routed.items() if one.inclusion_probability == 1 and name != "p0"][:3]
        rare = [name for name, one in routed.items() if one.inclusion_probability < 1 and name != "p0"][:2]
        assert certain
        assert rare
        label_blind(opened, certain, ("safe",))
        label_blind(opened, rare, ("spam",), shown=True)
        data = assemble(RunsSource(opened), Selection()).data
    weights = dict(zip(data.ids, data.weights.tolist(), strict=True))
    assert weights == {"p0": 1, **dict.fromkeys(certain, 1.0), **{name: pytest.approx(20) for name in rare}}
    sights = {data.ids[item]: SIGHTS[sight] for item, sight in zip(data.humans.items, data.humans.sights, strict=True)}
    assert sights == {
        "p0": Sight.UNKNOWN,
        **dict.fromkeys(certain, Sight.BLIND),
        **dict.fromkeys(rare, Sight.ASSISTED),
    }
    assert Reason.of("labelled_before_routed", items=1, run="r1") in data.notes
    assert Reason.of("labels_weighted_by_routes", run="r1") in data.notes


def test_a_failed_answer_is_no_usable_answer_and_runs_can_be_compared(
    assistant: Assistant, filled: Path, dev_server: Server
) -> None:
    dev_server(faults=Faults(malformed=0.3, every_attempt=True))
    assert assistant(*JOB, "-w", filled).status == 3
    dev_server()
    assert assistant(*JOB, "--prompt", "moderation@1", "-w", filled).status == 0
    with Workspace.open(filled) as opened:
        data = assemble(RunsSource(opened, ("r1", "r2")), Selection()).data
        with pytest.raises(InvalidValueError, match="runs_to_compare_needed"):
            assemble(RunsSource(opened, ()), Selection())
    assert list(data.variants) == ["r1", "r2"]
    assert data.classes[-1] == NO_ANSWER
    failed = data.variants["r1"].first == len(data.classes) - 1
    assert 0 < failed.sum() < len(data)
    assert data.left_out[Reason("labelled_and_not_asked")] >= 80


def test_precedents_settled_since_are_withheld_and_replies_that_saw_them_do_not_count(
    assistant: Assistant, filled: Path, dev_server: Server
) -> None:
    serving = dev_server()
    path = write_suite(filled, HEAD + IN_USE)
    assert assistant("eval", "freeze", "mixed", "-w", filled).status == 0
    with Workspace.open(filled) as opened:
        items = open_frozen(opened, path).snapshot.items
    names = [item.id for item in items]
    agreed = [item.id for item in items if len({one.labels for one in item.answers}) == 1][:10]
    assert assistant("precedents", "add", *agreed, "-w", filled).status == 0
    assert assistant(*JOB, "-w", filled).status == 0  # production, with ten of the suite's items as precedents
    before = serving.counts["asked"]
    told = assistant("eval", "run", "mixed", "-w", filled, "--json")
    assert "precedents belong to items of the suite: no item is shown them" in told.stderr
    assert serving.counts["asked"] == before + 30
    assert told.json["variants"][0]["answered"] == 30
    with Workspace.open(filled) as opened:
        frozen = open_frozen(opened, path)
        going = SuiteRun(opened, frozen, JobChoice(retry_failed=True))
        session = going.sessions[0].session
        own = {item.digest for item in frozen.snapshot.items}
        assert going.withheld >= {facts.digest for name, facts in going.found.facts.items() if name in agreed}
        stored = [one for page in opened.items.pages() for one in page if one.item.id in names]
        shown = session._feed().prepare([PendingItem(one, 0) for one in stored])
    assert len(shown) == 30
    assert any(one.retrieved.neighbours for one in shown)
    assert all(own.isdisjoint(found.content_digest for found in one.retrieved.neighbours) for one in shown)
