"""Frozen data of suites: written once, opened unchanged, and held against what the workspace says now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from assistant.application.certification.sampled_labels import speaking_labels
from assistant.application.evaluation.suites import FOLDER, guides_of
from assistant.domain.reasons import Reason
from assistant.errors import ConflictError, InputError
from assistant.ingest.labels.answer_files import read_answer_files
from assistant.reports.reasons.in_files import read_written, written_counts
from assistant.store.certification.labelled import ItemFacts, LabelledItem, LabelledStore
from assistant.store.database import now
from assistant.wiring.workspace import Workspace
from evals.data.frozen import FrozenItem, LabelSnapshot, digest_of, read_snapshot
from evals.freezing.candidates import Routed, from_files, from_workspace
from evals.freezing.freeze import freeze
from evals.freezing.leakage import Guides
from evals.gates.suite import Suite, read_suite

_EARLIER = "earlier"


@dataclass(frozen=True, slots=True)
class FrozenSuite:
    """A suite with its snapshot.

    Args:
        suite: as its file says.
        path: of that file.
        snapshot: the frozen data.
        digest: its identity.
        fresh: whether it was made just now.
    """

    suite: Suite
    path: Path
    snapshot: LabelSnapshot
    digest: str
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class SnapshotItems:
    """Where a snapshot's items are in the workspace.

    Args:
        facts: by id, the items that are there with the content that was frozen.
        missing: ids of items that are not there.
        changed: ids of items whose content is another.
    """

    facts: Mapping[str, ItemFacts]
    missing: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def names(self) -> dict[int, str]:
        """Ids by row numbers."""
        return {facts.key: name for name, facts in self.facts.items()}


def snapshot_path(workspace: Workspace, suite: Suite) -> Path:
    """Where a suite's frozen data is."""
    return workspace.project_folder / FOLDER / f"{suite.name}.frozen.jsonl"


def freeze_suite(workspace: Workspace, path: Path, *, again: bool = False, write: bool = True) -> FrozenSuite:
    """Write the snapshot of a suite's data as it is now; one that is the same already stays.

    Args:
        workspace: the opened workspace.
        path: of the suite.
        again: another snapshot may take the place of the one there is, which is kept beside it.
        write: whether to; else only what would be written is made.

    Raises:
        InputError: the suite has mistakes or is empty; or there is another snapshot and `again` was not given.
    """
    suite = read_suite(path)
    snapshot = take_snapshot(workspace, suite, path)
    digest, target = snapshot.digest, snapshot_path(workspace, suite)
    if suite.data.digest not in {"", digest}:
        raise ConflictError("suite_names_other_data", where=str(path), wanted=suite.data.digest, found=digest)
    if target.exists() and digest != _recorded(target) and not again:
        raise ConflictError("suite_frozen_already", where=str(target), suite=suite.name)
    fresh = not target.exists() or digest_of(target.read_bytes()) != digest
    if fresh and write:
        _keep_earlier(target)
        _write(target, snapshot, digest)
    return FrozenSuite(suite, path, snapshot, digest, fresh)


def open_frozen(workspace: Workspace, path: Path) -> FrozenSuite:
    """A suite with the snapshot that was frozen.

    Raises:
        InputError: the suite has mistakes, was not frozen, or its snapshot was edited since.
    """
    suite = read_suite(path)
    target = snapshot_path(workspace, suite)
    if not target.exists():
        raise InputError("suite_not_frozen", suite=suite.name, path=path)
    snapshot, digest = read_snapshot(target)
    wanted = suite.data.digest or _recorded(target)
    if wanted not in {None, digest}:
        raise ConflictError("snapshot_edited", where=str(target), found=digest, wanted=wanted, path=path)
    return FrozenSuite(suite, path, snapshot, digest)


def freeze_or_open(workspace: Workspace, path: Path, *, dry_run: bool = False) -> FrozenSuite:
    """The suite with its snapshot, which is made where there is none; raises as `freeze_suite` and `open_frozen` do.

    With `dry_run` the snapshot is made and not written.
    """
    if snapshot_path(workspace, read_suite(path)).exists():
        return open_frozen(workspace, path)
    return freeze_suite(workspace, path, write=not dry_run)


def take_snapshot(workspace: Workspace, suite: Suite, path: Path) -> LabelSnapshot:
    """What freezing a suite now would give. Raises InputError where it is empty or can't be read."""
    store, data = workspace.labelled_items, suite.data
    asks = any(variant.imported is None for variant in suite.variants)
    guides = guides_of(workspace, suite) if asks else Guides()
    if data.query is None:
        ids = _ids_of(store, suite, path) if asks else {}
        candidates, read = from_files(data, path.parent, ids)
        label_set = workspace.policy.label_set if asks and not data.classes else None
        return freeze(suite, candidates, guides, label_set, notes=read.notes)
    query = data.query
    labelled, routed, notes = _weighted(workspace, store, query.weighted_by)
    return freeze(suite, list(from_workspace(labelled, query, routed)), guides, workspace.policy.label_set, notes=notes)


