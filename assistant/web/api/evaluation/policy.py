"""The policy: labels and clauses of each version, what changed between two, and what that makes stale."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Query, Request
from pydantic import Field

from assistant.application.workspace import policy_versions
from assistant.application.workspace.policy_versions import (
    compare_policy_versions,
    list_policy_versions,
    used_policy_version,
)
from assistant.domain.permissions import Permission, may
from assistant.domain.policies import LabelKind, Policy
from assistant.domain.review_work import Principal
from assistant.web.api_schema import Shown, group, problems
from assistant.web.context import site
from assistant.web.presentation.figures import stale_labels
from assistant.web.security.authentication import needs

router = group("policy")

Reader = Annotated[Principal, Depends(needs(Permission.READ_POLICY))]
Version = Annotated[str, Query(min_length=1, max_length=100)]


class LabelShown(Shown):
    """One answer of the closed set."""

    name: str
    definition: str
    severity: int
    always_human: bool
    needs_clause: bool


class ClauseShown(Shown):
    """A clause, in each language it is written in."""

    id: str
    title: str
    texts: dict[str, str]
    labels: list[str]


class PolicyShown(Shown):
    """One version of the policy; `versions` are all that were used, the present one last."""

    id: str
    version: str
    title: str
    digest: str
    languages: list[str]
    kind: LabelKind
    labels: list[LabelShown]
    clauses: list[ClauseShown]
    versions: list[str]


class StaleLabelsPage(Shown):
    """Items of a run with a label that may be stale."""

    label: str
    items: int


class StalePeople(Shown):
    """Answers of people that may be stale."""

    labels: list[str]
    items: int
    answers: int
    seconds: float | None


class StaleShown(Shown):
    """What a change makes stale, and what labelling it again would take; null where that isn't known."""

    run: str | None
    labels: list[StaleLabelsPage]
    cost_usd: float | None
    people: list[StalePeople]
    hours: float | None

    @classmethod
    def shown(cls, stale: policy_versions.StaleLabels) -> StaleShown:
        """As it is told."""
        return cls(
            run=None if stale.run is None else stale.run.name,
            labels=[StaleLabelsPage(label=label, items=count) for label, count in stale.labels],
            cost_usd=stale.cost_usd,
            people=[StalePeople.of(one) for one in stale.people],
            hours=stale.hours,
        )


class PolicyDifferenceShown(Shown):
    """What changed; `difference` has every clause and label word by word, `stale` is for those who see runs."""

    old: str
    new: str
    summary: str
    affected_labels: list[str]
    harmless_labels: list[str]
    difference: Annotated[dict[str, Any], Field(description="The same that the command line reports as JSON.")]
    stale: StaleShown | None


@router.get("", responses=problems())
def read_policy(request: Request, _: Reader) -> PolicyShown:
    """The policy as it stands."""
    return _told(request, site(request).workspace.policy)


@router.get("/diff", responses=problems(404))
def compare_versions(request: Request, who: Reader, old: Version, new: Version | None = None) -> PolicyDifferenceShown:
    """What changed from one version to another (by default the present one), and what that makes stale."""
    versions = compare_policy_versions(site(request).workspace, old, new)
    compared = versions.difference
    stale = stale_labels(request, compared) if may(who, Permission.SEE_RUNS) else None
    return PolicyDifferenceShown(
        old=versions.old.version,
        new=versions.new.version,
        summary=compared.summary,
        affected_labels=list(compared.affected_labels),
        harmless_labels=list(compared.harmless_labels),
        difference=compared.as_dict(),
        stale=None if stale is None else StaleShown.shown(stale),
    )


@router.get("/versions/{version}", responses=problems(404))
def read_policy_version(request: Request, _: Reader, version: str) -> PolicyShown:
    """The policy as it stood."""
    return _told(request, used_policy_version(site(request).workspace, version))


def _told(request: Request, policy: Policy) -> PolicyShown:
    return PolicyShown(
        id=policy.id,
        version=policy.version,
        title=policy.title,
        digest=policy.digest,
        languages=list(policy.languages),
        kind=policy.label_set.kind,
        labels=[LabelShown.of(label) for label in policy.label_set.labels],
        clauses=[ClauseShown.of(clause) for clause in policy.clauses],
        versions=list_policy_versions(site(request).workspace),
    )
