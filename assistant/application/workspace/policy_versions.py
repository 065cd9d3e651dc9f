"""Versions of the policy: those that were used, what changed between two, and what a change makes stale."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.domain.policies import Policy
from assistant.domain.runs import Run, RunTotals
from assistant.errors import NotFoundError
from assistant.policy.documents.difference import PolicyDifference, compare_policies
from assistant.policy.documents.documents import parse_policy, read_policy
from assistant.store.review.labels.stale_labels import GivenLabels, given_labels, with_any
from assistant.wiring.workspace import Workspace

_VERSION = re.compile(r"[\w.:+ -]{1,100}")


@dataclass(frozen=True, slots=True)
class StaleLabels:
    """What a changed policy makes stale, and what labeling it again would take.

    Args:
        run: the newest run with an answer under this policy, None without one.
        labels: (label, items) of that run which may be stale.
        cost_usd: of asking a model about these again, at what the run's answers cost; None where not known.
        people: human labels that may be stale.
        hours: of people to give these again, at the pace they were given; None where nothing was timed.
    """

    run: Run | None
    labels: tuple[tuple[str, int], ...]
    cost_usd: float | None
    people: tuple[GivenLabels, ...]
    hours: float | None


@dataclass(frozen=True, slots=True)
class ComparedVersions:
    """Two versions of the policy and their difference."""

    old: Policy
    new: Policy
    difference: PolicyDifference


def list_policy_versions(workspace: Workspace) -> list[str]:
    """Versions that were used, oldest first, the present one last."""
    known = workspace.registry.policy_versions(workspace.policy.id)
    return list(dict.fromkeys([*(one for one in known if one != workspace.policy.version), workspace.policy.version]))


def policy_version(workspace: Workspace, name: str) -> Policy:
    """The policy in a file, or the version `name` of the workspace's policy as it was when it was used.

    Raises:
        NotFoundError: neither a file nor a known version.
        PolicyError: the document has mistakes.
    """
    if Path(name).is_file():
        return read_policy(Path(name))
    policy = workspace.policy
    if (source := workspace.registry.policy_source(policy.id, name)) is not None:
        return parse_policy(source, f"{policy.id}@{name}")
    if name == policy.version:
        return policy
    known = list(dict.fromkeys([*workspace.registry.policy_versions(policy.id), policy.version]))
    raise NotFoundError("policy_version_not_found", version=name, policy=policy.id, known=known)


def used_policy_version(workspace: Workspace, version: str) -> Policy:
    """A version that was used, or the present one; never a file by its path. Raises NotFoundError for any other."""
    known = list_policy_versions(workspace)
    if not _VERSION.fullmatch(version) or version not in known:
        raise NotFoundError("policy_version_unused", version=version[:100], known=known)
    return workspace.policy if version == workspace.policy.version else policy_version(workspace, version)


def compare_policy_versions(workspace: Workspace, old: str, new: str | None) -> ComparedVersions:
    """What changed from one used version to another, None for the present one. Raises NotFoundError."""
    first = used_policy_version(workspace, old)
    second = used_policy_version(workspace, new or workspace.policy.version)
    return ComparedVersions(first, second, compare_policies(first, second))


def compare_named_policies(workspace: Workspace, old: str, new: str) -> PolicyDifference:
    """What changed between two policies, each a file or a version that was used. Raises as `policy_version`."""
    return compare_policies(policy_version(workspace, old), policy_version(workspace, new))


def count_given_labels(workspace: Workspace) -> Sequence[GivenLabels]:
    """Present human labels by what they say, most frequent first."""
    return given_labels(workspace.database)


def find_stale_labels(
    workspace: Workspace,
    difference: PolicyDifference,
    given: Sequence[GivenLabels],
    totals_of: Callable[[Run], RunTotals],
) -> StaleLabels | None:
    """What a difference makes stale, and what labeling it again would take; None where no label is affected.

    Args:
        workspace: the opened workspace.
        difference: of two versions of its policy.
        given: see `count_given_labels`.
        totals_of: counts a run.
    """
    affected = difference.affected_labels
    if not affected:
        return None
    people = tuple(with_any(given, affected))
    seconds = [one.answers * one.seconds for one in people if one.seconds is not None]
    hours = sum(seconds) / 3600 if seconds else None
    run = workspace.runs.newest(workspace.policy.id)
    if run is None:
        return StaleLabels(None, (), None, people, hours)
    totals = totals_of(run)
    labels = tuple((name, count) for name, count in totals.labels.items() if set(name.split("|")) & set(affected))
    each = totals.cost_usd / totals.statuses["labelled"] if totals.cost_usd is not None and labels else None
    cost = None if each is None else each * sum(count for _, count in labels)
    return StaleLabels(run, labels, cost, people, hours)
