"""The prompts of a workspace: which there are, which runs used them, and whether they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import PromptError
from assistant.prompting.render import compile_sections
from assistant.prompting.template import Prompt, read_prompt
from assistant.wiring.workspace import Workspace


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
