"""A run's certificate and how it stands, for programs and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.application.routing.machine_answers import Trusted


_WHY = {
    "broken": "new labels contradict it",
    "outdated": "it was issued before the policy changed; assistant certify  says what the labels that count prove",
}


def trusted_facts(trusted: Trusted) -> dict[str, Any]:
    """Certificate and fit for programs."""
    certificate = trusted.certificate
    return {
        "certificate": None if certificate is None else certificate.id,
        "standing": None if trusted.standing is None else trusted.standing.value,
        "fit": None if trusted.fit is None else trusted.fit.id,
    }


def trusted_notes(trusted: Trusted) -> list[str]:
    """Why the machine's labels may or may not leave, in words."""
    run, certificate = trusted.run.name, trusted.certificate
    if certificate is None:
        return [
            f"{run} has no certificate: nothing is auto-accepted, all items are routed to review by the rules",
            *(f"certificate {one.id} is about run r{one.run_id}, and not about {run}" for one in trusted.elsewhere),
        ]
    if trusted.standing_certificate is None:
        why = _WHY.get(str(trusted.standing), "it was withdrawn")
        return [f"certificate {certificate.id} of {run} is {trusted.standing}: {why}, and nothing is accepted by it"]
    return [f"certificate {certificate.id}: {certificate.statement.sentence}"]
