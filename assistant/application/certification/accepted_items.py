"""What a certificate accepts: items that keep the machine's label without a reviewer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from assistant.application.certification.batch import groups_of
from assistant.domain.certificates import IssuedCertificate, Score
from assistant.store.certification.fits import ScoreColumns
from assistant.trust.certificates.accepted import accepted_positions
from assistant.wiring.workspace import Workspace


def accepted_scores(workspace: Workspace, certificate: IssuedCertificate) -> Iterator[Score]:
    """The items a certificate accepts with the machine's label and without a reviewer, each with that label.

    What has a human label since, for whatever reason, is still among them: a human label goes before the machine's.
    Whether the certificate stands is not looked at either: `CertificateStore.standing` says that.
    """
    keys, ids = workspace.routing_rounds.names(certificate.run_id)
    names = dict(zip(keys.tolist(), ids, strict=True))
    for audit_round in accepted_columns(workspace, certificate):
        for key, code, confidence in zip(
            audit_round.keys.tolist(), audit_round.codes.tolist(), audit_round.confidence.tolist(), strict=True
        ):
            yield Score(names[key], audit_round.answers[code], confidence, audit_round.origins[code])


def accepted_columns(
    workspace: Workspace, certificate: IssuedCertificate, scores_of: Callable[[int], ScoreColumns] | None = None
) -> Iterator[ScoreColumns]:
    """What `accepted_scores` gives, as columns: those of each audit round, in the order of the candidates.

    A threshold for items to come also accepts what has come since and is that sure.

    Args:
        workspace, certificate: as there.
        scores_of: how to read the scores of a fit, where they have been read already.
    """
    read = scores_of or workspace.fits.columns
    statement = certificate.statement
    groups = _groups(workspace, certificate)
    for audit_round in statement.waves:
        every = read(audit_round.fit)
        scores = every.at(np.flatnonzero(~every.later))
        drawn = [one.item_id for one in workspace.samples.items(audit_round.sample)]
        audited = np.array(list(workspace.items.keys_of(drawn).values()), dtype=np.int64)
        least = statement.least_confidence
        yield scores.at(
            accepted_positions(audit_round, scores.keys, scores.confidence, audited=audited, groups=groups, least=least)
        )
        if statement.threshold is not None:
            yield every.at(np.flatnonzero(every.later & (every.confidence > 0) & (every.confidence >= least)))


def _groups(workspace: Workspace, certificate: IssuedCertificate) -> Mapping[int, str]:
    by = certificate.statement.by
    if by is None:
        return {}
    pages = workspace.pool.pages(certificate.run_id)
    return {key: group for page in pages for key, group in zip(page.keys, groups_of(page, by), strict=True)}
