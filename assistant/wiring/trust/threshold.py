"""Certificates for items that come later: the least confidence that is sure enough; see `trust.stream`."""

from __future__ import annotations

import numpy as np

from assistant.domain.certificates import IssuedCertificate
from assistant.errors import CertificateError, InputError
from assistant.store.runs import Run
from assistant.trust.pool import NONE
from assistant.trust.stream import StreamCertificate, certify_stream
from assistant.wiring.trust.accepted import PassedWave
from assistant.wiring.trust.certifying import CertifyChoice, issue_statement
from assistant.wiring.trust.declaring import DeclaredAudit, declared_audit
from assistant.wiring.trust.history import percent
from assistant.wiring.trust.statement import identity, nonce_as_json, people_as_json
from assistant.wiring.workspace import Workspace


def certify_threshold(workspace: Workspace, run: Run, choice: CertifyChoice) -> IssuedCertificate:
    """The certificate of a threshold for items that come later from the same source; see `trust.stream`.

    A campaign's audit can't do that: it was drawn from the surest items of one batch, and a threshold for a stream
    needs labels of a random sample of everything the source sends, none of which taught the student.

    Raises:
        InputError, CertificateError: as for `certify_declared`; and for --by.
    """
    if choice.by is not None:
        raise InputError("--method ltt makes one threshold for all", hint="--by goes with --method pac")
    if not choice.declared:
        raise CertificateError(
            "a threshold for items that come later needs a labelled random sample of what the source sends; a campaign"
            " audits the surest items of one batch",
            hint="label a random sample and give --declared-random, or certify this batch: --method pac",
        )
    audit = declared_audit(workspace, run, choice)
    wave, answers = audit.wave, audit.votes.certifying[audit.wave.order]
    wrong = (answers != wave.codes) | (answers == NONE)
    found = certify_stream(
        wave.confidence[wave.audited],
        wrong[wave.audited],
        wave.confidence[~wave.audited],
        max_error=audit.target.max_error,
        level=audit.target.level,
    )
    if found.threshold is None:
        raise CertificateError(f"no threshold can be certified: {found.reason}", hint="let people label them meanwhile")
    return issue_statement(workspace, run, audit.place[1], audit.place[0], _threshold_statement(audit, found))


def _threshold_statement(audit: DeclaredAudit, found: StreamCertificate) -> dict[str, object]:
    batch, wave, target, step = audit.batch, audit.wave, audit.target, found.certified
    through = wave.confidence >= (step.threshold if step else np.inf)
    passed, accepted = int(through.sum()), int((through & ~wave.audited & (wave.codes != NONE)).sum())
    left = len(batch) - int((audit.votes.final != NONE).sum()) - accepted
    sample, fit = audit.place
    return {
        "sentence": _threshold_sentence(found),
        "method": "ltt",
        "design": "declared",
        "max_error": target.max_error,
        "confidence": target.confidence,
        "by": None,
        "run": identity(batch.run),
        "population": len(batch),
        "allowed": None,
        "accepted": accepted,
        "passed": passed,
        "offered": len(wave.order),
        "audited": audit.sample.size,
        "errors": step.errors if step else None,
        "tolerated": None,
        "rate": audit.sample.size / audit.sample.population,
        "waves": [PassedWave(sample, fit, len(wave.order), passed).as_json()],
        "threshold": found.threshold,
        "coverage": [found.coverage_low, found.coverage_high],
        "left": left,
        "complete": left == 0,
        "groups": [],
        "estimate": {"accepted": step.errors / step.accepted, "accepted_upper": target.max_error} if step else None,
        "losses": None,
        "losses_reason": "a threshold's promise is about the source, not about these items",
        **people_as_json(batch, audit.votes, audit.drawn),
        "policies": audit.policies,
        "nonce": nonce_as_json(audit.nonce),
        "seed": audit.sample.seed,
    }


def _threshold_sentence(found: StreamCertificate) -> str:
    return (
        f"Of the labels this source's items get with a confidence of {found.threshold:.3g} or more, at most"
        f" {percent(found.max_error)} differ from what the reviewers would say, with {percent(1 - found.level)}"
        f" confidence; {found.coverage_low:.0%} to {found.coverage_high:.0%} of what comes is that sure."
    )
