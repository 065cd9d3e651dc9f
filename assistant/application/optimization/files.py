"""Where a draft is written: beside the text in use, under a version of its own, never over anything."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from pathlib import Path

from assistant.errors import ConflictError, InputError, InvalidValueError
from assistant.policy.documents.documents import parse_policy
from assistant.prompting.library import draft_version, is_draft
from assistant.prompting.template import parse_prompt
from assistant.wiring.workspace import Workspace
from evals.proposals.clarification import PolicyClarification
from evals.proposals.draft import Draft, DraftKind
from evals.proposals.revision import PromptRevision


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A draft in its file.

    Args:
        name: `name@version` of a prompt, id and version of a policy.
        path: of the file.
        source: its text.
        fresh: whether it was written just now; False where the same text lay there.
    """

    name: str
    path: Path
    source: str
    fresh: bool


def place_draft(workspace: Workspace, draft: Draft, present: Path, out: Path | None) -> StoredDraft:
    """Write a draft down.

    Args:
        workspace: the opened workspace.
        draft: checked.
        present: file of the text in use.
        out: the file; None finds the next version that is free, or the one that holds the very text.

    Raises:
        InputError: the file holds another text, or is no place for it.
    """
    if isinstance(draft, PromptRevision):
        return _place_prompt(workspace, draft, out)
    assert isinstance(draft, PolicyClarification)  # noqa: S101 - there are two kinds
    return _place_policy(workspace, draft, present, out)


def check_out(workspace: Workspace, kind: DraftKind, name: str, out: Path | None) -> None:
    """Refuse a file that a draft can't go to, before anything is paid for. Raises InputError."""
    if out is None:
        return
    if out.suffix != ".md":
        raise InvalidValueError("draft_not_markdown", field="out", where=str(out))
    if kind is DraftKind.POLICY:
        return
    folder = workspace.folder / "prompts" / name
    if out.resolve().parent != folder.resolve():
        example = folder / "next-proposal1.md"
        raise InvalidValueError("draft_outside_prompts", field="out", where=str(out), example=example)
    if not is_draft(out.stem) and "@" not in workspace.settings.prompt.name:
        raise InvalidValueError("draft_in_use_at_once", field="out", where=str(out), prompt=f"{name}@{out.stem}")


def _place_prompt(workspace: Workspace, draft: PromptRevision, out: Path | None) -> StoredDraft:
    prompt = draft.prompt
    if out is not None:
        return _write(f"{prompt.name}@{out.stem}", out, draft.source(out.stem))
    for number in count(1):
        version = draft_version(prompt.version, number)
        source = draft.source(version)
        used = workspace.registry.prompt_source(prompt.name, version)
        path = workspace.folder / "prompts" / prompt.name / f"{version}.md"
        known = workspace.prompts.paths().get((prompt.name, version), path)
        if _free(known, source) and used in {None, parse_prompt(source, where=version).source}:
            return _write(f"{prompt.name}@{version}", path, source)
    raise AssertionError  # the numbers don't end


def _place_policy(workspace: Workspace, draft: PolicyClarification, present: Path, out: Path | None) -> StoredDraft:
    policy = draft.policy
    for number in count(1):
        version = draft_version(policy.version, number)
        source = draft.source(version)
        used = workspace.registry.policy_source(policy.id, version)
        path = out or present.with_name(f"{_stem(present, policy.version)}-{version}.md")
        same_use = used is None or parse_policy(used, version).digest == parse_policy(source, version).digest
        if same_use and (out is not None or _free(path, source)):
            return _write(f"{policy.id} {version}", path, source)
    raise AssertionError  # the numbers don't end


def _stem(present: Path, version: str) -> str:
    """The file's name without the version a draft before it may have put there."""
    return present.stem.removesuffix(f"-{version}") if is_draft(version) else present.stem


def _free(path: Path, source: str) -> bool:
    return not path.exists() or _text(path) == source


def _write(name: str, path: Path, source: str) -> StoredDraft:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(source)
    except FileExistsError:
        if _text(path) != source:
            raise ConflictError("draft_file_taken", where=str(path)) from None
        return StoredDraft(name, path, source, fresh=False)
    except OSError as error:
        raise InputError("draft_unwritable", where=str(path), reason_given=error.strerror) from None
    return StoredDraft(name, path, source, fresh=True)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
