"""Names of states, routes, failures and causes as pages show them; files keep the words of the store."""

from __future__ import annotations

from assistant.domain.prelabels import FailureReason
from assistant.domain.review_work import Cause, QualificationState, TaskKind
from assistant.routing.route import Route
from assistant.web.language import marked

CAUSES = {
    Cause.POLICY_UNCLEAR: marked("Policy unclear"),
    Cause.REVIEWER_ERROR: marked("Reviewer's error"),
    Cause.MACHINE_ERROR: marked("Machine's error"),
    Cause.ITEM_AMBIGUOUS: marked("Item ambiguous"),
    Cause.EDGE_CASE: marked("Edge case"),
}

ROUTES = {
    Route.ACCEPT: marked("accepted"),
    Route.ACCEPT_AUDIT: marked("accepted, audited"),
    Route.REVIEW: marked("one reviewer"),
    Route.DOUBLE: marked("two reviewers, blind"),
    Route.EXPERT: marked("an expert"),
    Route.SETTLED: marked("settled by people"),
    Route.DEFERRED: marked("waits"),
}

STATUSES = {
    "labelled": marked("labelled"),
    "failed": marked("failed"),
    "settled": marked("settled by people"),
    "pending": marked("to be asked"),
}

FAILURES = {
    FailureReason.MALFORMED: marked("reply can't be read"),
    FailureReason.TRUNCATED: marked("reply was cut"),
    FailureReason.REFUSED: marked("model declined"),
    FailureReason.OFF_LABEL_SET: marked("not a label of the set"),
    FailureReason.CLAUSE_NOT_SHOWN: marked("cites a clause it wasn't shown"),
    FailureReason.TOO_LONG: marked("content too long"),
    FailureReason.CONTENT_FILTER: marked("filter of the model's server"),
    FailureReason.BAD_REQUEST: marked("request refused"),
    FailureReason.NOT_RECORDED: marked("no recorded reply"),
    FailureReason.NO_ANSWER: marked("no reply came"),
}

KINDS = {
    TaskKind.REVIEW: marked("review"),
    TaskKind.DOUBLE: marked("double review"),
    TaskKind.EXPERT: marked("expert"),
    TaskKind.CALIBRATION: marked("calibration"),
    TaskKind.AUDIT: marked("audit"),
    TaskKind.EVALUATION: marked("evaluation"),
    TaskKind.GOLD: marked("gold"),
    TaskKind.QUALIFICATION: marked("qualification"),
    TaskKind.TRAINING: marked("training"),
}

QUALIFICATIONS = {
    QualificationState.RUNNING: marked("under way"),
    QualificationState.PASSED: marked("passed"),
    QualificationState.FAILED: marked("not passed"),
}

EVENTS = {
    "started": marked("started"),
    "ended": marked("ended"),
    "interrupted": marked("stopped"),
    "routed": marked("routed"),
}
