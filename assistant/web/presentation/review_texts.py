"""Texts that the review page's scripts show; they get them in the reader's language."""

from __future__ import annotations

from assistant.domain.review_work import SkipReason
from assistant.messages.language import Language, marked

CONFIDENCE = {
    "almost certain": marked("almost certain"),
    "very likely": marked("very likely"),
    "likely": marked("likely"),
    "more likely than not": marked("more likely than not"),
    "undecided": marked("undecided"),
    "doubtful": marked("doubtful"),
    "not calibrated": marked("not calibrated"),
}

SKIP_REASONS = {
    SkipReason.TOO_HARD: marked("Too hard to decide"),
    SkipReason.LANGUAGE: marked("A language I don't read well"),
    SkipReason.BROKEN: marked("Can't be shown, or makes no sense"),
    SkipReason.DISTRESSING: marked("I'd rather not view this"),
    SkipReason.CONFLICT: marked("I know the people in it"),
    SkipReason.OTHER: marked("Something else"),
}

TEXTS = {
    # the item
    "item": marked("Item %(id)s"),
    "kind_text": marked("Text"),
    "kind_pair": marked("Query and document"),
    "kind_image": marked("Image"),
    "kind_video": marked("Video, as frames"),
    "training": marked("Training"),
    "qualification": marked("Qualification"),
    "loading": marked("Loading the first items …"),
    "before": marked("Conversation context"),
    "query": marked("Query"),
    "document": marked("Document"),
    "no_text": marked("No text."),
    "passed_escalate": marked("Escalated by a colleague"),
    "passed_handover": marked("Reassigned by a colleague"),
    "more_text": marked("Show more: %(shown)s of %(all)s characters shown"),
    "translation": marked("Machine translation (%(language)s)"),
    "no_translation": marked("This item has no translation."),
    "picture": marked("Picture %(number)s of %(all)s"),
    "picture_missing": marked("Not shown: %(name)s isn't a picture of this workspace."),
    # what the text hides
    "invisible": marked("Invisible or control characters: %(count)s, shown as marks."),
    "mixed": marked("Words that mix scripts: %(count)s, underlined with dots."),
    "links": marked("Links are shown in full and can't be opened."),
    # covers
    "veiled": marked("Hidden: potentially graphic."),
    "blurred": marked("Pictures are grayscale and blurred."),
    "hold": marked("Hold to reveal"),
    "look": marked("Reveal"),
    "cover": marked("Hide"),
    # the machine
    "blind": marked("Blind review: model suggestion hidden."),
    "no_answer": marked("The model gave no usable answer."),
    "machine": marked("Model: "),
    "confidence": marked("%(percent)s confidence"),
    "cites": marked("cites %(clauses)s"),
    "none_of_these": marked("None of these"),
    # the policy
    "cited": marked("Cited by the model"),
    "quote": marked("Quoted: “%(quote)s”"),
    "clauses": marked("Clauses"),
    "leads_to": marked("Labels: %(labels)s"),
    "precedents": marked("Similar precedents"),
    "reasons": marked("Model rationale"),
    # what was done
    "stored": marked("Submitted: %(labels)s"),
    "skipped": marked("Skipped"),
    "escalated": marked("Escalated"),
    "handed_over": marked("Reassigned to %(name)s"),
    "handed_back": marked("Returned to queue"),
    "undone": marked("Undone: %(item)s"),
    "next": marked("%(done)s. Next item: %(id)s"),
    "choose_first": marked("Choose a label first."),
    "too_fast": marked("That was faster than reading time: press again to confirm."),
    "not_looked": marked("You have not revealed this item. Press again to answer without viewing it."),
    "nothing_to_undo": marked("Nothing left to undo (last 10 only)."),
    "undo_offline": marked("That answer is already saved; undoing it needs a connection."),
    "no_suggestion": marked("There is no model suggestion to accept."),
    "looking_back": marked("Looking back: %(place)s of %(all)s. %(undo)s undoes it, %(next)s returns."),
    "not_loaded": marked("The content is no longer loaded; undo the answer to reopen it."),
    "answered": marked("Your answer: %(labels)s"),
    # the network
    "offline": marked("Offline."),
    "offline_none": marked("You can keep working; answers are saved here."),
    "unwell": marked("Server unreachable: retrying."),
    "signed_out": marked("You are signed out. Sign in, then return to this tab."),
    "signed_out_link": marked("You are signed out. Ask for a new login link, and open it in this browser."),
    "other_person": marked("Another user is signed in in this browser now. Sign in with your own account."),
    "waiting": marked("Saved answers: %(count)s; they will sync automatically."),
    "sent_now": marked("Synced answers: %(count)s"),
    "storage_full": marked("This browser can't store answers: don't close the page while some are unsent."),
    # late answers
    "kept_title": marked("%(item)s: not saved"),
    "kept_text": marked("Your answer: %(answer)s"),
    "answered_before": marked("Your earlier answer was saved and counts; this one is kept with it."),
    "dismiss": marked("Dismiss"),
    "notices_all": marked("All: %(count)s"),
    "lease_over": marked(
        "Your claim on this item has expired. You can still answer: it counts unless another reviewer has claimed it."
    ),
    "practice_right": marked("%(item)s: correct. The known answer is %(known)s."),
    "practice_wrong": marked("%(item)s: the known answer is %(known)s, yours was %(given)s."),
    # the queue
    "empty": marked("You're all caught up"),
    "empty_about": marked("New items appear here automatically. You can leave this page open."),
    "empty_offline": marked("Offline"),
    "empty_offline_about": marked("No more items are loaded. New ones arrive when the connection is back."),
    "empty_refused": marked("No items"),
    "empty_signed_out": marked("You are signed out"),
    "empty_signed_out_about": marked("Items appear automatically once you are signed in again in this browser."),
    # handing over
    "everybody": marked("Anyone (back to queue)"),
    "looking_for_colleagues": marked("Finding available colleagues …"),
    "no_colleagues": marked("No colleague can take this item; it can be returned to the queue."),
    "colleagues_unknown": marked(
        "Available colleagues can't be listed offline. You can return the item to the queue later."
    ),
    "handing_over": marked("Reassigning …"),
    "hand_over_offline": marked("No response from the server: not reassigned. Try again, or keep the item."),
    "spent": marked("You have reached this shift's exposure limit for: %(harms)s. Such items now go to colleagues."),
    "rounds_title": marked("Qualification required"),
    "rounds_about": marked("Pass a test of items with a known answer first, for each language."),
    "round_of": marked("%(language)s: %(count)s items"),
    "round_begin": marked("Start test"),
    "round_failed": marked("You did not pass last time. Your lead can start another test for you."),
    "given_now": marked("Submitted in this session: %(count)s"),
    # breaks
    "pause_long": marked("You have worked for %(minutes)s minutes without a break."),
    "pause_severe": marked("You have seen %(severe)s severe items without a break."),
    "pause_take": marked("Take a break"),
    # keys
    "conflict": marked("%(key)s is already used for “%(other)s”. Choose another key, or change that one first."),
    "conflict_label": marked("%(key)s picks a label."),
    "conflict_browser": marked("%(key)s is reserved by the browser or the system."),
    "press_key": marked("Press a key …"),
    "saved": marked("Saved."),
    "not_saved": marked("Not saved: %(why)s"),
    "clause_wanted": marked("“%(labels)s” needs a policy clause."),
    "severity": marked("severity %(number)s"),
}

ACTIONS = {
    "submit": marked("Submit"),
    "accept": marked("Accept the model's suggestion"),
    "skip": marked("Skip"),
    "escalate": marked("Escalate"),
    "hand_over": marked("Reassign"),
    "undo": marked("Undo"),
    "policy": marked("Policy"),
    "cover": marked("Reveal / hide"),
    "translate": marked("Translation"),
    "note": marked("Note"),
    "clause": marked("Clause"),
    "back": marked("Look back"),
    "forward": marked("Look forward"),
    "help": marked("All shortcuts"),
}
"""What keys do, in the order they are listed."""


def spoken_texts(language: Language) -> dict[str, object]:
    """All of them in a language, for the page's scripts."""
    told: dict[str, object] = {name: language.gettext(text) for name, text in TEXTS.items()}
    told["actions"] = {name: language.gettext(text) for name, text in ACTIONS.items()}
    return told


def told_confidence(words: str, language: Language) -> str:
    """A word for a probability, in a language."""
    return language.gettext(CONFIDENCE.get(words, words))
