"""The life of one item: what it is, what machine and people said of it, where it went, and who looked at it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.application.items.timeline import LifeEvent, timeline
from assistant.domain.audit_log import VIEWED, AuditEntry, item_view
from assistant.domain.disagreements import Adjudication
from assistant.domain.items import StoredItem
from assistant.domain.permissions import Permission, may
from assistant.domain.review_work import Principal
from assistant.errors import NotFoundError
from assistant.routing.route_scored import reason_sentence
from assistant.store.database import now
from assistant.store.life.item_records import ItemRecords, external_id, holds, item_records
from assistant.wiring.workspace import Workspace

Names = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class ItemViewer:
    """Who opens an item, and what of it they may see.

    Args:
        name: for the log of changes.
        user_id: of a person who may hold the item under a lease; None for the operator of the command line.
        people: whether people are named; else by the pseudonyms that figures of people have.
        gold: whether they may know what is gold.
        log: whether they may read the log of changes.
    """

    name: str
    user_id: int | None = None
    people: bool = True
    gold: bool = True
    log: bool = True

    @classmethod
    def of(cls, principal: Principal) -> ItemViewer:
        """A person who is signed in, by their role and the scopes of their token."""
        return cls(
            principal.name,
            principal.user_id,
            people=may(principal, Permission.SEE_PEOPLE),
            gold=may(principal, Permission.MANAGE_GOLD),
            log=may(principal, Permission.SEE_AUDIT),
        )


@dataclass(frozen=True, slots=True)
class StandingCertificate:
    """A certificate under which a final label of the item was written, and what became of it since."""

    id: int
    run: str
    standing: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ItemLife:
    """Everything about an item that its viewer may see.

    Args:
        stored: the item; its content is empty once it was erased.
        records: what the database knows of it.
        adjudications: oldest first; the last counts.
        certificates: those its final labels were written under.
        events: all of it in the order it happened.
        withheld: whether answers are left out, as the viewer is about to answer the item themselves.
        seen: which kinds of rows the viewer may see beside answers: `gold` and `log`.
    """

    stored: StoredItem
    records: ItemRecords
    adjudications: Sequence[Adjudication]
    certificates: Sequence[StandingCertificate]
    events: Sequence[LifeEvent]
    withheld: bool
    seen: frozenset[str]

    @property
    def views(self) -> Sequence[AuditEntry]:
        """Who opened it and when, newest first."""
        return [one for one in self.records.changes if one.action == VIEWED]

    def reason(self, reason: str) -> str:
        """What the rule says that a route's reason names, in English; empty for one that no rule of today has."""
        return reason_sentence(reason)


def open_item_life(workspace: Workspace, item_id: str, viewer: ItemViewer) -> ItemLife:
    """The life of an item, by its own id; that it was opened is noted in the log of changes.

    A viewer who holds the item under a lease sees its content only, until they have answered it.

    Raises:
        NotFoundError: this project has no such item.
    """
    stored = workspace.items.get(item_id)
    if stored is None:
        raise NotFoundError("item_not_found", item=item_id)
    with workspace.database.read() as connection:
        found = item_records(connection, stored.key)
        held = viewer.user_id is not None and holds(connection, stored.key, viewer.user_id, now())
    decided = workspace.adjudications.of_item(stored.key)
    workspace.read_log.add_once(item_view(viewer.name, item_id, stored.key, workspace.project.key))
    return _shown(workspace, stored, found, decided, viewer, held=held)


def open_life_of_row(workspace: Workspace, key: int, viewer: ItemViewer) -> ItemLife:
    """The same by the item's row number. Raises NotFoundError."""
    with workspace.database.read() as connection:
        name = external_id(connection, key)
    if name is None:
        raise NotFoundError("item_number_unknown", where=str(key))
    return open_item_life(workspace, name, viewer)


def _shown(
    workspace: Workspace,
    stored: StoredItem,
    found: ItemRecords,
    decided: Sequence[Adjudication],
    viewer: ItemViewer,
    *,
    held: bool,
) -> ItemLife:
    seen = frozenset(name for name, sees in (("gold", viewer.gold), ("log", viewer.log)) if sees and not held)
    secret = set() if "gold" in seen else {one.id for one in found.tasks if one.kind == "gold"}
    kept = replace(
        found,
        gold=found.gold if "gold" in seen else (),
        tasks=[one for one in found.tasks if one.id not in secret],
        assignments=[one for one in found.assignments if one.task not in secret],
        changes=found.changes if "log" in seen else (),
    )
    if held:
        kept, decided = _without_answers(kept), ()
    if not viewer.people:
        name = workspace.pseudonyms.of
        kept, decided = _without_names(kept, name), [one._replace(actor=name(one.actor)) for one in decided]
    certificates = _certificates(workspace, kept)
    return ItemLife(stored, kept, decided, certificates, timeline(kept, decided), held, seen)


def _without_answers(found: ItemRecords) -> ItemRecords:
    """What may be known by whoever is about to answer: nothing that anyone or anything answered."""
    return replace(
        found,
        prelabels=(),
        scores=(),
        routes=(),
        labels=(),
        tasks=(),
        assignments=(),
        passes=(),
        samples=(),
        disagreements=(),
        settlements=(),
        precedents=(),
        releases=(),
    )


def _without_names(found: ItemRecords, name: Names) -> ItemRecords:
    def maybe(one: str | None) -> str | None:
        return None if one is None else name(one)

    return replace(
        found,
        labels=[
            one._replace(rater=name(one.rater), withdrawn_by=maybe(one.withdrawn_by), source="") for one in found.labels
        ],
        passes=[one._replace(user=name(one.user)) for one in found.passes],
        assignments=[one._replace(user=maybe(one.user)) for one in found.assignments],
        disagreements=[
            one._replace(rater=name(one.rater), other_rater=maybe(one.other_rater)) for one in found.disagreements
        ],
        settlements=[one._replace(actor=name(one.actor)) for one in found.settlements],
        gold=[one._replace(added_by=name(one.added_by)) for one in found.gold],
        precedents=[one._replace(actor=name(one.actor)) for one in found.precedents],
        releases=[one._replace(actor=name(one.actor)) for one in found.releases],
        erasure=None if found.erasure is None else found.erasure._replace(actor=name(found.erasure.actor)),
    )


def _certificates(workspace: Workspace, found: ItemRecords) -> list[StandingCertificate]:
    numbers = dict.fromkeys(one.certificate_id for one in found.settlements if one.certificate_id is not None)
    issued = [workspace.certificates.get(number) for number in numbers]
    return [
        StandingCertificate(
            one.id, f"r{one.run_id}", str(workspace.certificates.standing(one.id)), one.statement.sentence
        )
        for one in issued
        if one is not None
    ]
