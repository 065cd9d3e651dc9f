"""The machine's final answers to a run's items: what a certificate lets leave, and the newest scores of the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from assistant.application.certification.accepted_items import accepted_columns
from assistant.application.certification.new_items import Later
from assistant.domain.certificates import CertificateStatus, Fit, IssuedCertificate
from assistant.domain.labels import LabelAnswer
from assistant.domain.runs import Run
from assistant.errors import NotFoundError
from assistant.routing.allocation import Floats, Integers
from assistant.routing.scored import Bools
from assistant.store.certification.fits import ScoreColumns
from assistant.wiring.workspace import Workspace

NONE = -1


@dataclass(frozen=True, slots=True)
class Trusted:
    """What there is to trust a run's machine labels by.

    Args:
        run: the run.
        certificate: its newest certificate, whatever became of it; None where none was issued.
        standing: what became of that.
        fit: its newest fit, None for none.
        elsewhere: certificates of other runs, newest of each: they say nothing about this one.
    """

    run: Run
    certificate: IssuedCertificate | None
    standing: CertificateStatus | None
    fit: Fit | None
    elsewhere: tuple[IssuedCertificate, ...]

    @property
    def standing_certificate(self) -> IssuedCertificate | None:
        """The certificate by which machine labels may leave now, if there is one."""
        return self.certificate if self.standing is CertificateStatus.STANDING else None

    def speaks_about(self, policy: str) -> bool:
        """Whether the certificate speaks about labels by the policy of that digest; one for a batch doesn't ask."""
        about = self.certificate.statement.valid_for if self.certificate else None
        return about is None or about.policy_hash == policy


@dataclass(frozen=True, slots=True, eq=False)
class MachineAnswers:
    """The machine's final answers to n items.

    Attributes:
        answers: the different ones, those of each fit for themselves.
        origins: whose each of these is, `model` or `classifier`.
        fits: the fit each of these is from.
        codes: which of them is the item's, -1 where there is none, shape (n,).
        confidence: calibrated probability that a reviewer agrees, NaN where there is none, shape (n,).
        certified: whether the certificate leaves the item to the machine, shape (n,).
    """

    answers: tuple[LabelAnswer, ...]
    origins: tuple[str, ...]
    fits: tuple[int, ...]
    codes: Integers
    confidence: Floats
    certified: Bools


def read_trusted(workspace: Workspace, run: Run) -> Trusted:
    """The run's newest certificate and fit."""
    store = workspace.certificates
    certificate = store.latest(run.id)
    elsewhere = [store.latest(other.id) for other in workspace.runs.all() if other.id != run.id]
    standing = None if certificate is None else store.standing(certificate.id)
    fit = workspace.fits.latest(run.id)
    return Trusted(run, certificate, standing, fit, tuple(one for one in elsewhere if one is not None))


def read_machine_answers(
    workspace: Workspace, trusted: Trusted, keys: Integers, later: Later, scores_of: Callable[[int], ScoreColumns]
) -> MachineAnswers:
    """The final answers to the items of these row numbers (rising).

    What the certificate lets leave has the label and confidence it was certified with, though a later fit may see it
    another way. A certificate that was withdrawn certifies nothing; one that is broken did, which is told apart later.

    Args:
        workspace, trusted: of the run.
        keys: row numbers.
        later: scores of items that came after a certified threshold, not kept yet.
        scores_of: how to read the scores of a fit.

    Raises:
        InputError: neither a certificate nor a fit, so that nothing says how sure the machine is.
    """
    run, certificate, fit = trusted.run, trusted.certificate, trusted.fit
    if certificate is None and fit is None:
        raise NotFoundError("run_not_calibrated", run=run.name)

    def read(fit_id: int) -> ScoreColumns:
        return _joined(scores_of(fit_id), later.columns()) if fit_id == later.fit else scores_of(fit_id)

    accepted: list[ScoreColumns] = []
    if certificate is not None and trusted.standing is not None and trusted.standing.certified:
        accepted = list(accepted_columns(workspace, certificate, read))
    newest = [] if fit is None else [read(fit.id)]
    layers = [*newest, *accepted]
    codes, confidence = _of_last(layers, keys)
    certified = np.zeros(len(keys), dtype=np.bool_)
    for wave in accepted:
        certified[np.isin(keys, wave.keys, assume_unique=True)] = True
    return MachineAnswers(
        answers=tuple(answer for scores in layers for answer in scores.answers),
        origins=tuple(origin for scores in layers for origin in scores.origins),
        fits=tuple(scores.fit_id for scores in layers for _ in scores.answers),
        codes=codes,
        confidence=confidence,
        certified=certified,
    )


def _joined(scores: ScoreColumns, later: ScoreColumns) -> ScoreColumns:
    """One fit's scores and those it gave since, in order of arrival of their items."""
    joined = ScoreColumns(
        fit_id=scores.fit_id,
        keys=np.concatenate([scores.keys, later.keys]),
        answers=scores.answers + later.answers,
        origins=scores.origins + later.origins,
        codes=np.concatenate([scores.codes, later.codes + len(scores.answers)]),
        confidence=np.concatenate([scores.confidence, later.confidence]),
        later=np.concatenate([scores.later, later.later]),
    )
    return joined.at(np.argsort(joined.keys, kind="stable"))


def _of_last(layers: Iterable[ScoreColumns], keys: Integers) -> tuple[Integers, Floats]:
    """Codes into the answers of all layers in a row, and confidence: of several scores of one item the last counts."""
    before = 0
    codes, confidence = np.full(len(keys), NONE, dtype=np.int64), np.full(len(keys), np.nan)
    for scores in layers:
        said = scores.at(np.flatnonzero((scores.confidence > 0) & np.isin(scores.keys, keys, assume_unique=True)))
        at = np.searchsorted(keys, said.keys)
        codes[at], confidence[at] = said.codes + before, said.confidence
        before += len(scores.answers)
    return codes, confidence
