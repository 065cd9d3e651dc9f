"""What is kept apart in the vector index: one collection for each policy version, or policy, and embedder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import Self

from assistant.domain.policies import Policy

WORKSPACE = "workspace"
"""In the metadata of a collection: the id of the workspace it belongs to. Earlier versions wrote none."""


class CollectionKind(StrEnum):
    """What a collection holds."""

    CLAUSES = "clauses"
    PRECEDENTS = "precedents"


@dataclass(frozen=True, slots=True)
class CollectionKey:
    """Which vectors belong together and may be compared.

    Args:
        kind: what they are vectors of.
        policy_id: the policy's stable name.
        embedder: identity of the embedder that made them; vectors of two embedders have no distance.
        policy_digest: the policy's very wording; empty for precedents, which outlive it.
    """

    kind: CollectionKind
    policy_id: str
    embedder: str
    policy_digest: str = ""

    @classmethod
    def clauses(cls, policy: Policy, embedder: str) -> Self:
        """The clauses and examples of one policy version."""
        return cls(CollectionKind.CLAUSES, policy.id, embedder, policy.digest)

    @classmethod
    def precedents(cls, policy_id: str, embedder: str) -> Self:
        """The settled items of a policy, across its versions."""
        return cls(CollectionKind.PRECEDENTS, policy_id, embedder)

    @property
    def name(self) -> str:
        """A name within a workspace, different for every key."""
        return self.stored_name("")

    def stored_name(self, workspace: str) -> str:
        """A name Chroma accepts (3 to 512 of `A-Za-z0-9._-`), different for every key and every workspace's id."""
        parts = (
            self.kind.value,
            self.policy_id,
            self.policy_digest,
            self.embedder,
            *([workspace] if workspace else []),
        )
        digest = blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        return f"{self.kind.value}-{re.sub('[^A-Za-z0-9._-]', '_', self.policy_id)[:80]}-{digest}"

    @property
    def metadata(self) -> dict[str, str]:
        """The key as Chroma stores it beside the vectors."""
        return {
            "kind": self.kind.value,
            "policy_id": self.policy_id,
            "policy_digest": self.policy_digest,
            "embedder": self.embedder,
        }

    @classmethod
    def read(cls, metadata: Mapping[str, object] | None) -> Self | None:
        """The key in a collection's metadata; None when the collection is not ours."""
        known = metadata or {}
        try:
            return cls(
                CollectionKind(str(known["kind"])),
                str(known["policy_id"]),
                str(known["embedder"]),
                str(known["policy_digest"]),
            )
        except (KeyError, ValueError):
            return None

    def __str__(self) -> str:
        return f"{self.kind.value} of policy {self.policy_id} ({self.embedder})"
