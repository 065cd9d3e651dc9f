"""Prompts: their versions, what changed between two, and which runs used them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Query, Request
from pydantic import Field

from assistant.application.workspace.prompt_versions import list_prompt_versions, runs_of_prompt, used_prompt_version
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.web.api_schema import Shown, group, problems
from assistant.web.context import site
from assistant.web.presentation.text_diff import compare_lines
from assistant.web.security.authentication import needs

router = group("prompts")

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_PROMPTS))]
Ref = Annotated[str, Query(min_length=1, max_length=300, openapi_examples={"one": {"value": "moderation@2"}})]


class PromptVersion(Shown):
    """One version; `runs` used this very text, `edited` says that others used another text under its number."""

    ref: Annotated[str, Field(examples=["moderation@2"])]
    description: str
    output: list[str]
    digest: str
    runs: list[str]
    before: str
    draft: bool
    broken: bool
    edited: bool


class PromptVersions(Shown):
    """Every version there is; `gone` are versions without a text, each with the last run that used it."""

    rows: list[PromptVersion]
    gone: dict[str, str]


class PromptText(Shown):
    """One version whole, and the runs of that name."""

    ref: str
    description: str
    digest: str
    source: str
    runs: list[str]


class LineShown(Shown):
    """A line of a difference; of a `place`, where lines were left out."""

    kind: Literal["added", "removed", "same", "place"]
    text: str


class PromptDifference(Shown):
    """What changed between two versions, line by line; no lines where they are the same."""

    old: str
    new: str
    lines: list[LineShown]


@router.get("", responses=problems())
def list_prompts(request: Request, _: Viewer) -> PromptVersions:
    """Every version there is."""
    rows, gone = list_prompt_versions(site(request).workspace)
    return PromptVersions(rows=[PromptVersion.of(one) for one in rows], gone=gone)


@router.get("/diff", responses=problems(404))
def compare_prompts(request: Request, _: Viewer, old: Ref, new: Ref) -> PromptDifference:
    """Two versions, line by line."""
    workspace = site(request).workspace
    first, second = used_prompt_version(workspace, old), used_prompt_version(workspace, new)
    lines = [LineShown.of(line) for line in compare_lines(first.source, second.source)]
    return PromptDifference(old=first.ref, new=second.ref, lines=lines)


@router.get("/{ref}", responses=problems(404))
def read_prompt(request: Request, _: Viewer, ref: str) -> PromptText:
    """One version whole, and the runs that used it."""
    workspace = site(request).workspace
    found = used_prompt_version(workspace, ref)
    return PromptText(
        ref=found.ref,
        description=found.description,
        digest=found.digest,
        source=found.source,
        runs=[run.name for run in runs_of_prompt(workspace, found.ref)],
    )
