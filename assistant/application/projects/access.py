"""Which projects are open to a user, and as what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.domain.accounts import User
from assistant.domain.permissions import OF_WORKSPACE, Permission
from assistant.domain.projects import Project, ProjectState
from assistant.domain.review_work import Role
from assistant.errors import ConflictError, InvalidValueError, NotAllowedError, NotFoundError
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class OpenProject:
    """A project that is open to a user, and their role in it."""

    project: Project
    role: Role


@dataclass(frozen=True, slots=True)
class ProjectAccess:
    """What a user may choose from.

    Args:
        open: the projects of which they are a member, oldest first; of a workspace's admin all, as admin.
        alone: whether the workspace has one project only.
        of_all: whether they are an admin of the workspace.
    """

    open: Sequence[OpenProject] = ()
    alone: bool = True
    of_all: bool = False

    def choose(self, key: str) -> OpenProject:
        """The project of a key, else the only one that is not closed.

        Raises:
            NotAllowedError: they are no member of it, or there is no such project: which of both is not said.
            NotFoundError: there is no such project; said to admins only.
            InvalidValueError: none was named, and there are several.
        """
        if key:
            found = next((one for one in self.open if one.project.key == key), None)
            if found is None and self.of_all:
                raise NotFoundError("project_not_found", project=key, known=self.keys)
            if found is None:
                raise NotAllowedError("not_a_member", project=key)
            return found
        if not self.open:
            raise NotAllowedError("no_project_of_theirs")
        there = [one for one in self.open if one.project.state is not ProjectState.CLOSED] or self.open
        if len(there) > 1:
            raise InvalidValueError("project_not_named", field="project", known=[one.project.key for one in there])
        return there[0]

    def reach(self, permission: Permission) -> bool:
        """Whether their role in a project goes so far: what belongs to all projects is for admins of the workspace."""
        return self.alone or self.of_all or permission not in OF_WORKSPACE

    @property
    def keys(self) -> list[str]:
        """The keys of the projects that are open to them."""
        return [one.project.key for one in self.open]


def refuse_closed(project: Project) -> None:
    """Raise ConflictError where a project is read only."""
    if project.state is ProjectState.CLOSED:
        raise ConflictError("project_closed", project=project.key)


def project_access(workspace: Workspace, user: User) -> ProjectAccess:
    """The projects that are open to a user."""
    found, of_all = workspace.members.standing_of(user.id), user.role is Role.ADMIN
    roles = ((project, Role.ADMIN if of_all else role) for project, role in found)
    there = [OpenProject(project, role) for project, role in roles if role is not None]
    return ProjectAccess(there, alone=len(found) == 1, of_all=of_all)
