"""A workspace opened: settings, database, policy, prompts, index and models, each made when it is first needed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property, partial
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import TYPE_CHECKING, Self

from assistant.bundled import bundled
from assistant.domain.opaque_ids import OpaqueIds
from assistant.domain.policies import Policy
from assistant.domain.prelabels import Usage
from assistant.domain.projects import FIRST_KEY, FIRST_PROJECT, Project
from assistant.domain.pseudonyms import Pseudonyms
from assistant.models.guard.budget import Budget, Prices
from assistant.policy.documents.documents import parse_policy, policies_in, policy_file, read_policy
from assistant.policy.index.vector_index import VectorIndex
from assistant.prompting.library import PromptLibrary
from assistant.prompting.template import Prompt
from assistant.review.queue import Queue
from assistant.settings import PROJECTS_FOLDER, STATE, Settings, load_settings, project_folders, used_project
from assistant.store.audit.read_log import ReadLog
from assistant.store.certification.nonces import WORKSPACE, review_scope, seed_of, seed_scope
from assistant.store.connection.engine import Link
from assistant.store.content.policy_in_use import PolicyInUse
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


class Workspace(Stores):
    """A workspace folder as one of its projects sees it: settings, database and stores, policy, prompts, index, models.

    The stores read and write that project's rows only; `of_project` gives the same workspace for another one.
    `deployment` are the settings that are the same for all projects: storage, embedder, server, audit, prices.
    """

    def __init__(
        self,
        folder: Path,
        deployment: Settings,
        *,
        project: str = "",
        of_any: bool = False,
        serves: bool = False,
        first: Workspace | None = None,
    ) -> None:
        self.folder = folder
        self.deployment = deployment
        self._named = project
        self._of_any = of_any
        self._serves = serves
        self._closing = ExitStack()
        self._release_journal: Callable[[], None] = lambda: None
        self._first = first  # the one that this is another project of, and whose connections it shares
        self._others: dict[str, Workspace] = {}
        self._queue: Queue | None = None
        self._making = RLock()  # threads of a server ask for the same things first

    @classmethod
    def open(cls, folder: Path, *, project: str = "", of_any: bool = False, serves: bool = False) -> Self:
        """The workspace in a folder.

        Args:
            folder: where it is.
            project: the key of the project; empty for the one this folder uses, else the only one that is not closed.
            of_any: for what belongs to all projects alike: where none is named and there are several, the oldest open
                one is taken.
            serves: whether people wait for each answer, so that it is better to refuse than to wait.

        Raises:
            SettingsError: there is none, or its settings are wrong.
        """
        named = project or ("" if of_any or serves else used_project(folder))
        known = named or (FIRST_KEY if set(project_folders(folder)) <= {FIRST_KEY} else "")
        settings = load_settings(folder, project=known)
        opened = cls(folder, settings, project=named, of_any=of_any or serves, serves=serves)
        if known:  # else the database says which project it is
            opened.key, opened.settings = known, settings
        return opened

    def of_project(self, key: str) -> Workspace:
        """The same workspace for another project; open as long as this one is.

        Raises:
            NotFoundError: there is no such project.
            SettingsError: its settings are wrong.
        """
        if self._first is not None:
            return self._first.of_project(key)
        if key == self.project.key:
            return self
        with self._making:
            if key not in self._others:
                settings = load_settings(self.folder, project=self.projects.get(key).key)
                other = Workspace(self.folder, self.deployment, project=key, serves=self._serves, first=self)
                other.key, other.settings = key, settings
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
        folder = self.state / PROJECTS_FOLDER / self.project.key
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    @property
    def project_folder(self) -> Path:
        """Where the project's own files are: the first project's are the workspace's folder itself."""
        first = self.project.id == FIRST_PROJECT
        return self.folder if first else self.folder / PROJECTS_FOLDER / self.project.key

    @cached_property
    def project(self) -> Project:
        """The project whose rows the stores read and write.

        Raises:
            NotFoundError, InvalidValueError: there is no such project; there are several, and none was named.
            WorkspaceError: it has no settings in this folder, or the database doesn't know it.
        """
        return chosen_project(self.connections, self._named, of_any=self._of_any, folders=project_folders(self.folder))

    @cached_property
    def key(self) -> str:
        """Key of the project."""
        return self.project.key

    @cached_property
    def settings(self) -> Settings:
        """All settings, as the project has them."""
        return load_settings(self.folder, project=self.key)

    @cached_property
    def database(self) -> Database:
        """SQL: the workspace's own SQLite file, or the database the environment or the settings name.

        Raises:
            WorkspaceError: that is another workspace's.
        """
        database = self.connections.within(self.project.id)
        database.versions_in_use = lambda: self.policy_in_use.get().labels
        return database

    @cached_property
    def connections(self) -> Database:
        """To the same, whatever the project: for what belongs to all of them."""
        if self._first is not None:
            return self._first.connections
        storage, link = self.deployment.storage, Link.of(self.deployment.storage, serves=self._serves)
        database = open_database(self.folder, self.state, storage, link, partial(policies_in, self.folder))
        database.operator = actor()
        self._closing.callback(database.close)
        return database

    @cached_property
    def database_as_it_is(self) -> Database:
        """The same, whatever its schema: to look at, to copy, and to upgrade."""
        storage = self.deployment.storage
        database = Database.attach(database_url(self.state, storage), Link.of(storage, serves=self._serves))
        database.operator = actor()
        self._closing.callback(database.close)
        return database

    @cached_property
    def seed(self) -> int:
        """Of folds and solvers: the settings', else the project's own."""
        given = self.settings.routing.seed
        return seed_of(self.nonces.get(seed_scope(self.project.id))) if given is None else given

    @cached_property
    def ids(self) -> OpaqueIds:
        """Ids of tasks and assignments, by the workspace's own secret."""
        return OpaqueIds(self.nonces.get(WORKSPACE).value)

    @cached_property
    def pseudonyms(self) -> Pseudonyms:
        """Names of people in figures for those who may not know who they are, by the workspace's own secret."""
        return Pseudonyms(self.nonces.get(WORKSPACE).value)

    @property
    def review_key(self) -> str:
        """What draws about people's work come from: gold, the blind arm, rounds of practice."""
        return self.nonces.get(review_scope(self.project.id)).value

    @property
    def queue(self) -> Queue:
        """Work for people: one writer for all threads of this process."""
        with self._making:
            if self._queue is None:
                self._queue = Queue(
                    self.database,
                    self.settings.review,
                    label_set=self.policy.label_set,
                    key=self.review_key,
                )
                self._closing.callback(self._queue.close)
            return self._queue

    @cached_property
    def read_log(self) -> ReadLog:
        """Entries of the log of changes that no request waits for."""
        if self._first is not None:
            return self._first.read_log
        log = ReadLog(self.database)
        self._closing.callback(log.close)
        return log

    @cached_property
    def last_uses(self) -> LastUses:
        """Notes of when sessions and tokens were used."""
        if self._first is not None:
            return self._first.last_uses
        uses = LastUses(self.database)
        self._closing.callback(uses.close)
        return uses

    @property
    def policy(self) -> Policy:
        """The version in use: the file's, or what changes made of it. Raises PolicyError with the file's mistakes."""
        return self.policy_in_use.get().policy

    @cached_property
    def policy_in_use(self) -> PolicyInUse:
        """Which version is in use, and which labels count under it."""
        return PolicyInUse(self, parse_policy, lasting=not self._serves)

    @cached_property
    def written_policy(self) -> Policy:
        """The policy as its file has it. Raises PolicyError with all its mistakes."""
        return read_policy(self.policy_path)

    @property
    def policy_path(self) -> Path:
        """The policy's file."""
        return policy_file(self.folder, self.key, self.settings)

    @cached_property
    def prompts(self) -> PromptLibrary:
        """The project's prompts, then the workspace's, then those that ship with the package."""
        own = self.folder / PROJECTS_FOLDER / self.key / "prompts"
        return PromptLibrary(own, self.folder / "prompts", bundled("prompts"))

    @property
    def embedder_name(self) -> str:
        """Identity of the vectors this workspace makes."""
        from assistant.models.embedders.build import embedder_identity  # noqa: PLC0415 - as said above

        return embedder_identity(self.deployment.embedder.name)

    @cached_property
    def item_embedder(self) -> ItemEmbedder:
        """Vectors of record, computed in a process of their own where they are missing."""
        if self._first is not None:
            return self._first.item_embedder
        from assistant.ingest.embedding import ItemEmbedder  # noqa: PLC0415 - as said above
        from assistant.models.embedders.worker import EmbeddingWorker  # noqa: PLC0415
        from assistant.models.http.address import openai_access  # noqa: PLC0415

        settings, access = self.deployment.embedder, openai_access()
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
        """Drop what this workspace has in the index, damaged or not; one that is open here is closed."""
        if (opened := self.__dict__.pop("index", None)) is not None:
            opened.close()
        with self._open_index(fresh=True) as index:
            for key, _ in index.counts():
                index.drop(key)

    def _open_index(self, *, fresh: bool = False) -> VectorIndex:
        project = self.project.id
        owner = self.workspaces.id() if project == FIRST_PROJECT else f"{self.workspaces.id()}-{project}"
        return VectorIndex.of_workspace(owner, self.project_state, self.deployment.storage, fresh=fresh)

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
