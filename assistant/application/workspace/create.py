"""A new workspace, ready to run."""

from __future__ import annotations

import shutil
from pathlib import Path

from assistant.bundled import bundled
from assistant.errors import WorkspaceError
from assistant.file_modes import hand_on
from assistant.settings import SETTINGS_FILE

_SETTINGS = """\
# Settings of this workspace. Every key has a default; wrong ones are told with their line.
# Any key can be set for one command from the environment: ASSISTANT__MODEL__CONCURRENCY=64
# Secrets come from the environment only: OPENAI_API_KEY, ASSISTANT_DATABASE_URL ...

[content]
languages = ["en", "zh"]        # what to identify; other languages read as "und" or go to people
prompt_tokens = 6000            # longer content is cut for the prompt, marked, and goes to people

[policy]
file = "policies/community.md"

[prompt]
name = "moderation@2"           # or another one in prompts/
embedded = "compact@1"          # used with the embedded model, which reads slowly

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
        for made in (folder / ".gitignore", settings) if there else (folder, folder / ".gitignore", settings):
            hand_on(made)
    except OSError as error:
        raise WorkspaceError("workspace_unwritable", where=str(folder), why=error.strerror) from None
    return [SETTINGS_FILE, "policies/", "prompts/", ".gitignore"]


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
