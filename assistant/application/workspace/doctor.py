"""Is all there that a job needs? One check per part; each says what it found and what to do."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.application.projects.projects import show_project
from assistant.application.workspace.backup import last_backup
from assistant.domain.projects import ProjectState
from assistant.errors import AssistantError
from assistant.prompting.render import compile_sections
from assistant.wiring.workspace import Workspace

NO_BACKUP = "none was made yet"
"""What is found where no backup was made: no fault, and yet there is something to do."""
_ENOUGH_DISK_GB = 2.0
_OTHERS = 0o077  # what group and others may do


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check's outcome: what was found, or the error where it is not ok."""

    check: str
    found: str = ""
    error: AssistantError | None = None

    @property
    def ok(self) -> bool:
        """Whether the check found what it looked for."""
        return self.error is None


def examine(folder: Path, model: str | None, *, project: str = "") -> list[CheckResult]:
    """All checks of a workspace.

    Args:
        folder: the workspace.
        model: the model to ask for one small sign of life; None takes the setting's.
        project: key of the project; empty for the one this folder uses.
    """
    try:
        workspace = _impatient(folder, project)
    except AssistantError as error:
        return [CheckResult("settings", error=error)]
    spec = model or workspace.settings.model.spec
    with workspace:
        checks: dict[str, Callable[[], str]] = {
            "policy": lambda: (
                f"{workspace.policy.id}@{workspace.policy.version}, {len(workspace.policy.clauses)} clauses"
            ),
            "projects": lambda: _projects(workspace),
            "prompt": lambda: _prompt(workspace, spec),
            "database": lambda: (
                f"{'SQLite' if workspace.database.is_sqlite else 'PostgreSQL'}, "
                f"{workspace.items.count()['items']:,} items"
            ),
            "index": lambda: _index(workspace),
            "embedder": lambda: (
                f"{workspace.embedder_name}, {len(workspace.item_embedder.text_vectors(['check'])[0])} dims"
            ),
            "keys": lambda: _keys(spec),
            "model": lambda: asyncio.run(_model(workspace, spec)),
            "price": lambda: _price(workspace, spec),
            "disk": lambda: _disk(workspace.state),
            "privacy": lambda: _privacy(workspace.state),
            "backup": lambda: _backup(workspace),
        }
        return [CheckResult("settings", str(folder / "assistant.toml"))] + [
            _checked(name, check) for name, check in checks.items()
        ]


def _checked(name: str, check: Callable[[], str]) -> CheckResult:
    try:
        return CheckResult(name, check())
    except AssistantError as error:
        return CheckResult(name, error=error)


def _impatient(folder: Path, project: str) -> Workspace:
    """The workspace, with a Chroma server that is gone not waited for: that it is gone is what is to be found out."""
    workspace = Workspace.open(folder, project=project)
    storage = workspace.deployment.storage.model_copy(update={"chroma_wait_seconds": 0.0})
    workspace.deployment = workspace.deployment.model_copy(update={"storage": storage})
    return workspace


def _projects(workspace: Workspace) -> str:
    """Every project that is not closed, whose settings and policy can be read."""
    shown = [show_project(workspace, one.key) for one in workspace.projects.all()]
    for one in shown:
        if one.wrong is not None and one.summary.project.state is not ProjectState.CLOSED:
            raise AssistantError("project_unusable", project=one.summary.project.key, said=one.wrong)
    return ", ".join(f"{one.summary.project.key} ({one.summary.project.state})" for one in shown)


def _index(workspace: Workspace) -> str:
    entries = f"Chroma, {sum(entries for _, entries in workspace.index.counts()):,} entries"
    if old := workspace.index.ownerless():
        return f"{entries}; an earlier version left {', '.join(old)}: delete them once no workspace runs that version"
    return entries


def _prompt(workspace: Workspace, spec: str) -> str:
    prompt = workspace.prompt(None, spec)
    compile_sections(prompt)
    return prompt.ref


def _keys(spec: str) -> str:
    if not spec.startswith("openai:"):
        return "none needed by this check"
    if os.environ.get("OPENAI_API_KEY"):
        return "OPENAI_API_KEY is set"
    if os.environ.get("OPENAI_BASE_URL"):
        return "OPENAI_BASE_URL is set, no key"
    raise AssistantError("model_key_unset")


async def _model(workspace: Workspace, spec: str) -> str:
    model = workspace.model(spec, concurrency=1)
    try:
        return await model.check()
    finally:
        await model.aclose()


def _price(workspace: Workspace, spec: str) -> str:
    prices = workspace.prices(spec)
    if not prices.known:
        return f'not known; [prices."{spec}"] in assistant.toml makes costs and budgets work'
    return f"US$ {prices.input} in, {prices.output} out, per million tokens"


def _disk(folder: Path) -> str:
    free = shutil.disk_usage(folder).free / 1e9
    if free < _ENOUGH_DISK_GB:
        raise AssistantError("disk_almost_full", free=round(free, 1))
    return f"{free:.0f} GB free"


def _privacy(folder: Path) -> str:
    """What of the state others may read, where its folder lets them in, as a mounted volume does."""
    if not stat.S_IMODE(folder.stat().st_mode) & _OTHERS:
        return f"{folder} is its owner's only"
    found = [path for path in folder.rglob("*") if path.is_file() and stat.S_IMODE(path.stat().st_mode) & _OTHERS]
    if found:
        raise AssistantError(
            "state_readable_by_others",
            where=str(folder),
            files=len(found),
            file=found[0].name,
            folder=shlex.quote(str(folder)),
        )
    return f"the files in {folder} are their owner's only"


def _backup(workspace: Workspace) -> str:
    found = last_backup(workspace.database)
    if found is None:
        return NO_BACKUP
    return f"the last one was made {found[:16].replace('T', ' ')} UTC"
