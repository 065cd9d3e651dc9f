"""What may be said of the final labels in a file: whose they are, and what the certificate promises of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.domain.certificates import IssuedCertificate, Standing

Record = dict[str, Any]
NOT_SETTLED = "not_settled"


@dataclass(slots=True)
class Released:
    """The final labels of one export, counted as their rows are written.

    Args:
        certificate: the run's newest certificate, None for none.
        standing: what became of it.
        counts: rows by `final_origin`, and those that are not settled.
    """

    certificate: IssuedCertificate | None
    standing: Standing | None
    counts: Counter[str] = field(default_factory=Counter)

    def counted(self, records: Iterable[Record]) -> Iterator[Record]:
        """The records as they come, counted."""
        for record in records:
            self.counts[record["final_origin"] or NOT_SETTLED] += 1
            yield record

    def as_json(self) -> dict[str, object]:
        """The manifest's `final_labels` and `certificate`: the statement whole, and what it means for this file."""
        finals = {name: self.counts[name] for name in ("person", "machine", NOT_SETTLED)}
        if self.certificate is None:
            return {"final_labels": finals, "certificate": None}
        statement = self.certificate.statement
        return {
            "final_labels": finals,
            "certificate": {
                "id": self.certificate.id,
                "issued_at": self.certificate.created_at,
                "standing": str(self.standing),
                "sentence": statement.get("sentence"),
                "true_of_this_file": self.standing is Standing.STANDING and not self.counts[NOT_SETTLED],
                "about_this_file": self._about(statement),
                "statement": dict(statement),
            },
        }

    def _about(self, statement: Mapping[str, object]) -> str:
        """What the certificate promises of the labels in this file, and what it doesn't."""
        if self.standing is not Standing.STANDING:
            return (
                f"The certificate is {self.standing}: no bound holds any more, and no machine label in this file is"
                " final."
            )
        said = []
        if machine := self.counts["machine"]:
            said.append(_about_machine(machine, statement))
        if waiting := self.counts[NOT_SETTLED]:
            have = "1 item in it has" if waiting == 1 else f"{waiting:,} items in it have"
            said.append(
                f"{have} no final label yet. The bound speaks of the whole batch of {statement.get('population', '?')}"
                " items, and holds for it when people have labelled the rest."
            )
        else:
            said.append("Every item is settled, so that the sentence is true of this file.")
        return " ".join(said)


def _about_machine(count: int, statement: Mapping[str, object]) -> str:
    if statement.get("method") != "pac":
        return f"{count:,} labels are the machine's, accepted by the certificate's threshold."
    confidence = float(str(statement["confidence"]))
    return (
        f"{count:,} labels are the machine's: at most {statement['allowed']} of them differ from what the reviewers"
        f" would have said, with {confidence:.2%} confidence. Labels of people count as right."
    )
