"""Settled items made precedents: remembered here, indexed with the next look into the index, cited to models then."""

from __future__ import annotations

from assistant.domain.items import StoredItem
from assistant.domain.labels import LabelAnswer
from assistant.errors import ConflictError
from assistant.store.audit import log as audit
from assistant.store.content.precedents import remember
from assistant.store.database import Connection


def make_precedent(
    connection: Connection, stored: StoredItem, labels: LabelAnswer, *, policy_id: str, actor: str
) -> None:
    """Make a settled item a precedent of a policy, in place of what it was before.

    Raises:
        ConflictError: no label at all.
    """
    if not labels:
        raise ConflictError("precedent_without_labels", where=stored.item.id)
    remember(connection, policy_id, [(stored.key, stored.content_digest, labels, "added")], actor)
    audit.append(connection, actor, "precedent.add", f"item:{stored.item.id}", {"labels": labels, "policy": policy_id})


def withdraw_precedent(connection: Connection, stored: StoredItem, *, policy_id: str, actor: str) -> None:
    """An item guides no model any more."""
    remember(connection, policy_id, [(stored.key, stored.content_digest, (), "withdrawn")], actor)
    audit.append(connection, actor, "precedent.withdraw", f"item:{stored.item.id}", {"policy": policy_id})
