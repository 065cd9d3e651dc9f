"""A certificate's statement: everything it says, as it is stored, exported and shown.

A statement is written once and never changed. `version` says which keys it has; what an earlier version wrote is read
as the newest one by `read_statement`, and the row that was stored stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

VERSION: Final = 2
"""Of the statements written now; those without the key are of version 1."""

PAC: Final = "pac"
LTT: Final = "ltt"


class NewerStatementError(ValueError):
    """A statement that a later version of the product wrote: this one does not know what its keys mean."""


class _Stated(BaseModel):
    # built when the first one is read: most commands never read a certificate
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class StatedRun(_Stated):
    """Which answers a statement is about.

    Attributes:
        name: of the run.
        origin: `prelabel`, or `import` of answers made elsewhere.
        model, prompt, prompt_hash, policy, policy_hash, parameters, replicate: what was asked; the four about prompt
            and policy are null for imported answers.
        population: which items the run is about, in one line; null for the whole project.
    """

    name: str
    origin: str
    model: str
    prompt: str | None
    prompt_hash: str | None
    policy: str | None
    policy_hash: str | None
    parameters: Mapping[str, Any]
    replicate: int
    population: str | None = None


class StatedRound(_Stated):
    """One audit round: candidates offered together, and how far they came.

    Attributes:
        sample: number of the audit's sample.
        fit: number of the fit whose order they were offered in.
        offered: how many candidates: the first of that order.
        passed: how many of these passed.
        passed_by: how many of each group, where there are groups; they need not be the first ones of all.
    """

    sample: int
    fit: int
    offered: int
    passed: int
    passed_by: Mapping[str, int] | None = None


class StatedGroup(_Stated):
    """One group of a certificate by label or language.

    Attributes:
        group: its name.
        population, allowed, tolerated, errors, audited, passed, accepted: as of the whole statement.
        certified: whether anything of it is accepted.
        reason: why nothing is; None where something is.
    """

    group: str
    population: int
    allowed: int
    tolerated: int | None
    errors: int
    audited: int
    passed: int
    accepted: int
    certified: bool
    reason: str | None


class StatedBatch(_Stated):
    """One batch that a statement is about.

    Attributes:
        batch: its name.
        population: its items that the statement is about.
        allowed, tolerated, audited, errors, passed: as of the whole statement, of this batch alone.
        guaranteed: whether the guarantee holds of this batch by itself: at the stated confidence for this batch alone,
            not for all batches jointly.
    """

    batch: str
    population: int
    allowed: int
    tolerated: int | None
    audited: int
    errors: int
    passed: int
    guaranteed: bool


class StatedEstimate(_Stated):
    """Share of wrong labels, weighted (Horvitz-Thompson), with the guaranteed bound.

    Attributes:
        accepted, accepted_upper: among the accepted items.
        batch, batch_upper: in the whole batch; not said of a threshold for later items.
    """

    accepted: float
    accepted_upper: float
    batch: float | None = None
    batch_upper: float | None = None


class StatedLoss(_Stated):
    """Bound on one kind of loss, see `trust.certificates.losses.LossBound`."""

    kind: str
    accepted: int
    at_risk: int
    audited: int
    found: float
    estimate: float | None
    upper: float
    estimate_share: float | None
    upper_share: float | None
    upper_share_of_batch: float


class StatedNonce(_Stated):
    """What shows later that the draws were not chosen: the seal that the log of changes has too, and since when."""

    seal: str
    drawn_at: str


class StatedClassifier(_Stated):
    """What scores items that come later: format, BLAKE2b-128 digest and size of the stored bytes."""

    version: int
    digest: str
    bytes: int


class ValidFor(_Stated):
    """What later items must have for a threshold to apply to them.

    Attributes:
        policy, policy_hash: that they are labelled by.
        embedder: whose vectors they have.
        values: by column, the values that occurred.
        inputs: answers of other runs and signals that none may lack.
    """

    policy: str
    policy_hash: str
    embedder: str
    values: Mapping[str, tuple[str, ...]]
    inputs: tuple[str, ...]


class Statement(_Stated):
    """What a certificate says.

    Attributes:
        version: of the keys.
        sentence: what a manager can repeat.
        method: `pac`: the finite batch; `ltt`: a threshold for what comes later.
        design: where the audit came from: `campaign`, or `declared` by the owner to be a random sample.
        max_error, confidence: of the guarantee; of `ltt` the confidence is that of both bounds together.
        by: None, `label` (the run's own answer) or `language`: a guarantee for each group, all holding jointly.
        run: whose answers.
        population: items in the batch.
        allowed: wrong labels that may stay in the batch; with `by` the sum over the certified groups; None of `ltt`.
        accepted: items that keep the machine's label and were not audited, at issue.
        passed: `accepted` and the audited ones among them.
        offered, audited: candidates, and those of them that were labelled blind.
        errors, tolerated: audited errors among what passed, and how many there might have been; None with `by`.
        rate: chance of a candidate to be audited.
        waves: the audit rounds in order.
        threshold, coverage: of `ltt`: least confidence accepted; interval [low, high] of the share that is; else None.
        classifier: of `ltt`: what scores items that come later.
        valid_for: of `ltt`: what these must have.
        left: items that neither passed nor have a human label: the guarantee holds once they are labelled.
        complete: whether `left` is 0.
        groups: with `by`: each group.
        estimate: shares of wrong labels; None where nothing is accepted.
        losses: by kind (`missed violation`, `wrong removal`, `severity`) a bound, holding jointly; None without.
        losses_reason: why `losses` is None.
        labels: items with a human label (the cost): drawn to `start`, `learn` (or `teach`), `audit`; `other`, `total`.
        answers: answers given to those items, the cost in answers; None where it was not counted.
        answers_wanted: blind answers of different reviewers behind each audited item, by majority; None if not counted.
        labels_digest: BLAKE2b-128 of those labels, hex.
        changed: audited items with another label now than by their first blind answers; each counts as an error.
        unknown_blindness: items whose label may have been given in sight of the machine's: imported, not known.
        assisted, tied: items whose label did not count: given in sight of the machine's; reviewers evenly split.
        in_part: items whose label did not count: it leaves categories of a multi-label set unknown.
        policies: id@version of the policies the labels were given under, oldest first.
        nonce: what all draws came from; None for draws from before there were nonces.
        seed: of folds and solvers.
        batches: those the items came in, without `by`: what is guaranteed of each by itself. Not set where not counted.
    """

    version: Literal[2] = VERSION
    sentence: str
    method: Literal["pac", "ltt"]
    design: str
    max_error: float
    confidence: float
    by: str | None
    run: StatedRun
    population: int
    allowed: int | None
    accepted: int
    passed: int
    offered: int
    audited: int
    errors: int | None
    tolerated: int | None
    rate: float
    waves: tuple[StatedRound, ...]
    threshold: float | None
    coverage: tuple[float | None, float | None] | None
    left: int
    complete: bool
    groups: tuple[StatedGroup, ...]
    estimate: StatedEstimate | None
    losses: Mapping[str, StatedLoss] | None
    losses_reason: str | None
    labels: Mapping[str, int]
    answers: int | None
    answers_wanted: int | None
    labels_digest: str
    changed: int
    unknown_blindness: int
    assisted: int
    tied: int
    in_part: int
    policies: tuple[str, ...]
    nonce: StatedNonce | None
    seed: int
    classifier: StatedClassifier | None = None
    valid_for: ValidFor | None = None
    batches: tuple[StatedBatch, ...] = ()

    @property
    def about_source(self) -> bool:
        """Whether the guarantee is about what a source sends, on average, and not about the items of a batch."""
        return self.method == LTT

    @property
    def least_confidence(self) -> float:
        """Confidence below which nothing is accepted; 0 for a batch."""
        return 0.0 if self.threshold is None else self.threshold

    def as_json(self) -> dict[str, Any]:
        """As it is stored and exported; what only some statements have (`passed_by`, `valid_for`) only where set."""
        return {"version": self.version} | self.model_dump(mode="json", exclude_unset=True)


def read_statement(stored: Mapping[str, Any]) -> Statement:
    """A stored statement of whatever version, as the newest.

    Raises:
        NewerStatementError: a later version wrote it.
        ValueError: it is no statement: lists every key that is missing, unknown or of the wrong type.
    """
    version = stored.get("version", 1)
    if not isinstance(version, int) or not 1 <= version <= VERSION:
        raise NewerStatementError(f"it has version {version}, and {VERSION} is the newest that can be read")
    for number in range(version, VERSION):
        stored = _MIGRATIONS[number](stored)
    return Statement.model_validate(stored)


def _with_version(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Statements before there was a version: keys were added over time, and what is missing was not counted then."""
    later: dict[str, Any] = {
        "answers": None,
        "answers_wanted": None,
        "changed": 0,
        "in_part": 0,
        "policies": [],
        "nonce": None,
    }
    return dict(stored) | {name: value for name, value in later.items() if name not in stored} | {"version": 2}


_MIGRATIONS: Mapping[int, Callable[[Mapping[str, Any]], dict[str, Any]]] = {1: _with_version}
