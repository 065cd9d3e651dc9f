"""A certificate's statement put together: the keys that `accepted` documents, and the sentence a manager repeats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b

import numpy as np

from assistant.application.certification.accepted_items import PassedWave
from assistant.application.certification.batch import Batch
from assistant.application.certification.campaign_state import percent
from assistant.application.certification.votes import Votes
from assistant.domain.runs import Run
from assistant.routing.scored import answer_traits
from assistant.store.certification.nonces import Nonce
from assistant.trust.certificates.campaign import Target, Wave
from assistant.trust.certificates.losses import LossKind, loss_bounds
from assistant.trust.pool import NONE
from assistant.wiring.trust.counting import Count
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True, eq=False)
class Proof:
    """What a promise about a finite batch rests on.

    Args:
        workspace, batch, votes: whose items, and what people said of them.
        target: what is promised, of the batch or of each group.
        design: `campaign` or `declared`.
        by: what the groups are, None for the batch as a whole.
        counts: of the groups, or one of the batch.
        waves: what was offered.
        places: sample and fit of each wave.
        rate: chance of an offered item to be audited.
        drawn: positions of the items drawn for each purpose.
        seed: of folds and solvers.
        nonce: of every draw; None for draws from before there were nonces.
        policies: id and version of those that people labelled by, oldest first.
    """

    workspace: Workspace
    batch: Batch
    votes: Votes
    target: Target
    design: str
    by: str | None
    counts: Sequence[Count]
    waves: Sequence[Wave]
    places: Sequence[tuple[int, int]]
    rate: float
    drawn: Mapping[str, np.ndarray]
    seed: int
    nonce: Nonce | None
    policies: Sequence[str]

    @property
    def accepted(self) -> int:
        """Items that leave with the machine's label and without a person."""
        return sum(count.accepted for count in self.counts)

    @property
    def left(self) -> int:
        """Items that neither leave nor have a person's label."""
        left = self.votes.final == NONE
        for count in self.counts:
            left[count.kept] = False
        return int(left.sum())

    def as_json(self) -> dict[str, object]:
        """The statement."""
        losses, reason = self._losses()
        whole = self.counts[0] if self.by is None else None
        return {
            "sentence": self.sentence,
            "method": "pac",
            "design": self.design,
            "max_error": self.target.max_error,
            "confidence": self.target.confidence,
            "by": self.by,
            "run": identity(self.batch.run),
            "population": len(self.batch),
            "allowed": sum(count.allowed for count in self.counts if count.certified),
            "accepted": self.accepted,
            "passed": sum(count.passed for count in self.counts),
            "offered": sum(len(wave.order) for wave in self.waves),
            "audited": int(sum(wave.audited.sum() for wave in self.waves)),
            "errors": whole.errors if whole else None,
            "tolerated": whole.tolerated if whole else None,
            "rate": self.rate,
            "waves": [self._wave(number).as_json() for number in range(len(self.waves))],
            "threshold": None,
            "coverage": None,
            "left": self.left,
            "complete": self.left == 0,
            "groups": [] if whole else [count.as_json() for count in self.counts],
            "estimate": self._estimate(),
            "losses": losses,
            "losses_reason": reason,
            **people_as_json(self.batch, self.votes, self.drawn),
            "policies": list(self.policies),
            "nonce": nonce_as_json(self.nonce),
            "seed": self.seed,
        }

    @property
    def sentence(self) -> str:
        """What a manager can repeat."""
        return " ".join([self._promise(), *self._standard(), *self._still_to_come()])

    def _promise(self) -> str:
        most = f"at most {percent(self.target.max_error)}"
        differ = "differ from what the reviewers would have said"
        confidence = f"{percent(self.target.confidence)} confidence"
        if self.by is None:
            count = self.counts[0]
            return (
                f"Of these {len(self.batch):,} labels, {most} ({count.allowed:,}) {differ}, with {confidence}; of the"
                f" {count.accepted:,} that are the machine's alone, at most {_share(count)} do."
            )
        groups = [
            f"{count.group} ({count.population:,}; at most {_share(count)} of the {count.accepted:,} that are the"
            " machine's alone)"
            for count in self.counts
            if count.certified
        ]
        which = "the items in each of these languages" if self.by == "language" else "the items the run gave each label"
        return f"Of the labels of {which}, {most} {differ}; all of that jointly with {confidence}: {', '.join(groups)}."

    def _standard(self) -> Iterator[str]:
        """Whose word counts, and by which rules."""
        said = "one blind answer" if self.votes.wanted == 1 else f"the majority of {self.votes.wanted} blind answers"
        under = f", given under policy {' and '.join(self.policies)}" if self.policies else ""
        yield f"What reviewers say is {said} an item{under}."

    def _still_to_come(self) -> Iterator[str]:
        if self.left:
            yield f"It holds once people have labelled the other {self.left:,}."

    def _wave(self, number: int) -> PassedWave:
        by = {count.group: count.waves[number] for count in self.counts if count.certified}
        sample, fit = self.places[number]
        passed = sum(by.values())
        return PassedWave(sample, fit, len(self.waves[number].order), passed, None if self.by is None else by)

    def _estimate(self) -> dict[str, object]:
        """Wrong labels among what leaves; those of people are right by definition. The bound is the promise itself."""
        wrong = sum(count.errors for count in self.counts if count.certified) * (1 - self.rate) / self.rate
        allowed = sum(count.allowed for count in self.counts if count.certified)
        return {
            "accepted": wrong / self.accepted,
            "accepted_upper": min(1.0, allowed / self.accepted),
            "batch": wrong / len(self.batch),
            "batch_upper": allowed / len(self.batch),
        }

    def _against(self, wave: Wave) -> np.ndarray:
        """(k,) class of each offered item to hold against its machine label."""
        machine = np.full(len(self.batch), NONE)
        machine[wave.order] = wave.codes
        return np.asarray(self.votes.against(machine)[wave.order])

    def _losses(self) -> tuple[dict[str, object] | None, str | None]:
        """Bounds by kind, holding jointly, and else why there are none."""
        if self.by is not None:
            return None, "each group ends at a place of its own: bounds are given for the batch as a whole"
        if self.design != "campaign":
            return None, "they need an audit by coins: that of a campaign"
        if self.batch.off_label_set:
            return None, "the policy does not know these labels, so it can't say how severe they are"
        severities, _ = answer_traits(self.batch.classes.answers, self.workspace.policy.label_set)
        if not severities.any():
            return None, "the policy gives its labels no severities"
        wave = _in_a_row(self.waves)
        labelled = wave.codes != NONE
        bounds = loss_bounds(
            np.where(wave.audited, self._against(wave), NONE)[labelled],
            wave.codes[labelled],
            severities,
            np.full(int(labelled.sum()), self.rate),
            cut=int(labelled[: self.counts[0].passed].sum()),
            batch=len(self.batch),
            confidence=1 - self.target.level / len(LossKind),
        )
        return {kind.value: asdict(bound) | {"kind": kind.value} for kind, bound in bounds.items()}, None


