"""Errors about users, sessions and API tokens."""

from __future__ import annotations

from assistant.messages.language import marked

TEXTS = {
    "user_not_found": marked("there is no user of this name"),
    "user_not_among_others": marked("there is no user of this name, but there are others: %(others)s"),
    "no_user_can_sign_in": marked("there is no user of this name, and no other user can sign in"),
    "user_disabled": marked("this user is disabled"),
    "user_name_unfit": marked("can't be a name to sign in with: it takes 1 to 64 letters, digits or . _ @ + -"),
    "opt_outs_unknown": marked("the policy has no label %(labels)s; its labels: %(known)s"),
    "password_length": marked("the password has %(length)s characters; it takes %(least)s to %(most)s"),
    "password_is_the_name": marked("the password is the name itself"),
    "password_guessable": marked(
        "the password is easy to guess: it is made of common words, names, dates, rows of keys or repeats"
    ),
    "token_without_scope": marked("a token without a scope permits nothing"),
    "scopes_unknown": marked("there is no scope %(scopes)s; the scopes are %(known)s"),
    "user_exists": marked("there is a user of this name already"),
    "last_admin": marked("is the last admin: no one could manage users any more"),
    "memberships_overlap": marked("two memberships hold on the same days: %(first)s and %(second)s"),
    "weekly_hours_out_of_range": marked("a week has 0 to %(most)s hours"),
    "days_backwards": marked("the last day is before the first"),
    "no_group_kind": marked("nothing is grouped by '%(text)s'; there are %(known)s"),
    "not_a_day": marked("'%(text)s' is no day such as 2026-03-01"),
    "token_lifetime_out_of_range": marked("a token can't last %(days)s days; choose 1 to %(most)s"),
    "token_not_found": marked("there is no such token"),
}
