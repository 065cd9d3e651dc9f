"""Changes of the policy: proposed, approved, activated, read; and the labels that don't count under the one in use."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Query, Request
from pydantic import AwareDatetime, Field

from assistant.application.workspace import policy_changes as changes
from assistant.application.workspace.enqueue_stale import enqueue_stale
from assistant.domain.label_versions import LeftOutKind, WhyLeftOut
from assistant.domain.permissions import Permission
from assistant.domain.policy_changes import CarryOver, ChangeState, PolicyChange
from assistant.domain.review_work import Principal
from assistant.web.api_schema import Body, Shown, group, problems
from assistant.web.context import site
from assistant.web.presentation.figures import left_out
from assistant.web.security.authentication import needs
from assistant.web.server.options import LARGEST_NOTE

router = group("policy")

Reader = Annotated[Principal, Depends(needs(Permission.READ_POLICY))]
Changer = Annotated[Principal, Depends(needs(Permission.CHANGE_POLICY))]
Steerer = Annotated[Principal, Depends(needs(Permission.STEER_QUEUE))]
Viewer = Annotated[Principal, Depends(needs(Permission.SEE_RUNS))]
_LARGEST = 400_000  # characters of a document


class CarriedShown(Shown):
    """What is carried over: labels that count under the new version, and those left out, as they were then."""

    mode: CarryOver
    by: str
    at: str
    carried: int
    left_out: int


class ChangeSummary(Shown):
    """A change of the policy; `assessment` says what it makes stale and what labeling that again costs."""

    change: str
    old: str
    new: str
    state: ChangeState
    note: str
    proposed_by: str
    proposed_at: str
    approved_by: str | None
    effective_at: Annotated[str | None, Field(description="From when on it is in effect; null before activation.")]
    carried: CarriedShown | None
    assessment: dict[str, Any]

    @classmethod
    def shown(cls, one: PolicyChange) -> ChangeSummary:
        """As it is told."""
        decision = one.carried
        carried = None
        if decision is not None:
            counts = decision.counts
            carried = CarriedShown(
                mode=decision.mode,
                by=decision.actor,
                at=decision.at,
                carried=counts["carried"],
                left_out=counts["left_out"],
            )
        return cls(
            change=one.name,
            old=one.old_version,
            new=one.new_version,
            state=one.state,
            note=one.note,
            proposed_by=one.proposed_by,
            proposed_at=one.created_at,
            approved_by=one.approved_by,
            effective_at=one.effective_at,
            carried=carried,
            assessment=dict(one.assessment),
        )


class ChangeDetail(Shown):
    """A change with every clause and label word by word, as the command line reports it as JSON."""

    summary: ChangeSummary
    difference: dict[str, Any]


class StaleItemShown(Shown):
    """An item whose labels may be wrong under the new version, and why; `key` continues the list."""

    key: int
    item_id: str
    reasons: list[str]


class LeftOutShown(Shown):
    """Labels, adjudications, gold or precedents that don't count, of one version and reason."""

    kind: LeftOutKind
    policy_id: str | None
    version: Annotated[str | None, Field(description="Null where it was not kept.")]
    why: WhyLeftOut
    change_id: int | None
    labels: int
    items: int


class ProposedVersion(Body):
    """A new version of the policy, as the whole document."""

    source: Annotated[str, Field(min_length=1, max_length=_LARGEST)]
    note: Annotated[str, Field(max_length=LARGEST_NOTE)] = ""
    replaces: Annotated[
        str | None, Field(max_length=100, description="The version it replaces; the one in use by default.")
    ] = None
    lose_labels: Annotated[bool, Field(description="Labels in use may be gone: what holds them is stale.")] = False


class ActivatingChange(Body):
    """From when on, and what is carried over."""

    start: Annotated[str, Field(max_length=40, description="A day (UTC), a moment of ISO 8601, or `now`.")]
    carry: CarryOver = CarryOver.ALL_BUT_STALE


class CarryingOver(Body):
    """What is carried over."""

    carry: CarryOver = CarryOver.ALL_BUT_STALE


class AskingAgain(Body):
    """In whose queue, until when; `dry_run` counts only."""

    team: Annotated[str, Field(max_length=120)] = ""
    due: AwareDatetime | None = None
    dry_run: bool = False


