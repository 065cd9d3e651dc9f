"""Searching the policy and checking its index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.application.labeling.run_parameters import retrieval_options
from assistant.domain.items import Content, Item
from assistant.errors import NotFoundError
from assistant.ingest.indexing import bring_up_to_date, record_of, waiting
from assistant.policy.index.verify import VerifyReport, verify_index
from assistant.policy.retrieve import Retrieved, retrieve_many
from assistant.prompting.render import PromptRenderer, RenderedPrompt
from assistant.wiring.workspace import Workspace
from evals.retrieval import RetrievalReport, run_retrieval_suite


@dataclass(frozen=True, slots=True)
class IndexUpdate:
    """What was done to the search index, empty for nothing, and its collections: (what of, entries)."""

    done: str
    collections: Sequence[tuple[Mapping[str, str], int]]


def update_index(workspace: Workspace, *, rebuild: bool = False) -> IndexUpdate:
    """Bring the search index up to date with the policy and the precedents; `rebuild` drops it first.

    Raises:
        VectorIndexError: the index can't be opened, or another process has it.
    """
    if rebuild:
        workspace.empty_index()
    done = bring_up_to_date(workspace.index, workspace.policy, workspace.precedents, workspace.item_embedder)
    return IndexUpdate(done, [(key.metadata, entries) for key, entries in workspace.index.counts()])


def search_policy(workspace: Workspace, text: str, count: int) -> Retrieved:
    """The clauses and precedents nearest to a text, as an item with that text would get them."""
    bring_up_to_date(workspace.index, workspace.policy, workspace.precedents, workspace.item_embedder)
    options = replace(retrieval_options(workspace.settings), clauses=count)
    vectors = workspace.item_embedder.text_vectors([text])
    item = Item("query", Content(text))
    return retrieve_many([item], vectors, workspace.policy, workspace.index, options)[0]


def render_item(workspace: Workspace, name: str, prompt: str | None) -> RenderedPrompt:
    """What a model would be asked about the item of that id, precedents included. Raises NotFoundError."""
    stored = workspace.items.get(name)
    if stored is None:
        raise NotFoundError("item_not_found", item=name)
    bring_up_to_date(workspace.index, workspace.policy, workspace.precedents, workspace.item_embedder)
    chosen = workspace.prompt(prompt, workspace.settings.model.spec)
    renderer = PromptRenderer(chosen, workspace.policy, content_tokens=workspace.settings.content.prompt_tokens)
    vectors = workspace.item_embedder.vectors([(stored.content_digest, stored.item)])
    groups = [None if stored.group is None else str(stored.group)]
    options = retrieval_options(workspace.settings)
    found = retrieve_many([stored.item], vectors, workspace.policy, workspace.index, options, groups=groups)
    return renderer.render(stored.item, found[0])


def measure_search(workspace: Workspace, suite: Path) -> RetrievalReport:
    """How often the governing clause of a suite's queries is among the first found."""
    bring_up_to_date(workspace.index, workspace.policy, workspace.precedents, workspace.item_embedder)
    embed = workspace.item_embedder.text_vectors
    return run_retrieval_suite(suite, workspace.policy, workspace.index, embed, embedder=workspace.embedder_name)


def verify_search(workspace: Workspace, sample: int) -> list[VerifyReport]:
    """The index held against the vectors of record: clauses, then precedents."""
    seed, index, precedents = workspace.seed, workspace.index, workspace.precedents
    return [
        verify_index(
            *(index, record.key, record.ids, record.vectors),
            sample=sample,
            seed=seed,
            waiting=waiting(index, record, precedents),
        )
        for record in record_of(workspace.policy, precedents, workspace.item_embedder)
    ]
