"""Whether the draws of an audit are those that its nonce gives: an audit proves something only if nobody chose it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.application.certification.batch import Batch
from assistant.application.certification.campaign_state import Design, History
from assistant.errors import CertificateError
from assistant.routing.sampling import draws
from assistant.store.certification.nonces import Nonce, campaign_scope
from assistant.trust.certificates.campaign import AUDIT, Wave
from assistant.wiring.workspace import Workspace

_ELSE = "people label the rest, or the machine labels again in another run that is audited from its beginning"


def check_draws(workspace: Workspace, history: History, batch: Batch, waves: Sequence[Wave]) -> Nonce | None:
    """Draw every audit of a campaign again, and compare.

    Args:
        workspace: whose stores.
        history: of the campaign.
        batch: its items.
        waves: as they were offered, one for each audit of the history.

    Returns:
        The nonce of the draws; None where all of them are from before there were nonces.

    Raises:
        CertificateError: the draws were used by an earlier audit, or are not those of the nonce.
        StorageError: the nonce is not the one that was sealed.
    """
    nonce = workspace.nonces.find(campaign_scope(history.run.id))
    numbers = None if nonce is None else draws(nonce.value, batch.page.ids, AUDIT)
    for audit, wave in zip(history.audits, waves, strict=True):
        design = Design.of(audit)
        if design.seal is None:
            if workspace.samples.audited_before(audit):
                raise CertificateError(
                    f"audit sample {audit.id} was drawn from the same seed as an earlier run's audit of the same items:"
                    " it looked at fewer items than it states, and proves nothing",
                    hint=_ELSE,
                )
            continue
        rate = design.rate or 1.0
        drawn_again = numbers is not None and np.array_equal(numbers[wave.order] < rate, wave.audited)
        if nonce is None or design.seal != nonce.seal or not drawn_again:
            raise CertificateError(f"audit sample {audit.id} is not what its nonce draws: it was changed", hint=_ELSE)
    return nonce
