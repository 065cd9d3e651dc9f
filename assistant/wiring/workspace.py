"""A workspace opened: settings, database, policy, prompts, index and models, each made when it is first needed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from assistant.bundled import bundled
from assistant.domain.opaque_ids import OpaqueIds
from assistant.domain.policies import Policy
from assistant.domain.prelabels import Usage
from assistant.domain.projects import FIRST_PROJECT, Project
from assistant.models.guard.budget import Budget, Prices
from assistant.policy.documents.documents import read_policy
from assistant.policy.index.vector_index import VectorIndex
from assistant.prompting.library import PromptLibrary
from assistant.prompting.template import Prompt
from assistant.review.queue import Queue
from assistant.settings import Settings, load_settings
from assistant.store.audit.read_log import ReadLog
from assistant.store.certification.nonces import WORKSPACE, review_scope, seed_of, seed_scope
from assistant.store.connection.engine import Link
from assistant.store.content.projects import chosen_project
from assistant.store.database import Database
from assistant.store.people.last_uses import LastUses
from assistant.store.runs.journal import ReplyJournal, claim
from assistant.store.stores import Stores
from assistant.store.workspaces import database_url, open_database
from assistant.wiring.actor import actor

# Clients of language models are imported where they are used: a server of pages starts without them.
if TYPE_CHECKING:
    from assistant.ingest.embedding import ItemEmbedder
    from assistant.models.guard.guarded import GuardedModel

STATE = ".assistant"
PROJECT_VARIABLE = "ASSISTANT_PROJECT"
"""In the environment: the key of the project that a command works in."""
PROJECTS = "projects"
"""The folder, of the workspace and of its state, that has one of each further project."""
_IDLE_SECONDS = 300  # a page's transaction that does nothing for so long is ended by PostgreSQL


class Workspace(Stores):
    """A workspace folder as one of its projects sees it: settings, database and stores, policy, prompts, index, models.

    The stores read and write that project's rows only; `of_project` gives the same workspace for another one.
    """

    def __init__(self, folder: Path, settings: Settings, *, project: str = "", serves: bool = False) -> None:
        self.folder = folder
        self.settings = settings
        self._key = project
        self._serves = serves
        self._closing = ExitStack()
        self._release_journal: Callable[[], None] = lambda: None
        self._opened: Database | None = None  # by the workspace that this one is another project of
        self._others: dict[str, Workspace] = {}

    @classmethod
    def open(cls, folder: Path, *, project: str = "", serves: bool = False) -> Self:
        """The workspace in a folder.

        Args:
            folder: where it is.
            project: the key of the project; empty for the only one that is not closed.
            serves: whether people wait for each answer, so that it is better to refuse than to wait.

        Raises:
            SettingsError: there is none, or its settings are wrong.
        """
        return cls(folder, load_settings(folder), project=project, serves=serves)

    def of_project(self, key: str) -> Workspace:
        """The same workspace for another project; open as long as this one is.

        Raises:
            NotFoundError: there is no such project.
        """
        if key == self.project.key:
            return self
        if key not in self._others:
            self.projects.get(key)
            other = Workspace(self.folder, self.settings, project=key, serves=self._serves)
            other._opened = self.database
            self._others[key] = self._closing.enter_context(other)
        return self._others[key]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    @property
    def state(self) -> Path:
        """Where state lives; readable by its owner only, since it holds the content."""
        folder = self.folder / STATE
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    @property
    def project_state(self) -> Path:
        """Where the state of the project lives that is not in the database; the first project's is `state` itself."""
        if self.project.id == FIRST_PROJECT:
            return self.state
        folder = self.state / PROJECTS / self.project.key
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    @property
    def project_folder(self) -> Path:
        """Where the project's own files are: the first project's are the workspace's folder itself."""
        first = self.project.id == FIRST_PROJECT
        return self.folder if first else self.folder / PROJECTS / self.project.key

    @cached_property
    def project(self) -> Project:
        """The project whose rows the stores read and write.

        Raises:
            NotFoundError, InvalidValueError: there is no such project; there are several, and none was named.
        """
        return chosen_project(self._connections, self._key)

    @cached_property
    def database(self) -> Database:
        """SQL: the workspace's own SQLite file, or the database the environment or the settings name.

        Raises:
            WorkspaceError: that is another workspace's.
        """
        return self._connections.within(self.project.id)

    @cached_property
    def _connections(self) -> Database:
        if self._opened is not None:
            return self._opened
        storage = self.settings.storage
        database = open_database(self.folder, self.state, storage, self._link(), lambda: self.policy)
        database.operator = actor()
        self._closing.callback(database.close)
        return database

    @cached_property
    def database_as_it_is(self) -> Database:
        """The same, whatever its schema: to look at, to copy, and to upgrade."""
        database = Database.attach(database_url(self.state, self.settings.storage), self._link())
        database.operator = actor()
        self._closing.callback(database.close)
        return database

    def _link(self) -> Link:
        """Pages answer that the database is gone, and stop a question that takes long; all else has time."""
        storage = self.settings.storage
        return Link(
            name=" ".join(["assistant", *sys.argv[1:2], str(os.getpid())]),
            connections=storage.connections,
            statement_seconds=storage.page_seconds if self._serves else 0,
            idle_seconds=_IDLE_SECONDS if self._serves else 0,
            patience_seconds=0 if self._serves else storage.outage_seconds,
        )

    @cached_property
    def seed(self) -> int:
        """Of folds and solvers: the settings', else the project's own."""
        given = self.settings.routing.seed
        return seed_of(self.nonces.get(seed_scope(self.project.id))) if given is None else given

    @cached_property
    def ids(self) -> OpaqueIds:
        """Ids of tasks and assignments, by the workspace's own secret."""
        return OpaqueIds(self.nonces.get(WORKSPACE).value)

    @property
    def review_key(self) -> str:
        """What draws about people's work come from: gold, the blind arm, rounds of practice."""
        return self.nonces.get(review_scope(self.project.id)).value

    @cached_property
    def queue(self) -> Queue:
        """Work for people: one writer for all threads of this process."""
        queue = Queue(
            self.database,
            self.settings.review,
            label_set=self.policy.label_set,
            key=self.review_key,
        )
        self._closing.callback(queue.close)
        return queue

    @cached_property
    def read_log(self) -> ReadLog:
        """Entries of the log of changes that no request waits for."""
        log = ReadLog(self.database)
        self._closing.callback(log.close)
        return log

    @cached_property
    def last_uses(self) -> LastUses:
        """Notes of when sessions and tokens were used."""
        uses = LastUses(self.database)
        self._closing.callback(uses.close)
        return uses

    @cached_property
    def policy(self) -> Policy:
        """The policy of the settings. Raises PolicyError with all its mistakes."""
        return read_policy(self.policy_path)

    @property
    def policy_path(self) -> Path:
        """The policy's file."""
        return self.folder / self.settings.policy.file

    @cached_property
    def prompts(self) -> PromptLibrary:
        """The workspace's prompts, then those that ship with the package."""
        return PromptLibrary(self.folder / "prompts", bundled("prompts"))

    @property
    def embedder_name(self) -> str:
        """Identity of the vectors this workspace makes."""
        from assistant.models.embedders.build import embedder_identity  # noqa: PLC0415 - as said above

        return embedder_identity(self.settings.embedder.name)

    @cached_property
    def item_embedder(self) -> ItemEmbedder:
        """Vectors of record, computed in a process of their own where they are missing."""
        from assistant.ingest.embedding import ItemEmbedder  # noqa: PLC0415 - as said above
        from assistant.models.embedders.worker import EmbeddingWorker  # noqa: PLC0415
        from assistant.wiring.models import openai_access  # noqa: PLC0415

        settings, access = self.settings.embedder, openai_access()
        worker = EmbeddingWorker(
            settings.name, threads=settings.threads, base_url=access["base_url"], api_key=access["key"]
        )
        self._closing.callback(worker.close)
        return ItemEmbedder(self.embeddings, worker)

    @cached_property
    def index(self) -> VectorIndex:
        """Chroma: embedded in the workspace, owned by this process alone, or a server by URL."""
        index = self._open_index()
        self._closing.callback(index.close)
        return index

    def empty_index(self) -> None:
        """Drop what this workspace has in the index, damaged or not; call before `index` is first used."""
        with self._open_index(fresh=True) as index:
            for key, _ in index.counts():
                if key.policy_id == self.policy.id:
                    index.drop(key)

    def _open_index(self, *, fresh: bool = False) -> VectorIndex:
        project = self.project.id
        owner = self.workspaces.id() if project == FIRST_PROJECT else f"{self.workspaces.id()}-{project}"
        return VectorIndex.of_workspace(owner, self.project_state, self.settings.storage, fresh=fresh)

    @cached_property
    def journal(self) -> ReplyJournal:
        """Paid replies on disk ahead of the database; one job a project at a time."""
        self._release_journal = claim(self.journal_folder)
        self._closing.callback(self._release_journal)
        return ReplyJournal(self.journal_folder)

    def leave_journal(self) -> None:
        """Let another job begin; the journal isn't to be used after it."""
        self._release_journal()

    @property
    def journal_folder(self) -> Path:
        """Where the journal is, for those who only look."""
        return self.project_state / "journal"

    def prompt(self, ref: str | None, spec: str) -> Prompt:
        """The prompt of that name, else the settings' choice for that model."""
        settings = self.settings.prompt
        return self.prompts.get(ref or (settings.embedded if spec == "local" else settings.name))

    def prices(self, spec: str) -> Prices:
        """US$ per million tokens of a model, not known when the settings don't say; the embedded one is free."""
        if spec == "local" or spec.startswith("replay:"):
            return Prices(0.0, 0.0)
        price = self.settings.prices.get(spec)
        return Prices() if price is None else Prices(price.input, price.output, price.cached_input)

    def cost(self, spec: str, usage: Usage) -> float | None:
        """US$ of a usage, None where the model's price is not known."""
        return self.prices(spec).cost(usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens)

    def model(
        self,
        spec: str,
        *,
        concurrency: int,
        budget: Budget | None = None,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        record: str | None = None,
    ) -> GuardedModel:
        """A model by name, behind its guard.

        Args:
            spec: `local`, `openai:NAME`, `PROVIDER:NAME` or `replay:FILE`.
            concurrency: questions on their way at once.
            budget: the spend cap, None for none.
            requests_per_minute, tokens_per_minute: None takes the setting.
            record: a file that gets every reply, for `replay:`.
        """
        from assistant.wiring.models import build_model, guarded_model  # noqa: PLC0415 - as said above

        settings = self.settings.model
        return guarded_model(
            build_model(spec, settings, concurrency=concurrency, record=record),
            settings,
            prices=self.prices(spec),
            budget=budget or Budget(),
            requests_per_minute=requests_per_minute or settings.requests_per_minute,
            tokens_per_minute=tokens_per_minute or settings.tokens_per_minute,
        )
