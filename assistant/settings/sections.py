"""What settings there are: sections of `assistant.toml` and of a project's `project.toml`, with their defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from assistant.domain.model_options import ModelOptions, check_extra, options_for
from assistant.errors import SettingsError


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TitleSettings(_Section):
    """What the project is called on pages; without a title by its key."""

    en: str = Field(default="", max_length=200)
    zh: str = Field(default="", max_length=200)

    def by_language(self) -> dict[str, str]:
        """The titles that are given."""
        return {name: text for name, text in (("en", self.en), ("zh", self.zh)) if text}


class ContentSettings(_Section):
    """What comes in."""

    languages: tuple[str, ...] = ("en", "zh")
    near_duplicate_threshold: float = Field(default=0.85, gt=0, le=1)  # Jaccard similarity of character shingles
    prompt_tokens: int = Field(default=6000, ge=50)  # longer content is cut for the prompt only, and says so


class PolicySettings(_Section):
    """The policy labelled against."""

    file: Path = Path("policies/community.md")


class PromptSettings(_Section):
    """The template, as `name` (newest version) or `name@version`."""

    name: str = "moderation@2"
    embedded: str = "compact@1"  # with the embedded model, which reads slowly


class ProjectModelSettings(_Section):
    """The project's language model, and how it is asked."""

    spec: str = "local"
    max_asks: int = Field(default=3, ge=1, le=10)  # replies paid for before an item counts as failed
    temperature: float | None = Field(default=None, ge=0, le=2)  # overrides the prompt's own
    confirm_above_usd: float | None = Field(default=None, ge=0)  # a run dearer than this is asked about first
    extra: Mapping[str, Any] = {}  # further parameters and headers, for all models or in a table named by a spec

    @field_validator("extra")
    @classmethod
    def _can_be_sent(cls, value: Mapping[str, Any]) -> Mapping[str, Any]:
        if wrong := check_extra(value):
            raise ValueError("; ".join(wrong))
        return value

    def options(self, spec: str) -> ModelOptions:
        """What is sent to a model beyond the prompt."""
        return options_for(self.extra, spec)


class ModelSettings(ProjectModelSettings):
    """The language model and how hard it may be driven."""

    concurrency: int = Field(default=16, ge=1, le=2048)
    timeout_seconds: float = Field(default=120, gt=0)
    max_attempts: int = Field(default=5, ge=1, le=20)  # per asking, for faults of the server
    outage_seconds: float = Field(default=300, ge=0)  # with no success for so long, the job stops
    requests_per_minute: float | None = Field(default=None, gt=0)
    tokens_per_minute: float | None = Field(default=None, gt=0)

    def headers(self, spec: str, environ: Mapping[str, str]) -> dict[str, str]:
        """The extra headers for a model with the variables they name. Raises SettingsError for a variable not set."""
        place = "[model.extra.headers]"
        try:
            return self.options(spec).expanded_headers(environ)
        except KeyError as error:
            raise SettingsError("header_variable_unset", where=place, variable=error.args[0]) from None
        except ValueError as error:
            raise SettingsError("header_unsendable", where=place, header=error.args[0]) from None


class EmbedderSettings(_Section):
    """How texts become vectors."""

    name: str = "embedded"
    threads: int = Field(default=2, ge=1, le=64)


class RetrievalSettings(_Section):
    """What of the policy and of the settled items goes into a prompt."""

    clauses: int = Field(default=3, ge=1, le=50)
    precedents: int = Field(default=6, ge=0, le=50)
    policy_tokens: int = Field(default=1500, ge=100)  # a policy that fits goes in whole
    precedent_tokens: int = Field(default=800, ge=0)
    near_distance: float | None = Field(default=None, gt=0, le=2)  # None: the embedder's measured default


class RoutingSettings(_Section):
    """What people see: first by the model's own probability, then by calibrated confidence and a certificate."""

    accept_probability: float = Field(default=0.9, ge=0, le=1)  # before there are labels to calibrate on
    audit_share: float = Field(default=0.05, gt=0, le=1)  # of what is accepted by that
    severe_from: int = Field(default=3, ge=0)  # labels of this severity or more are severe
    expert_below: float = Field(default=0.6, ge=0, le=1)  # a severe label less sure than this goes to an expert
    double_below: float = Field(default=0.9, ge=0, le=1)  # ... no surer than this to two; 1 for all severe labels
    monitor_power: float = Field(default=0.8, gt=0, lt=1)  # chance to notice a certificate that is broken ...
    monitor_factor: float = Field(default=2, gt=1)  # ... by so many times the errors it permits
    monitor_share: float | None = Field(default=None, gt=0, le=1)  # of the accepted labelled for that; None: it follows
    random_share: float = Field(default=0.1, gt=0, le=0.5)  # of a capacity, for a random look at what has to wait
    seed: int | None = None  # of folds and solvers; None: the workspace's own, random. Draws have nonces besides


class TrustSettings(_Section):
    """What confidence is learned from, beside content, answers and signals."""

    metadata: tuple[str, ...] = ()  # columns of the input that may tell which labels are right, e.g. "source", "topic"


