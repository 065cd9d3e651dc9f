"""The command that puts a draft to work, exactly as it was measured."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from assistant.application.optimization.files import StoredDraft
from assistant.application.optimization.session import ProposalSession
from evals.gates.suite import VariantChoice
from evals.proposals.draft import DraftKind

_SECTION = {"content_tokens": ("CONTENT", "PROMPT_TOKENS"), "max_asks": ("MODEL", "MAX_ASKS")}


def adoption(session: ProposalSession, placed: StoredDraft, folder: Path) -> str:
    """A command line: what differs from the settings is in it, so that nothing measured is asked again.

    Args:
        session: where the draft comes from.
        placed: the draft.
        folder: the workspace, as the user named it.
    """
    variant = session.variant
    drafted = session.kind is DraftKind.PROMPT
    prompt = placed.name if drafted else variant.prompt
    policy = variant.policy if drafted else placed.path
    words = [f"{name}={value}" for name, value in _overrides(variant)]
    if policy is not None:
        words.append(f"ASSISTANT__POLICY__FILE={_inside(session.workspace.folder, policy)}")
    words += ["assistant", "prelabel"]
    words += [] if prompt is None else ["--prompt", prompt]
    words += [] if variant.model is None else ["--model", variant.model]
    words += [] if folder == Path() else ["--workspace", str(folder)]
    return " ".join(_quoted(word) for word in words)


def _overrides(variant: VariantChoice) -> Iterator[tuple[str, object]]:
    if variant.temperature is not None:
        yield "ASSISTANT__MODEL__TEMPERATURE", variant.temperature
    for name, value in variant.parameters.model_dump(exclude_none=True).items():
        section, key = _SECTION.get(name, ("RETRIEVAL", name.upper()))
        yield f"ASSISTANT__{section}__{key}", value


def _inside(folder: Path, path: Path) -> Path:
    """As the setting wants it: relative to the workspace where it lies in it."""
    whole = (folder / path).resolve() if not path.exists() else path.resolve()
    root = folder.resolve()
    return whole.relative_to(root) if whole.is_relative_to(root) else whole


def _quoted(word: str) -> str:
    """For a shell; a setting's value alone, so that its name stays a name."""
    name, equals, value = word.partition("=")
    return f"{name}={shlex.quote(value)}" if equals and name.isupper() else shlex.quote(word)
