"""The statement about a finite batch: what was proved, in numbers and in the sentence a manager repeats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any

import numpy as np

from assistant.domain.policies import LabelSet
from assistant.domain.statements import (
    PAC,
    StatedBatch,
    StatedEstimate,
    StatedGroup,
    StatedLoss,
    StatedNonce,
    StatedRound,
    StatedRun,
    Statement,
)
from assistant.routing.scored import answer_traits
from assistant.trust.answer_codes import Classes
from assistant.trust.certificates.batch_guarantees import BatchGuarantee
from assistant.trust.certificates.campaign import AuditRound, CertificateTarget
from assistant.trust.certificates.group_certificates import GroupCount
from assistant.trust.certificates.losses import LossKind, loss_bounds
from assistant.trust.human_labels import LabelColumns
from assistant.trust.pool import NONE

_SEVERAL = 2  # batches that are told apart
_NAMED = 5  # batches a sentence names


@dataclass(frozen=True, slots=True, eq=False)
class CertifiedBatch:
    """The n items a statement is about, and their human labels.

    Args:
        run: whose answers.
        ids: (n,) external ids in order of arrival.
        classes: every answer that occurs.
        labels: the human labels.
        answers: (n,) answers given to each item.
        drawn: positions of the items drawn for each purpose.
    """

    run: StatedRun
    ids: Sequence[str]
    classes: Classes
    labels: LabelColumns
    answers: np.ndarray
    drawn: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.ids)

    def label_counts(self) -> dict[str, Any]:
        """How many human labels were used, for what, and which did not count: those keys of the statement."""
        labels, known = self.labels, self.labels.final != NONE
        counts = {purpose: int(known[index].sum()) for purpose, index in self.drawn.items()}
        total = int(known.sum())
        return {
            "labels": {**counts, "other": total - sum(counts.values()), "total": total},
            "answers": int(self.answers[known].sum()),
            "answers_wanted": labels.wanted,
            "labels_digest": self.labels_digest(),
            "changed": len(labels.changed),
            "unknown_blindness": len(labels.unknown_blindness),
            "assisted": len(labels.assisted),
            "tied": len(labels.tied),
            "in_part": len(labels.in_part),
        }

    def labels_digest(self) -> str:
        """BLAKE2b-128 over all labelled items, in order of arrival: the final label, and the one that certifies."""
        digest, labels = blake2b(digest_size=16), self.labels
        names = [*self.classes.names, ""]  # the last one is code -1's
        for at in np.flatnonzero((labels.final != NONE) | (labels.first != NONE)).tolist():
            digest.update(f"{self.ids[at]}\0{names[labels.final[at]]}\0{names[labels.first[at]]}\n".encode())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class Proof:
    """What the guarantee about a finite batch rests on.

    Args:
        batch: the items and their human labels.
        label_set: the policy's, for the severities.
        target: what is guaranteed, of the batch or of each group.
        design: `campaign` or `declared`.
        by: what the groups are, None for the batch as a whole.
        counts: of the groups, or one of the batch.
        rounds: the audit rounds.
        places: sample and fit of each.
        rate: chance of a candidate to be audited.
        seed: of folds and solvers.
        nonce: of every draw; None for draws from before there were nonces.
        policies: id and version of those that the labels were given under, oldest first.
        batches: what is guaranteed of each batch by itself; none with `by`, or where it was not counted.
    """

    batch: CertifiedBatch
    label_set: LabelSet
    target: CertificateTarget
    design: str
    by: str | None
    counts: Sequence[GroupCount]
    rounds: Sequence[AuditRound]
    places: Sequence[tuple[int, int]]
    rate: float
    seed: int
    nonce: StatedNonce | None
    policies: Sequence[str]
    batches: Sequence[BatchGuarantee] = ()

    @property
    def accepted(self) -> int:
        """Items that are auto-accepted."""
        return sum(count.accepted for count in self.counts)

    @property
    def left(self) -> int:
        """Items that are neither accepted nor have a human label."""
        left = self.batch.labels.final == NONE
        for count in self.counts:
            left[count.kept] = False
        return int(left.sum())

    def statement(self) -> Statement:
        """What was proved."""
        losses, reason = self._losses()
        whole = self.counts[0] if self.by is None else None
        said = Statement(
            sentence=self.sentence,
            method=PAC,
            design=self.design,
            max_error=self.target.max_error,
            confidence=self.target.confidence,
            by=self.by,
            run=self.batch.run,
            population=len(self.batch),
            allowed=sum(count.allowed for count in self.counts if count.certified),
            accepted=self.accepted,
            passed=sum(count.passed for count in self.counts),
            offered=sum(len(audit_round.order) for audit_round in self.rounds),
            audited=int(sum(audit_round.audited.sum() for audit_round in self.rounds)),
            errors=whole.errors if whole else None,
            tolerated=whole.tolerated if whole else None,
            rate=self.rate,
            waves=tuple(self._round(number) for number in range(len(self.rounds))),
            threshold=None,
            coverage=None,
            left=self.left,
            complete=self.left == 0,
            groups=() if whole else tuple(_group(count) for count in self.counts),
            estimate=self._estimate(),
            losses=losses,
            losses_reason=reason,
            **self.batch.label_counts(),
            policies=tuple(self.policies),
            nonce=self.nonce,
            seed=self.seed,
        )
        if not self.batches:  # what was not counted is not stated, so that the bytes of a statement stay as they were
            return said
        return said.model_copy(update={"batches": tuple(map(_batch, self.batches))})

    @property
    def sentence(self) -> str:
        """What a manager can repeat."""
        return " ".join([self._promise(), *self._of_batches(), *self._standard(), *self._still_to_come()])

    def _promise(self) -> str:
        most = f"at most {percent(self.target.max_error)}"
        differ = "differ from what the reviewers would have said"
        confidence = f"{percent(self.target.confidence)} confidence"
        if self.by is None:
            count = self.counts[0]
            return (
                f"Of these {len(self.batch):,} labels, {most} ({count.allowed:,}) {differ}, with {confidence}; of the"
                f" {count.accepted:,} that are the model's alone, at most {_share(count)} do."
            )
        groups = [
            f"{count.group} ({count.population:,}; at most {_share(count)} of the {count.accepted:,} that are the"
            " machine's alone)"
            for count in self.counts
            if count.certified
        ]
        which = "the items in each of these languages" if self.by == "language" else "the items the run gave each label"
        return f"Of the labels of {which}, {most} {differ}; all of that jointly with {confidence}: {', '.join(groups)}."

    def _of_batches(self) -> Iterator[str]:
        """What is guaranteed of each of several batches."""
        if len(self.batches) < _SEVERAL:
            return
        alone = [one.batch for one in self.batches if one.guaranteed]
        others = [one.batch for one in self.batches if not one.guaranteed]
        yield f"They came in {len(self.batches):,} batches: {_listed([one.batch for one in self.batches])}."
        if alone:
            yield (
                f"The same bound holds of {'each batch' if not others else _listed(alone)} by itself, with"
                f" {percent(self.target.confidence)} confidence for each, not for all of them jointly."
            )
        if others:
            which = _listed(others) if alone else "no batch"
            yield f"Of {which} by itself {'nothing' if alone else 'anything'} is guaranteed."

    def _standard(self) -> Iterator[str]:
        """What counts as the reviewers' label, and under which policies."""
        wanted = self.batch.labels.wanted
        counted = "one blind answer" if wanted == 1 else f"the majority of {wanted} blind answers"
        under = f", given under policy {' and '.join(self.policies)}" if self.policies else ""
        yield f"What reviewers say is {counted} an item{under}."

    def _still_to_come(self) -> Iterator[str]:
        if self.left:
            yield f"It holds once people have labeled the other {self.left:,}."

    def _round(self, number: int) -> StatedRound:
        by = {count.group: count.rounds[number] for count in self.counts if count.certified}
        sample, fit = self.places[number]
        groups = {} if self.by is None else {"passed_by": by}
        return StatedRound(
            sample=sample, fit=fit, offered=len(self.rounds[number].order), passed=sum(by.values()), **groups
        )

    def _estimate(self) -> StatedEstimate:
        """Wrong labels among what is accepted; human labels are right by definition. Upper is the guaranteed bound."""
        wrong = sum(count.errors for count in self.counts if count.certified) * (1 - self.rate) / self.rate
        allowed = sum(count.allowed for count in self.counts if count.certified)
        return StatedEstimate(
            accepted=wrong / self.accepted,
            accepted_upper=min(1.0, allowed / self.accepted),
            batch=wrong / len(self.batch),
            batch_upper=allowed / len(self.batch),
        )

    def _against(self, audit_round: AuditRound) -> np.ndarray:
        """(k,) class of each candidate to hold against its machine label."""
        machine = np.full(len(self.batch), NONE)
        machine[audit_round.order] = audit_round.codes
        return np.asarray(self.batch.labels.against(machine)[audit_round.order])

    def _losses(self) -> tuple[dict[str, StatedLoss] | None, str | None]:
        """Bounds by kind, holding jointly, and else why there are none."""
        if self.by is not None:
            return None, "each group ends at a place of its own: bounds are given for the batch as a whole"
        if self.design != "campaign":
            return None, "they need an audit by Bernoulli draws: that of a campaign"
        if self.batch.classes.off_label_set:
            return None, "the policy does not know these labels, so it can't say how severe they are"
        severities, _ = answer_traits(self.batch.classes.answers, self.label_set)
        if not severities.any():
            return None, "the policy gives its labels no severities"
        audit_round = _in_a_row(self.rounds)
        labelled = audit_round.codes != NONE
        bounds = loss_bounds(
            np.where(audit_round.audited, self._against(audit_round), NONE)[labelled],
            audit_round.codes[labelled],
            severities,
            np.full(int(labelled.sum()), self.rate),
            cut=int(labelled[: self.counts[0].passed].sum()),
            batch=len(self.batch),
            confidence=1 - self.target.level / len(LossKind),
        )
        return {kind.value: StatedLoss(**asdict(bound) | {"kind": kind.value}) for kind, bound in bounds.items()}, None


def _share(count: GroupCount) -> str:
    """The bound for the machine's labels alone: all wrong ones that are allowed may be among them."""
    return f"{min(1.0, count.allowed / count.accepted):.1%}" if count.accepted else "none"


def percent(share: float) -> str:
    """A share as it stands in a sentence: 5 %, 99.9 %."""
    return f"{100 * share:.10g} %"


def _listed(names: Sequence[str]) -> str:
    """Names in a sentence; of many the first ones."""
    shown = [*names[:_NAMED], *([f"{len(names) - _NAMED:,} more"] if len(names) > _NAMED else [])]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _batch(one: BatchGuarantee) -> StatedBatch:
    return StatedBatch(**{name: getattr(one, name) for name in StatedBatch.model_fields})


def _group(count: GroupCount) -> StatedGroup:
    return StatedGroup(**{name: getattr(count, name) for name in StatedGroup.model_fields})


def _in_a_row(rounds: Sequence[AuditRound]) -> AuditRound:
    names = ("order", "codes", "confidence", "audited")
    return AuditRound(*(np.concatenate([getattr(audit_round, name) for audit_round in rounds]) for name in names))
