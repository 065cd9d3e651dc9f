"""Errors about projects: their keys, settings, states and members."""

from __future__ import annotations

from assistant.messages.language import marked

TEXTS = {
    "project_not_found": marked("there is no project %(project)s; there are: %(known)s"),
    "project_misspelled": marked("there is no project %(project)s; there are: %(known)s"),
    "project_exists": marked("there is a project %(project)s already"),
    "project_not_named": marked("the workspace has several projects: %(known)s"),
    "project_key_unfit": marked(
        "%(project)s is no key: lower-case letters, digits and hyphens, at most %(most)s, the first a letter"
    ),
    "project_without_settings": marked("this folder has no settings of the project %(project)s"),
    "project_not_in_database": marked("this folder has the project %(project)s, the database does not"),
    "project_unwritable": marked("can't write here: %(why)s"),
    "project_policy_missing": marked("the new project %(project)s has no policy"),
    "project_closed": marked("the project %(project)s is closed: it can be read, and not changed"),
    "project_paused": marked("the project %(project)s is paused: nothing new is asked of models or people"),
    "project_draft": marked("the project %(project)s is a draft: nothing is asked of people yet"),
    "project_state_out_of_turn": marked("the project %(project)s is %(state)s and can't become %(wanted)s"),
    "project_folder_exists": marked("the project %(project)s has settings in this folder already"),
    "project_title_elsewhere": marked("the title is written here in a form that can't be changed: make it a table"),
    "project_title_missing": marked("no title is given"),
    "not_a_member": marked("you are no member of a project %(project)s"),
    "no_project_of_theirs": marked("you are no member of any project"),
    "role_not_of_a_project": marked("admins are admins of the workspace, not of a project"),
    "role_above_own": marked("your own role doesn't reach as far as this one: %(role)s"),
    "member_of_other_projects": marked("%(name)s works in other projects, too"),
    "policy_not_offered": marked("%(policy)s is no policy of this workspace; there are: %(known)s"),
    "member_not_found": marked("%(user)s is no member of the project %(project)s"),
}
