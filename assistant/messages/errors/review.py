"""Errors about reviews: the queue, adjudication, gold, precedents and qualification rounds."""

from __future__ import annotations

from assistant.messages.language import marked

TEXTS = {
    "no_item": marked("there is no item of this id"),
    "no_adjudication": marked("there is no adjudication of the number %(number)s"),
    "no_disagreement": marked("there is no such disagreement, or an answer was taken back and nothing differs now"),
    "no_review": marked("there is no human label of the number %(number)s"),
    "no_gold": marked("there is no gold of the number %(number)s"),
    "no_label": marked("“%(text)s” is no answer of this policy; it has %(labels)s"),
    "labels_refused": marked("these labels are no answer of this policy: %(labels)s; it has %(known)s"),
    "labels_miscounted": marked("exactly one label is needed, not %(count)s"),
    "cause_missing": marked("the cause is missing: why the answers differ"),
    "settled_otherwise": marked("this item is settled otherwise already: %(labels)s"),
    "not_settled": marked("this item isn't settled yet: only what is settled can guide others"),
    "gold_otherwise": marked("this item is gold already, with another answer or explanation: %(labels)s"),
    "precedent_without_labels": marked("an answer without labels can't guide models"),
    "precedent_labeled_once": marked("this can't be a precedent: fewer than two people labeled it"),
    "precedent_disputed": marked("this can't be a precedent: people disagree on it"),
    "precedent_known_in_part": marked("this can't be a precedent: its human labels leave categories unknown"),
    "precedent_off_label_set": marked("this can't be a precedent: its human labels are not in the label set"),
    "no_human_labels": marked("there are no human labels for %(items)s"),
    "no_such_clause": marked("the policy has no clause %(clauses)s"),
    "clause_missing": marked("a label needs the clause it rests on: %(labels)s"),
    "assignment_gone": marked("there is no such item or answer any more"),
    "assignment_closed": marked("this was answered or cancelled meanwhile: there is nothing to assign"),
    "no_labeler": marked("there is no reviewer of this name"),
    "colleague_lacks_queue": marked("%(name)s isn't in the team or queue of this item"),
    "colleague_lacks_language": marked("%(name)s doesn't label this language"),
    "colleague_lacks_skill": marked("%(name)s lacks the skill this item asks for"),
    "colleague_opted_out": marked("%(name)s can't take this item"),
    "colleague_not_qualified": marked("%(name)s hasn't passed the qualification round for this work yet"),
    "met_before": marked("%(name)s has had this item already"),
    "assignee_disabled": marked("%(item)s can't be assigned to %(person)s, who can't sign in any more"),
    "assignee_does_not_label": marked("%(item)s can't be assigned to %(person)s, who doesn't label"),
    "assignee_lacks_queue": marked("%(item)s can't be assigned to %(person)s, who isn't in its queue: %(value)s"),
    "assignee_lacks_language": marked("%(item)s can't be assigned to %(person)s, who doesn't label %(value)s"),
    "assignee_opted_out": marked("%(item)s can't be assigned to %(person)s, who has opted out of %(value)s"),
    "assignee_lacks_skill": marked("%(item)s can't be assigned to %(person)s, who lacks the skill %(value)s"),
    "assignee_not_qualified": marked(
        "%(item)s can't be assigned to %(person)s, who hasn't passed the round for this work"
    ),
    "assignee_passed_it_on": marked("%(item)s can't be assigned to %(person)s, who has passed it on"),
    "assignee_met_it": marked("%(item)s can't be assigned to %(person)s, who has it in hand or has answered it"),
    "names_hidden": marked("whose answers these are is for leads to see"),
    "place_unreadable": marked("this place in the list can't be read"),
    "not_a_moment": marked("this is no date and time"),
    "team_given_and_cleared": marked("a team is given and cleared"),
    "due_given_and_cleared": marked("a due time is given and cleared"),
    "no_rounds": marked("there are no qualification rounds here"),
    "round_passed": marked("this qualification round was passed already"),
    "round_failed": marked("the last qualification round failed: a lead can begin another one"),
    "too_little_gold": marked("there are %(found)s items with a known answer, and %(needed)s are needed"),
    "reviewer_unfit": marked("this person doesn't label in this language: their items would reach no one"),
    "policy_version_unknown": marked(
        "version %(version)s of policy %(policy)s, which the task was made for, isn't known here"
    ),
}
