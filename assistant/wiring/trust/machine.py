"""The machine's final answers to a run's items: what a certificate lets leave, and the newest scores of the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np

from assistant.domain.certificates import Fit, IssuedCertificate, Standing
from assistant.domain.labels import LabelAnswer
from assistant.errors import InputError
from assistant.routing.allocation import Floats, Integers
from assistant.routing.scored import Bools
from assistant.store.certificates import CertificateStore
from assistant.store.fits import FitStore, ScoreColumns
from assistant.store.runs import Run
from assistant.wiring.trust.accepted import accepted_columns
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
    standing: Standing | None
    fit: Fit | None
    elsewhere: tuple[IssuedCertificate, ...]

    @property
    def standing_certificate(self) -> IssuedCertificate | None:
        """The certificate by which machine labels may leave now, if there is one."""
        return self.certificate if self.standing is Standing.STANDING else None


@dataclass(frozen=True, slots=True, eq=False)
class MachineAnswers:
    """The machine's final answers to n items.

    Attributes:
        answers: the different ones.
        codes: which of them is the item's, -1 where there is none, shape (n,).
        confidence: calibrated probability that a reviewer agrees, NaN where there is none, shape (n,).
        certified: whether the certificate leaves the item to the machine, shape (n,).
    """

    answers: tuple[LabelAnswer, ...]
    codes: Integers
    confidence: Floats
    certified: Bools


def read_trusted(workspace: Workspace, run: Run) -> Trusted:
    """The run's newest certificate and fit."""
    store = CertificateStore(workspace.database)
    certificate = store.latest(run.id)
    elsewhere = [store.latest(other.id) for other in workspace.runs.all() if other.id != run.id]
    standing = None if certificate is None else store.standing(certificate.id)
    fit = FitStore(workspace.database).latest(run.id)
    return Trusted(run, certificate, standing, fit, tuple(one for one in elsewhere if one is not None))


def read_machine_answers(workspace: Workspace, trusted: Trusted, keys: Integers) -> MachineAnswers:
    """The final answers to the items of these row numbers (rising).

    What the certificate lets leave has the label and confidence it was certified with, though a later fit may see it
    another way. A certificate that was withdrawn certifies nothing; one that is broken did, which is told apart later.

    Raises:
        InputError: neither a certificate nor a fit, so that nothing says how sure the machine is.
    """
    run, certificate, fit = trusted.run, trusted.certificate, trusted.fit
    if certificate is None and fit is None:
        raise InputError(
            f"run {run.name} has no calibrated scores: nothing says how far its labels can be trusted",
            hint="assistant sample  asks for the labels to learn from; until then the first routes stay",
        )
    scores_of = cache(FitStore(workspace.database).columns)
    accepted: list[ScoreColumns] = []
    if certificate is not None and trusted.standing is not Standing.WITHDRAWN:
        accepted = list(accepted_columns(workspace, certificate, scores_of))
    newest = [] if fit is None else [scores_of(fit.id)]
    answers, codes, confidence = _laid_over([*newest, *accepted], keys)
    certified = np.zeros(len(keys), dtype=np.bool_)
    for wave in accepted:
        certified[np.isin(keys, wave.keys, assume_unique=True)] = True
    return MachineAnswers(answers, codes, confidence, certified)


def _laid_over(layers: Iterable[ScoreColumns], keys: Integers) -> tuple[tuple[LabelAnswer, ...], Integers, Floats]:
    """Answers, codes and confidence by item: of several scores of one item the last counts."""
    answers: list[LabelAnswer] = []
    codes, confidence = np.full(len(keys), NONE, dtype=np.int64), np.full(len(keys), np.nan)
    for scores in layers:
        said = scores.at(np.flatnonzero((scores.confidence > 0) & np.isin(scores.keys, keys, assume_unique=True)))
        at = np.searchsorted(keys, said.keys)
        codes[at], confidence[at] = said.codes + len(answers), said.confidence
        answers += said.answers
    return tuple(answers), codes, confidence
