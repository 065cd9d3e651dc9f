"""Names of states, routes, failures and causes as pages show them; files keep the words of the store."""

from __future__ import annotations

from assistant.domain.assignment_events import AssignmentEventKind
from assistant.domain.batches import BatchEventKind, BatchState
from assistant.domain.prelabels import FailureReason
from assistant.domain.review_work import AssignmentState, Cause, QualificationState, Role, TaskKind
from assistant.domain.task_changes import ChangeKind, LeftReason
from assistant.messages.language import marked
from assistant.routing.instructions.patterns import InstructionKind
from assistant.routing.route import Route

ROLES = {
    Role.ADMIN: marked("Admin"),
    Role.MANAGER: marked("Manager"),
    Role.LEAD: marked("Lead"),
    Role.REVIEWER: marked("Reviewer"),
    Role.ANALYST: marked("Analyst"),
    Role.EXTERNAL: marked("External reviewer"),
}

TASK_STATES = {
    "": marked("Unassigned"),
    AssignmentState.LEASED.value: marked("In progress"),
    AssignmentState.PAUSED.value: marked("Paused"),
    AssignmentState.ANSWERED.value: marked("Answered"),
    AssignmentState.CLOSED.value: marked("Cancelled"),
}

TASK_CHANGES = {
    ChangeKind.DUE: marked("Due time"),
    ChangeKind.PRIORITY: marked("Priority"),
    ChangeKind.REASSIGN: marked("Assignment"),
    ChangeKind.PAUSE: marked("Pause"),
    ChangeKind.RESUME: marked("Resume"),
    ChangeKind.CANCEL: marked("Cancel"),
    ChangeKind.RETURN: marked("Release"),
    ChangeKind.INVALIDATE: marked("Withdraw answers"),
    ChangeKind.UNDO: marked("Undo"),
}

CHANGES_ASKED = {
    "due": marked("Set the due time"),
    "no_due": marked("Remove the due time"),
    "priority": marked("Set the priority"),
    "person": marked("Assign to one person"),
    "team": marked("Move to a team or queue"),
    "anyone": marked("Open to anyone"),
    "pause": marked("Pause"),
    "resume": marked("Resume"),
    "return": marked("Release claims"),
    "cancel": marked("Cancel tasks"),
    "invalidate": marked("Withdraw answers"),
}

TASK_FILTERS = {
    "queue": marked("Team or queue"),
    "language": marked("Language"),
    "harm": marked("Highest-severity prediction"),
    "skill": marked("Skill"),
    "kind": marked("For"),
    "person": marked("Reviewer"),
    "run": marked("Run"),
    "batch": marked("Batch"),
    "state": marked("State"),
    "due_before": marked("Due before"),
    "created_before": marked("Created before"),
    "item_ids": marked("Items"),
    "task_ids": marked("Selected"),
}

LEFT_OUT = {
    LeftReason.ALREADY: marked("already so"),
    LeftReason.LEASED: marked("claimed by a reviewer"),
    LeftReason.ANSWERED: marked("answered"),
    LeftReason.CANCELLED: marked("cancelled before"),
    LeftReason.NOT_PAUSED: marked("not paused"),
    LeftReason.NOT_LEASED: marked("not claimed"),
    LeftReason.NOT_ANSWERED: marked("no answer to withdraw"),
    LeftReason.PRACTICE: marked("qualification, training or gold"),
    LeftReason.ADJUDICATED: marked("adjudicated"),
    LeftReason.CHANGED_SINCE: marked("changed, claimed or answered since"),
    LeftReason.NO_ITEM: marked("no such item in this project"),
    LeftReason.NO_TASK: marked("the item has no matching task"),
    LeftReason.ASSIGNEE_DISABLED: marked("the assignee's account is disabled"),
    LeftReason.ASSIGNEE_DOES_NOT_LABEL: marked("the assignee is not a reviewer"),
    LeftReason.ASSIGNEE_LACKS_QUEUE: marked("the assignee is not in this team or queue"),
    LeftReason.ASSIGNEE_LACKS_LANGUAGE: marked("the assignee doesn't review this language"),
    LeftReason.ASSIGNEE_OPTED_OUT: marked("the assignee opted out of this label"),
    LeftReason.ASSIGNEE_LACKS_SKILL: marked("the assignee lacks the required skill"),
    LeftReason.ASSIGNEE_NOT_QUALIFIED: marked("the assignee hasn't passed the qualification test"),
    LeftReason.ASSIGNEE_PASSED_IT_ON: marked("the assignee skipped or reassigned it before"),
    LeftReason.ASSIGNEE_MET_IT: marked("the assignee already has or answered the item"),
}

