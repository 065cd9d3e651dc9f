"""What a certificate lets leave: items with the machine's label that no person needs to see.

A certificate's statement is a JSON object with these keys:

| key | meaning |
|---|---|
| `sentence` | what a manager can repeat |
| `method` | `pac`: the finite batch; `ltt`: a threshold for what comes later |
| `design` | where the audit came from: `campaign`, or `declared` by the owner to be a random sample |
| `max_error`, `confidence` | of the promise; of `ltt` the confidence is that of both bounds together |
| `by` | null, `label` (the run's own answer) or `language`: one promise for each group, all holding jointly |
| `run` | `name`, `origin`, `model`, `prompt`, `prompt_hash`, `policy`, `policy_hash`, `parameters`, `replicate` |
| `population` | items in the batch |
| `allowed` | wrong labels that may stay in the batch; with `by` the sum over the certified groups |
| `accepted` | items that keep the machine's label and were not audited: as many as `accepted_scores` gives at issue |
| `passed` | `accepted` and the audited ones among them |
| `offered`, `audited` | items offered, and those of them that people labelled blind |
| `errors`, `tolerated` | audited errors among what passed, and how many there might have been; null with `by` |
| `rate` | chance of an offered item to be audited |
| `waves` | list of `sample`, `fit`, `offered`, `passed`, and with `by` also `passed_by` (group -> passed) |
| `threshold`, `coverage` | of `ltt`: least confidence accepted; interval [low, high] of the share that is; else null |
| `classifier` | of `ltt`: `version`, `digest` (BLAKE2b-128) and `bytes` of what scores items that come later |
| `valid_for` | of `ltt`: `policy`, `policy_hash`, `embedder`, `values` (by column) and `inputs` later items must have |
| `left` | items that neither passed nor have a person's label: the promise holds once people have labelled them |
| `complete` | whether `left` is 0 |
| `groups` | with `by`: for each group its `group`, `certified`, `reason` (why not), and `population` ... as here |
| `estimate` | `accepted` and `batch`: share of wrong labels, weighted (Horvitz-Thompson), each with `..._upper` |
| `losses` | by kind (`missed violation`, `wrong removal`, `severity`) a `LossBound`, holding jointly; null without |
| `losses_reason` | why `losses` is null |
| `labels` | items people labelled (the cost): drawn to `start`, `learn` (or `teach`), `audit`; `other`, `total` |
| `answers` | answers people gave to those items, the cost in answers |
| `answers_wanted` | blind answers of different people that stand behind each audited item, by majority |
| `labels_digest` | BLAKE2b-128 of those labels, hex |
| `changed` | audited items settled otherwise now than by their first blind answers; each counts as an error |
| `unknown_blindness` | items whose label may have been given in sight of the machine's: imported, nobody knows |
| `assisted`, `tied` | items whose label did not count: given in sight of the machine's; people evenly split |
| `in_part` | items whose label did not count: it leaves categories of a multi-label set unknown |
| `policies` | id@version of the policies people labelled by, oldest first |
| `nonce` | `seal` (SHA-256, also in the log of changes) and `drawn_at` of what all draws came from; null for old ones |
| `seed` | of folds and solvers |
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from assistant.domain.certificates import IssuedCertificate, Score
from assistant.routing.allocation import Integers
from assistant.store.certification.fits import FitStore, ScoreColumns
from assistant.store.certification.pool import PoolPage
from assistant.wiring.workspace import Workspace

NO_ANSWER = "(no answer)"  # group of the items the run has no usable answer for


@dataclass(frozen=True, slots=True)
class PassedWave:
    """Items offered together, and how far they came.

    Args:
        sample: number of the audit's sample.
        fit: number of the fit whose order they were offered in.
        offered: how many: the first of that order.
        passed: how many of these passed.
        passed_by: how many of each group, where there are groups; they need not be the first ones of all.
    """

    sample: int
    fit: int
    offered: int
    passed: int
    passed_by: Mapping[str, int] | None = None

    @classmethod
    def of(cls, stated: Mapping[str, Any]) -> Self:
        """As it stands in a statement."""
        sample, fit, offered, passed = (int(stated[name]) for name in ("sample", "fit", "offered", "passed"))
        return cls(sample, fit, offered, passed, stated.get("passed_by"))

    def as_json(self) -> dict[str, object]:
        """As it goes into a statement."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def accepted_scores(workspace: Workspace, certificate: IssuedCertificate) -> Iterator[Score]:
    """The items a certificate lets leave with the machine's label and without a person, each with that label.

    What people have labelled since, for whatever reason, is still among them: a person's answer goes before the
    machine's. Whether the certificate stands is not looked at either: `CertificateStore.standing` says that.
    """
    keys, ids = workspace.routing_rounds.names(certificate.run_id)
    names = dict(zip(keys.tolist(), ids, strict=True))
    for wave in accepted_columns(workspace, certificate):
        for key, code, confidence in zip(
            wave.keys.tolist(), wave.codes.tolist(), wave.confidence.tolist(), strict=True
        ):
            yield Score(names[key], wave.answers[code], confidence, wave.origins[code])


