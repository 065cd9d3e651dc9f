"""Keeps the vector index in step with the policy and the precedents; everything in it can be made again from SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.domain.items import Content, Item, ItemKind
from assistant.domain.policies import Policy, Precedent
from assistant.ingest.embedding import ItemEmbedder
from assistant.policy.index.collection_keys import CollectionKey, CollectionKind
from assistant.policy.index.entries import clause_entries
from assistant.policy.index.vector_index import VectorIndex
from assistant.store.content.precedents import PrecedentStore


@dataclass(frozen=True, slots=True)
class IndexRecord:
    """What a collection of the index should hold, from the record: ids and float32 vectors (n, dims), in order."""

    key: CollectionKey
    ids: tuple[str, ...]
    vectors: np.ndarray


def bring_up_to_date(index: VectorIndex, policy: Policy, precedents: PrecedentStore, embedder: ItemEmbedder) -> str:
    """Add what is missing to the index and take out what is no longer so; cheap when nothing changed.

    Args:
        index: the index.
        policy: its clauses and examples are indexed.
        precedents: settled items of this policy are indexed; not those with media, whose label may rest on what their
            text doesn't say.
        embedder: makes the vectors that are not of record yet.

    Returns:
        What was done, in words; empty when nothing had to be.
    """
    clauses = CollectionKey.clauses(policy, embedder.name)
    entries = clause_entries(policy)
    told = [index.notice] if index.notice else []
    precedent_key, until = CollectionKey.precedents(policy.id, embedder.name), precedents.newest_event(policy.id)
    if set(index.ids(clauses)) != {entry.id for entry in entries}:
        index.put_clauses(policy, entries, embedder.text_vectors([entry.text for entry in entries]), embedder.name)
        told.append(f"{len(entries):,} wordings and examples of {policy.id}@{policy.version}")
    if changed := _update_precedents(index, policy.id, precedents.all(policy.id, text_only=True), embedder):
        told.append(f"{changed:,} precedents")
    index.note_indexed(clauses, 0)  # clauses have no events: they are indexed or not
    index.note_indexed(precedent_key, until)
    return f"indexed {' and '.join(told)}" if told else ""


def record_of(policy: Policy, precedents: PrecedentStore, embedder: ItemEmbedder) -> tuple[IndexRecord, IndexRecord]:
    """What the index should hold: clauses and precedents."""
    entries = clause_entries(policy)
    known = precedents.all(policy.id, text_only=True)
    return (
        IndexRecord(
            CollectionKey.clauses(policy, embedder.name),
            tuple(entry.id for entry in entries),
            embedder.text_vectors([entry.text for entry in entries]),
        ),
        IndexRecord(
            CollectionKey.precedents(policy.id, embedder.name),
            tuple(one.content_digest for one in known),
            _vectors(known, embedder),
        ),
    )


def waiting(index: VectorIndex, record: IndexRecord, precedents: PrecedentStore) -> frozenset[str]:
    """Ids that the record got or lost after the collection was last brought up to date: the next job sees to them."""
    key = record.key
    until = index.indexed_until(key)
    if until is None:  # never brought up to date, unless by an earlier version, which noted nothing
        return frozenset() if index.ids(key) else frozenset(record.ids)
    return precedents.changed_since(key.policy_id, until) if key.kind is CollectionKind.PRECEDENTS else frozenset()


def _update_precedents(index: VectorIndex, policy_id: str, wanted: Sequence[Precedent], embedder: ItemEmbedder) -> int:
    there = index.precedents(policy_id, embedder.name)
    fresh = [one for one in wanted if there.get(one.content_digest) != one]
    stale = sorted(set(there).difference(one.content_digest for one in wanted))
    index.remove_precedents(policy_id, stale, embedder.name)
    if fresh:
        index.put_precedents(policy_id, fresh, _vectors(fresh, embedder), embedder.name)
    return len(fresh) + len(stale)


def _vectors(precedents: Sequence[Precedent], embedder: ItemEmbedder) -> np.ndarray:
    return embedder.vectors([(one.content_digest, _as_item(one)) for one in precedents])


def _as_item(precedent: Precedent) -> Item:
    kind = ItemKind.TEXT if precedent.query is None else ItemKind.PAIR
    return Item(precedent.content_digest, Content(precedent.text, kind, precedent.query), precedent.language)