def _weighted(
    workspace: Workspace, store: LabelledStore, name: str
) -> tuple[Iterable[LabelledItem], Routed, Sequence[Reason]]:
    """Labelled items with the chance each had to be: by the run's campaign, else by its routes, and notes on it"""
    if not name:
        return store.items(), {}, [Reason("items_stand_for_themselves")]
    run = workspace.runs.find(name)
    speaking = speaking_labels(workspace, run)
    if speaking is None:
        return store.items(), dict(store.routed(run.id)), [Reason.of("labels_weighted_by_routes", run=name)]
    inclusion, sampled = speaking
    labelled = [one for one in store.items() if one.facts.id in inclusion]
    note = read_written(sampled.note(run.name))
    return labelled, {item: [("", chance)] for item, chance in inclusion.items()}, [note]


def changes_since(workspace: Workspace, frozen: FrozenSuite) -> list[Reason]:
    """What the suite's data would be now, where that is not what was frozen; none where it is."""
    suite = frozen.suite.name
    try:
        now_there = take_snapshot(workspace, frozen.suite, frozen.path)
    except InputError as error:
        return [Reason.of("not_to_be_frozen_now", why=error, suite=suite)]
    if now_there.digest == frozen.digest:
        return []
    before, after = _by_id(frozen.snapshot), _by_id(now_there)
    both = before.keys() & after.keys()
    counts = {
        "items_more": len(after.keys() - both),
        "items_fewer": len(before.keys() - both),
        "items_with_other_answers": sum(before[name].answers != after[name].answers for name in both),
        "items_with_other_content": sum(before[name].digest != after[name].digest for name in both),
    }
    changes = tuple(Reason.of(code, count=count) for code, count in counts.items() if count)
    return [Reason.of("changed_since_frozen", suite=suite, changes=changes or (Reason("groups_or_fields"),))]


def find_items(workspace: Workspace, snapshot: LabelSnapshot) -> SnapshotItems:
    """The snapshot's items in the workspace; an empty digest (a file of labels alone) fits any content."""
    there = workspace.labelled_items.facts([item.id for item in snapshot.items])
    same = {
        item.id: there[item.id]
        for item in snapshot.items
        if item.id in there and item.digest in {"", there[item.id].digest}
    }
    missing = tuple(item.id for item in snapshot.items if item.id not in there)
    return SnapshotItems(same, missing, tuple(name for name in there if name not in same))


def _recorded(target: Path) -> str | None:
    """The digest a snapshot had when it was written; without a record of it, that of the file; None without either."""
    record = _record_path(target)
    try:
        return str(orjson.loads(record.read_bytes())["digest"])
    except FileNotFoundError:
        return digest_of(target.read_bytes()) if target.exists() else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError("snapshot_record_unreadable", where=str(record), reason_given=error) from None


def _record_path(target: Path) -> Path:
    return target.with_suffix(".lock.json")


def _write(target: Path, snapshot: LabelSnapshot, digest: str) -> None:
    record = {
        "digest": digest,
        "items": len(snapshot.items),
        "excluded": written_counts(snapshot.excluded),
        "frozen_at": now(),
    }
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(snapshot.as_bytes())
        _record_path(target).write_bytes(orjson.dumps(record, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    except OSError as error:
        raise InputError("snapshot_unwritable", where=str(target), reason_given=error.strerror) from None


def _keep_earlier(target: Path) -> None:
    """Figures name the snapshot they were measured on: it is moved, not lost."""
    if target.exists():
        folder = target.parent / _EARLIER
        folder.mkdir(exist_ok=True)
        suite = target.name.partition(".")[0]
        target.rename(folder / f"{suite}.{digest_of(target.read_bytes())}.jsonl")


def _ids_of(store: LabelledStore, suite: Suite, path: Path) -> dict[str, ItemFacts]:
    """Items of the workspace that a suite's file of labels names."""
    assert suite.data.labels is not None  # noqa: S101 - the caller asks for files only
    return store.facts(list(read_answer_files(path.parent / suite.data.labels, readings=suite.data.readings).human))


def _by_id(snapshot: LabelSnapshot) -> dict[str, FrozenItem]:
    return {item.id: item for item in snapshot.items}