class ReviewSettings(_Section):
    """How people work through the queue."""

    lease_seconds: float = Field(default=300, ge=1, le=86_400)  # a claimed item nobody answers is offered again
    blind_share: float = Field(default=0.2, ge=0, le=1)  # of ordinary reviews, without sight of the machine's answer
    gold_rate: float = Field(default=0.03, ge=0, le=0.5)  # known items mixed in silently, of what each person takes
    gold_views: int = Field(default=200, ge=1)  # after so many showings an item is gold no longer
    gold_days: float = Field(default=180, gt=0)  # ... or after so many days
    qualification_items: int = Field(default=0, ge=0, le=500)  # asked before answers count; 0 for no such round
    qualification_share: float = Field(default=0.8, gt=0, le=1)  # of them right, to pass
    shift_hours: float = Field(default=12, gt=0, le=24)  # budgets and breaks count within it
    budgets: Mapping[str, int] = {}  # harm label: items a person is shown in a shift, at most
    break_minutes: float = Field(default=50, gt=0)  # of work, after which a break is suggested
    break_severe: int = Field(default=40, ge=1)  # severe items, after which one is suggested
    due_hours: float = Field(default=168, gt=0)  # a task without a due time counts as due after so long
    overlap_review: int = Field(default=1, ge=1, le=20)  # answers wanted by different people, by route
    overlap_double: int = Field(default=2, ge=2, le=20)
    overlap_expert: int = Field(default=1, ge=1, le=20)
    overlap_audit: int = Field(default=1, ge=1, le=20)  # audits and samples for calibration

    @field_validator("budgets")
    @classmethod
    def _not_negative(cls, value: Mapping[str, int]) -> Mapping[str, int]:
        if wrong := sorted(name for name, most in value.items() if most < 0):
            raise ValueError(f"a budget is 0 or more: {', '.join(wrong)}")
        return value


class ServerSettings(_Section):
    """What `assistant serve` allows a connection; behind a proxy, what it allows the proxy's."""

    connections: int = Field(default=1000, ge=16, le=1_000_000)  # fewer where the system permits fewer open files
    connections_per_address: int = Field(default=256, ge=4)  # of one address; a trusted proxy's are not counted so
    head_seconds: float = Field(default=10, gt=0)  # for the head of a request to arrive whole
    body_seconds: float = Field(default=60, gt=0)  # ... and for the rest of it
    answer_seconds: float = Field(default=30, gt=0)  # for the other side to take the next 64 kB of an answer
    keep_alive_seconds: float = Field(default=75, gt=0)  # without a new request; more than a proxy in front waits


class AuditSettings(_Section):
    """Where signed heads of the log of changes go; empty means inside the workspace's `.assistant` folder."""

    anchors: str = ""  # a folder: best one that whoever can write the database can't write
    key: str = ""  # the file of the private key that signs them; made where there is none


class StorageSettings(_Section):
    """Where state lives; empty means inside the workspace's `.assistant` folder."""

    database_url: str = ""
    workspace_id: str = ""  # of the database this folder shares with others; empty leaves it to a comparison
    chroma_url: str = ""
    # How ASSISTANT_CHROMA_TOKEN is given.
    chroma_token_header: Literal["bearer", "x-chroma-token", "basic"] = "bearer"  # noqa: S105 - no secret
    chroma_tenant: str = ""  # empty: Chroma's default
    chroma_database: str = ""
    chroma_wait_seconds: float = Field(default=120, ge=0)  # a server that is gone is waited for so long
    connections: int = Field(default=15, ge=5, le=500)  # to PostgreSQL, of one process, at the most
    page_seconds: float = Field(default=60, ge=1)  # a page's question that takes PostgreSQL longer is stopped
    auto_upgrade: bool | None = None  # of an older schema by any command; None: SQLite's, after a copy of the file
    outage_seconds: float = Field(default=300, ge=0)  # a PostgreSQL that is gone for so long ends a command

    @field_validator("database_url")
    @classmethod
    def _no_password(cls, value: str) -> str:
        if re.search(r"://[^@/]*:.*@|[?&]password=", value):
            raise ValueError("holds a password; leave the key out and set ASSISTANT_DATABASE_URL instead")
        return value

    @field_validator("chroma_url")
    @classmethod
    def _no_user(cls, value: str) -> str:
        if "@" in value:
            raise ValueError(
                "holds a user name or password; leave it out of the URL and set ASSISTANT_CHROMA_TOKEN=USER:PASSWORD"
                ' with chroma_token_header = "basic", or ASSISTANT_CHROMA_TOKEN=TOKEN'
            )
        return value


class Price(_Section):
    """US$ per million tokens."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached_input: float | None = Field(default=None, ge=0)


class Settings(_Section):
    """All settings as one project has them. Frozen; secrets are never part of it."""

    title: TitleSettings = TitleSettings()
    content: ContentSettings = ContentSettings()
    policy: PolicySettings = PolicySettings()
    prompt: PromptSettings = PromptSettings()
    model: ModelSettings = ModelSettings()
    embedder: EmbedderSettings = EmbedderSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    routing: RoutingSettings = RoutingSettings()
    trust: TrustSettings = TrustSettings()
    review: ReviewSettings = ReviewSettings()
    server: ServerSettings = ServerSettings()
    storage: StorageSettings = StorageSettings()
    audit: AuditSettings = AuditSettings()
    prices: Mapping[str, Price] = {}


class ProjectSettings(_Section):
    """What a `project.toml` may hold: each key overrides the same one of `assistant.toml`."""

    title: TitleSettings = TitleSettings()
    content: ContentSettings = ContentSettings()
    policy: PolicySettings = PolicySettings()
    prompt: PromptSettings = PromptSettings()
    model: ProjectModelSettings = ProjectModelSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    routing: RoutingSettings = RoutingSettings()
    trust: TrustSettings = TrustSettings()
    review: ReviewSettings = ReviewSettings()
