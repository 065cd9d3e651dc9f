"""A suite: which human labels are frozen, which variants answer them, how results are sliced, and when a gate opens."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from assistant.errors import InputError, NotFoundError
from assistant.ingest.reading.problems import ReadingOptions, Readings, delimiter_of
from assistant.messages.wording import what
from evals.agreement.metrics import metric_named, metrics
from evals.data.eval_data import Scale
from evals.data.selection import META, PLAIN, ItemCondition
from evals.gates.suite_mistakes import mistakes_of

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Share = Annotated[float, Field(gt=0, lt=1)]
_PLAIN_SLICES = ("label", "language", "source", "length")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _known_slice(name: str) -> str:
    if name in PLAIN or (name.startswith(META) and len(name) > len(META)):
        return name
    raise ValueError(f"{name!r} is no slice; there are: {', '.join(PLAIN)}, {META}FIELD")


def _known_metric(name: str) -> str:
    one = metric_named(name)
    if one is not None and one.of_variant is not None:
        return name
    there_are = ", ".join(one.name for one in metrics() if one.of_variant is not None)
    raise ValueError(f"{name!r} is no metric; there are: {there_are}")


def _is_condition(text: str) -> str:
    try:
        ItemCondition.read(text)
    except InputError as error:
        raise ValueError(what(error)) from None
    return text


SliceName = Annotated[_Text, AfterValidator(_known_slice)]
MetricName = Annotated[_Text, AfterValidator(_known_metric)]


class LabelQuery(_Part):
    """Which labelled items of the workspace are taken; what is left empty asks for nothing.

    Args:
        languages, sources: of the items.
        meta: fields of the items' meta and the values they must have.
        media: only items with pictures, videos or frames (true), or only those without (false).
        ids: external ids.
        labelled_since: a day or moment in ISO 8601; earlier labels don't count.
        weighted_by: a run, e.g. `r1`, whose campaign or routes decided which items people saw: each label then weighs
            as its inclusion probability says.
    """

    languages: tuple[_Text, ...] = ()
    sources: tuple[_Text, ...] = ()
    meta: Mapping[str, str | int | float | bool] = {}
    media: bool | None = None
    ids: tuple[_Text, ...] = ()
    labelled_since: str = ""
    weighted_by: str = ""

    @field_validator("labelled_since", mode="before")
    @classmethod
    def _moment(cls, value: object) -> object:
        if isinstance(value, date):  # TOML has dates of its own
            return value.isoformat()
        if isinstance(value, str) and value:
            datetime.fromisoformat(value)
        return value


class FileReading(_Part):
    """How one file is to be read, in the words of the commands' options.

    Args:
        format: `jsonl`, `csv`, `tsv`, `parquet` or `excel`.
        encoding: of JSON, CSV and TSV.
        sheet: of a workbook, its name or number.
        delimiter: of CSV and TSV.
        header_row: the line or row that holds the column names, from 1.
    """

    format: Literal["jsonl", "csv", "tsv", "parquet", "excel"] | None = None
    encoding: _Text | None = None
    sheet: _Text | None = None
    delimiter: str | None = None
    header_row: int | None = Field(default=None, ge=1)

    @field_validator("delimiter")
    @classmethod
    def _one_sign(cls, text: str | None) -> str | None:
        try:
            return None if text is None else delimiter_of(text, "delimiter")
        except InputError as error:
            raise ValueError("; ".join(part for part in (what(error), error.hint) if part)) from None

    def of(self, role: str) -> ReadingOptions:
        """The same for a file of that role."""
        return ReadingOptions(
            self.format, self.encoding, self.sheet, self.delimiter, self.header_row, role=role, in_suite=True
        )


class Data(_Part):
    """What is frozen: labels by a query on the workspace, or those of files.

    Args:
        query: which labelled items of the workspace.
        labels, items, machine: files, relative to the suite's own; the last two may be left out.
        where: conditions that items must fit, of whatever origin: `language = zh`, `media = no`, `meta.topic != loans`.
        minimum_reviewers: people an item must have been answered by.
        blind: leave out answers given in sight of the machine's; where no one knows, an answer counts.
        max_items: at most so many, drawn at random.
        seed: of that draw.
        group_by: a field of the items' meta that keeps items together which are not independent, e.g. `thread`.
        classes: the label set of files; empty takes that of the policy where a variant is asked, else what occurs.
        scale: how labels of files relate; None finds out.
        digest: identity the snapshot must have; empty takes the one that was written beside it.
        reading: how a file (`labels`, `items`, `machine`) is to be read, as far as it doesn't show that itself.
    """

    query: LabelQuery | None = None
    labels: Path | None = None
    items: Path | None = None
    machine: Path | None = None
    where: tuple[Annotated[_Text, AfterValidator(_is_condition)], ...] = ()
    minimum_reviewers: int = Field(default=1, ge=1)
    blind: bool = True
    max_items: int | None = Field(default=None, ge=1)
    seed: int = 20260101
    group_by: str = ""
    classes: tuple[_Text, ...] = ()
    scale: Scale | None = None
    digest: str = ""
    reading: Mapping[Literal["labels", "items", "machine"], FileReading] = {}

    @property
    def readings(self) -> Readings:
        """How the files are to be read."""
        said = {role: self.reading.get(role, FileReading()).of(role) for role in ("labels", "machine", "items")}
        return Readings(**said)

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.query is None) == (self.labels is None):
            raise ValueError("needs either [data.query] (the workspace's labels) or labels = FILE, and not both")
        if self.labels is None and (self.items or self.machine or self.classes or self.scale or self.reading):
            raise ValueError("items, machine, classes, scale and reading go with labels = FILE")
        return self


class Parameters(_Part):
    """What else decides the question; None takes the workspace's setting."""

    clauses: int | None = Field(default=None, ge=1, le=50)
    precedents: int | None = Field(default=None, ge=0, le=50)
    policy_tokens: int | None = Field(default=None, ge=100)
    precedent_tokens: int | None = Field(default=None, ge=0)
    content_tokens: int | None = Field(default=None, ge=50)
    max_asks: int | None = Field(default=None, ge=1, le=10)


