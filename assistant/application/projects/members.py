"""Members of projects: who is in one, in which role, and since when."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.domain.projects import Member
from assistant.domain.review_work import Role
from assistant.wiring.workspace import Workspace


def list_members(workspace: Workspace, key: str, *, at: str | None = None) -> Sequence[Member]:
    """The members of a project by name, now or at a moment. Raises NotFoundError where there is no such project."""
    return workspace.members.of_project(workspace.projects.get(key).id, at)


def add_member(workspace: Workspace, key: str, user: str, role: Role, *, actor: str) -> None:
    """Make a user a member of a project, or give a member another role in it; logged as `project.member`.

    Raises:
        NotFoundError: there is no such project or user.
    """
    workspace.members.set_role(workspace.projects.get(key), user, role, actor=actor)


def remove_member(workspace: Workspace, key: str, user: str, *, actor: str) -> None:
    """End a user's membership; what they did stays. Logged as `project.leave`.

    Raises:
        NotFoundError: there is no such project or user, or the user is no member.
    """
    workspace.members.remove(workspace.projects.get(key), user, actor=actor)
