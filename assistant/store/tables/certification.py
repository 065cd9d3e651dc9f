"""The tables of the trust layer: fits and their scores, samples, nonces, certificates, settled labels."""

from __future__ import annotations

from functools import lru_cache

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from assistant.domain.consensus import Consensus
from assistant.domain.labels import LabelAnswer
from assistant.store.tables.content import KEY, MOMENT, ExactText, Json, metadata

_DIFFERENT = 4096  # answers remembered: there are few different ones, however many items


class Answer(TypeDecorator[LabelAnswer]):
    """An answer, kept as `Json` keeps it; faster where a million are read."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: LabelAnswer | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """As it is stored."""
        return None if value is None else _encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> LabelAnswer | None:  # noqa: ARG002 - as above
        """As it was given."""
        return None if value is None else _decode(value)


class FinalAnswer(TypeDecorator[Consensus]):
    """A final label: a complete one as `Answer` keeps it, else `{"labels": [...], "unknown": [...]}`.

    A reader that expects a list then fails, and does not take what is unknown for a no.
    """

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Consensus | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - as above
        """As it is stored."""
        if value is None:
            return None
        return orjson.dumps(value._asdict()).decode() if value.unknown else _encode(value.labels)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Consensus | None:  # noqa: ARG002 - as above
        """As it was given."""
        return None if value is None else _decode_final(value)


@lru_cache(_DIFFERENT)
def _decode_final(text: str) -> Consensus:
    read = orjson.loads(text)
    return (
        Consensus(tuple(read["labels"]), tuple(read["unknown"])) if isinstance(read, dict) else Consensus(tuple(read))
    )


@lru_cache(_DIFFERENT)
def _encode(answer: LabelAnswer) -> str:
    return orjson.dumps(answer).decode()


@lru_cache(_DIFFERENT)
def _decode(text: str) -> LabelAnswer:
    return tuple(orjson.loads(text))


fits = sa.Table(
    "fits",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("run_id", KEY, sa.ForeignKey("runs.id"), nullable=False, index=True),
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("labels_used", sa.Integer, nullable=False),
    sa.Column("report", Json, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

scores = sa.Table(
    "scores",
    metadata,
    sa.Column("fit_id", KEY, sa.ForeignKey("fits.id"), primary_key=True, autoincrement=False),
    sa.Column("item_id", KEY, sa.ForeignKey("items.id"), primary_key=True, autoincrement=False),
    sa.Column("labels", Answer, nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("origin", sa.String(20), nullable=False),  # model or classifier
    sa.Column("later", sa.Boolean, nullable=False, server_default=sa.false()),  # of an item that came after the fit
)

classifiers = sa.Table(
    "classifiers",
    metadata,
    sa.Column("fit_id", KEY, sa.ForeignKey("fits.id"), primary_key=True, autoincrement=False),
    sa.Column("version", sa.Integer, nullable=False),  # of the format of its body
    sa.Column("digest", sa.String(32), nullable=False),  # BLAKE2b-128 of the body, hex
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

samples = sa.Table(
    "samples",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("run_id", KEY, sa.ForeignKey("runs.id"), nullable=False, index=True),
    sa.Column("fit_id", KEY, sa.ForeignKey("fits.id")),
    sa.Column("purpose", sa.String(20), nullable=False),
    sa.Column("population", sa.Integer, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("detail", Json, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

sample_items = sa.Table(
    "sample_items",
    metadata,
    sa.Column("sample_id", KEY, sa.ForeignKey("samples.id"), primary_key=True, autoincrement=False),
    sa.Column("item_id", KEY, sa.ForeignKey("items.id"), primary_key=True, autoincrement=False),
    sa.Column("inclusion_probability", sa.Float, nullable=False),
)

certificates = sa.Table(
    "certificates",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("run_id", KEY, sa.ForeignKey("runs.id"), nullable=False, index=True),
    sa.Column("fit_id", KEY, sa.ForeignKey("fits.id")),
    sa.Column("sample_id", KEY, sa.ForeignKey("samples.id"), nullable=False),
    sa.Column("statement", Json, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

certificate_events = sa.Table(
    "certificate_events",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("certificate_id", KEY, sa.ForeignKey("certificates.id"), nullable=False, index=True),
    sa.Column("event", sa.String(20), nullable=False),
    sa.Column("detail", Json, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

nonces = sa.Table(
    "nonces",
    metadata,
    sa.Column("scope", sa.String(120), primary_key=True),
    sa.Column("value", sa.String(64), nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

settlements = sa.Table(
    "settlements",
    metadata,
    sa.Column("item_id", KEY, sa.ForeignKey("items.id"), primary_key=True, autoincrement=False),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),  # counts on over all runs
    sa.Column("run_id", KEY, sa.ForeignKey("runs.id"), nullable=False),
    sa.Column("certificate_id", KEY, sa.ForeignKey("certificates.id")),
    sa.Column("labels", FinalAnswer, nullable=False),
    sa.Column("origin", sa.String(20), nullable=False),  # an `Origin`
    sa.Column("confidence", sa.Float),
    sa.Column("raters", sa.Integer, nullable=False),
    sa.Column("fit_id", KEY),  # of a machine answer: the fit that gave it its confidence, and a classifier its version
    sa.Column("actor", ExactText, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("policy_version", sa.String(120)),  # under which its label was given; null where it was not kept
)