class VariantChoice(_Part):
    """One combination of prompt, model, policy and parameters; or answers that are there already.

    Args:
        name: how it is called.
        prompt: `name` or `name@version`; None takes the setting.
        model: `local`, `openai:NAME`, ...; None takes the setting.
        policy: file, relative to the workspace; None takes the setting.
        temperature: overrides the prompt's own.
        parameters: what else is overridden.
        imported: the model's name of imported machine answers (`import` in the file).
        run: a run of the workspace whose answers are taken as they are.
    """

    name: _Text
    prompt: _Text | None = None
    model: _Text | None = None
    policy: Path | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    parameters: Parameters = Parameters()
    imported: _Text | None = Field(default=None, alias="import")
    run: _Text | None = None

    @property
    def asked(self) -> bool:
        """Whether a model has to be asked."""
        return self.imported is None and self.run is None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        asks = self.model_fields_set & {"prompt", "model", "policy", "temperature", "parameters"}
        if not self.asked and (asks or (self.imported and self.run)):
            raise ValueError("`import` and `run` name answers that are there: nothing else goes with either")
        return self


class GateRules(_Part):
    """When a candidate may take the baseline's place.

    Args:
        require: `no_worse` than the margin, or `better`.
        margin: largest loss of agreement that is acceptable; None takes the suite's.
        minimum_items: pairs the comparison must rest on.
        minimum_agreement: agreement with people the candidate must have.
        slice_floors: agreement it must have on every value of a slice, e.g. `{ language = 0.6 }`.
        max_cost_per_item_usd: US$ an item at the most.
        undecided: whether what the data can't tell fails or passes.
    """

    require: Literal["no_worse", "better"] = "no_worse"
    margin: _Share | None = None
    minimum_items: int = Field(default=1, ge=1)
    minimum_agreement: _Share | None = None
    slice_floors: Mapping[SliceName, _Share] = {}
    max_cost_per_item_usd: float | None = Field(default=None, ge=0)
    undecided: Literal["fail", "pass"] = "fail"


class Suite(_Part):
    """The file.

    Args:
        name: names the files that are made of it.
        data: what is frozen.
        variants: who answers.
        slices: `label`, `language`, `source`, `length`, `media`, `clause` (as the first variant that does cites them),
            `meta.FIELD`.
        metrics: coefficients of agreement that are shown.
        repeats: how often each item is asked; each repeat is a replicate of its own.
        margin: largest loss of agreement that is acceptable.
        gate: when a candidate may take the baseline's place.
        language: of the report.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    data: Data
    variants: tuple[VariantChoice, ...]
    slices: tuple[SliceName, ...] = _PLAIN_SLICES
    metrics: tuple[MetricName, ...] = ("raw", "cohen_kappa", "gwet_ac1", "krippendorff_alpha")
    repeats: int = Field(default=1, ge=1, le=100)
    margin: _Share = 0.02
    gate: GateRules = GateRules()
    language: Literal["en", "zh"] = "en"

    @field_validator("variants")
    @classmethod
    def _names_once(cls, variants: tuple[VariantChoice, ...]) -> tuple[VariantChoice, ...]:
        if not variants:
            raise ValueError("needs at least one [[variants]]")
        names = [one.name for one in variants]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"each variant needs a name of its own; more than once: {', '.join(twice)}")
        return variants

    @property
    def gate_margin(self) -> float:
        """The margin the gate goes by."""
        return self.margin if self.gate.margin is None else self.gate.margin


def read_suite(path: Path) -> Suite:
    """The suite in a TOML file.

    Raises:
        InputError: can't be read, or has mistakes; all of them are reported together.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise NotFoundError("suite_file_missing", where=str(path)) from None
    except (OSError, ValueError, RecursionError) as error:  # of Python itself: too many digits, deep nesting
        raise InputError("suite_unreadable", where=str(path), reason_given=error) from None
    try:
        return Suite.model_validate(values)
    except ValidationError as error:
        found = mistakes_of(error, Suite)
        listed = "".join(f"\n  {one}" for one in found)
        raise InputError("suite_mistakes", where=str(path), count=len(found), mistakes=listed) from None