CAUSES = {
    Cause.POLICY_UNCLEAR: marked("Policy gap"),
    Cause.REVIEWER_ERROR: marked("Reviewer error"),
    Cause.MACHINE_ERROR: marked("Model error"),
    Cause.ITEM_AMBIGUOUS: marked("Ambiguous content"),
    Cause.EDGE_CASE: marked("Edge case"),
}

ROUTES = {
    Route.ACCEPT: marked("Auto-accepted"),
    Route.ACCEPT_AUDIT: marked("Auto-accepted + QA"),
    Route.REVIEW: marked("Single review"),
    Route.DOUBLE: marked("Double review (blind)"),
    Route.EXPERT: marked("Expert review"),
    Route.SETTLED: marked("Adjudicated"),
    Route.DEFERRED: marked("On hold"),
}

REASONS = {
    "already_labelled": marked("labeled by a person"),
    "severe_and_unsure": marked("severe label, low confidence"),
    "severe": marked("severe label"),
    "label_always_human": marked("label requires human review"),
    "reply_failed": marked("no usable answer"),
    "media_not_seen": marked("media not shown to the model"),
    "looks_like_instruction": marked("content addresses the model"),
    "hidden_text": marked("content carries hidden text"),
    "reply_in_content": marked("content contains the given answer"),
    "resembles_injection": marked("content resembles prompt injection"),
    "content_truncated": marked("content truncated"),
    "language_not_covered": marked("language not covered by the policy"),
    "no_clause_near": marked("no similar policy clause"),
    "safe_contradicted": marked("labeled safe, but similar adjudicated items violate"),
    "signals_disagree": marked("similar adjudicated items have another label"),
    "no_probability": marked("no confidence available"),
    "policy_changed": marked("policy changed since the certificate"),
    "classifier_missing": marked("certified classifier unavailable"),
    "input_missing": marked("classifier input missing"),
    "value_unknown": marked("new language, source or metadata"),
    "no_confidence": marked("not calibrated"),
    "certificate_broken": marked("certificate broken"),
    "drawn_for_monitoring": marked("drawn for monitoring"),
    "drawn_from_waiting": marked("drawn from items on hold"),
    "accepted_by_certificate": marked("accepted under the certificate"),
    "not_certified": marked("not covered by a certificate"),
    "low_probability": marked("confidence too low"),
    "high_probability": marked("high confidence, no doubts"),
}
"""Why an item takes its route: every rule and doubt."""

INSTRUCTIONS = {
    InstructionKind.OVERRIDE: marked("overrides the instructions"),
    InstructionKind.DEMAND: marked("requests a label, a score or a reply"),
    InstructionKind.ADDRESS: marked("addresses the labeler"),
    InstructionKind.ROLE: marked("imitates the system, the assistant or chat markup"),
    InstructionKind.FENCE: marked("imitates the end of the content or a new one"),
    InstructionKind.REPLY: marked("imitates a model reply"),
    InstructionKind.AUTHORITY: marked("claims a policy, precedent or review about its own label"),
    InstructionKind.ROUTING: marked("asks to avoid human review"),
}

DISGUISES = {
    "invisible": marked("invisible characters"),
    "shapes": marked("stylized letters"),
    "lookalikes": marked("look-alike letters"),
    "turned": marked("upside-down letters"),
    "reversed": marked("reversed text"),
    "markup": marked("words split by markup"),
    "spaced": marked("letters separated by blanks or signs"),
    "joined": marked("letters separated by blanks or signs"),
    "leet": marked("digits for letters"),
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
    "labelled": marked("labeled"),
    "failed": marked("failed"),
    "settled": marked("Adjudicated"),
    "pending": marked("pending"),
}

