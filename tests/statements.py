"""A certificate's statement made up for a test: a batch of ten, one wrong label allowed, nothing audited."""

from __future__ import annotations

from assistant.domain.statements import Statement

STATED: dict[str, object] = {
    "sentence": "Of these 10 labels, at most 10 % (1) differ from what the reviewers would have said.",
    "method": "pac",
    "design": "campaign",
    "max_error": 0.05,
    "confidence": 0.95,
    "by": None,
    "run": {
        "name": "r1",
        "origin": "import",
        "model": "judge",
        "prompt": None,
        "prompt_hash": None,
        "policy": None,
        "policy_hash": None,
        "parameters": {},
        "replicate": 0,
    },
    "population": 10,
    "allowed": 1,
    "accepted": 6,
    "passed": 6,
    "offered": 6,
    "audited": 0,
    "errors": 0,
    "tolerated": 0,
    "rate": 0.5,
    "waves": [],
    "threshold": None,
    "coverage": None,
    "left": 4,
    "complete": False,
    "groups": [],
    "estimate": {"accepted": 0.0, "accepted_upper": 1 / 6, "batch": 0.0, "batch_upper": 0.1},
    "losses": None,
    "losses_reason": "the policy gives its labels no severities",
    "labels": {"start": 0, "learn": 0, "audit": 0, "other": 0, "total": 0},
    "answers": 0,
    "answers_wanted": 1,
    "labels_digest": "0" * 32,
    "changed": 0,
    "unknown_blindness": 0,
    "assisted": 0,
    "tied": 0,
    "in_part": 0,
    "policies": ["community@1"],
    "nonce": None,
    "seed": 1,
}


def made_up_statement(**stated: object) -> Statement:
    """That statement, with some keys as the test wants them."""
    return Statement.model_validate(STATED | stated)
