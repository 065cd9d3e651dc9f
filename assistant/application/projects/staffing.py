"""Who works in the project at hand, and on what: done by its own leads and managers, who need not be admins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.application.people.accounts import UserChanges, change_user
from assistant.domain.accounts import User
from assistant.domain.permissions import may_give
from assistant.domain.projects import Member
from assistant.domain.review_work import Principal, Role
from assistant.errors import InvalidValueError, NotAllowedError, NotFoundError
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """What a member takes; None leaves it as it is.

    Args:
        languages: BCP 47 tags they label in; empty for all.
        skills: what they are trusted with, e.g. `expert`.
        queues: queues that are theirs.
        team: their team, whose queue is theirs, too.
    """

    languages: Sequence[str] | None = None
    skills: Sequence[str] | None = None
    queues: Sequence[str] | None = None
    team: str | None = None


def members_here(workspace: Workspace) -> Sequence[Member]:
    """The members of the project at hand by name, each with their role in it."""
    return workspace.members.of_project(workspace.project.id)


def set_member(workspace: Workspace, who: Principal, name: str, role: Role) -> None:
    """Make a user a member of the project at hand, or give a member another role; logged as `project.member`.

    Raises:
        NotFoundError: there is no such user.
        InvalidValueError: admin is no role in a project: admins are that of the workspace.
        NotAllowedError: the role, or the one the member has, is not for `who` to give.
    """
    if role is Role.ADMIN:
        raise InvalidValueError("role_not_of_a_project", field="role")
    user = workspace.users.get(name)
    _refuse_above(workspace, who, user, role)
    workspace.members.set_role(workspace.project, user.name, role, actor=who.name)


def remove_member(workspace: Workspace, who: Principal, name: str) -> None:
    """End a membership in the project at hand; what they did stays. Logged as `project.leave`.

    Raises:
        NotFoundError: there is no such user, or they are no member.
        NotAllowedError: their role is not for `who` to take.
    """
    user = workspace.users.get(name)
    _refuse_above(workspace, who, user, Role.EXTERNAL)
    workspace.members.remove(workspace.project, user.name, actor=who.name)


def staff_member(workspace: Workspace, who: Principal, name: str, given: Staffing) -> User:
    """Change what a member of the project at hand takes; logged as `user.change`.

    Languages, skills and teams are a person's own, in all their projects: of somebody who works in others, too, only
    those change them who may do so in each of these.

    Raises:
        NotFoundError: they are no member.
        NotAllowedError: their role is above that of `who`, or they work where `who` does not staff.
    """
    if workspace.users.member(name) is None:
        raise NotFoundError("member_not_found", field="user", user=name, project=workspace.project.key)
    user = workspace.users.get(name)
    _refuse_above(workspace, who, user, Role.EXTERNAL)
    if who.role is not Role.ADMIN:
        own = workspace.members.roles_of(who.user_id)
        theirs = workspace.members.roles_of(user.id)
        if any(not may_give(own.get(project), role) for project, role in theirs.items()):
            raise NotAllowedError("member_of_other_projects", name=user.display_name)
    changes = UserChanges(languages=given.languages, skills=given.skills, queues=given.queues, team=given.team)
    return change_user(workspace, name, changes, actor=who.name)


def _refuse_above(workspace: Workspace, who: Principal, user: User, role: Role) -> None:
    """Raise NotAllowedError for a role, or somebody with a role, that `who` may not give or take."""
    before = workspace.members.role_of(user.id, workspace.project.id)
    for one in (role, before):
        if one is not None and not may_give(who.role, one):
            raise NotAllowedError("role_above_own", role=one.value)
