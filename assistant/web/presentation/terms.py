"""Names of states, routes, failures and causes as pages show them; files keep the words of the store."""

from __future__ import annotations

from assistant.domain.prelabels import FailureReason
from assistant.domain.review_work import Cause, QualificationState, Role, TaskKind
from assistant.messages.language import marked
from assistant.routing.instructions.patterns import Kind
from assistant.routing.route import Route

ROLES = {
    Role.ADMIN: marked("Admin"),
    Role.MANAGER: marked("Manager"),
    Role.LEAD: marked("Lead"),
    Role.REVIEWER: marked("Reviewer"),
    Role.ANALYST: marked("Analyst"),
    Role.EXTERNAL: marked("External reviewer"),
}

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

REASONS = {
    "reply_failed": marked("no usable answer"),
    "media_not_seen": marked("media the model was not shown"),
    "label_always_human": marked("a label the policy keeps for people"),
    "looks_like_instruction": marked("the content talks to the machine"),
    "hidden_text": marked("the content has hidden characters that carry text"),
    "reply_in_content": marked("the content holds the very answer given"),
    "resembles_injection": marked("the content resembles attacks on the machine"),
    "content_truncated": marked("only a part of the content was shown"),
    "language_not_covered": marked("a language the policy doesn't cover"),
    "no_clause_near": marked("nothing in the policy is near it"),
    "safe_contradicted": marked("called harmless, while settled items near it violate"),
    "signals_disagree": marked("settled items near it have another label"),
    "no_probability": marked("nothing says how sure the model is"),
    "low_probability": marked("the model is not sure enough"),
    "high_probability": marked("the model is sure, and there is no doubt"),
}
"""Of first routes and doubts; others are shown by their name."""

INSTRUCTIONS = {
    Kind.OVERRIDE: marked("sets the instructions aside"),
    Kind.DEMAND: marked("asks for a label, a score or a reply"),
    Kind.ADDRESS: marked("speaks to whoever labels it"),
    Kind.ROLE: marked("poses as the system, the assistant or the markup of a chat"),
    Kind.FENCE: marked("poses as the end of the content, or as a new one"),
    Kind.REPLY: marked("writes an answer as the machine's reply would be"),
    Kind.AUTHORITY: marked("quotes policy, precedents or a review about its own label"),
    Kind.ROUTING: marked("asks to be kept from people"),
}

DISGUISES = {
    "invisible": marked("invisible characters"),
    "shapes": marked("letters of other shapes"),
    "lookalikes": marked("look-alike letters"),
    "turned": marked("letters turned upside down"),
    "reversed": marked("letters in reverse order"),
    "markup": marked("words parted by markup"),
    "spaced": marked("letters parted by blanks or signs"),
    "joined": marked("letters parted by blanks or signs"),
    "leet": marked("digits in place of letters"),
    "cipher": marked("shifted letters"),
    "entities": marked("HTML entities"),
    "percent": marked("percent codes"),
    "escapes": marked("escape codes"),
    "hex": marked("hexadecimal codes"),
    "binary": marked("binary codes"),
    "codes": marked("character codes"),
    "morse": marked("Morse code"),
    "braille": marked("Braille"),
}
"""What an instruction was written in; names of codes that are the same in every language are not in here."""

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
