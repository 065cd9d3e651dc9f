"""A new workspace, ready to run."""

from __future__ import annotations

import shutil
from pathlib import Path

from assistant.application.projects.project_folder import EXAMPLE, ProjectChoice, write_project
from assistant.bundled import bundled
from assistant.domain.projects import FIRST_KEY
from assistant.errors import WorkspaceError
from assistant.file_modes import hand_on
from assistant.settings import SETTINGS_FILE, project_file

_SETTINGS = """\
# What belongs to the deployment, for all projects alike. Every key has a default; wrong ones are told with their line.
# What belongs to a project is in projects/KEY/project.toml. What that leaves out can be set for all projects here.
# Any key can be set for one command from the environment: ASSISTANT__MODEL__CONCURRENCY=64
# Secrets come from the environment only: OPENAI_API_KEY, ASSISTANT_DATABASE_URL ...

[model]
spec = "local"                  # local, openai:NAME (OPENAI_BASE_URL), PROVIDER:NAME, replay:FILE
concurrency = 16
# requests_per_minute = 500
# tokens_per_minute = 200000
# confirm_above_usd = 5.0       # ask before a run that would cost more

# [model.extra]                 # further parameters of the server, headers, or a table for one model
# enable_thinking = false

# [prices."openai:gpt-4o-mini"] # US$ per million tokens; without them a budget can't work
# input = 0.15
# cached_input = 0.075
# output = 0.60

[embedder]
name = "embedded"               # embedded, openai:NAME, or PROVIDER:NAME
"""

_IGNORE = ".assistant/\n"


def make_workspace(folder: Path) -> list[str]:
    """Make a workspace in a folder that has none yet; returns the names of what was made.

    Raises:
        WorkspaceError: there is a workspace already, or the folder can't be written; nothing was changed.
    """
    settings = folder / SETTINGS_FILE
    if settings.exists():
        raise WorkspaceError("workspace_exists", where=str(folder))
    there = folder.is_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _copy(bundled("examples") / "policies", folder / "policies")
        _copy(bundled("prompts"), folder / "prompts")
        (folder / ".gitignore").write_text(_IGNORE, encoding="utf-8")
        settings.write_text(_SETTINGS, encoding="utf-8")
        if not project_file(folder, FIRST_KEY).exists():
            write_project(folder, FIRST_KEY, ProjectChoice(policy=EXAMPLE))
        for made in (folder / ".gitignore", settings) if there else (folder, folder / ".gitignore", settings):
            hand_on(made)
    except OSError as error:
        raise WorkspaceError("workspace_unwritable", where=str(folder), why=error.strerror) from None
    return [SETTINGS_FILE, "projects/", "policies/", "prompts/", ".gitignore"]


def _copy(source: Path, target: Path) -> None:
    """Copy the Markdown files of a folder; what is there already stays."""
    for path in sorted(source.rglob("*.md")):
        to = target / path.relative_to(source)
        if not to.exists():
            if not to.parent.exists():
                to.parent.mkdir(parents=True)
                for made in (target, to.parent):
                    hand_on(made)
            shutil.copyfile(path, to)
            hand_on(to)
