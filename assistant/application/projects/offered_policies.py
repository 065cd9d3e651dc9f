"""The policies a new project can begin with: files of the workspace, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assistant.errors import InvalidValueError
from assistant.settings import PROJECTS_FOLDER
from assistant.wiring.workspace import Workspace

_FOLDER = "policies"


def list_offered_policies(workspace: Workspace) -> Sequence[str]:
    """Paths below the workspace's folder, in order: its own policies, then those of its projects."""
    own = sorted((workspace.folder / _FOLDER).rglob("*.md"))
    others = sorted((workspace.folder / PROJECTS_FOLDER).glob(f"*/{_FOLDER}/**/*.md"))
    return [path.relative_to(workspace.folder).as_posix() for path in (*own, *others) if path.is_file()]


def offered_policy(workspace: Workspace, name: str) -> Path:
    """The path of an offered policy. Raises InvalidValueError for any other file."""
    offered = list_offered_policies(workspace)
    if name not in offered:
        raise InvalidValueError("policy_not_offered", field="policy", policy=name, known=offered)
    return Path(name)
