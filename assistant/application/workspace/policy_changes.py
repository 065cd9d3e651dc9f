"""Changes of the policy: proposed with what they make stale, approved, activated from a date on, read by reviewers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from assistant.application.workspace.policy_versions import used_policy_version
from assistant.application.workspace.stale_labels import StaleAssessment, assess_change
from assistant.domain.accounts import User
from assistant.domain.permissions import Permission, role_may
from assistant.domain.policies import Policy
from assistant.domain.policy_changes import CarryOver, ChangeState, PolicyChange
from assistant.domain.review_work import Principal, Role
from assistant.errors import ConflictError, InvalidValueError, NotAllowedError, NotFoundError
from assistant.policy.documents.difference import PolicyDifference, compare_policies
from assistant.policy.documents.documents import parse_policy, read_source
from assistant.store.content.policy_changes import add_change, add_event
from assistant.store.database import now
from assistant.store.review.labels import stale_items as stale
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class PolicyChangeShown:
    """A change with all that belongs to it.

    Args:
        change: as its events say.
        difference: from the old version to the new one.
        readers: who has read it, (name, moment), in order.
        unread: names of people with work who have not.
    """

    change: PolicyChange
    difference: PolicyDifference
    readers: Sequence[tuple[str, str]]
    unread: Sequence[str]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed.

    Args:
        source: the new document; `named` is how errors call it.
        note: why.
        replaces: the version it replaces; None for the one in use.
        lost_labels: whether labels that are in use may be gone: what holds them is stale then.
    """

    source: str
    named: str
    note: str = ""
    replaces: str | None = None
    lost_labels: bool = False


def read_proposal(file: Path, note: str, *, replaces: str | None, lost_labels: bool) -> Proposal:
    """A proposal from a file. Raises PolicyError: it can't be read."""
    return Proposal(read_source(file), str(file), note, replaces, lost_labels)


def propose_change(workspace: Workspace, proposal: Proposal, *, actor: str) -> PolicyChange:
    """Propose a new version of the policy, and find what it makes stale.

    Raises:
        PolicyError: the document has mistakes.
        InvalidValueError: it is another policy, has no version of its own, or says nothing new.
        NotFoundError: the version to replace was never used.
        ConflictError: another change waits, or a label is gone that labels in use have.
    """
    old = workspace.policy if proposal.replaces is None else used_policy_version(workspace, proposal.replaces)
    new = parse_policy(proposal.source, proposal.named)
    difference = _checked(workspace, old, new, proposal)
    if difference.labels_removed and not proposal.lost_labels:
        used = stale.labels_in_use(workspace.database, difference.labels_removed)
        if used:
            raise ConflictError("policy_change_label_used", labels=sorted(used), count=sum(used.values()))
    workspace.registry.register_policy(old)
    found = assess_change(workspace, old, new, difference)
    with workspace.database.write(alone=True) as connection:
        _refuse_second(workspace)
        versions = (old.version, new.version)
        number = add_change(
            connection,
            old.id,
            versions,
            digest=new.digest,
            source=proposal.source,
            note=proposal.note,
            actor=actor,
        )
        stale.keep_stale(connection, number, found.items)
        change = _proposed(number, old, new, proposal, actor)
        add_event(connection, change, "assessed", found.as_json(), actor)
    return find_change(workspace, change.name)


def list_changes(workspace: Workspace) -> list[PolicyChange]:
    """Every change of the project's policy, oldest first."""
    return [one for one in workspace.policy_changes.all() if one.policy_id == workspace.policy.id]


def find_change(workspace: Workspace, name: str) -> PolicyChange:
    """The change of that name, `c3` or `3`. Raises NotFoundError, which names those there are."""
    changes = list_changes(workspace)
    found = next((one for one in changes if name in {one.name, str(one.id)}), None)
    if found is None:
        raise NotFoundError("policy_change_not_found", change=name[:100], known=[one.name for one in changes])
    return found


def show_change(workspace: Workspace, name: str) -> PolicyChangeShown:
    """A change with its difference and who has read it. Raises NotFoundError."""
    change = find_change(workspace, name)
    old, new = _both(workspace, change)
    readers = workspace.policy_changes.readers(change.id)
    known = {reader for reader, _ in readers}
    wanted = _people_who_may(workspace, Permission.REVIEW)
    unread = [name for name in wanted if name not in known]
    return PolicyChangeShown(change, compare_policies(old, new), readers, unread)


def stale_items_of(
    workspace: Workspace, name: str, *, after: int = 0, limit: int = 50
) -> list[tuple[int, str, str, str]]:
    """Stale items of a change beyond a row number: (row number, id, beginning of the text, reasons)."""
    return stale.stale_page(workspace.database, find_change(workspace, name).id, after=after, limit=limit)


