"""The policy: its clauses, its versions, what changed between two, and what that makes stale."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from assistant.application.workspace.policy_changes import list_changes
from assistant.application.workspace.policy_versions import compare_policy_versions, list_policy_versions
from assistant.domain.permissions import Permission, may
from assistant.web.context import site
from assistant.web.presentation.figures import left_out, stale_labels
from assistant.web.presentation.pagination import Text
from assistant.web.presentation.rendering import language_of, render
from assistant.web.presentation.terms import POLICY_CHANGES
from assistant.web.security.authentication import Current

router = APIRouter()


@router.get("/policy")
def policy(request: Request, who: Current) -> HTMLResponse:
    """The policy as it stands, in the reader's language where it is written in it."""
    workspace = site(request).workspace
    return render(
        request,
        "policy/index.html",
        policy=workspace.policy,
        versions=list_policy_versions(workspace),
        changes=list(reversed(list_changes(workspace))),
        terms=POLICY_CHANGES,
        left_out=left_out(request) if may(who, Permission.SEE_QUALITY) else [],
        spoken=language_of(request).code,
    )


@router.get("/policy/diff")
def difference(request: Request, who: Current, old: Text, new: Text = "") -> HTMLResponse:
    """What changed from one version to another; for those who see runs also what it makes stale."""
    workspace = site(request).workspace
    compared = compare_policy_versions(workspace, old, new)
    stale = stale_labels(request, compared.difference) if may(who, Permission.SEE_RUNS) else None
    return render(
        request,
        "policy/diff.html",
        old=compared.old,
        new=compared.new,
        difference=compared.difference,
        stale=stale,
        versions=list_policy_versions(workspace),
    )
