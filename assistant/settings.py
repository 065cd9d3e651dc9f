"""The workspace's settings: `assistant.toml` with overrides from the environment, validated as a whole."""

from __future__ import annotations

import difflib
import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from assistant.domain.model_options import ModelOptions, check_extra, options_for
from assistant.errors import SettingsError

SETTINGS_FILE = "assistant.toml"
ENVIRONMENT_PREFIX = "ASSISTANT__"  # ASSISTANT__MODEL__CONCURRENCY=64 overrides [model] concurrency
_LISTS = {"languages", "metadata"}  # keys whose variable holds names parted by commas
_ONE_EDIT = 0.6  # difflib similarity from which a suggestion helps more than it confuses


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


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


class ModelSettings(_Section):
    """The language model and how hard it may be driven."""

    spec: str = "local"
    concurrency: int = Field(default=16, ge=1, le=2048)
    timeout_seconds: float = Field(default=120, gt=0)
    max_attempts: int = Field(default=5, ge=1, le=20)  # per asking, for faults of the server
    max_asks: int = Field(default=3, ge=1, le=10)  # replies paid for before an item counts as failed
    outage_seconds: float = Field(default=300, ge=0)  # with no success for so long, the job stops
    requests_per_minute: float | None = Field(default=None, gt=0)
    tokens_per_minute: float | None = Field(default=None, gt=0)
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
    """Everything `assistant.toml` may hold. Frozen; secrets are never part of it."""

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


def load_settings(workspace: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings of a workspace folder.

    Raises:
        SettingsError: no file, no TOML, or wrong keys; all wrong keys are told at once, each with file:line
            (or the variable's name) and the nearest right key.
    """
    path = workspace / SETTINGS_FILE
    try:
        source = path.read_text(encoding="utf-8-sig")
        values = tomllib.loads(source)
    except FileNotFoundError:
        raise SettingsError("no_workspace", where=str(workspace), folder=str(workspace)) from None
    except (ValueError, RecursionError) as error:  # of Python itself: numbers of thousands of digits, deep nesting
        raise SettingsError("settings_not_toml", where=str(path), why=str(error)) from None
    lines = _key_lines(source)
    places = {key: f"{SETTINGS_FILE}:{line}" for key, line in lines.items()}
    for key, name, value in _environment_values(os.environ if environ is None else environ):
        _put(values, key, value)
        places[key] = name
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        wrong = _wrong_settings(error, places)
        raise SettingsError("settings_wrong", where=str(path), count=len(wrong), settings="".join(wrong)) from None


def _environment_values(environ: Mapping[str, str]) -> Iterator[tuple[tuple[str, ...], str, object]]:
    for name in sorted(environ):
        if name.startswith(ENVIRONMENT_PREFIX):
            key = tuple(part.lower() for part in name.removeprefix(ENVIRONMENT_PREFIX).split("__"))
            yield key, name, _environment_value(key, environ[name])


def _environment_value(key: tuple[str, ...], text: str) -> object:
    """The value of a variable; below `[model.extra]`, where no type is known, it is JSON or else text."""
    if key[:2] == ("model", "extra") and "headers" not in key[2:-1]:
        try:
            return json.loads(text)
        except ValueError:
            return text
    return [part.strip() for part in text.split(",")] if key[-1] in _LISTS else text


def _put(values: dict[str, Any], key: tuple[str, ...], value: object) -> None:
    for part in key[:-1]:
        below = values.setdefault(part, {})
        if not isinstance(below, dict):
            return
        values = below
    values[key[-1]] = value


def _key_lines(source: str) -> dict[tuple[str, ...], int]:
    """Line of every table and key; the TOML reader itself gives no positions."""
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(source.splitlines(), 1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            table = _split_key(header[1])
            lines.setdefault(table, number)
        elif pair := re.match(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"))*)\s*=""", line):
            lines.setdefault(table + _split_key(pair[1]), number)
    return lines


def _split_key(text: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(r"""[\w-]+|"[^"]*"|'[^']*'""", text))


def _wrong_settings(error: ValidationError, places: Mapping[tuple[str, ...], str]) -> list[str]:
    """A line for each wrong key: its place, its name and what is wrong."""
    told = []
    for problem in error.errors(include_url=False, include_input=False):
        key = tuple(str(part) for part in problem["loc"])
        place = next((places[key[:n]] for n in range(len(key), 0, -1) if key[:n] in places), SETTINGS_FILE)
        told.append(f"\n  {place}: {'.'.join(key)}: {_advice(problem['type'], problem['msg'], key)}")
    return told


def _advice(kind: str, message: str, key: tuple[str, ...]) -> str:
    if kind != "extra_forbidden":
        return message.removeprefix("Value error, ")
    allowed = _keys_beside(key)
    near = difflib.get_close_matches(key[-1], allowed, n=1, cutoff=_ONE_EDIT)
    return f"no such key; did you mean {near[0]}?" if near else f"no such key; there are: {', '.join(allowed)}"


def _keys_beside(key: tuple[str, ...]) -> list[str]:
    model: type[BaseModel] = Settings
    for part in key[:-1]:
        field = model.model_fields.get(part)
        section = Price if part == "prices" else (field.annotation if field else None)
        if isinstance(section, type) and issubclass(section, BaseModel):
            model = section
    return list(model.model_fields)
