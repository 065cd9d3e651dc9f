"""What may be said of the final labels in a file: whose they are, and what the certificate promises of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.domain.certificates import (
    MACHINE,
    CertificateEvent,
    CertificateEventKind,
    CertificateStatus,
    IssuedCertificate,
    Origin,
)
from assistant.domain.statements import Statement

Record = dict[str, Any]
NOT_SETTLED = "not_settled"
_ORIGINS = (Origin.PERSON, Origin.MODEL, Origin.CLASSIFIER)
IN_PART = "in_part"


@dataclass(slots=True)
class Released:
    """The final labels of one export, counted as their rows are written.

    Args:
        certificate: the run's newest certificate, None for none.
        standing: what became of it.
        events: what happened to it, oldest first.
        counts: rows by `final_origin`, complete ones, those known in part, and those that are not settled.
        unknown: by category, rows whose final label leaves it unknown.
        labels_under: the policy version in use, what is carried over to it, and what is left out.
        versions: rows with a final label by the policy version it was given under; `unknown` where that was not kept.
    """

    certificate: IssuedCertificate | None
    standing: CertificateStatus | None
    events: Sequence[CertificateEvent] = ()
    counts: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    labels_under: Mapping[str, object] = field(default_factory=dict)
    versions: Counter[str] = field(default_factory=Counter)

    def counted(self, records: Iterable[Record]) -> Iterator[Record]:
        """The records as they come, counted."""
        for record in records:
            self.counts[IN_PART if record["final_unknown"] else record["final_origin"] or NOT_SETTLED] += 1
            self.unknown.update(record["final_unknown"] or ())
            if record["final_origin"]:
                self.versions[record["final_policy_version"] or "unknown"] += 1
            yield record

    def as_json(self) -> dict[str, object]:
        """The manifest's `final_labels`, `label_versions`, `final_unknown` and `certificate`, and what they mean.

        `final_labels` counts rows; a person's label that leaves categories unknown is `in_part`, and no complete one.
        `true_of_this_file` is None for a promise that is about a source, and not about these items.
        """
        finals = {str(name): self.counts[name] for name in (*_ORIGINS, NOT_SETTLED)} | {"machine": self._machine}
        in_part = {IN_PART: self.counts[IN_PART]} if self.counts[IN_PART] else {}
        finals_and_unknown = {
            "final_labels": finals | in_part,
            "label_versions": {**self.labels_under, "final": dict(sorted(self.versions.items()))},
            "final_unknown": {"items": self.counts[IN_PART], "by_category": dict(sorted(self.unknown.items()))},
        }
        if self.certificate is None:
            return {**finals_and_unknown, "certificate": None}
        statement = self.certificate.statement
        return {
            **finals_and_unknown,
            "certificate": {
                "id": self.certificate.id,
                "issued_at": self.certificate.created_at,
                "standing": str(self.standing),
                "sentence": statement.sentence,
                "true_of_this_file": self._true(statement),
                "about_this_file": self._about(statement),
                "history": [{"at": one.created_at, "event": one.event.value, **one.detail} for one in self.events],
                "statement": statement.as_json(),
            },
        }

    @property
    def _machine(self) -> int:
        return sum(self.counts[origin] for origin in MACHINE)

    def _true(self, statement: Statement) -> bool | None:
        if self.standing is not CertificateStatus.STANDING:
            return False
        return None if statement.about_source else not (self.counts[NOT_SETTLED] or self.counts[IN_PART])

    def _about(self, statement: Statement) -> str:
        """What the certificate promises of the labels in this file, and what it doesn't."""
        if self.standing is not CertificateStatus.STANDING:
            became = str(self.standing).replace("_", " ")
            return f"The certificate is {became}: no bound holds any more, and no model label in this file is final."
        said = []
        if self._machine:
            said.append(_about_machine(self._machine, statement))
        if waiting := self.counts[NOT_SETTLED]:
            said.append(f"{waiting:,} {'item in it has' if waiting == 1 else 'items in it have'} no final label yet.")
        if reopened := self._reopened():
            said.append(
                f"Since the certificate was issued {reopened:,} items settled by people were opened again: people are"
                " evenly split on them, or took their answers back."
            )
        if in_part := self.counts[IN_PART]:
            said.append(f"{in_part:,} {'item is' if in_part == 1 else 'items are'} known in part: see `final_unknown`.")
        said.append(_about_source(statement) or self._about_batch(statement))
        return " ".join(said)

    def _reopened(self) -> int:
        kinds = [one.detail.get("items") for one in self.events if one.event is CertificateEventKind.REOPENED]
        return len({str(name) for items in kinds if isinstance(items, list) for name in items})

    def _about_batch(self, statement: Statement) -> str:
        population = statement.population
        if self.counts[NOT_SETTLED] or self.counts[IN_PART]:
            return (
                f"The bound speaks of the whole batch of {population:,} items, and holds for it when people have"
                " labeled the rest."
            )
        beside = self.counts.total() - population
        if beside > 0:
            came = "1 item came" if beside == 1 else f"{beside:,} items came"
            return f"Every item has a final label: the sentence is true of the batch; {came} beside it."
        return "Every item has a final label, so that the sentence is true of this file."


def _about_source(statement: Statement) -> str:
    """What a threshold's guarantee is about; empty for a promise about a batch."""
    if not statement.about_source:
        return ""
    return "The guarantee is about what this source sends, on average, and not about just these items."


def _about_machine(count: int, statement: Statement) -> str:
    if statement.about_source:
        return f"{count:,} labels are the model's, each at least as sure as the threshold asks."
    return (
        f"{count:,} labels are the model's: at most {statement.allowed} of them differ from what the reviewers"
        f" would have said, with {statement.confidence:.2%} confidence. Labels of people count as right."
    )
