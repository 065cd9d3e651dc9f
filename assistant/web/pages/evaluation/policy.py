"""The policy: its clauses, its versions, what changed between two, and what that makes stale."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from assistant.application.workspace.versions import policy_version
from assistant.domain.permissions import Permission, may
from assistant.domain.policies import Policy
from assistant.domain.runs import Run, RunTotals
from assistant.errors import InputError
from assistant.policy.documents.difference import PolicyDifference, compare_policies
from assistant.store.review.labels.stale_labels import GivenLabels, given_labels, with_any
from assistant.web.cache import remembered
from assistant.web.context import site
from assistant.web.presentation.pagination import Text
from assistant.web.presentation.rendering import language_of, render
from assistant.web.problems import Problem
from assistant.web.security.authentication import Current
from assistant.wiring.workspace import Workspace

router = APIRouter()

_VERSION = re.compile(r"[\w.:+ -]{1,100}")


@dataclass(frozen=True, slots=True)
class Stale:
    """What a changed policy makes stale, and what labelling it again would take.

    Args:
        run: the newest run with an answer under this policy, None without one.
        labels: (label, items) of that run which may be stale.
        cost_usd: of asking a model about these again, at what the run's answers cost; None where not known.
        people: answers of people that may be stale.
        hours: of people to give these again, at the pace they were given; None where nothing was timed.
    """

    run: Run | None
    labels: tuple[tuple[str, int], ...]
    cost_usd: float | None
    people: tuple[GivenLabels, ...]
    hours: float | None


@router.get("/policy")
def policy(request: Request, _: Current) -> HTMLResponse:
    """The policy as it stands, in the reader's language where it is written in it."""
    workspace = site(request).workspace
    return render(
        request,
        "policy/index.html",
        policy=workspace.policy,
        versions=versions_of(workspace),
        spoken=language_of(request).code,
    )


@router.get("/policy/diff")
def difference(request: Request, who: Current, old: Text, new: Text = "") -> HTMLResponse:
    """What changed from one version to another; for those who see runs also what it makes stale."""
    workspace = site(request).workspace
    first, second = policy_of(workspace, old), policy_of(workspace, new or workspace.policy.version)
    compared = compare_policies(first, second)
    stale = stale_of(request, compared) if may(who, Permission.SEE_RUNS) and compared.affected_labels else None
    return render(
        request,
        "policy/diff.html",
        old=first,
        new=second,
        difference=compared,
        stale=stale,
        versions=versions_of(workspace),
    )


def versions_of(workspace: Workspace) -> list[str]:
    """Oldest first, the present one last."""
    known = workspace.registry.policy_versions(workspace.policy.id)
    return list(dict.fromkeys([*(one for one in known if one != workspace.policy.version), workspace.policy.version]))


def policy_of(workspace: Workspace, version: str) -> Policy:
    """A version that was used, or the present one; never a file by its path.

    Raises:
        Problem: 404, there is none.
    """
    if not _VERSION.fullmatch(version) or version not in versions_of(workspace):
        raise Problem(404)
    if version == workspace.policy.version:
        return workspace.policy
    try:
        return policy_version(workspace, version)
    except InputError as error:
        raise Problem(404, "%(what)s", values={"what": error.what}) from None


def stale_of(request: Request, compared: PolicyDifference) -> Stale:
    """What a difference makes stale, and what labelling it again would take."""
    workspace, kept = site(request).workspace, remembered(request)
    policy_id = workspace.policy.id
    run = workspace.runs.newest(policy_id)
    people = tuple(
        with_any(kept.get("given_labels", lambda: given_labels(workspace.database)).value, compared.affected_labels)
    )
    seconds = [one.answers * one.seconds for one in people if one.seconds is not None]
    hours = sum(seconds) / 3600 if seconds else None
    if run is None:
        return Stale(None, (), None, people, hours)
    totals: RunTotals = kept.get(("totals", run.id), lambda: workspace.results.totals(run)).value
    labels = tuple(
        (name, count) for name, count in totals.labels.items() if set(name.split("|")) & set(compared.affected_labels)
    )
    each = totals.cost_usd / totals.statuses["labelled"] if totals.cost_usd is not None and labels else None
    return Stale(run, labels, None if each is None else each * sum(count for _, count in labels), people, hours)
