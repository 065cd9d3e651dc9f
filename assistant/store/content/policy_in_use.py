"""The policy in use: the one in the project's file, or what the changes in effect have made of it since."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from assistant.domain.label_versions import LabelVersions, in_effect, label_versions
from assistant.domain.policies import Policy
from assistant.domain.policy_changes import PolicyChange
from assistant.store.content.policy_changes import PolicyChangeStore

_FRESH_SECONDS = 1.0  # for so long a server does not look again whether a change took effect


@dataclass(frozen=True, slots=True)
class InForce:
    """A policy in use, and what counts under it.

    Args:
        policy: the version in use.
        labels: which labels count.
        changes: the changes in effect, in the order they took effect.
    """

    policy: Policy
    labels: LabelVersions
    changes: Sequence[PolicyChange]


class ChangingPolicy(Protocol):
    """A project as far as its policy goes."""

    @property
    def written_policy(self) -> Policy:
        """The policy as its file has it. Raises PolicyError with all its mistakes."""

    @property
    def policy_changes(self) -> PolicyChangeStore:
        """Changes of the policy, and who has read them."""


class PolicyInUse:
    """Finds the policy in use; a server looks again every second, a command once.

    Args:
        project: its policy as written, and the changes of it.
        parse: reads a document, given with its name.
        lasting: whether it is found once and kept.
    """

    def __init__(
        self,
        project: ChangingPolicy,
        parse: Callable[[str, str], Policy],
        *,
        lasting: bool,
    ) -> None:
        self._project, self._parse = project, parse
        self._lasting = lasting
        self._found: InForce | None = None
        self._until = 0.0
        self._documents: dict[int, Policy] = {}

    def get(self) -> InForce:
        """The policy in use now. Raises PolicyError with all mistakes of the project's file."""
        found = self._found
        if found is None or (not self._lasting and time.monotonic() > self._until):
            found = self._found = self._find()
            self._until = time.monotonic() + _FRESH_SECONDS
        return found

    def look_again(self) -> None:
        """Find it afresh next time: a change was decided on by this very process."""
        self._found = None

    def _find(self) -> InForce:
        policy, store = self._project.written_policy, self._project.policy_changes
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        known = store.all()
        effective = in_effect(policy.id, known, at)
        for change in effective:
            if change.old_version == policy.version:
                policy = self._document(change, store)
        return InForce(policy, label_versions(policy.id, policy.version, known, at), effective)

    def _document(self, change: PolicyChange, store: PolicyChangeStore) -> Policy:
        if change.id not in self._documents:
            named = f"{change.policy_id}@{change.new_version}"
            self._documents[change.id] = self._parse(store.source(change.id), named)
        return self._documents[change.id]
