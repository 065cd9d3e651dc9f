"""Turning labels people agree on into precedents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from assistant.domain.consensus import Consensus, any_differ
from assistant.domain.labels import LabelAnswer, OffLabelSetError, read_labels
from assistant.domain.policies import Precedent
from assistant.errors import InputError
from assistant.routing.sampling import draw
from assistant.wiring.actor import actor
from assistant.wiring.workspace import Workspace

_ENOUGH = 2  # people who must agree before an item counts as settled


def add_precedents(workspace: Workspace, names: tuple[str, ...], *, limit: int | None, seed: int) -> Counter[str]:
    """Make items precedents on which two or more people agree; all such items when none are named.

    Args:
        workspace: the opened workspace.
        names: ids of the items; empty for all.
        limit: at most so many, drawn at random by `seed`.
        seed: of that draw.

    Returns:
        Counts: `added`, `already` (with this very answer), `total`, and what was left out:
        `disputed`, `labelled_once`, `off_label_set`, and where there
        are any `in_part`: agreed on, but fewer than two answers are complete, and the model would read what they
        leave unknown as a no.

    Raises:
        InputError: a named item is not there, or people do not agree on it.
    """
    counts: Counter[str] = Counter(added=0, already=0, disputed=0, labelled_once=0, off_label_set=0)
    settled: list[tuple[str, int, str, LabelAnswer]] = []
    seen = set()
    for key, name, digest, answers in workspace.reviews.by_item():
        if names and name not in names:
            continue
        seen.add(name)
        outcome = _settlement(workspace, answers)
        if isinstance(outcome, str):
            counts[outcome] += 1
            if names:
                raise InputError(f"{name} can't be a precedent: {outcome}", hint="only what people agree on can")
        else:
            settled.append((name, key, digest, outcome))
    if missing := sorted(set(names) - seen):
        raise InputError(f"no human labels for {', '.join(missing[:5])}", hint="assistant labels import FILE")
    settled.sort(key=lambda one: draw(seed, one[0], "precedents"))
    chosen = settled if limit is None else settled[:limit]
    given = [(key, digest, answer) for _, key, digest, answer in chosen]
    counts["added"] = workspace.precedents.add(workspace.policy.id, given, actor())
    counts["already"] = len(chosen) - counts["added"]
    counts["total"] = workspace.precedents.count(workspace.policy.id)
    return counts


def list_precedents(workspace: Workspace) -> list[Precedent]:
    """Every precedent of the workspace's policy."""
    return workspace.precedents.all(workspace.policy.id)


def withdraw_precedent(workspace: Workspace, name: str) -> None:
    """An item is no precedent any more. Raises InputError where it was none."""
    stored = workspace.items.get(name)
    if stored is None or not workspace.precedents.withdraw(workspace.policy.id, stored.content_digest, actor()):
        raise InputError(f"{name} is no precedent", hint="assistant precedents list  shows them")


def _settlement(workspace: Workspace, answers: Mapping[str, Consensus]) -> LabelAnswer | str:
    """What people agree on, or why there is no such thing."""
    if len(answers) < _ENOUGH:
        return "labelled_once"
    given = list(answers.values())
    if any_differ(given):
        return "disputed"
    if sum(not one.unknown for one in given) < _ENOUGH:
        return "in_part"
    complete = next(one.labels for one in given if not one.unknown)
    try:
        return read_labels(complete, workspace.policy.label_set)
    except OffLabelSetError:
        return "off_label_set"