FAILURES = {
    FailureReason.MALFORMED: marked("reply can't be read"),
    FailureReason.TRUNCATED: marked("reply was truncated"),
    FailureReason.REFUSED: marked("model refused"),
    FailureReason.OFF_LABEL_SET: marked("not in the label set"),
    FailureReason.CLAUSE_NOT_SHOWN: marked("cites a clause that was not shown"),
    FailureReason.TOO_LONG: marked("content too long"),
    FailureReason.CONTENT_FILTER: marked("provider content filter"),
    FailureReason.BAD_REQUEST: marked("request refused"),
    FailureReason.INCOMPLETE: marked("categories left unknown"),
    FailureReason.NOT_RECORDED: marked("no recorded reply"),
    FailureReason.NO_ANSWER: marked("no reply received"),
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

ASSIGNMENT_EVENTS = {
    AssignmentEventKind.UNKNOWN: marked("earlier history unknown"),
    AssignmentEventKind.OFFERED: marked("added to the queue"),
    AssignmentEventKind.CLAIMED: marked("claimed"),
    AssignmentEventKind.EXTENDED: marked("claim extended"),
    AssignmentEventKind.UNCOVERED: marked("hidden content viewed"),
    AssignmentEventKind.RELEASED: marked("given back"),
    AssignmentEventKind.EXPIRED: marked("claim expired"),
    AssignmentEventKind.RETURNED: marked("claim withdrawn by a lead"),
    AssignmentEventKind.ANSWERED: marked("answered"),
    AssignmentEventKind.LATE: marked("late answer kept"),
    AssignmentEventKind.WITHDRAWN: marked("answer undone"),
    AssignmentEventKind.REASSIGNED: marked("reassigned or reprioritized"),
    AssignmentEventKind.CLOSED: marked("cancelled"),
    AssignmentEventKind.REOPENED: marked("reopened"),
    AssignmentEventKind.PAUSED: marked("paused"),
    AssignmentEventKind.RESUMED: marked("resumed"),
    AssignmentEventKind.RESTORED: marked("change undone"),
}

EVENT_REASONS = {
    "skip": marked("skipped"),
    "escalate": marked("escalated to an expert"),
    "handover": marked("assigned to a colleague"),
    "unseen": marked("given back unseen"),
    "unwanted": marked("no longer needed"),
    "adjudicated": marked("Adjudicated"),
    "erased": marked("content erased"),
    "clock": marked("clock was set back"),
    "late_kept": marked("claimed by another reviewer"),
    "closed_kept": marked("no longer needed"),
    "answered_before": marked("answered before"),
}
"""Why an event of an assignment happened."""

GROUPS = {"team": marked("Team"), "vendor": marked("Vendor"), "site": marked("Site"), "contract": marked("Contract")}

QUALIFICATIONS = {
    QualificationState.RUNNING: marked("in progress"),
    QualificationState.PASSED: marked("passed"),
    QualificationState.FAILED: marked("not passed"),
}

BATCH_STATES = {
    BatchState.RECEIVED: marked("received"),
    BatchState.PLANNED: marked("planned"),
    BatchState.STARTED: marked("in progress"),
    BatchState.PAUSED: marked("paused"),
    BatchState.CERTIFIED: marked("certified"),
    BatchState.DELIVERED: marked("delivered"),
    BatchState.ACCEPTED: marked("accepted"),
    BatchState.RETURNED: marked("returned"),
    BatchState.CANCELLED: marked("cancelled"),
}

BATCH_EVENTS = {
    BatchEventKind.RECEIVED: marked("received"),
    BatchEventKind.DUE: marked("due time changed"),
    BatchEventKind.PLANNED: marked("planned"),
    BatchEventKind.STARTED: marked("started"),
    BatchEventKind.PAUSED: marked("paused"),
    BatchEventKind.RESUMED: marked("resumed"),
    BatchEventKind.CERTIFIED: marked("certified"),
    BatchEventKind.DELIVERED: marked("delivered"),
    BatchEventKind.ACCEPTED: marked("accepted"),
    BatchEventKind.RETURNED: marked("returned"),
    BatchEventKind.CANCELLED: marked("cancelled"),
}

BATCH_ACTS = {
    BatchEventKind.PLANNED: marked("Mark as planned"),
    BatchEventKind.STARTED: marked("Start"),
    BatchEventKind.PAUSED: marked("Pause"),
    BatchEventKind.RESUMED: marked("Resume"),
    BatchEventKind.DELIVERED: marked("Mark as delivered"),
    BatchEventKind.ACCEPTED: marked("Mark as accepted"),
    BatchEventKind.RETURNED: marked("Mark as returned"),
    BatchEventKind.CANCELLED: marked("Cancel batch"),
}
"""What a person does to a batch, as its button says."""

EVENTS = {
    "started": marked("started"),
    "ended": marked("completed"),
    "interrupted": marked("stopped"),
    "routed": marked("routed"),
}

DETAILS = {
    "to_ask": marked("items to label"),
    "labelled": marked("labeled"),
    "failed": marked("failed"),
    "shared": marked("reused answers"),
    "recovered_replies": marked("recovered replies"),
    "control_questions": marked("control requests"),
    "unseen": marked("unanswered attempts"),
    "retries": marked("retries"),
    "cost_usd": marked("cost (US$)"),
    "seconds": marked("seconds"),
    "injection_detector": marked("injection detector"),
    "written": marked("routes written"),
    "basis": marked("basis"),
    "round": marked("round"),
}
"""What an event of a run says beside its name."""

POLICY_CHANGES = {
    "proposed": marked("proposed"),
    "approved": marked("approved"),
    "activated": marked("activated"),
    "withdrawn": marked("withdrawn"),
    "all": marked("Carry over all labels"),
    "all-but-stale": marked("Carry over all but the stale"),
    "none": marked("Carry over none"),
    "cited_by_people": marked("people cite a changed clause"),
    "cited_by_machine": marked("the model cites a changed clause"),
    "label": marked("a label was removed or redefined"),
    "near": marked("close to the changed wording"),
}
"""States of a change of the policy, what it carries over, and why items are stale."""

ACTIONS = {
    "access.refused": marked("access denied"),
    "access.refused.sum": marked("access denied (total)"),
    "audit.bind": marked("log bound to stored rows"),
    "batch.accepted": marked("batch accepted"),
    "batch.cancelled": marked("batch cancelled"),
    "batch.certified": marked("batch certified"),
    "batch.create": marked("batch created"),
    "batch.delivered": marked("batch delivered"),
    "batch.due": marked("due time of a batch changed"),
    "batch.paused": marked("batch paused"),
    "batch.planned": marked("batch planned"),
    "batch.resumed": marked("batch resumed"),
    "batch.returned": marked("batch returned"),
    "batch.started": marked("batch started"),
    "backup.make": marked("backup created"),
    "backup.restore": marked("backup restored"),
    "certificate.issue": marked("certificate issued"),
    "content.import": marked("content imported"),
    "file.download": marked("file downloaded"),
    "file.export": marked("labels exported"),
    "file.sheet": marked("labeling sheet written"),
    "gold.add": marked("gold item added"),
    "gold.age": marked("gold items auto-retired"),
    "gold.retire": marked("gold item retired"),
    "item.adjudicate": marked("item adjudicated"),
    "item.erase": marked("content erased"),
    "erasure.begin": marked("erasure started"),
    "erasure.finish": marked("erasure completed"),
    "item.view": marked("item viewed"),
    "item.view.sum": marked("item viewed (total)"),
    "labels.import": marked("labels imported"),
    "link.issue": marked("login link issued"),
    "login.refused": marked("login refused"),
    "login.refused.sum": marked("login refused (total)"),
    "membership.end": marked("membership ended"),
    "membership.set": marked("membership set"),
    "names.show": marked("names shown"),
    "nonce.draw": marked("random number drawn"),
    "people.look": marked("person's figures viewed"),
    "people.look.sum": marked("person's figures viewed (total)"),
    "policy.acknowledge": marked("policy change read"),
    "policy.activated": marked("policy version activated"),
    "policy.approved": marked("policy version approved"),
    "policy.assessed": marked("stale labels counted"),
    "policy.carried": marked("labels carried over"),
    "policy.propose": marked("policy version proposed"),
    "policy.use": marked("policy version first used"),
    "policy.withdrawn": marked("policy proposal withdrawn"),
    "precedent.add": marked("precedent added"),
    "precedent.withdraw": marked("precedent withdrawn"),
    "precedents.added": marked("precedents added"),
    "prelabels.import": marked("predictions imported"),
    "project.create": marked("project created"),
    "project.leave": marked("project membership ended"),
    "project.member": marked("project role given"),
    "project.rename": marked("project renamed"),
    "project.state": marked("project state changed"),
    "prompt.use": marked("prompt version first used"),
    "qualification.begin": marked("qualification test started"),
    "release.write": marked("release recorded"),
    "review.late": marked("late answer kept"),
    "review.submit": marked("answer submitted"),
    "review.undo": marked("answer undone"),
    "reviews.restore": marked("withdrawn answers restored"),
    "reviews.withdraw": marked("answers withdrawn"),
    "run.route": marked("run routed"),
    "run.settle": marked("final labels written"),
    "run.start": marked("run started"),
    "run.stop": marked("run stopped"),
    "sample.draw": marked("sample drawn"),
    "session.end": marked("session ended"),
    "session.end_all": marked("all sessions ended"),
    "session.open": marked("signed in"),
    "task.assign": marked("task assigned"),
    "task.return": marked("task returned"),
    "tasks.change": marked("tasks changed"),
    "tasks.enqueue": marked("tasks created"),
    "tasks.undo": marked("change of tasks undone"),
    "token.add": marked("token created"),
    "token.expiry": marked("token expiry set"),
    "token.refused": marked("token refused"),
    "token.refused.sum": marked("token refused (total)"),
    "token.revoke": marked("token revoked"),
    "token.use": marked("token used"),
    "token.use.sum": marked("token used (total)"),
    "file.download.sum": marked("file downloaded (total)"),
    "training.give": marked("training set assigned"),
    "user.add": marked("user added"),
    "user.change": marked("user changed"),
    "user.disable": marked("user disabled"),
    "user.enable": marked("user reactivated"),
    "user.password": marked("password changed"),
    "user.preferences": marked("preferences changed"),
}
"""What the audit log records."""
