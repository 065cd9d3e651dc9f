"""Releases: a run's items with prelabel, route and final label in a file, and a manifest that vouches for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.application.routing.machine_answers import read_trusted
from assistant.application.workspace.audit_anchors import RELEASE, anchor_head, log_file
from assistant.application.workspace.stale_labels import find_left_out
from assistant.domain.runs import Run, RunTotals
from assistant.exchange.archive import file_digest
from assistant.exchange.manifest import write_manifest
from assistant.exchange.release import Released
from assistant.exchange.tables import Written, as_record, write_table
from assistant.store.life.releases import NewRelease, Stretches
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class WrittenRelease:
    """A file of labels that was written.

    Args:
        run: whose items they are.
        totals: the run in numbers.
        written: rows, digest, and cells that were cut.
        released: whose the final labels are, and what the certificate guarantees of them.
        manifest: the file that says all this.
        id: its number among the project's releases.
    """

    run: Run
    totals: RunTotals
    written: Written
    released: Released
    manifest: Path
    id: int


class RunRelease:
    """A release that is ready to be written.

    Args:
        workspace: the opened workspace.
        run: name of the run; None for the newest with an answer.

    Raises:
        InputError: there is no such run.
    """

    def __init__(self, workspace: Workspace, run: str | None) -> None:
        self._workspace = workspace
        self._run = workspace.runs.find(run)
        self._totals = workspace.results.totals(self._run)
        self._items = Stretches()

    @property
    def rows(self) -> int:
        """How many rows the file will have."""
        return sum(self._totals.statuses.values())

    def write(self, file: Path, watch: Callable[[int], None]) -> WrittenRelease:
        """Write every item with its provenance, keep which items are in it, and sign the head of the log.

        Args:
            file: ends in .jsonl, .parquet, .csv or .xlsx.
            watch: called with the rows read so far.

        Raises:
            InputError: the file has another ending, or can't be written.
            WorkspaceError: the head of the log can't be signed.
        """
        workspace, run = self._workspace, self._run
        released = open_release(workspace, run)
        written = write_table(file, released.counted(self._records(watch)))
        log_file(workspace, "file.export", file.name, {"run": run.name, "rows": written.rows, "sha256": written.sha256})
        head = anchor_head(workspace, RELEASE)
        manifest = write_manifest(file, run, self._totals, written, released, head=head)
        number = workspace.releases.add(
            NewRelease(
                run_id=run.id,
                certificate_id=None if released.certificate is None else released.certificate.id,
                file=file.name,
                format=file.suffix.lower().removeprefix("."),
                rows=written.rows,
                sha256=written.sha256,
                manifest_sha256=file_digest(manifest),
            ),
            self._items,
            workspace.database.operator,
        )
        return WrittenRelease(run, self._totals, written, released, manifest, number)

    def _records(self, watch: Callable[[int], None]) -> Iterator[dict[str, Any]]:
        done = 0
        self._items = Stretches()
        for page in self._workspace.results.pages(self._run):
            for result in page:
                self._items.add(result["id"])
            yield from (as_record(result, self._run) for result in page)
            done += len(page)
            watch(done)


def open_release(workspace: Workspace, run: Run) -> Released:
    """What may be said of a run's final labels, ready to count them."""
    trusted = read_trusted(workspace, run)
    certificate = trusted.certificate
    events = [] if certificate is None else workspace.certificates.events(certificate.id)
    return Released(certificate, trusted.standing, tuple(events), labels_under=_labels_under(workspace))


def _labels_under(workspace: Workspace) -> dict[str, object]:
    """The policy version in use, every decision that carries labels over to it, and what doesn't count."""
    in_force = workspace.policy_in_use.get()
    counting = {in_force.labels.version, *(one.version for one in in_force.labels.carried)}
    decisions = [
        {
            "change": one.name,
            "old": one.old_version,
            "new": one.new_version,
            "effective_at": one.effective_at,
            "mode": one.carried.mode.value,
            "by": one.carried.actor,
            "at": one.carried.at,
            **one.carried.counts,
        }
        for one in in_force.changes
        if one.carried is not None and one.new_version in counting
    ]
    left_out = [
        {"kind": one.kind.value, "policy": one.policy_id, "version": one.version, "why": one.why.value}
        | {"labels": one.labels, "items": one.items}
        for one in find_left_out(workspace)
    ]
    used = f"{in_force.policy.id}@{in_force.policy.version}"
    return {"policy": used, "carried_over": decisions, "left_out": left_out}
