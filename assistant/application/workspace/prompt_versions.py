"""Versions of prompts: those of the library and those that earlier runs used, and whether they hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.domain.runs import Run
from assistant.errors import NotFoundError, PromptError
from assistant.messages.wording import what
from assistant.prompting.library import is_draft
from assistant.prompting.render import compile_sections
from assistant.prompting.template import Prompt, parse_prompt, read_prompt
from assistant.wiring.workspace import Workspace

_REF = re.compile(r"[\w-]+@[\w.-]+")


@dataclass(frozen=True, slots=True)
class PromptVersionRow:
    """One version in a list.

    Args:
        ref: `name@version`.
        description: of its front matter; what is wrong where it can't be read.
        output: what it asks for.
        digest: of its text, empty where it can't be read.
        runs: that used this very text.
        before: the version before it, empty for the first.
        draft: whether it is a proposal.
        broken: whether it can't be read.
        edited: whether runs used another text under this version.
        problem: why it can't be read; `description` words it in English.
    """

    ref: str
    description: str
    output: tuple[str, ...]
    digest: str
    runs: tuple[str, ...]
    before: str
    draft: bool
    broken: bool = False
    edited: bool = False
    problem: PromptError | None = None


@dataclass(frozen=True, slots=True)
class UsedPrompt:
    """A prompt version and the names of the runs that asked with it."""

    prompt: Prompt
    runs: Sequence[str]


@dataclass(frozen=True, slots=True)
class CheckedPrompts:
    """Prompts that were checked: how many, and the files with a mistake."""

    checked: int
    mistakes: Sequence[tuple[Path, PromptError]]


def used_prompts(workspace: Workspace) -> list[UsedPrompt]:
    """Every prompt there is, with the runs that used it. Raises PromptError for one with mistakes."""
    runs: dict[str | None, list[str]] = {}
    for run in workspace.runs.all():
        runs.setdefault(run.prompt_digest, []).append(run.name)
    prompts = [workspace.prompts.get(f"{name}@{version}") for name, version in workspace.prompts.paths()]
    return [UsedPrompt(prompt, runs.get(prompt.digest, [])) for prompt in prompts]


def check_prompts(workspace: Workspace) -> CheckedPrompts:
    """Check every prompt, and that no version that was used has been edited since."""
    paths = workspace.prompts.paths()
    mistakes: list[tuple[Path, PromptError]] = []
    for path in paths.values():
        try:
            prompt = read_prompt(path)
            compile_sections(prompt)
            workspace.registry.refuse_edited_prompt(prompt.name, prompt.version, prompt.digest)
        except PromptError as error:
            mistakes.append((path, error))
    return CheckedPrompts(len(paths), mistakes)


def list_prompt_versions(workspace: Workspace) -> tuple[list[PromptVersionRow], dict[str, str]]:
    """Every version of the library; and by name those without a text any more, with the last run that used them."""
    runs = workspace.runs.all()
    rows: list[PromptVersionRow] = []
    before: dict[str, str] = {}
    for name, version in workspace.prompts.paths():
        rows.append(_row(workspace, f"{name}@{version}", before.get(name, ""), runs))
        before[name] = f"{name}@{version}"
    known = {row.ref for row in rows}
    return rows, {run.prompt: run.name for run in runs if run.prompt and run.prompt not in known}


def prompt_version(workspace: Workspace, name: str) -> Prompt:
    """The prompt in a file, or `name@version` from the library, or as it was when it was used."""
    if Path(name).is_file():
        return read_prompt(Path(name))
    prompt_name, _, version = name.partition("@")
    source = workspace.registry.prompt_source(prompt_name, version) if version else None
    if source is not None and (prompt_name, version) not in workspace.prompts.paths():
        return parse_prompt(source, where=f"{name} (as it was used)")
    return workspace.prompts.get(name)


def used_prompt_version(workspace: Workspace, ref: str) -> Prompt:
    """A version of the library or of an earlier run; never a file by its path.

    Raises:
        NotFoundError: there is no such version, or it can't be read.
    """
    if not _REF.fullmatch(ref):
        raise NotFoundError("prompt_version_unknown", version=ref[:100])
    try:
        return prompt_version(workspace, ref)
    except PromptError as error:
        raise NotFoundError("prompt_version_unusable", hint=error.hint, version=ref, why=error) from None


def runs_of_prompt(workspace: Workspace, ref: str) -> list[Run]:
    """Runs that used a version, oldest first."""
    return [run for run in workspace.runs.all() if run.prompt == ref]


def _row(workspace: Workspace, ref: str, before: str, runs: list[Run]) -> PromptVersionRow:
    draft = is_draft(ref.partition("@")[2])
    try:
        prompt = workspace.prompts.get(ref)
    except PromptError as error:
        return PromptVersionRow(ref, what(error), (), "", (), before, draft, broken=True, problem=error)
    using = [run for run in runs if run.prompt == ref]
    return PromptVersionRow(
        ref,
        prompt.description,
        tuple(field.value for field in prompt.output),
        prompt.digest,
        tuple(run.name for run in using if run.prompt_digest == prompt.digest),
        before,
        draft,
        edited=any(run.prompt_digest != prompt.digest for run in using),
    )
