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
    SkipReason.DISTRESSING: marked("I'd rather not look at this"),
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
    "loading": marked("Taking the first items …"),
    "before": marked("What was said before"),
    "query": marked("Query"),
    "document": marked("Document"),
    "no_text": marked("No text."),
    "passed_escalate": marked("Escalated by a colleague"),
    "passed_handover": marked("Handed over by a colleague"),
    "more_text": marked("Show more: %(shown)s of %(all)s characters are here"),
    "translation": marked("Machine translation (%(language)s)"),
    "no_translation": marked("This item came without a translation."),
    "picture": marked("Picture %(number)s of %(all)s"),
    "picture_missing": marked("Not shown: %(name)s isn't a picture of this workspace."),
    # what the text hides
    "invisible": marked("Invisible or control characters: %(count)s, shown as marks."),
    "mixed": marked("Words that mix scripts: %(count)s, underlined with dots."),
    "links": marked("Links are shown in full and can't be opened."),
    # covers
    "veiled": marked("Covered: it may be severe."),
    "blurred": marked("Pictures are grey and blurred."),
    "hold": marked("Hold to look"),
    "look": marked("Look"),
    "cover": marked("Cover again"),
    # the machine
    "blind": marked("Blind: decide by the policy alone."),
    "no_answer": marked("The machine gave no usable answer."),
    "machine": marked("Machine: "),
    "cites": marked("cites %(clauses)s"),
    "none_of_these": marked("None of these"),
    # the policy
    "cited": marked("Cited by the machine"),
    "quote": marked("It quotes: “%(quote)s”"),
    "clauses": marked("Clauses"),
    "leads_to": marked("Leads to: %(labels)s"),
    "precedents": marked("Settled before, and like this"),
    "reasons": marked("Its reasons"),
    # what was done
    "stored": marked("Given: %(labels)s"),
    "skipped": marked("Skipped"),
    "escalated": marked("Left to an expert"),
    "handed_over": marked("Handed over to %(name)s"),
    "handed_back": marked("Given back to everybody"),
    "undone": marked("Taken back: %(item)s"),
    "next": marked("%(done)s. Next item: %(id)s"),
    "choose_first": marked("Choose a label first."),
    "too_fast": marked("That was quicker than anybody can read: press again."),
    "not_looked": marked("You have not looked at this item. Press again to answer without looking."),
    "nothing_to_undo": marked("There is nothing to take back."),
    "undo_offline": marked("That answer is stored already; taking it back needs the network."),
    "no_suggestion": marked("There is no answer of the machine to accept."),
    "looking_back": marked("Looking back: %(place)s of %(all)s. %(undo)s takes it back, %(next)s returns."),
    "not_loaded": marked("The content isn't at hand any more; taking the answer back opens it again."),
    "answered": marked("Your answer: %(labels)s"),
    # the network
    "offline": marked("No network."),
    "offline_none": marked("You can go on; answers are kept here."),
    "unwell": marked("The server doesn't answer as it should."),
    "signed_out": marked("You are signed out. Sign in, and come back to this tab."),
    "signed_out_link": marked("You are signed out. Ask for a new sign-in link, and open it in this browser."),
    "other_person": marked("Somebody else is signed in in this browser by now. Sign in as yourself."),
    "waiting": marked("Waiting here: %(count)s; they are sent by themselves."),
    "sent_now": marked("What waited was sent: %(count)s"),
    "storage_full": marked("This browser can't keep answers: don't close the page while some are waiting."),
    # late answers
    "kept_title": marked("%(item)s: not stored"),
    "kept_text": marked("Your answer: %(answer)s"),
    "answered_before": marked("Your earlier answer had arrived and counts; this one is kept beside it."),
    "dismiss": marked("Dismiss"),
    "notices_all": marked("All: %(count)s"),
    "lease_over": marked("Your time for this item ran out. You can still answer: it counts unless somebody took it."),
    "practice_right": marked("%(item)s: right. The known answer is %(known)s."),
    "practice_wrong": marked("%(item)s: the known answer is %(known)s, yours was %(given)s."),
    # the queue
    "empty": marked("Nothing is waiting for you"),
    "empty_about": marked("New items appear here by themselves. You can leave this page open."),
    "empty_offline": marked("No network"),
    "empty_offline_about": marked("There is nothing left to answer here. Items come when the network is back."),
    "empty_refused": marked("No items"),
    "empty_signed_out": marked("You are signed out"),
    "empty_signed_out_about": marked("Items come here by themselves once you are signed in again in this browser."),
    # handing over
    "everybody": marked("Everybody"),
    "looking_for_colleagues": marked("Looking who may take it …"),
    "no_colleagues": marked("No colleague can take this item; it can go back to everybody."),
    "colleagues_unknown": marked("Who may take it isn't known without the network. It can go back to everybody later."),
    "handing_over": marked("Handing over …"),
    "hand_over_offline": marked("The server didn't answer: it isn't handed over. Try again, or keep it."),
    "spent": marked("You have seen this shift's share of: %(harms)s. Such items go to colleagues now."),
    "rounds_title": marked("Before your answers count"),
    "rounds_about": marked("A round of items with a known answer comes first, for each language."),
    "round_of": marked("%(language)s: %(count)s items"),
    "round_begin": marked("Begin"),
    "round_failed": marked("You didn't pass the last time. Your lead can begin another round for you."),
    "given_now": marked("Given in this session: %(count)s"),
    # breaks
    "pause_long": marked("You have worked for %(minutes)s minutes without a break."),
    "pause_severe": marked("You have seen %(severe)s severe items without a break."),
    "pause_take": marked("Take a break"),
    # keys
    "conflict": marked("%(key)s does “%(other)s” already. Choose another key, or change that one first."),
    "conflict_label": marked("%(key)s picks a label."),
    "conflict_browser": marked("%(key)s belongs to the browser or the system."),
    "press_key": marked("Press a key …"),
    "saved": marked("Saved."),
    "not_saved": marked("Not saved: %(why)s"),
    "clause_wanted": marked("“%(labels)s” needs the clause it rests on."),
    "comma": marked(", "),
    "severity": marked("severity %(number)s"),
}

ACTIONS = {
    "submit": marked("Submit"),
    "accept": marked("Accept the machine's answer"),
    "skip": marked("Skip"),
    "escalate": marked("Escalate"),
    "hand_over": marked("Hand over"),
    "undo": marked("Undo"),
    "policy": marked("Policy"),
    "cover": marked("Look / cover"),
    "translate": marked("Translation"),
    "note": marked("Note"),
    "clause": marked("Clause"),
    "back": marked("Look back"),
    "forward": marked("Look forward"),
    "help": marked("All keys"),
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