def approve_change(workspace: Workspace, name: str, *, by: str, actor: str) -> PolicyChange:
    """Approve a change: by another person than proposed it, where there are two who may.

    Raises:
        NotFoundError: no such change.
        ConflictError: it is not proposed any more.
        NotAllowedError: the approver proposed it, or may not change the policy.
    """
    change = find_change(workspace, name)
    _require(change, ChangeState.PROPOSED)
    entitled = _people_who_may(workspace, Permission.CHANGE_POLICY)
    if entitled and by not in entitled:
        raise NotAllowedError("policy_change_approver", name=by, known=entitled)
    if by == change.proposed_by and len(entitled) > 1:
        raise NotAllowedError("policy_change_own", change=change.name, name=by)
    with workspace.database.write(alone=True) as connection:
        _require(find_change(workspace, name), ChangeState.PROPOSED)
        add_event(connection, change, ChangeState.APPROVED.value, {"by": by}, actor)
    return find_change(workspace, name)


def activate_change(
    workspace: Workspace, name: str, *, start: str, mode: CarryOver = CarryOver.ALL_BUT_STALE, actor: str
) -> PolicyChange:
    """Put a change into effect from a date on, and decide what is carried over.

    What was labeled since it was proposed is assessed first.

    Args:
        workspace: the opened workspace.
        name: of the change.
        start: a day (UTC; today means at once) or a moment, ISO 8601; `now` for at once.
        mode: which labels of the old version count under the new one.
        actor: who activates it.

    Raises:
        NotFoundError: no such change.
        InvalidValueError: no date, or one in the past.
        ConflictError: it is not approved, or the version it replaces is not in use any more.
    """
    change = find_change(workspace, name)
    effective_at = _moment(start)
    _require(change, ChangeState.APPROVED)
    _require_in_use(workspace, change)
    old, new = _both(workspace, change)
    found = assess_change(workspace, old, new, compare_policies(old, new))
    with workspace.database.write(alone=True) as connection:
        _require(find_change(workspace, name), ChangeState.APPROVED)
        stale.forget_stale(connection, change.id)
        stale.keep_stale(connection, change.id, found.items)
        add_event(connection, change, "assessed", found.as_json(), actor)
        detail = {"effective_at": effective_at, "old": change.old_version, "new": change.new_version}
        add_event(connection, change, ChangeState.ACTIVATED.value, detail, actor)
        add_event(connection, change, "carried", _carried(mode, found, stale.last_rows(connection)), actor)
    workspace.registry.register_policy(new)
    workspace.policy_in_use.look_again()
    return find_change(workspace, name)


def carry_over(workspace: Workspace, name: str, *, mode: CarryOver, actor: str) -> PolicyChange:
    """Decide again what an activated change carries over, with what was labeled under the old version since.

    What was stale stays stale. Raises NotFoundError; ConflictError: it is not activated.
    """
    change = find_change(workspace, name)
    _require(change, ChangeState.ACTIVATED)
    old, new = _both(workspace, change)
    found = assess_change(workspace, old, new, compare_policies(old, new))
    with workspace.database.write(alone=True) as connection:
        stale.keep_stale(connection, change.id, found.items)
        add_event(connection, change, "assessed", found.as_json(), actor)
        add_event(connection, change, "carried", _carried(mode, found, stale.last_rows(connection)), actor)
    workspace.policy_in_use.look_again()
    return find_change(workspace, name)


def withdraw_change(workspace: Workspace, name: str, *, actor: str) -> PolicyChange:
    """Give a change up that is not in effect yet. Raises NotFoundError; ConflictError: it is in effect, or given up."""
    change = find_change(workspace, name)
    if change.state is ChangeState.WITHDRAWN or change.in_effect(now()):
        raise ConflictError("policy_change_state", change=change.name, state=change.state.value, wanted="proposed")
    with workspace.database.write(alone=True) as connection:
        stale.forget_stale(connection, change.id)
        add_event(connection, change, ChangeState.WITHDRAWN.value, {}, actor)
    workspace.policy_in_use.look_again()
    return find_change(workspace, name)


def unread_changes(workspace: Workspace, who: Principal) -> list[PolicyChange]:
    """Changes in effect that a person has to read before their next item, oldest first.

    Who came when a change was in effect already has only ever known the new version.
    """
    effective = workspace.policy_in_use.get().changes
    if not effective:
        return []
    read = workspace.policy_changes.read_by(who.user_id)
    missing = [one for one in effective if one.id not in read]
    if not missing:
        return []
    joined = workspace.users.get(who.name).created_at
    return [one for one in missing if (one.effective_at or "") > joined]