def _share(count: Count) -> str:
    """The bound for the machine's labels alone: all wrong ones that are allowed may be among them."""
    return f"{min(1.0, count.allowed / count.accepted):.1%}" if count.accepted else "none"


def nonce_as_json(nonce: Nonce | None) -> dict[str, object] | None:
    """What shows later that the draws were not chosen: the seal that the log of changes has too, and since when."""
    return None if nonce is None else {"seal": nonce.seal, "drawn_at": nonce.created_at}


def people_as_json(batch: Batch, votes: Votes, drawn: Mapping[str, np.ndarray]) -> dict[str, object]:
    """How many labels of people were used, for what, and which did not count."""
    known = votes.final != NONE
    labels = {purpose: int(known[index].sum()) for purpose, index in drawn.items()}
    total = int(known.sum())
    return {
        "labels": {**labels, "other": total - sum(labels.values()), "total": total},
        "answers": batch.answers_behind(np.flatnonzero(known)),
        "answers_wanted": votes.wanted,
        "labels_digest": labels_digest(batch, votes),
        "changed": len(votes.changed),
        "unknown_blindness": len(votes.unknown_blindness),
        "assisted": len(votes.assisted),
        "tied": len(votes.tied),
        "in_part": len(votes.in_part),
    }


def labels_digest(batch: Batch, votes: Votes) -> str:
    """BLAKE2b-128 over all items people labelled, in order of arrival: their answer, and the one that certifies."""
    digest = blake2b(digest_size=16)
    names = [*batch.classes.names, ""]  # the last one is code -1's
    for at in np.flatnonzero((votes.final != NONE) | (votes.first != NONE)).tolist():
        digest.update(f"{batch.page.ids[at]}\0{names[votes.final[at]]}\0{names[votes.first[at]]}\n".encode())
    return digest.hexdigest()


def identity(run: Run) -> dict[str, object]:
    """Which answers a statement speaks about."""
    return {
        "name": run.name,
        "origin": run.origin,
        "model": run.model,
        "prompt": run.prompt,
        "prompt_hash": run.prompt_digest,
        "policy": run.policy,
        "policy_hash": run.policy_digest,
        "parameters": dict(run.parameters),
        "replicate": run.replicate,
    }


def _in_a_row(waves: Sequence[Wave]) -> Wave:
    names = ("order", "codes", "confidence", "audited")
    return Wave(*(np.concatenate([getattr(wave, name) for wave in waves]) for name in names))
