"""Prompts: their versions, what changed between two, and which runs used them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from assistant.application.workspace.versions import prompt_version
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.domain.runs import Run
from assistant.errors import PromptError
from assistant.prompting.library import is_draft
from assistant.prompting.template import Prompt
from assistant.web.context import site
from assistant.web.presentation.pagination import Text
from assistant.web.presentation.rendering import render
from assistant.web.presentation.text_diff import compare_lines
from assistant.web.problems import Problem
from assistant.web.security.authentication import needs
from assistant.wiring.workspace import Workspace

router = APIRouter()

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_PROMPTS))]
_REF = re.compile(r"[\w-]+@[\w.-]+")


@dataclass(frozen=True, slots=True)
class Shown:
    """One version in the list.

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


@router.get("/prompts")
def prompts(request: Request, _: Viewer) -> HTMLResponse:
    """Every version there is."""
    rows, gone = all_versions(site(request).workspace)
    return render(request, "prompts/index.html", rows=rows, gone=gone)


@router.get("/prompts/diff")
def difference(request: Request, _: Viewer, old: Text, new: Text) -> HTMLResponse:
    """Two versions, line by line."""
    workspace = site(request).workspace
    first, second = prompt_of(workspace, old), prompt_of(workspace, new)
    refs = [f"{name}@{version}" for name, version in workspace.prompts.paths()]
    lines = compare_lines(first.source, second.source)
    return render(request, "prompts/diff.html", old=first, new=second, lines=lines, refs=refs)


@router.get("/prompts/{ref}")
def one_prompt(request: Request, ref: str, _: Viewer) -> HTMLResponse:
    """One version whole, and the runs that used it."""
    workspace = site(request).workspace
    found = prompt_of(workspace, ref)
    runs = [run for run in workspace.runs.all() if run.prompt == found.ref]
    others = [f"{name}@{version}" for name, version in workspace.prompts.paths() if name == found.name]
    return render(request, "prompts/prompt.html", prompt=found, runs=runs, others=[one for one in others if one != ref])


def all_versions(workspace: Workspace) -> tuple[list[Shown], dict[str, str]]:
    """Every version of the library, and of versions that are gone, the last run that used them."""
    runs = workspace.runs.all()
    rows: list[Shown] = []
    before: dict[str, str] = {}
    for name, version in workspace.prompts.paths():
        rows.append(_shown(workspace, f"{name}@{version}", before.get(name, ""), runs))
        before[name] = f"{name}@{version}"
    known = {row.ref for row in rows}
    return rows, {run.prompt: run.name for run in runs if run.prompt and run.prompt not in known}


def prompt_of(workspace: Workspace, ref: str) -> Prompt:
    """A version of the library or of an earlier run; never a file by its path.

    Raises:
        Problem: 404, there is none.
    """
    if not _REF.fullmatch(ref):
        raise Problem(404)
    try:
        return prompt_version(workspace, ref)
    except PromptError as error:
        raise Problem(404, "%(what)s", values={"what": error.what}, hint=error.hint) from None


def _shown(workspace: Workspace, ref: str, before: str, runs: list[Run]) -> Shown:
    draft = is_draft(ref.partition("@")[2])
    try:
        prompt = workspace.prompts.get(ref)
    except PromptError as error:
        return Shown(ref, error.what, (), "", (), before, draft, broken=True)
    using = [run for run in runs if run.prompt == ref]
    return Shown(
        ref,
        prompt.description,
        tuple(field.value for field in prompt.output),
        prompt.digest,
        tuple(run.name for run in using if run.prompt_digest == prompt.digest),
        before,
        draft,
        edited=any(run.prompt_digest != prompt.digest for run in using),
    )
