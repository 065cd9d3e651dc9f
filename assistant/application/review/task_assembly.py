"""From a claim to what the reviewer sees."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from assistant.application.review.content import read_translation, show_item
from assistant.application.review.policy_quotes import quoted_words
from assistant.application.review.task_view import (
    HandoverNote,
    ReviewTask,
    ShownClause,
    ShownLabel,
    Suggestion,
    Veil,
    label_keys,
    words_for,
)
from assistant.domain.opaque_ids import IdKind
from assistant.domain.policies import Clause, LabelKind, Policy
from assistant.domain.review_work import Claimed, TaskKind
from assistant.errors import NotFoundError, PolicyError
from assistant.policy.documents.documents import parse_policy
from assistant.store.review.queue.slots import notes_on
from assistant.store.runs.machine_answers import MachineAnswer, machine_answer
from assistant.wiring.workspace import Workspace

_BY_NOTE = frozenset({TaskKind.EXPERT, TaskKind.REVIEW})  # who takes these gets what a colleague wrote


class TaskAssembly:
    """Makes tasks to show; safe for many threads.

    Args:
        workspace: where items, policy and answers are.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._policies: dict[tuple[str, str], Policy] = {}
        self._lock = Lock()

    def policy(self, policy_id: str, version: str) -> Policy:
        """The policy in that version.

        Raises:
            PolicyError: it is neither the workspace's own nor one that was used.
        """
        with self._lock:
            found = self._policies.get((policy_id, version)) or self._read_policy(policy_id, version)
            self._policies[policy_id, version] = found
            return found

    def assemble(self, claimed: Claimed, user_id: int, *, lease_seconds: float, language: str) -> ReviewTask:
        """What the reviewer gets to see of what they claimed.

        Args:
            claimed: the claim.
            user_id: row number of who claimed it.
            lease_seconds: how long it holds.
            language: the reader's, for the clauses' wording.

        Raises:
            NotFoundError: the item is gone.
            PolicyError: as `policy`.
        """
        workspace = self._workspace
        stored = workspace.items.get(claimed.item_id)
        if stored is None:
            raise NotFoundError("no_item", where=claimed.item_id)
        policy = self.policy(claimed.policy_id, claimed.policy_version)
        machine = None if claimed.blind else self._machine(claimed)
        label_set = policy.label_set
        return ReviewTask(
            assignment_id=workspace.ids.of(IdKind.ASSIGNMENT, claimed.assignment_id, user_id),
            task_id=workspace.ids.of(IdKind.TASK, claimed.task_id, user_id),
            token=claimed.token,
            lease_seconds=lease_seconds,
            kind=claimed.shown_kind.value,
            blind=claimed.blind,
            item=show_item(stored.item, workspace.folder),
            severity=None if claimed.blind else claimed.severity,
            veil=self._veil(claimed, policy, pictures=bool(stored.item.content.media)),
            policy={"id": policy.id, "version": policy.version, "title": policy.title},
            labels=[
                ShownLabel(label.name, label.title(language), label.definition, label.severity, key)
                for label, key in zip(label_set.labels, label_keys(label_set.names), strict=True)
            ],
            label_kind=label_set.kind.value,
            needs_clause=needs_clause(policy),
            clauses=show_clauses(policy, machine, stored.item.content.text, language),
            suggestion=None if machine is None else _suggestion(machine),
            translation=read_translation(stored.item.meta, language),
            passed=self._passed(claimed),
        )

    def _machine(self, claimed: Claimed) -> MachineAnswer | None:
        with self._workspace.database.read() as connection:
            return machine_answer(connection, claimed.run_id, claimed.item_key)

    def _passed(self, claimed: Claimed) -> list[HandoverNote]:
        if claimed.kind not in _BY_NOTE:
            return []
        return [HandoverNote(kind, note) for kind, note in notes_on(self._workspace.database, claimed.item_key)]

    def _veil(self, claimed: Claimed, policy: Policy, *, pictures: bool) -> Veil:
        """A blind item is never covered by what the machine says of it: that would tell. Grades aren't harm."""
        severe = claimed.severity >= self._workspace.settings.routing.severe_from
        if severe and not claimed.blind and policy.label_set.kind is not LabelKind.ORDINAL:
            return Veil.VEIL
        return Veil.BLUR if pictures else Veil.NONE

    def _read_policy(self, policy_id: str, version: str) -> Policy:
        own = self._workspace.policy
        if (own.id, own.version) == (policy_id, version):
            return own
        source = self._workspace.registry.policy_source(policy_id, version)
        if source is None:
            path = str(Path(self._workspace.policy_path))
            raise PolicyError("task_policy_unknown", where=path, policy=policy_id, version=version)
        return parse_policy(source, f"{policy_id} {version}")


def needs_clause(policy: Policy) -> list[str]:
    """Labels that can only be given with a clause they rest on."""
    return [label.name for label in policy.label_set.labels if label.needs_clause]


def show_clauses(policy: Policy, machine: MachineAnswer | None, text: str, language: str) -> Sequence[ShownClause]:
    """The policy's clauses in document order; where the machine's answer is shown, with what it cites and quotes."""
    cited = set(machine.clauses) if machine is not None and machine.own else set()
    quote = quoted_words(machine.rationale, text) if machine is not None and cited else None
    return [
        ShownClause(
            id=clause.id,
            title=clause.title,
            text=_wording(clause, language, policy),
            labels=clause.labels,
            cited=clause.id in cited,
            quote=quote if clause.id in cited else None,
        )
        for clause in policy.clauses
    ]


def _wording(clause: Clause, language: str, policy: Policy) -> str:
    return clause.texts.get(language) or clause.texts[policy.languages[0]]


def _suggestion(machine: MachineAnswer) -> Suggestion:
    return Suggestion(
        labels=machine.labels,
        confidence=machine.confidence,
        words=words_for(machine.confidence),
        cited=machine.clauses if machine.own else (),
        rationale=machine.rationale if machine.own else None,
    )