class QueuedShown(Shown):
    """Items whose human labels no longer count: `added` get a task, `waiting` had an open one."""

    items: int
    added: int
    waiting: int


class ReadChange(Shown):
    """Whether it was new that you have read it."""

    new: bool


@router.get("/changes", responses=problems())
def list_policy_changes(request: Request, _: Reader) -> list[ChangeSummary]:
    """Every change of the policy, oldest first."""
    return [ChangeSummary.shown(one) for one in changes.list_changes(site(request).workspace)]


@router.post("/changes", responses=problems(400, 404, 409), status_code=201)
def propose_policy_change(request: Request, who: Changer, given: ProposedVersion) -> ChangeSummary:
    """Propose a version; answers with what it makes stale and what labeling that again costs."""
    proposal = changes.Proposal(given.source, "policy", given.note, given.replaces, given.lose_labels)
    return ChangeSummary.shown(changes.propose_change(site(request).workspace, proposal, actor=who.name))


@router.get("/changes/{change}", responses=problems(404))
def read_policy_change(request: Request, _: Reader, change: str) -> ChangeDetail:
    """A change, word by word."""
    shown = changes.show_change(site(request).workspace, change)
    return ChangeDetail(summary=ChangeSummary.shown(shown.change), difference=shown.difference.as_dict())


@router.get("/changes/{change}/stale", responses=problems(404))
def list_stale_items(
    request: Request,
    _: Viewer,
    change: str,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[StaleItemShown]:
    """Items that a change makes stale, in order of arrival, those beyond the key `after`."""
    rows = changes.stale_items_of(site(request).workspace, change, after=after, limit=limit)
    return [StaleItemShown(key=row[0], item_id=row[1], reasons=row[3].split()) for row in rows]


@router.post("/changes/{change}/approve", responses=problems(404, 409))
def approve_policy_change(request: Request, who: Changer, change: str) -> ChangeSummary:
    """Approve a change that another person proposed."""
    workspace = site(request).workspace
    return ChangeSummary.shown(changes.approve_change(workspace, change, by=who.name, actor=who.name))


@router.post("/changes/{change}/activate", responses=problems(400, 404, 409))
def activate_policy_change(request: Request, who: Changer, change: str, given: ActivatingChange) -> ChangeSummary:
    """Put an approved change into effect from a date on, which is not in the past."""
    workspace = site(request).workspace
    done = changes.activate_change(workspace, change, start=given.start, mode=given.carry, actor=who.name)
    return ChangeSummary.shown(done)


@router.post("/changes/{change}/carry", responses=problems(404, 409))
def carry_labels_over(request: Request, who: Changer, change: str, given: CarryingOver) -> ChangeSummary:
    """Decide again what an activated change carries over, labels given under the old version since included."""
    workspace = site(request).workspace
    return ChangeSummary.shown(changes.carry_over(workspace, change, mode=given.carry, actor=who.name))


@router.post("/changes/{change}/withdraw", responses=problems(404, 409))
def withdraw_policy_change(request: Request, who: Changer, change: str) -> ChangeSummary:
    """Give up a change that is not in effect yet."""
    return ChangeSummary.shown(changes.withdraw_change(site(request).workspace, change, actor=who.name))


@router.post("/changes/{change}/acknowledge", responses=problems(404, 409))
def acknowledge_policy_change(request: Request, who: Reader, change: str) -> ReadChange:
    """You have read it: the next item may come."""
    workspace = site(request).workspace
    user = workspace.users.get(who.name)
    return ReadChange(new=changes.acknowledge_change(workspace, change, user, actor=who.name))


@router.post("/left-out/enqueue", responses=problems())
def enqueue_left_out(request: Request, who: Steerer, given: AskingAgain) -> QueuedShown:
    """Ask people again, blind, about every item whose human labels no longer count."""
    workspace = site(request).workspace
    done = enqueue_stale(workspace, team=given.team.strip(), due=given.due, dry_run=given.dry_run, actor=who.name)
    return QueuedShown.of(done)


@router.get("/left-out", responses=problems())
def list_left_out(request: Request, _: Viewer) -> list[LeftOutShown]:
    """Labels that don't count under the policy version in use, and why."""
    return [LeftOutShown.of(one) for one in left_out(request)]
