"""The folder of a project in a workspace: its `project.toml`, and beside it prompts and policies of its own."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.errors import ConflictError, WorkspaceError
from assistant.file_modes import hand_on
from assistant.settings import PROJECTS_FOLDER, project_file

EXAMPLE = Path("policies/community.md")
"""The policy that a new workspace begins with."""

_POLICIES = "policies"
_LANGUAGES = ("en", "zh")
_TITLE = re.compile(r"\s*\[\s*title\s*\]")
_ONE_TITLE = re.compile(r"\s*(en|zh)\s*=")
_SETTINGS = """\
# Settings of this project. Every key has a default; one given here goes before the same key in assistant.toml.
# Beside this file, prompts/NAME/VERSION.md and policies/ may hold prompts and policies of the project's own.

[title]
{title}

[content]
languages = {languages}        # what to identify; other languages read as "und" or go to people
prompt_tokens = 6000            # longer content is cut for the prompt, marked, and goes to people

[policy]
file = {policy}

[prompt]
name = "moderation@2"           # or another one in prompts/
embedded = "compact@1"          # used with the embedded model, which reads slowly

# [model]                       # of this project, instead of assistant.toml's
# spec = "openai:gpt-4o-mini"
# confirm_above_usd = 5.0

[retrieval]
clauses = 3
precedents = 6
policy_tokens = 1500            # a policy that fits goes into the prompt whole

[routing]
accept_probability = 0.9        # surer answers may be accepted ...
audit_share = 0.05              # ... and this share of them is labelled by people all the same
# seed = 1                      # for tests and demos only: left out, the workspace has a random one of its own
# Once people's labels have been learned from, routes go by calibrated confidence:
severe_from = 3                 # labels of this severity or more are severe
expert_below = 0.6              # a severe label less sure than this goes to an expert ...
double_below = 0.9              # ... and one no surer than this to two reviewers; 1 for all severe labels
monitor_power = 0.8             # so much of what a certificate accepts is labelled blind that with this chance
monitor_factor = 2              # ... so many times the errors it permits are noticed; monitor_share = 0.1 sets a share
random_share = 0.1              # of a given capacity, for a random look at what has to wait

[trust]
metadata = []                   # columns of the input that tell something about the label: ["source", "topic"]

[review]
lease_seconds = 300             # a claimed item nobody answers is offered to others after that
blind_share = 0.2               # of ordinary reviews, without sight of the machine's answer
gold_rate = 0.03                # items with a known answer, mixed in silently
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectChoice:
    """What a new project begins with.

    Args:
        policy: its policy's file; one outside of the workspace's folder is copied into the project's.
        title: by language (`en`, `zh`); empty for the key.
        languages: BCP 47 tags of the content to identify.
    """

    policy: Path
    title: Mapping[str, str] = field(default_factory=dict)
    languages: Sequence[str] = _LANGUAGES


def write_project(workspace: Path, key: str, choice: ProjectChoice) -> list[Path]:
    """Write the settings of a new project, and copy its policy where that is needed; returns the files made.

    Raises:
        WorkspaceError: the folder can't be written; nothing was made.
    """
    folder, file = workspace / PROJECTS_FOLDER / key, project_file(workspace, key)
    new = [one for one in (folder.parent, folder) if not one.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        policy, made = _policy(workspace, folder, choice.policy)
        text = _SETTINGS.format(
            title=_title(choice.title),
            languages=json.dumps(list(choice.languages)),
            policy=json.dumps(policy, ensure_ascii=False),
        )
        file.write_text(text, encoding="utf-8")
        for one in (*new, *made, file):
            hand_on(one)
    except OSError as error:
        if folder in new:
            shutil.rmtree(folder, ignore_errors=True)
        raise WorkspaceError("project_unwritable", where=str(folder), why=error.strerror) from None
    return [*made, file]


def write_title(workspace: Path, key: str, title: Mapping[str, str]) -> None:
    """Change the `[title]` in a project's settings, if it has any of its own; all else stays as it is.

    Raises:
        ConflictError: the title stands there in another form than as a table.
    """
    file = project_file(workspace, key)
    if not file.is_file():
        return
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    header = next((number for number, line in enumerate(lines) if _TITLE.match(line)), None)
    if header is None and "title" in tomllib.loads("\n".join(lines)):
        raise ConflictError("project_title_elsewhere", where=str(file))
    if header is None:
        lines[:0] = ["[title]", _title(title), ""]
    else:
        end = next((n for n in range(header + 1, len(lines)) if lines[n].lstrip().startswith("[")), len(lines))
        kept = [line for line in lines[header + 1 : end] if not _ONE_TITLE.match(line)]
        lines[header + 1 : end] = [_title(title), *kept]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _title(title: Mapping[str, str]) -> str:
    return "\n".join(f"{one} = {_quoted(title.get(one, ''))}" for one in _LANGUAGES)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _policy(workspace: Path, folder: Path, policy: Path) -> tuple[str, list[Path]]:
    """How the settings name the policy's file, and what was made for it."""
    inside = workspace / policy
    if inside.resolve().is_relative_to(workspace.resolve()):
        return inside.resolve().relative_to(workspace.resolve()).as_posix(), []
    own = folder / _POLICIES / policy.name
    own.parent.mkdir(exist_ok=True)
    shutil.copyfile(policy, own)
    return f"{_POLICIES}/{policy.name}", [own.parent, own]
