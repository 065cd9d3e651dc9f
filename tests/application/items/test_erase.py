"""Erasing content: nothing of it is left in the workspace's folder, whatever it was used for; what stays holds."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from assistant.application.items import erase as erasing
from assistant.application.items.erase import (
    ErasureKind,
    ErasureTarget,
    erase,
    find_erasure,
    list_erasures,
    preview_erasure,
    resume_erasure,
)
from assistant.application.items.item_life import ItemViewer, open_item_life
from assistant.application.review.gold import make_gold
from assistant.application.review.precedents import make_precedent
from assistant.application.routing.release import RunRelease
from assistant.application.workspace.backup import back_up
from assistant.application.workspace.search import update_index
from assistant.domain.certificates import Purpose, SampledItem
from assistant.domain.items import Content, Item
from assistant.domain.review_work import Cause, TaskKind
from assistant.errors import ConflictError, InvalidValueError, NotFoundError, StorageError
from assistant.review.adjudicate import AdjudicationDecision, settle
from assistant.store.audit.log import entries, verify
from assistant.store.content.items import NewItem
from assistant.store.runs.journal import claim
from assistant.wiring.workspace import Workspace
from evals.data.eval_data import Sight
from evals.data.frozen import FrozenAnswer, FrozenItem, LabelSnapshot, digest_of, read_snapshot
from tests.workspaces import MadeUp, Post

TEXT = "My neighbour Quillon Farnsby lives at 7 Tamarisk Lane and shouts «all night» at his dog"
CHINESE = "我的邻居范思比住在柽柳巷七号，整夜对着他的狗大喊大叫" * 200  # longer than a page of the database
REASON = "request 12"


def files_with(folder: Path, *texts: str) -> list[str]:
    """An independent search: each text whole, and the beginning of a long one."""
    wanted = [
        form
        for text in texts
        for form in (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"), json.dumps(text)[1:-1].encode())
    ]
    return [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(form in path.read_bytes() for form in wanted)
    ]


def add(made_up: MadeUp, name: str, text: str, language: str = "en") -> Post:
    workspace = made_up.workspace
    item = Item(name, Content(text), language, "forum", {"author": "farnsby.q"})
    workspace.items.add([NewItem(item, b"s" * 64, 1)])
    return Post(workspace.items.keys_of([name])[name], name, text, language, ("hate",), ("safe",))


def used(made_up: MadeUp, post: Post) -> None:
    """Labels with notes, an adjudication, gold, a precedent in the index, a sample, a reply in the journal, a suite."""
    workspace = made_up.workspace
    made_up.task(post, TaskKind.DOUBLE, overlap=2, severity=4, priority=1e9)
    made_up.answer("chen", ("hate",), note=f"since {post.text}")
    made_up.answer("ana", ("safe",))
    stored = workspace.items.get(post.id)
    assert stored is not None
    with workspace.database.write() as connection:
        settle(connection, stored, AdjudicationDecision(("hate",), Cause.EDGE_CASE, f"cf. {post.text}"), actor="lea")
    make_precedent(workspace, post.id, actor="lea")
    make_gold(workspace, post.id, ["hate"], f"explains {post.text}", actor="lea")
    update_index(workspace)
    workspace.samples.add(
        made_up.run.id,
        fit_id=None,
        purpose=Purpose.AUDIT,
        population=20,
        seed=1,
        detail={},
        items=[SampledItem(post.id, 0.25)],
    )
    workspace.journal_folder.mkdir(exist_ok=True)
    reply = {"run_key": made_up.run.key, "content_digest": stored.content_digest, "body": f"quotes {post.text}"}
    reply |= {"attempt": 1, "latency_ms": 1.0, "created_at": "2026-01-01T00:00:00.000+00:00"}
    with (workspace.journal_folder / "replies-00000001.jsonl").open("ab") as file:
        file.write(
            orjson.dumps(reply | {"content_digest": "another", "body": "{}"}) + b"\n" + orjson.dumps(reply) + b"\n"
        )
    freeze(workspace, stored.content_digest, post)


def freeze(workspace: Workspace, digest: str, post: Post) -> None:
    answers = (FrozenAnswer("chen", ("hate",), Sight.BLIND),)
    kept = FrozenItem("other", "d" * 32, "other", 1.0, {"author": "somebody"}, answers)
    frozen = FrozenItem(post.id, digest, post.id, 1.0, {"author": "farnsby.q", "title": post.text[:80]}, answers)
    snapshot = LabelSnapshot("mine", None, None, (frozen, kept))
    folder = workspace.project_folder / "evals"
    folder.mkdir(exist_ok=True)
    (folder / "mine.frozen.jsonl").write_bytes(snapshot.as_bytes())
    (folder / "mine.frozen.lock.json").write_bytes(orjson.dumps({"digest": snapshot.digest}))
    (folder / "mine.toml").write_text(f'[data]\ndigest = "{snapshot.digest}"\n', encoding="utf-8")


def of_item(name: str) -> ErasureTarget:
    return ErasureTarget(ErasureKind.ITEM, name)


@pytest.mark.parametrize(("text", "language"), [(TEXT, "en"), (CHINESE, "zh")])
def test_a_byte_search_of_the_workspace_finds_nothing_of_what_was_in_use_everywhere(
    made_up: MadeUp, text: str, language: str
) -> None:
    workspace, folder = made_up.workspace, made_up.workspace.folder
    post = add(made_up, "q", text, language)
    used(made_up, post)
    file = workspace.database.file
    assert file is not None
    copy = file.with_name("assistant-schema-0010-20260101T000000Z.db")
    with closing(sqlite3.connect(file)) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
    piece = text[:60]
    before = files_with(folder, piece)
    assert {Path(one).parts[-1] for one in before} >= {"replies-00000001.jsonl", "mine.frozen.jsonl", copy.name}
    assert any("chroma" in one for one in before)
    done = erase(workspace, of_item("q"), REASON, actor="ida")
    assert (done.items, done.remaining, done.log_emptied, done.copies) == (1, (), True, (copy,))
    assert files_with(folder, text, piece, text[-60:], "farnsby.q") == []
    assert verify(workspace.database).whole


def test_labels_certificates_figures_and_the_other_replies_stay(made_up: MadeUp) -> None:
    workspace = made_up.workspace
    post = add(made_up, "q", TEXT)
    used(made_up, post)
    before = open_item_life(workspace, "q", ItemViewer("ida"))
    erase(workspace, of_item("q"), REASON, actor="ida")
    after = open_item_life(workspace, "q", ItemViewer("ida"))
    kept = [(one.rater, one.labels, one.created_at) for one in before.records.labels]
    assert [(one.rater, one.labels, one.created_at) for one in after.records.labels] == kept
    assert [one.note for one in after.records.labels] == ["", ""]
    assert [(one.labels, one.note) for one in after.adjudications] == [(("hate",), "")]
    assert after.records.samples == before.records.samples
    assert [one.active for one in after.records.gold] == [False]
    assert [one.event for one in after.records.precedents] == ["added", "withdrawn"]
    erasure = after.records.erasure
    assert erasure is not None
    assert (erasure.reason, erasure.actor, erasure.counts["labels"]) == (REASON, "ida", 2)
    assert REASON in after.stored.item.content.text
    assert next(one.action for one in after.records.changes) == "item.erase"
    [line] = (workspace.journal_folder / "replies-00000001.jsonl").read_bytes().splitlines()
    assert orjson.loads(line)["content_digest"] == "another"
    folder = workspace.project_folder / "evals"
    snapshot, digest = read_snapshot(folder / "mine.frozen.jsonl")
    assert digest == digest_of((folder / "mine.frozen.jsonl").read_bytes())
    assert orjson.loads((folder / "mine.frozen.lock.json").read_bytes()) == {"digest": digest}
    assert digest in (folder / "mine.toml").read_text("utf-8")
    assert {one.id: (one.digest, dict(one.properties), len(one.answers)) for one in snapshot.items} == {
        "other": ("d" * 32, {"author": "somebody"}, 1),
        "q": ("", {}, 1),
    }


def test_the_preview_counts_names_releases_and_backups_and_changes_nothing(made_up: MadeUp, tmp_path: Path) -> None:
    workspace, post = made_up.workspace, made_up.posts[0]
    back_up(workspace, tmp_path / "before.zip", actor="ida", overwrite=False)
    RunRelease(workspace, None).write(tmp_path / "labels.jsonl", lambda _: None)
    add(made_up, "copy of it", post.text)
    head = entries(workspace.database, limit=1)
    found = preview_erasure(workspace, of_item(post.id))
    assert found.items == (post.id,)
    assert (found.counts["characters"], found.counts["labels"]) == (len(post.text), 3)
    assert [one.file for one in found.releases] == ["labels.jsonl"]
    assert [erasing.file_of(one) for one in found.files] == ["before.zip"]
    assert found.same_content == 1
    assert entries(workspace.database, limit=1) == head
    assert workspace.items.get(post.id).item.content.text == post.text  # type: ignore[union-attr]
    late = preview_erasure(workspace, of_item("copy of it"))
    assert (late.releases, late.files) == ((), ())


def test_an_item_that_is_held_is_not_erased_and_nothing_is_half_done(made_up: MadeUp) -> None:
    workspace, post = made_up.workspace, add(made_up, "q", TEXT)
    made_up.task(post, TaskKind.DOUBLE, overlap=1, severity=4, priority=1e9)
    [claimed] = made_up.queue.claim(made_up.principal("chen"))
    assert claimed.item_id == "q"
    with pytest.raises(ConflictError) as refused:
        erase(workspace, of_item("q"), REASON, actor="ida")
    assert (refused.value.code, refused.value.values["user"], refused.value.values["item"]) == (
        *("erasure_held", "chen", "q"),
    )
    assert list_erasures(workspace) == []
    assert workspace.items.get("q").item.content.text == TEXT  # type: ignore[union-attr]
    made_up.queue.release(made_up.principal("chen"), claimed.assignment_id, claimed.token)
    erase(workspace, of_item("q"), REASON, actor="ida")
    assert "q" not in [one.item_id for one in made_up.queue.claim(made_up.principal("chen"), 50)]


def test_a_job_at_work_keeps_an_erasure_from_beginning(made_up: MadeUp) -> None:
    workspace = made_up.workspace
    release = claim(workspace.journal_folder)
    try:
        with pytest.raises(StorageError) as refused:
            erase(workspace, of_item(made_up.posts[0].id), REASON, actor="ida")
    finally:
        release()
    assert refused.value.code == "workspace_locked"
    assert list_erasures(workspace) == []


@pytest.mark.parametrize("step", ["clean_journal", "clean_snapshots", "old_copies", "remove", "scrub", "note"])
def test_an_erasure_that_broke_off_says_so_and_is_finished_later(
    made_up: MadeUp, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, post = made_up.workspace, add(made_up, "q", TEXT)
    used(made_up, post)

    def broken(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(erasing, step, broken)
        with pytest.raises(KeyboardInterrupt):
            erase(workspace, of_item("q"), REASON, actor="ida")
    [begun] = list_erasures(workspace)
    assert begun.state == ("removed" if step in {"scrub", "note"} else "begun")
    if begun.state == "begun":
        with pytest.raises(ConflictError, match="erasure_unfinished"):
            erase(workspace, of_item("q"), REASON, actor="ida")
    resume_erasure(workspace, begun.id, actor="ida")
    assert find_erasure(workspace, begun.id).state == "cleaned"
    assert files_with(workspace.folder, TEXT, "farnsby.q") == []
    assert verify(workspace.database).whole


def test_an_erased_id_is_not_imported_again_and_no_model_is_asked_about_it(made_up: MadeUp) -> None:
    workspace = made_up.workspace
    add(made_up, "q", TEXT)
    erase(workspace, of_item("q"), REASON, actor="ida")
    counts, [clash] = workspace.items.add([NewItem(Item("q", Content(TEXT), "en"), b"", 7)])
    assert (counts["added"], clash.external_id, clash.erased) == (0, "q", True)
    assert "q" not in [one.stored.item.id for one in workspace.prelabels.pending(made_up.run, "community")]
    assert workspace.embeddings.missing("any", limit=1000)
    assert "q" not in [one.item.id for one in workspace.embeddings.missing("any", limit=1000)]
    assert workspace.results.totals(made_up.run).statuses["pending"] == 0
    with pytest.raises(NotFoundError):
        erase(workspace, of_item("q"), REASON, actor="ida")


@pytest.mark.parametrize(
    ("target", "reason", "code"),
    [
        (ErasureTarget(ErasureKind.ITEM, "none such"), REASON, "nothing_to_erase"),
        (ErasureTarget(ErasureKind.QUERY, "   "), REASON, "erasure_of_nothing"),
        (ErasureTarget(ErasureKind.AUTHOR, "x", " "), REASON, "erasure_of_nothing"),
        (ErasureTarget(ErasureKind.ITEM, "q"), "  ", "erasure_reason"),
        (ErasureTarget(ErasureKind.ITEM, "q"), "x" * 501, "erasure_reason"),
    ],
)
def test_what_names_nothing_or_gives_no_reason_is_refused(
    made_up: MadeUp, target: ErasureTarget, reason: str, code: str
) -> None:
    add(made_up, "q", TEXT)
    with pytest.raises((InvalidValueError, NotFoundError)) as refused:
        erase(made_up.workspace, target, reason, actor="ida")
    assert refused.value.code == code
    assert list_erasures(made_up.workspace) == []


def test_other_items_than_the_preview_had_are_not_erased(made_up: MadeUp) -> None:
    add(made_up, "q", TEXT)
    author = ErasureTarget(ErasureKind.AUTHOR, "farnsby.q")
    expected = len(preview_erasure(made_up.workspace, author).items)
    add(made_up, "another", "another text of the same author")
    with pytest.raises(ConflictError, match="erasure_changed"):
        erase(made_up.workspace, author, REASON, actor="ida", expected=expected)
    assert list_erasures(made_up.workspace) == []
