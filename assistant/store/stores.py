"""Every store of a database, by name: the one place that builds them.

A store opens its own short transactions. What must be written together is written by the functions of `store` that take
a connection, inside `database.write()`: that is the unit of work.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property

from assistant.store.certification.certificates import CertificateStore
from assistant.store.certification.fits import FitStore
from assistant.store.certification.labelled import LabelledStore
from assistant.store.certification.nonces import NonceStore
from assistant.store.certification.pool import PoolStore
from assistant.store.certification.results import ResultStore
from assistant.store.certification.samples import SampleStore
from assistant.store.certification.settlements import SettlementStore
from assistant.store.content.batches import BatchStore
from assistant.store.content.embeddings import EmbeddingStore
from assistant.store.content.items import ItemStore
from assistant.store.content.policy_changes import PolicyChangeStore
from assistant.store.content.precedents import PrecedentStore
from assistant.store.content.projects import ProjectStore
from assistant.store.content.registry import Registry
from assistant.store.database import Database
from assistant.store.life.releases import ReleaseStore
from assistant.store.people.api_tokens import ApiTokenStore
from assistant.store.people.login_attempts import AttemptStore
from assistant.store.people.members import MemberStore
from assistant.store.people.memberships import MembershipStore
from assistant.store.people.sessions import SessionStore
from assistant.store.people.users import UserStore
from assistant.store.review.changes.change_list import TaskChangeList
from assistant.store.review.disagreements.adjudications import AdjudicationStore
from assistant.store.review.labels.reviews import ReviewStore
from assistant.store.review.queue.queue_rows import QueueRows
from assistant.store.runs.answer_counts import AnswerCountStore
from assistant.store.runs.changes import ChangeStore
from assistant.store.runs.eval_answers import EvalAnswerStore
from assistant.store.runs.jobs import JobStore
from assistant.store.runs.populations import PopulationStore
from assistant.store.runs.prelabels import PrelabelStore
from assistant.store.runs.rounds import RoundStore
from assistant.store.runs.routes import RouteStore
from assistant.store.runs.run_items import RunItemStore
from assistant.store.runs.runs import RunStore
from assistant.store.runs.selected import SelectedPrelabels
from assistant.store.workspaces import WorkspaceStore


class Stores(ABC):
    """What holds a database and hands out its stores, each built when it is first asked for."""

    @property
    @abstractmethod
    def database(self) -> Database:
        """The database that all of them read and write."""

    @property
    @abstractmethod
    def connections(self) -> Database:
        """To the same database, whatever the project."""

    @cached_property
    def workspaces(self) -> WorkspaceStore:
        """Which workspace the database is, and the folders that opened it."""
        return WorkspaceStore(self.database)

    @cached_property
    def projects(self) -> ProjectStore:
        """The projects of the workspace."""
        return ProjectStore(self.connections)

    # content

    @cached_property
    def items(self) -> ItemStore:
        """Items."""
        return ItemStore(self.database)

    @cached_property
    def batches(self) -> BatchStore:
        """Batches of items."""
        return BatchStore(self.database)

    @cached_property
    def precedents(self) -> PrecedentStore:
        """Items with an adjudicated label that guide the model."""
        return PrecedentStore(self.database)

    @cached_property
    def registry(self) -> Registry:
        """Prompt and policy versions that were used."""
        return Registry(self.database)

    @cached_property
    def policy_changes(self) -> PolicyChangeStore:
        """Changes of the policy, and who has read them."""
        return PolicyChangeStore(self.database)

    @cached_property
    def embeddings(self) -> EmbeddingStore:
        """Vectors of record."""
        return EmbeddingStore(self.database)

    # runs

    @cached_property
    def runs(self) -> RunStore:
        """Runs."""
        return RunStore(self.database)

    @cached_property
    def populations(self) -> PopulationStore:
        """Which items runs are about."""
        return PopulationStore(self.database)

    @cached_property
    def run_items(self) -> RunItemStore:
        """The items of a run with their prelabels, a page at a time, and how far the run has come."""
        return RunItemStore(self.database)

    @cached_property
    def run_changes(self) -> ChangeStore:
        """Where two runs answered differently."""
        return ChangeStore(self.database)

    @cached_property
    def jobs(self) -> JobStore:
        """Jobs of runs, wherever they were started."""
        return JobStore(self.database)

    @cached_property
    def prelabels(self) -> PrelabelStore:
        """The machine's answers."""
        return PrelabelStore(self.database)

    def prelabels_among(self, keys: Sequence[int], *, shared_before: str | None = None) -> SelectedPrelabels:
        """The machine's answers to chosen items only, as an evaluation asks for them; see `SelectedPrelabels`."""
        return SelectedPrelabels(self.database, keys, shared_before=shared_before)

    @cached_property
    def answer_counts(self) -> AnswerCountStore:
        """How often each answer was given in a whole run."""
        return AnswerCountStore(self.database)

    @cached_property
    def eval_answers(self) -> EvalAnswerStore:
        """The machine's answers as an evaluation scores them."""
        return EvalAnswerStore(self.database)

    @cached_property
    def routes(self) -> RouteStore:
        """Routes, item by item."""
        return RouteStore(self.database)

    @cached_property
    def routing_rounds(self) -> RoundStore:
        """Routes of a whole run as columns, and the rounds that wrote them."""
        return RoundStore(self.database)

    # certification

    @cached_property
    def nonces(self) -> NonceStore:
        """What random draws come from."""
        return NonceStore(self.database)

    @cached_property
    def samples(self) -> SampleStore:
        """Random samples of a run with their inclusion probabilities."""
        return SampleStore(self.database)

    @cached_property
    def pool(self) -> PoolStore:
        """The items a classifier is trained on and scores, with their human labels."""
        return PoolStore(self.database)

    @cached_property
    def labelled_items(self) -> LabelledStore:
        """Items with human labels, for evaluations."""
        return LabelledStore(self.database)

    @cached_property
    def fits(self) -> FitStore:
        """Classifiers fitted to a run, and their scores."""
        return FitStore(self.database)

    @cached_property
    def certificates(self) -> CertificateStore:
        """Certificates and their events."""
        return CertificateStore(self.database)

    @cached_property
    def settlements(self) -> SettlementStore:
        """Final labels."""
        return SettlementStore(self.database)

    @cached_property
    def results(self) -> ResultStore:
        """Items with prelabel, route and final label, for releases and totals."""
        return ResultStore(self.database)

    @cached_property
    def releases(self) -> ReleaseStore:
        """Files of labels that were written, and their items."""
        return ReleaseStore(self.database)

    # review

    @cached_property
    def reviews(self) -> ReviewStore:
        """Human labels."""
        return ReviewStore(self.database)

    @cached_property
    def adjudications(self) -> AdjudicationStore:
        """Adjudicated labels."""
        return AdjudicationStore(self.database)

    @cached_property
    def queue_rows(self) -> QueueRows:
        """Tasks and leases, as leads see them."""
        return QueueRows(self.database)

    @cached_property
    def task_changes(self) -> TaskChangeList:
        """Changes of many tasks."""
        return TaskChangeList(self.database)

    # people

    @cached_property
    def memberships(self) -> MembershipStore:
        """Where people work from when to when."""
        return MembershipStore(self.database)

    @cached_property
    def users(self) -> UserStore:
        """Users."""
        return UserStore(self.database)

    @cached_property
    def members(self) -> MemberStore:
        """Who is a member of which project."""
        return MemberStore(self.database)

    @cached_property
    def sessions(self) -> SessionStore:
        """Sessions and sign-in links."""
        return SessionStore(self.database)

    @cached_property
    def api_tokens(self) -> ApiTokenStore:
        """API tokens."""
        return ApiTokenStore(self.database)

    @cached_property
    def login_attempts(self) -> AttemptStore:
        """Counted tries of a login, by the system's clock."""
        return AttemptStore(self.database, time.time)