def accepted_columns(
    workspace: Workspace, certificate: IssuedCertificate, scores_of: Callable[[int], ScoreColumns] | None = None
) -> Iterator[ScoreColumns]:
    """What `accepted_scores` gives, as columns: those of each wave, in the order they were offered.

    A threshold for items to come also accepts what has come since and is that sure.

    Args:
        workspace, certificate: as there.
        scores_of: how to read the scores of a fit, where somebody has read them already.
    """
    read = scores_of or workspace.fits.columns
    statement = certificate.statement
    threshold = statement.get("threshold")
    least = 0.0 if threshold is None else float(str(threshold))
    groups = _groups(workspace, certificate)
    for wave in (PassedWave.of(stated) for stated in _list(statement["waves"])):
        every = read(wave.fit)
        scores = every.at(np.flatnonzero(~every.later))
        at = _passed(np.argsort(-scores.confidence, kind="stable")[: wave.offered], scores.keys, wave, groups)
        at = at[(scores.confidence[at] > 0) & (scores.confidence[at] >= least)]
        audited = [one.item_id for one in workspace.samples.items(wave.sample)]
        looked_at = list(workspace.items.keys_of(audited).values())
        yield scores.at(at[~np.isin(scores.keys[at], looked_at)])
        if threshold is not None:
            yield every.at(np.flatnonzero(every.later & (every.confidence > 0) & (every.confidence >= least)))


def offered_scores(fits: FitStore, fit_id: int, offered: int) -> list[Score]:
    """The first `offered` of a fit's scores, surest first and equally sure ones in order of arrival."""
    scores = [score for page in fits.scores(fit_id) for score in page]
    return sorted(scores, key=lambda score: -score.confidence)[:offered]


def has_label(score: Score) -> bool:
    """Whether a score comes with an answer: one of confidence 0 stands for none, and is never accepted."""
    return score.confidence > 0


def groups_of(page: PoolPage, by: str) -> Iterator[tuple[str, str]]:
    """Each item's id and group; fixed by the run itself, before anything is learned."""
    if by == "language":
        yield from zip(page.ids, page.languages, strict=True)
        return
    for name, status, labels in zip(page.ids, page.statuses, page.labels, strict=True):
        yield name, "|".join(sorted(labels)) or "none" if status == "labelled" else NO_ANSWER


def _groups(workspace: Workspace, certificate: IssuedCertificate) -> Mapping[int, str]:
    by = certificate.statement.get("by")
    if by is None:
        return {}
    pages = workspace.pool.pages(certificate.run_id)
    return {key: group for page in pages for key, (_, group) in zip(page.keys, groups_of(page, str(by)), strict=True)}


def _passed(offered: Integers, keys: Integers, wave: PassedWave, groups: Mapping[int, str]) -> Integers:
    """Those of the offered positions that passed: the first ones, of each group where there are groups."""
    if wave.passed_by is None:
        return offered[: wave.passed]
    room, passed = dict(wave.passed_by), []
    for at, key in zip(offered.tolist(), keys[offered].tolist(), strict=True):
        group = groups.get(key, NO_ANSWER)
        if room.get(group, 0) > 0:
            room[group] -= 1
            passed.append(at)
    return np.array(passed, dtype=np.int64)


def _list(value: object) -> list[Mapping[str, Any]]:
    return list(value) if isinstance(value, list | tuple) else []