def acknowledge_change(workspace: Workspace, name: str, user: User, *, actor: str) -> bool:
    """Note that a person has read a change; returns whether that is new.

    Raises:
        NotFoundError: no such change.
        ConflictError: it is not activated.
    """
    change = find_change(workspace, name)
    _require(change, ChangeState.ACTIVATED)
    return workspace.policy_changes.acknowledge(change, user.id, actor)


def _checked(workspace: Workspace, old: Policy, new: Policy, proposal: Proposal) -> PolicyDifference:
    difference = compare_policies(old, new)
    if new.id != old.id:
        raise InvalidValueError("policy_change_other", where=proposal.named, policy=new.id, expected=old.id)
    if difference.same_text:
        raise InvalidValueError("policy_change_same", where=proposal.named, policy=old.id, version=old.version)
    written = workspace.written_policy
    known = {old.version, *workspace.registry.policy_versions(old.id)}
    known |= {one.new_version for one in list_changes(workspace) if one.state is ChangeState.ACTIVATED}
    if new.digest == written.digest and new.version != old.version:
        known.discard(new.version)  # the file was edited first: labels may have been given under it already
    if new.version in known:
        raise InvalidValueError("policy_change_version", where=proposal.named, policy=old.id, version=new.version)
    _refuse_second(workspace)
    return difference


def _refuse_second(workspace: Workspace) -> None:
    """One change at a time: what the second one makes stale would depend on the first."""
    at = now()
    for one in list_changes(workspace):
        if one.is_open or (one.state is ChangeState.ACTIVATED and not one.in_effect(at)):
            raise ConflictError("policy_change_open", change=one.name, state=one.state.value, version=one.new_version)


def _proposed(number: int, old: Policy, new: Policy, proposal: Proposal, actor: str) -> PolicyChange:
    return PolicyChange(
        id=number,
        policy_id=old.id,
        old_version=old.version,
        new_version=new.version,
        digest=new.digest,
        note=proposal.note,
        proposed_by=actor,
        created_at=now(),
        state=ChangeState.PROPOSED,
        approved_by=None,
        effective_at=None,
        carried=None,
        assessment={},
    )


def _require(change: PolicyChange, wanted: ChangeState) -> None:
    if change.state is not wanted:
        raise ConflictError("policy_change_state", change=change.name, state=change.state.value, wanted=wanted.value)


def _require_in_use(workspace: Workspace, change: PolicyChange) -> None:
    """The version it replaces is in use; or the new one is, where its file was edited first."""
    if workspace.policy.version not in {change.old_version, change.new_version}:
        raise ConflictError(
            "policy_change_superseded", change=change.name, version=change.old_version, current=workspace.policy.version
        )


def _both(workspace: Workspace, change: PolicyChange) -> tuple[Policy, Policy]:
    new = parse_policy(workspace.policy_changes.source(change.id), f"{change.policy_id}@{change.new_version}")
    return used_policy_version(workspace, change.old_version), new


def _moment(start: str) -> str:
    at = datetime.now(UTC)
    try:
        given = at if start == "now" else datetime.fromisoformat(start)
    except ValueError:
        raise InvalidValueError("policy_change_date", field="from", given=start[:100]) from None
    if len(start) <= len("2026-01-01") and start != "now" and given.date() == at.date():
        given = at
    moment = given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
    if moment < at:
        raise InvalidValueError("policy_change_past", field="from", given=start[:100], today=at.date().isoformat())
    return moment.isoformat(timespec="milliseconds")


def _people_who_may(workspace: Workspace, permission: Permission) -> list[str]:
    """Members of the project by their role in it, and admins of the workspace, in order; none that are disabled."""
    roles = {one.user: one.role for one in workspace.members.of_project(workspace.project.id)}
    roles |= {one.name: one.role for one in workspace.users.all() if one.role is Role.ADMIN}
    disabled = {one.name for one in workspace.users.all() if one.disabled}
    return sorted(name for name, role in roles.items() if role_may(role, permission) and name not in disabled)


def _carried(mode: CarryOver, found: StaleAssessment, until: Sequence[int]) -> dict[str, object]:
    people = found.people
    total = people["labels"] + people["kept"]
    kept = {CarryOver.ALL: total, CarryOver.ALL_BUT_STALE: people["kept"], CarryOver.NONE: 0}[mode]
    counts = {"carried": kept, "left_out": total - kept, "stale_items": len(found.items)}
    return {"mode": mode.value, "until": list(until), "counts": counts}
