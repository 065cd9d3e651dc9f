"""Names of what happens to an item, as its page shows them."""

from __future__ import annotations

from assistant.application.items.erase import ErasureKind
from assistant.application.items.timeline import LifeEventKind
from assistant.messages.language import marked
from assistant.web.presentation import terms

HAPPENED = {
    LifeEventKind.RECEIVED: marked("imported"),
    LifeEventKind.PRELABELED: marked("answered by the model"),
    LifeEventKind.ROUTED: marked("routed"),
    LifeEventKind.SAMPLED: marked("drawn into a sample"),
    LifeEventKind.QUEUED: marked("task created"),
    LifeEventKind.PASSED: marked("passed on"),
    LifeEventKind.LABELED: marked("labeled by a person"),
    LifeEventKind.WITHDRAWN: marked("label withdrawn"),
    LifeEventKind.DISPUTED: marked("disagreement"),
    LifeEventKind.ADJUDICATED: marked("adjudicated"),
    LifeEventKind.SETTLED: marked("final label"),
    LifeEventKind.GOLD: marked("gold item added"),
    LifeEventKind.GOLD_RETIRED: marked("gold item retired"),
    LifeEventKind.PRECEDENT: marked("precedent added"),
    LifeEventKind.PRECEDENT_WITHDRAWN: marked("precedent withdrawn"),
    LifeEventKind.RELEASED: marked("exported in a release"),
    LifeEventKind.ERASED: marked("content erased"),
}

PURPOSES = {
    "start": marked("first labels"),
    "learn": marked("learning"),
    "audit": marked("audit"),
    "review": marked("review"),
    "monitor": marked("monitoring"),
    "declared": marked("declared random sample"),
}
"""What a sample was drawn for."""

PASSES = {
    "skip": marked("skipped"),
    "escalate": marked("escalated"),
    "handover": marked("reassigned"),
}

ORIGINS = {
    "person": marked("human"),
    "model": marked("model"),
    "classifier": marked("classifier"),
}
"""Whose answer a final label is, or whose a confidence speaks of."""

KINDS_OF_DISAGREEMENT = {
    "machine": marked("model and human"),
    "people": marked("human labels"),
}

STANDINGS = {
    "standing": marked("in force"),
    "broken": marked("broken"),
    "withdrawn": marked("withdrawn"),
    "not_proved": marked("not proved"),
}
"""What became of a certificate."""


ABOUT = {
    LifeEventKind.PRELABELED: terms.STATUSES,
    LifeEventKind.ROUTED: terms.ROUTES,
    LifeEventKind.SAMPLED: PURPOSES,
    LifeEventKind.QUEUED: terms.KINDS,
    LifeEventKind.PASSED: PASSES,
    LifeEventKind.LABELED: terms.KINDS,
    LifeEventKind.DISPUTED: KINDS_OF_DISAGREEMENT,
    LifeEventKind.ADJUDICATED: terms.CAUSES,
    LifeEventKind.SETTLED: ORIGINS,
}
"""How the code that an event comes with is named."""

ERASURE_KINDS = {
    ErasureKind.ITEM: marked("one item"),
    ErasureKind.AUTHOR: marked("all items of an author"),
    ErasureKind.QUERY: marked("all items with a text"),
}

ERASURE_STATES = {
    "begun": marked("interrupted"),
    "removed": marked("interrupted after the database"),
    "cleaned": marked("completed"),
}
"""How far an erasure has come."""
